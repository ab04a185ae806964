"""Progress of layers: lines that a person and a log file can read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milepost.testing.bench import Bench
from milepost.testing.clock import FakeClock
from milepost.testing.step import FakeStep
from milepost_docker.engine.progress import followed, sized
from milepost_docker.engine.trouble import EngineError


def moving(layer: str, current: int, total: int = 1000, status: str = "Downloading") -> dict[str, Any]:
    return {"id": layer, "status": status, "progressDetail": {"current": current, "total": total}, "progress": "[=> ]"}


def test_a_finished_layer_is_one_line_whatever_was_said_of_it_before(step: FakeStep) -> None:
    messages = [
        {"status": "Pulling from library/shop", "id": "1"},
        {"status": "Pulling fs layer", "progressDetail": {}, "id": "abc"},
        *(moving("abc", each) for each in range(0, 1000, 5)),
        {"status": "Verifying Checksum", "progressDetail": {}, "id": "abc"},
        {"status": "Download complete", "progressDetail": {}, "id": "abc"},
        moving("abc", 500, status="Extracting"),
        {"status": "Pull complete", "progressDetail": {}, "id": "abc"},
        {"status": "Digest: sha256:12"},
    ]
    followed(messages, "pulling shop:1", step)
    assert step.noted("output") == ["1: Pulling from library/shop", "abc: Pull complete", "Digest: sha256:12"]


def test_now_and_then_a_line_sums_up_what_is_under_way(tmp_path: Path) -> None:
    clock = FakeClock()
    step = Bench(tmp_path, clock=clock).step("push")

    def slowly() -> Iterator[dict[str, Any]]:
        for second in range(12):
            yield moving("a", second * 100_000, 2_000_000, "Pushing")
            yield moving("b", 500_000, 500_000, "Pushing")
            clock.sleep(1)

    followed(slowly(), "pushing shop:1", step)
    assert step.noted("output") == ["1.0 MB of 2.5 MB in 2 layers under way", "1.5 MB of 2.5 MB in 2 layers under way"]


def test_a_countdown_is_told_once(step: FakeStep) -> None:
    followed([{"id": "a", "status": f"Retrying in {each} seconds"} for each in range(9, 0, -1)], "pushing", step)
    assert step.noted("output") == ["a: Retrying in 9 seconds"]


def test_what_a_build_prints_in_pieces_is_shown_in_whole_lines(step: FakeStep) -> None:
    followed([{"stream": each} for each in ("Step 1/2", " : FROM x\n", " ---> ", "12\nlast")], "building", step)
    assert step.noted("output") == ["Step 1/2 : FROM x", " ---> 12", "last"]


def test_what_was_made_is_given_back(step: FakeStep) -> None:
    aux = {"aux": {"Tag": "1", "Digest": "sha256:12", "Size": 5}}
    made = followed([{"status": "Pushed", "id": "a"}, aux], "pushing", step)
    assert made == [aux]


def test_an_error_in_the_stream_is_raised_with_the_words_of_the_engine(step: FakeStep) -> None:
    failure = {
        "errorDetail": {"code": 7, "message": "returned a non-zero code: 7"},
        "error": "returned a non-zero code: 7",
    }
    with pytest.raises(EngineError, match="building shop: returned a non-zero code: 7") as caught:
        followed([{"stream": "Step 1\n"}, failure, {"stream": "never"}], "building shop", step)
    assert caught.value.status == 7
    assert step.noted("output") == ["Step 1"]


def test_a_disk_that_is_full_in_the_middle_says_what_to_free(step: FakeStep) -> None:
    with pytest.raises(EngineError) as caught:
        followed([{"error": "write /x: no space left on device"}], "loading the image", step)
    assert "docker system df" in caught.value.hint


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2.5e9, "2.5 GB"), (3e12, "3.0 TB")]
)
def test_sizes_are_told_as_people_write_them(count: float, text: str) -> None:
    assert sized(count) == text
