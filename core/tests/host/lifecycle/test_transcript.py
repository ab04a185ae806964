"""The transcript of an operation: told at once, kept soon after, in order, and without secrets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.tests.waiting import until
from milepost.host.escapes import UNENDED
from milepost.host.history.passage import Printed
from milepost.host.lifecycle.kept import Kept
from milepost.host.lifecycle.transcript import Hearers, Transcript
from milepost.host.mask import Masker
from milepost.sdk.errors import HistoryError
from milepost.sdk.step import Stream
from milepost.testing.store import MemoryStore

SECRET = "hunter22-and-more"


class Scene:
    """A transcript with a store and somebody who hears."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.heard: list[str] = []
        self.troubles: list[HistoryError] = []
        self.is_full = False
        self.reads = threading.Event()
        """Whether the one who hears is there: whoever tells waits for that."""
        self.reads.set()
        masker = Masker()
        masker.add(SECRET)
        kept = Kept(self._write, lambda: datetime.now(UTC))
        self.transcript = Transcript(kept, masker, Hearers(self._hear, self.heard.append, self.troubles.append))

    @property
    def kept(self) -> list[tuple[str, str, str]]:
        return [(each.source, each.stream, each.text) for each in self.store.read_output("O1")]

    def _write(self, printed: Printed) -> None:
        if self.is_full:
            raise HistoryError("the disk is full")
        self.store.write_output("O1", printed)

    def _hear(self, text: str, stream: Stream) -> None:
        self.reads.wait()
        self.heard.append(text)


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.reads.set()
    made.transcript.close()


def test_what_is_said_and_printed_is_told_and_kept_in_order(scene: Scene) -> None:
    scene.transcript.say(f"it is {SECRET}")
    scene.transcript.output("one\ntwo\n", "stdout")
    scene.transcript.source = "hook after"
    scene.transcript.output("three\n", "stderr")
    scene.transcript.close()
    assert scene.heard == ["it is ***", "one\ntwo", "three"]
    assert scene.kept == [
        ("plugin", "say", "it is ***"),
        ("plugin", "stdout", "one"),
        ("plugin", "stdout", "two"),
        ("hook after", "stderr", "three"),
    ]


def test_it_is_kept_while_the_operation_goes_on(scene: Scene) -> None:
    scene.transcript.output("one\n", "stdout")
    assert until(lambda: scene.kept == [("plugin", "stdout", "one")])
    scene.transcript.say("two")
    assert until(lambda: len(scene.kept) == 2)


def test_a_line_that_has_not_ended_is_told_and_kept_as_far_as_it_has_come(scene: Scene) -> None:
    scene.transcript.output(f"Continue? {SECRET[:6]}", "stdout")
    assert until(lambda: scene.kept == [("plugin", "stdout", f"Continue? {UNENDED}")])
    assert scene.heard == [f"Continue? {UNENDED}"]
    scene.transcript.output(f"{SECRET[6:]}\n", "stdout")
    scene.transcript.close()
    assert [text for _, _, text in scene.kept] == [f"Continue? {UNENDED}", "***"]


def test_lines_of_programs_that_run_at_once_do_not_mix(scene: Scene) -> None:
    def print_slowly(name: str) -> None:
        for number in range(200):
            for piece in (f"{name} ", f"{number}", " end\n"):
                scene.transcript.output(piece, "stdout")

    threads = [threading.Thread(target=print_slowly, args=(name,)) for name in "abc"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    scene.transcript.close()
    lines = "".join(text.removesuffix(UNENDED) if UNENDED in text else f"{text}\n" for _, _, text in scene.kept)
    for name in "abc":
        own = [each for each in lines.splitlines() if each.startswith(name)]
        assert own == [f"{name} {number} end" for number in range(200)]


def test_a_reader_who_is_slow_does_not_keep_output_from_the_store(scene: Scene) -> None:
    scene.reads.clear()
    writer = threading.Thread(target=lambda: scene.transcript.output("one\n", "stdout"))
    writer.start()
    assert until(lambda: scene.kept == [("plugin", "stdout", "one")])
    assert scene.heard == []
    scene.reads.set()
    writer.join()
    assert scene.heard == ["one"]


def test_a_store_that_takes_nothing_is_told_of_once_and_nothing_stops(scene: Scene) -> None:
    scene.is_full = True
    for number in range(3):
        scene.transcript.output(f"{number}\n", "stdout")
        scene.transcript.flush()
    assert len(scene.troubles) == 1
    assert scene.heard == ["0", "1", "2"]
    scene.transcript.close()
    assert (scene.kept, scene.transcript.unkept) == ([], 3)
    assert str(scene.transcript.trouble) == "the disk is full"


def test_after_its_end_nothing_is_taken(scene: Scene) -> None:
    scene.transcript.output("one", "stdout")
    scene.transcript.close()
    scene.transcript.output("two\n", "stdout")
    scene.transcript.close()
    assert [text for _, _, text in scene.kept] == ["one"]
