"""The host's step: what a plugin asks of it is written down, masked, limited and told."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from milepost.host.cancel import Cancel, Deadline
from milepost.host.history.lock import lock_named
from milepost.host.mask import Masker
from milepost.host.step import HostStep
from milepost.sdk.config import PluginState
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost.sdk.secret import Part, Secret
from milepost.sdk.step import Command, Facts, Stream
from milepost.testing.clock import NOON
from milepost.testing.runner import RecordingRunner


class Book:
    """A ledger that remembers all that is asked of it."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def intend(self, kind: str, key: str) -> None:
        self.notes.append(f"intend {kind} {key}")

    def created(self, key: str, id: str) -> None:
        self.notes.append(f"created {key} {id}")

    def save(self, state: PluginState) -> None:
        self.notes.append("save")

    def evidence(self, title: str, text: str) -> None:
        self.notes.append(f"evidence {title}")

    def started(self, pid: int) -> None:
        self.notes.append("started")

    def ended(self, pid: int) -> None:
        self.notes.append("ended")

    def say(self, text: str) -> None:
        self.notes.append(f"say {text}")

    def output(self, text: str, stream: Stream) -> None:
        self.notes.append(f"{stream} {text}")

    def warn(self, text: str) -> None:
        self.notes.append(f"warn {text}")


class Desk:
    """A step and all that is around it."""

    def __init__(self, folder: Path, seconds: float | None = None) -> None:
        self.book, self.cancel, self.masker, self.runner = Book(), Cancel(), Masker(), RecordingRunner()
        self.step = HostStep(
            facts=Facts(
                run=7,
                operation="01ABCDEF",
                stage="deploy",
                project="shop",
                app="web",
                workspace="default",
                source=folder,
                home=folder,
                data=folder,
                scratch=folder,
                environment={},
            ),
            ledger=self.book,
            cancel=self.cancel,
            deadline=Deadline("the deploy", seconds, time.monotonic),
            masker=self.masker,
            clock=lambda: NOON,
            lock=lambda name: lock_named(folder / "locks", name),
            runner=self.runner,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_key_is_made_of_the_operation_and_the_same_at_each_call(desk: Desk) -> None:
    assert desk.step.key() == desk.step.key() == "milepost-01abcdef"
    assert desk.step.key("db") == "milepost-01abcdef-db"


def test_a_command_runs_in_the_apps_folder_unless_it_says_where(desk: Desk, tmp_path: Path) -> None:
    desk.step.run(Command(argv=("make",)))
    desk.step.run(Command(argv=("make",), cwd="/elsewhere"))
    assert [each.cwd for each in desk.runner.asked] == [str(tmp_path), "/elsewhere"]


def test_secrets_given_to_a_command_are_masked_before_it_runs(desk: Desk) -> None:
    desk.step.run(Command(argv=("login",), env={"TOKEN": Secret([Part("hunter22", "var.x")])}))
    assert desk.masker.text("it is hunter22") == "it is ***"


def test_a_secret_too_short_to_be_masked_is_warned_of(desk: Desk) -> None:
    desk.step.mask("abc")
    assert desk.book.notes == ["warn a secret shorter than 6 characters cannot be masked in output"]


def test_nothing_begins_after_a_cancel(desk: Desk) -> None:
    desk.cancel.ask("the test")
    for call in (
        lambda: desk.step.run(Command(argv=("make",))),
        lambda: desk.step.intend("object", "key"),
        lambda: desk.step.sleep(0),
        desk.step.check,
    ):
        with pytest.raises(CancelledError):
            call()
    assert desk.book.notes == []
    assert desk.runner.asked == []


def test_what_was_made_is_still_written_down_after_a_cancel(desk: Desk) -> None:
    desk.step.intend("object", "key")
    desk.cancel.ask("the test")
    desk.step.created("key", "id")
    desk.step.evidence("log", "text")
    assert desk.book.notes == ["intend object key", "created key id", "evidence log"]


def test_output_is_whole_lines_with_or_without_a_last_end(desk: Desk) -> None:
    desk.step.output("one\ntwo\n", "stderr")
    desk.step.output("three")
    desk.step.output("")
    assert desk.book.notes == ["stderr one\ntwo\n", "stdout three\n"]


def test_a_sleep_ends_as_soon_as_there_is_a_reason(desk: Desk) -> None:
    timer = threading.Timer(0.05, desk.cancel.ask, ["the test"])
    timer.start()
    with pytest.raises(CancelledError):
        desk.step.sleep(600)
    timer.join()


def test_a_sleep_ends_with_the_limit_of_the_step(tmp_path: Path) -> None:
    with pytest.raises(DeadlineError, match="the deploy"):
        Desk(tmp_path, 0.05).step.sleep(600)


def test_a_wait_ends_when_it_is_done_and_names_what_it_waited_for_when_not(desk: Desk) -> None:
    answers = iter([False, False, True])
    desk.step.wait("the port", 60, lambda: next(answers), interval=0.01)
    with pytest.raises(DeadlineError, match=r"the port took longer than its limit of 0\.05 s"):
        desk.step.wait("the port", 0.05, lambda: False, interval=0.01)


def test_an_exclusive_lock_keeps_others_out_and_is_given_back(desk: Desk, tmp_path: Path) -> None:
    other = lock_named(tmp_path / "locks", "caddy")
    with desk.step.exclusive("caddy"):
        assert not other.acquire({})
        assert (other.holder() or {})["app"] == "web"
    assert other.acquire({})
    other.release()


def test_whoever_waits_for_an_exclusive_lock_obeys_a_cancel(desk: Desk, tmp_path: Path) -> None:
    other = lock_named(tmp_path / "locks", "caddy")
    assert other.acquire({})
    timer = threading.Timer(0.1, desk.cancel.ask, ["the test"])
    timer.start()
    with pytest.raises(CancelledError), desk.step.exclusive("caddy"):
        pytest.fail("somebody else has it")
    timer.join()
    other.release()


def test_the_time_is_the_hosts(desk: Desk) -> None:
    assert desk.step.now() == NOON
