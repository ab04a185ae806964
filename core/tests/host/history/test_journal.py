from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from milepost.host.history.journal import History, alive_here, identify
from milepost.host.history.sqlite import SqliteStore
from milepost.host.history.writer import this_writer
from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Release, Resource
from milepost.sdk.errors import HistoryError
from milepost.sdk.record import Failure, Operation, Run, Source, Writer

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
ME = Writer(**this_writer())
DEAD = replace(ME, pid=0)


def run(id: str = "R1", **fields) -> Run:
    usual = {"workspace": "default", "verb": "up", "apps": ("web",), "started": NOON, "writer": ME}
    return Run(**{"id": id, "project": "shop", "source": Source(folder="/srv/shop"), **usual, **fields})


def operation(id: str, stage: str = "deploy", **fields) -> Operation:
    usual = {"run": "R1", "number": 0, "project": "shop", "workspace": "default", "app": "web"}
    return Operation(**{"id": id, "stage": stage, **usual, "started": NOON, "writer": ME, **fields})


@pytest.fixture
def history(store: SqliteStore) -> History:
    history = History(store)
    history.append_run(run())
    return history


def test_records_read_back_as_they_were(history: History) -> None:
    written = operation(
        "O1",
        artifact=Artifact(kind="file-tree/1", reference="/srv/tree", digest="sha256:1f"),
        resources=(Resource(kind="process", key="web-1", id="42"),),
        release=Release(urls=("http://localhost:8080",), drain_until=NOON),
        failure=Failure(code="not-ready", message="no answer"),
        state={"version": 1, "folder": "/srv"},
        ended=NOON,
    )
    assert history.append(written) == replace(written, number=1)
    assert history.operation("O1") == replace(written, number=1, sequence=1)
    assert history.run("R1") == run(number=1)


def test_the_same_request_twice_is_one_run(history: History) -> None:
    assert history.append_run(run(why="again")) == run(number=1)


def test_a_run_is_no_operation(history: History) -> None:
    history.append(operation("O1"))
    assert (history.run("O1"), history.operation("R1"), history.run("R9")) == (None, None, None)


def test_lists_are_records(history: History) -> None:
    history.append(operation("O1", "build"))
    history.append(operation("O2"))
    assert [each.id for each in history.operations({"stage": "deploy"})] == ["O2"]
    assert [each.id for each in history.operations(limit=1, before="O2")] == ["O1"]
    assert [each.number for each in history.runs({"workspace": "default"})] == [1]


def test_several_records_change_together(history: History) -> None:
    old = history.append(operation("O1", presence="released"))
    new = history.append(operation("O2"))
    history.amend(replace(old, presence="superseded"), replace(new, status="success", presence="staged"))
    assert [each.presence for each in history.operations()] == ["staged", "superseded"]


def test_a_record_of_a_newer_milepost_is_read_without_what_it_added(history: History) -> None:
    document = history.store.get("R1") or {}
    history.store.amend([{**document, "schema": 2, "weights": {"new": 3}, "source": {"folder": "/x", "tag": "v1"}}])
    assert history.run("R1") == run(number=1, schema=2, source=Source(folder="/x"))


def test_a_record_that_lacks_fields_is_read_with_the_usual_ones(history: History) -> None:
    history.store.append({"id": "old", "kind": "run"})
    history.store.append({"id": "older", "kind": "operation", "run": "old", "stage": "build"})
    found = history.run("old")
    assert found is not None
    assert (found.workspace, found.apps, found.number) == ("default", (), 2)
    assert history.operation("older") is not None


def test_a_record_that_cannot_be_understood_is_named(history: History) -> None:
    history.store.append({"id": "R2", "kind": "run", "status": "dreaming", "schema": 3})
    with pytest.raises(HistoryError, match=r"'R2' cannot be understood.*status.*schema is 3, ours 1") as caught:
        history.runs()
    assert caught.value.hint == "pip install --upgrade milepost"


def test_live_is_the_last_release_that_succeeded(history: History) -> None:
    assert history.live("web", "default") is None
    history.append(operation("D1", status="success", presence="released"))
    history.append(operation("L1", "release", status="success", target="D1"))
    history.append(operation("L2", "release", status="unchanged", same_as="L1"))
    history.append(operation("L3", "release", status="error"))
    history.append(operation("L4", "release", status="success", workspace="staging"))
    history.append(operation("L5", "release", status="success", app="api"))
    found = history.live("web", "default")
    assert found is not None
    assert found.id == "L1"


def test_nothing_is_live_when_what_was_live_is_destroyed(history: History) -> None:
    deployment = history.append(operation("D1", status="success", presence="released"))
    history.append(operation("L1", "release", status="success", target="D1"))
    history.amend(replace(deployment, presence="destroyed"))
    assert history.live("web", "default") is None


def test_deployments_are_those_that_stand(history: History) -> None:
    for presence in ("starting", "prepared", "staged", "parked", "released", "superseded", "destroyed", "forgotten"):
        history.append(operation(presence, presence=presence))
    history.append(operation("unchanged", status="unchanged"))
    history.append(operation("elsewhere", presence="staged", workspace="staging"))
    found = [each.id for each in history.deployments("web", "default")]
    assert found == ["released", "parked", "staged", "prepared", "starting"]


def test_interrupted_is_what_runs_for_a_dead_writer(history: History) -> None:
    history.append_run(run("R2", writer=DEAD))
    history.append(operation("O1", run="R2", writer=DEAD))
    history.append(operation("O2", run="R2", writer=DEAD, status="success"))
    history.append(operation("O3", run="R2", writer=DEAD, workspace="staging"))
    history.append(operation("O4", run="R2", writer=DEAD, app="api"))
    history.append(operation("O5", run="R2"))
    assert [each.id for each in history.interrupted()] == ["O4", "O3", "O1", "R2"]
    assert [each.id for each in history.interrupted("default", "web")] == ["O1"]
    assert [each.id for each in history.interrupted("staging")] == ["O3"]


def test_a_process_is_identified_as_a_record_keeps_it() -> None:
    assert identify(ME.pid) == ME
    assert alive_here(ME)
    assert not alive_here(DEAD)
