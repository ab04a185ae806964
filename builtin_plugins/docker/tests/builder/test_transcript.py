"""What the classic builder tells, as output and as an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import OperationError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.builder.transcript import KEPT, followed


@pytest.fixture
def step(tmp_path: Path) -> FakeStep:
    """Return a step that remembers what is shown."""
    return Bench(tmp_path).step("build")


def said(*texts: str) -> list[dict[str, Any]]:
    """Return texts as the engine sends them."""
    return [{"stream": text} for text in texts]


def test_lines_come_out_whole_however_they_were_cut(step: FakeStep) -> None:
    messages = [*said("Step 1/1 : FROM a", "\n", "one\ntw", "o\n\n"), {"aux": {"ID": "sha256:1"}}, *said("end")]
    assert followed(messages, step) == "sha256:1"
    assert step.noted("output") == ["Step 1/1 : FROM a", "one", "two", "end"]


def test_the_last_image_that_is_told_of_is_the_one(step: FakeStep) -> None:
    assert followed([{"aux": {"ID": "sha256:1"}}, {"aux": {"ID": "sha256:2"}}], step) == "sha256:2"


def test_an_error_has_the_step_and_the_end_of_its_log(step: FakeStep) -> None:
    lines = [f"line {number}\n" for number in range(KEPT + 5)]
    failure = {"error": "short", "errorDetail": {"code": 7, "message": "returned a non-zero code: 7"}}
    with pytest.raises(OperationError) as caught:
        followed([*said("Step 1/2 : RUN a\n", "of a\n", "Step 2/2 : RUN b\n", *lines), failure], step)
    text = str(caught.value)
    assert text.startswith("the image of web was not built, at Step 2/2 : RUN b:\n")
    assert text.endswith(f"line {KEPT + 4}\nreturned a non-zero code: 7")
    assert "of a" not in text
    assert "line 4\n" not in text


def test_the_progress_of_a_pull_is_a_line_for_what_is_done(step: FakeStep) -> None:
    messages: list[dict[str, Any]] = [
        {"status": "Downloading", "id": "ab", "progressDetail": {"current": 1, "total": 2}},
        {"status": "Pull complete", "id": "ab", "progressDetail": {}},
        {"status": "Digest: sha256:1"},
        {"aux": {"ID": "sha256:2"}},
    ]
    followed(messages, step)
    assert step.noted("output") == ["ab: Pull complete", "Digest: sha256:1"]


def test_an_answer_that_ends_without_an_image_is_an_error(step: FakeStep) -> None:
    with pytest.raises(OperationError, match="without saying what it made"):
        followed(said("Step 1/1 : FROM a\n"), step)
