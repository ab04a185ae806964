"""The freeze of a workspace: who is refused, until when, and what ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.tests.host.lifecycle.real import RealShop
from milepost.host.lifecycle.freezing import frozen, refuse_frozen
from milepost.host.lifecycle.noting import freeze, thaw
from milepost.sdk.errors import OperationError, RefusedError
from milepost.sdk.record import Run
from milepost.sdk.store import HistoryStore


def now() -> datetime:
    return datetime.now(UTC)


def freezer(real: RealShop, why: str = "sale", seconds: float | None = None, workspace: str = "default") -> Run:
    return freeze(real.host(), workspace, why, seconds)


def store(real: RealShop) -> HistoryStore:
    return real.host().store


def test_a_workspace_that_nobody_froze_is_not_frozen(real: RealShop) -> None:
    assert frozen(store(real), "default", now()) is None
    refuse_frozen(store(real), "default", "up", now())


def test_a_freeze_refuses_what_changes_and_says_who_why_and_until_when(real: RealShop) -> None:
    freezer(real, "sale until Monday")
    with pytest.raises(RefusedError) as caught:
        refuse_frozen(store(real), "default", "up", now())
    told = str(caught.value)
    assert "default is frozen until somebody thaws it by ada@" in told
    assert "(#1): sale until Monday" in told
    assert caught.value.hint.startswith("milepost thaw -w default")


def test_a_rollback_and_an_exec_are_allowed(real: RealShop) -> None:
    freezer(real)
    for verb in ("rollback", "thaw", "freeze", "exec", "break"):
        refuse_frozen(store(real), "default", verb, now())
    for verb in ("up", "build", "deploy", "release", "redeploy", "restart", "stop", "start", "promote", "destroy"):
        with pytest.raises(RefusedError):
            refuse_frozen(store(real), "default", verb, now())


def test_other_workspaces_are_not_touched(real: RealShop) -> None:
    freezer(real, workspace="production")
    refuse_frozen(store(real), "staging", "up", now())
    assert frozen(store(real), "staging", now()) is None


def test_a_thaw_ends_it_and_both_are_in_the_history(real: RealShop) -> None:
    freezer(real)
    thaw(real.host(), "default", "the sale is over")
    refuse_frozen(store(real), "default", "up", now())
    found = [(each.number, each.verb, each.status, each.why, each.user) for each in real.host().history.runs()]
    assert found == [(2, "thaw", "success", "the sale is over", "ada"), (1, "freeze", "success", "sale", "ada")]


def test_a_thaw_of_what_is_not_frozen_says_so_and_writes_nothing(real: RealShop) -> None:
    with pytest.raises(OperationError, match="default is not frozen"):
        thaw(real.host(), "default", "")
    assert real.host().history.runs() == []


def test_a_freeze_with_a_length_ends_by_itself(real: RealShop) -> None:
    run = freezer(real, seconds=3600)
    assert run.until == run.started + timedelta(hours=1)
    assert frozen(store(real), "default", run.started + timedelta(minutes=59)) is not None
    assert frozen(store(real), "default", run.started + timedelta(minutes=60)) is None
    with pytest.raises(RefusedError, match=r"is frozen until \d{4}-\d\d-\d\d \d\d:\d\d \S+ by"):
        refuse_frozen(store(real), "default", "up", run.started)


def test_the_newest_freeze_counts(real: RealShop) -> None:
    freezer(real, "first", seconds=60)
    newest = freezer(real, "second")
    found = frozen(store(real), "default", now() + timedelta(days=1))
    assert found is not None
    assert (found["id"], found["why"]) == (newest.id, "second")


def test_a_freeze_that_was_brought_from_another_store_holds_nobody_here(real: RealShop) -> None:
    freezer(real)
    host = real.host()
    document: dict[str, Any] = {**host.store.latest("run", {})[0], "id": "01IMPORTED", "store": "laptop"}
    thaw(host, "default", "")
    host.writable_store().append(document)
    assert frozen(host.store, "default", now()) is None
