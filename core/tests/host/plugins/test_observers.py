"""Observers: their order, their refusals, and what one that fails does to the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.observers import Observers
from milepost.host.plugins.scan import scan
from milepost.sdk.errors import PluginBrokenError
from milepost.sdk.events import Said
from milepost.sdk.record import Operation, Writer
from milepost.testing.clock import NOON
from milepost.testing.distribution import write_distribution

WRITER = Writer(pid=1, started="1", boot="b", host="h")
OPERATION = Operation(
    id="01A",
    run="01R",
    number=118,
    project="shop",
    workspace="default",
    app="web",
    stage="deploy",
    started=NOON,
    writer=WRITER,
)
EVENT = Said(at=NOON, app="web", stage="deploy", text="hello")

HEARS = """
from milepost.sdk import hookimpl

heard = []

@hookimpl
def milepost_operation_started(operation):
    heard.append(("started", operation.app))

@hookimpl
def milepost_operation_finished(operation):
    heard.append(("finished", operation.app))

@hookimpl
def milepost_event(event):
    heard.append(("event", event.text))
"""

RAISES = """
from milepost.sdk import hookimpl

heard = []

@hookimpl
def milepost_operation_starting(operation):
    raise ValueError("in starting")

@hookimpl
def milepost_operation_started(operation):
    raise ValueError("in started")

@hookimpl
def milepost_operation_finished(operation):
    raise SystemExit(4)

@hookimpl
def milepost_event(event):
    heard.append(event)
    raise ValueError("in event")
"""


def starting(body: str) -> str:
    imports = "from milepost.sdk import RefusedError, hookimpl\n"
    return f"{imports}@hookimpl\ndef milepost_operation_starting(operation):\n    {body}\n"


class Heard:
    """Installed observers, and the warnings about them."""

    def __init__(self, site: Path, sources: dict[str, str]) -> None:
        for word, source in sources.items():
            groups = {"milepost.v1.observer": {word: f"{word}_plugin"}}
            write_distribution(site, f"milepost-{word}", "1", groups, {f"{word}_plugin.py": source})
        plugins = Plugins(Catalog(scan([str(site)])))
        self.warnings: list[str] = []
        self.observers = Observers([plugins.observer(word) for word in sources], self.warnings.append)

    @staticmethod
    def by(word: str) -> list[Any]:
        module = __import__(f"{word}_plugin")
        heard: list[Any] = module.heard
        return heard


def test_all_observers_hear_of_everything(site: Path) -> None:
    there = Heard(site, {"one": HEARS, "two": HEARS})
    there.observers.started(OPERATION)
    there.observers.event(EVENT)
    there.observers.finished(OPERATION)
    assert there.by("one") == there.by("two") == [("started", "web"), ("event", "hello"), ("finished", "web")]
    assert there.warnings == []


def test_nobody_refuses_without_a_reason(site: Path) -> None:
    there = Heard(site, {"hears": HEARS, "content": starting("return None")})
    assert there.observers.starting(OPERATION) is None


def test_the_first_reason_in_the_files_order_counts(site: Path) -> None:
    sources = {"late": starting("return 'not on Fridays'"), "early": starting("return 'never'")}
    assert Heard(site, sources).observers.starting(OPERATION) == "not on Fridays"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise RefusedError('the window is closed')", "the window is closed"),
        ("raise ValueError('x')", "this is a bug in the plugin milepost-guard 1: "),
        ("return 7", "milepost_operation_starting returned a value of type int, expected str"),
        ("return ''", "guard gave no reason"),
    ],
)
def test_a_guard_that_fails_refuses(site: Path, body: str, reason: str) -> None:
    assert reason in (Heard(site, {"guard": starting(body)}).observers.starting(OPERATION) or "")


def test_an_observer_that_raises_is_reported_and_the_others_are_called(site: Path) -> None:
    there = Heard(site, {"bad": RAISES, "good": HEARS})
    there.observers.started(OPERATION)
    there.observers.finished(OPERATION)
    assert there.by("good") == [("started", "web"), ("finished", "web")]
    assert there.warnings == [
        "this is a bug in the plugin milepost-bad 1: milepost_operation_started raised ValueError: in started",
        "this is a bug in the plugin milepost-bad 1: milepost_operation_finished raised SystemExit: 4",
    ]


def test_an_observer_that_raised_at_an_event_hears_of_no_more_events(site: Path) -> None:
    there = Heard(site, {"bad": RAISES, "good": HEARS})
    for _ in range(3):
        there.observers.event(EVENT)
    assert len(there.by("bad")) == 1
    assert len(there.by("good")) == 3
    assert len(there.warnings) == 1
    assert there.warnings[0].endswith("milepost_event raised ValueError: in event; it hears of no more events")


def test_a_warning_that_is_an_event_too_does_not_come_back_to_who_caused_it(site: Path) -> None:
    there = Heard(site, {"bad": RAISES})

    def warn(text: str) -> None:
        there.warnings.append(text)
        looped.event(EVENT)

    looped = Observers(there.observers._observers, warn)
    looped.event(EVENT)
    assert len(there.warnings) == 1


def test_an_observer_without_any_hook_is_broken(site: Path) -> None:
    with pytest.raises(PluginBrokenError, match="has no hook milepost_operation_starting or"):
        Heard(site, {"silent": "x = 1"})
