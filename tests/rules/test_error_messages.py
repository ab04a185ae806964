"""What each error says: what was found, where, what was expected, and what to type next."""

from __future__ import annotations

import inspect
import re
from typing import Any, NamedTuple

import pytest

from milepost.sdk import errors
from milepost.sdk.problem import Position, Problem

SPOT = Position("milepost.hcl", 3, 5, 3, 9)


class Said(NamedTuple):
    """An error made of sample facts, and what people read."""

    error: type[errors.MilepostError]
    facts: tuple[Any, ...]
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Return what a test's name shows."""
        return self.error.__name__


SAID = (
    Said(errors.MilepostError, ("it went wrong",), "it went wrong"),
    Said(errors.UsageError, ("-w needs a name",), "-w needs a name"),
    Said(errors.UnknownNameError, ("app", "wbe", ("web", "db")), "there is no app 'wbe'; did you mean 'web'?"),
    Said(errors.UnknownNameError, ("app", "zzz", ("web", "db")), "there is no app 'zzz'; there is web, db"),
    Said(errors.UnknownNameError, ("run", "9", ()), "there is no run '9'"),
    Said(errors.ProjectError, ("it has no app",), "it has no app"),
    Said(
        errors.ProjectNotFoundError,
        ("src/shop", ("milepost.hcl", "waypoint.hcl")),
        "no project file in src/shop or any folder above it; looked for milepost.hcl, waypoint.hcl",
        "milepost init",
    ),
    Said(
        errors.ProjectFileError,
        ((Problem("there is no block 'biuld'", SPOT, "    biuld {", "did you mean 'build'?"), Problem("no app")),),
        "milepost.hcl:3:5: there is no block 'biuld'\n      biuld {\n      ^^^^\n  did you mean 'build'?\nno app",
    ),
    Said(errors.PluginError, ("it is of another API",), "it is of another API"),
    Said(
        errors.PluginNotFoundError,
        ("platform", "docker", ("local",)),
        "no plugin offers the platform 'docker'; installed: local",
        "milepost plugin list",
    ),
    Said(
        errors.PluginNotFoundError,
        ("platform", "lcoal", ("local",)),
        "no plugin offers the platform 'lcoal'; installed: local",
        "did you mean 'local'?",
    ),
    Said(
        errors.PluginAmbiguousError,
        ("builder", "files", ("one", "two")),
        "the builder 'files' is offered by one and by two",
        'write use "one:files" to choose one',
    ),
    Said(
        errors.PluginBrokenError,
        ("milepost-x", "1.0", "no module named 'y'"),
        "the plugin milepost-x 1.0 cannot be loaded: no module named 'y'",
        "milepost plugin doctor; pip install --upgrade milepost-x",
    ),
    Said(
        errors.PluginFaultError,
        ("milepost-x", "1.0", "deploy returned None"),
        "this is a bug in the plugin milepost-x 1.0: deploy returned None",
        "run the same with --debug for the traceback, and report it to the plugin's author",
    ),
    Said(errors.OperationError, ("it could not be done",), "it could not be done"),
    Said(errors.CommandFailedError, (("npm", "ci"), 1, "no lock file"), "npm ended with status 1: no lock file"),
    Said(errors.CommandFailedError, (("npm", "ci"), None), "npm could not be started"),
    Said(errors.NotReadyError, ("web.1 exited 1",), "web.1 exited 1"),
    Said(
        errors.HookFailedError, ("before", ("make", "test"), "ended with 2"), "the before hook 'make test' ended with 2"
    ),
    Said(errors.VerifyFailedError, ("/ answered 500",), "/ answered 500"),
    Said(errors.DeadlineError, ("the deploy", 90.0), "the deploy took longer than its limit of 90 s"),
    Said(
        errors.ArtifactGoneError, ("trees/9f", "it has changed"), "the artifact trees/9f cannot be used: it has changed"
    ),
    Said(
        errors.TrafficMovedError,
        ("a1", "b2"),
        "a1 was to be replaced, but b2 is live; nothing was changed",
        "milepost status",
    ),
    Said(errors.HistoryError, ("the disk is full",), "the disk is full"),
    Said(
        errors.ForeignHistoryError,
        ("shop", "git/own", "git/old", "state/shop"),
        "the history at state/shop belongs to another project named 'shop': it came from git/old, this one is git/own",
        "rename the project, or run milepost store adopt if it is the same project that has moved",
    ),
    Said(
        errors.NewerHistoryError,
        ("state/shop", 3, 1),
        "the history at state/shop has schema 3; this milepost knows up to 1",
        "pip install --upgrade milepost",
    ),
    Said(
        errors.HistoryUnreachableError, ("the history at db cannot be reached",), "the history at db cannot be reached"
    ),
    Said(
        errors.LockLostError,
        ("web in staging", "ci@build", "16:02", "up #118"),
        "web in staging is locked by ci@build since 16:02: up #118",
        "milepost lock list",
    ),
    Said(
        errors.LockedError,
        ("web in staging", "ci@build", "16:02", "up #118"),
        "web in staging is locked by ci@build since 16:02: up #118",
        "milepost lock list",
    ),
    Said(errors.RefusedError, ("production is frozen",), "production is frozen"),
    Said(errors.CancelledError, ("Ctrl-C",), "Ctrl-C"),
)


@pytest.mark.parametrize("said", SAID, ids=str)
def test_an_error_says_what_was_found_and_what_to_do(said: Said) -> None:
    with pytest.raises(said.error, match=f"^{re.escape(said.message)}$") as caught:
        raise said.error(*said.facts)
    assert caught.value.hint == said.hint


@pytest.mark.parametrize("said", SAID, ids=str)
def test_an_error_keeps_its_facts(said: Said) -> None:
    names = [name for name in inspect.signature(said.error).parameters if name not in ("message", "hint")]
    error = said.error(*said.facts)
    assert [getattr(error, name) for name in names[: len(said.facts)]] == list(said.facts[: len(names)])


def test_a_hint_can_be_given_where_the_error_is_raised() -> None:
    assert errors.RefusedError("frozen", hint="milepost thaw").hint == "milepost thaw"


def test_every_error_is_said_here() -> None:
    found = {each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.MilepostError)}
    assert {said.error for said in SAID} == found
