from __future__ import annotations

import pytest

from milepost.host.history.ref import name_of, resolve_operation, resolve_run
from milepost.host.history.sqlite import SqliteStore
from milepost.host.history.writer import this_writer
from milepost.sdk.errors import UnknownNameError, UsageError

DEAD = {"pid": 0, "started": "", "boot": "", "host": this_writer()["host"]}


@pytest.fixture
def told(store: SqliteStore) -> SqliteStore:
    """Return a store with four runs: 1 and 4 succeeded, 2 failed, 3 is in staging, each of web, 1 of api too."""

    def run(id: str, status: str, workspace: str = "default", apps: tuple[str, ...] = ("web",)) -> None:
        fields = {"workspace": workspace, "status": status, "apps": apps, "writer": DEAD}
        store.append({"id": id, "kind": "run", **fields})

    def operation(id: str, run: str, stage: str, **fields: str) -> None:
        usual = {"run": run, "stage": stage, "workspace": "default", "app": "web", "label": stage, "status": "success"}
        store.append({"id": id, "kind": "operation", **usual, **fields, "writer": DEAD})

    run("01AAAA000000000000000001A7", "success", apps=("web", "api"))
    operation("01AAAA000000000000000011B7", "01AAAA000000000000000001A7", "build")
    operation("01AAAA000000000000000012B7", "01AAAA000000000000000001A7", "deploy")
    operation("01AAAA000000000000000013B7", "01AAAA000000000000000001A7", "deploy", app="api")
    operation("01AAAA000000000000000014B7", "01AAAA000000000000000001A7", "task", label="migrate")
    run("01BBBB000000000000000002A7", "error")
    operation("01BBBB000000000000000021C7", "01BBBB000000000000000002A7", "deploy", status="error")
    operation("01BBBB000000000000000022C7", "01BBBB000000000000000002A7", "deploy", status="error")
    run("01CCCC000000000000000003A7", "success", workspace="staging")
    run("01DDDD000000000000000004A7", "success")
    return store


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("1", 1),
        ("#2", 2),
        ("web#2", 2),
        ("api#1", 1),
        ("web#1/deploy", 1),
        ("3", 3),
        ("last", 4),
        ("previous", 2),
        ("last-failed", 2),
        ("0002A7", 2),
        ("0002a7", 2),
        ("01BBBB000000000000000002A7", 2),
        ("0021C7", 2),
    ],
)
def test_a_run_is_found_by_each_form_of_ref(told: SqliteStore, ref: str, number: int) -> None:
    assert resolve_run(told, ref, "default")["number"] == number


def test_words_are_about_the_workspace(told: SqliteStore) -> None:
    assert resolve_run(told, "last", "staging")["number"] == 3
    with pytest.raises(UnknownNameError):
        resolve_run(told, "previous", "staging")
    with pytest.raises(UnknownNameError):
        resolve_run(told, "last-failed", "staging")


def test_a_run_whose_writer_died_has_failed(told: SqliteStore) -> None:
    for status_writer, expected in ((this_writer(), 2), (DEAD, 5)):
        fields = {"id": "R5", "kind": "run", "workspace": "default", "status": "running", "writer": status_writer}
        told.append(fields)
        told.amend([fields])
        assert resolve_run(told, "last-failed", "default")["number"] == expected


@pytest.mark.parametrize("ref", ["9", "#99", "shop#1", "api#2", "nothing", "", "2A7", "web#", "#", "-1", "%%%%"])
def test_an_unknown_run_is_named_with_where_to_look(told: SqliteStore, ref: str) -> None:
    with pytest.raises(UnknownNameError, match="there is no run") as caught:
        resolve_run(told, ref, "default")
    assert caught.value.hint == "milepost history"


def test_the_end_of_several_ids_names_them_all(told: SqliteStore) -> None:
    told.append({"id": "01EEEE000000000000000002A7", "kind": "run", "workspace": "default"})
    with pytest.raises(UsageError, match="01EEEE000000000000000002A7, 01BBBB000000000000000002A7"):
        resolve_run(told, "0002A7", "default")


@pytest.mark.parametrize(
    ("ref", "stage", "app", "end"),
    [
        ("web#1/deploy", None, None, "12B7"),
        ("web#1/migrate", None, None, "14B7"),
        ("web#1/task", None, None, "14B7"),
        ("#1/build", None, None, "11B7"),
        ("1", "deploy", "api", "13B7"),
        ("1", "deploy", "web", "12B7"),
        ("web#1", "deploy", None, "12B7"),
        ("api#1", None, None, "13B7"),
        ("web#2", None, None, "22C7"),
        ("0001A7", "build", None, "11B7"),
        ("0012b7", None, None, "12B7"),
        ("last", "deploy", "web", "22C7"),
        ("previous", "deploy", "web", "21C7"),
        ("last-failed", None, "web", "22C7"),
        ("last", None, "api", "13B7"),
    ],
)
def test_an_operation_is_found_by_each_form_of_ref(
    told: SqliteStore, ref: str, stage: str | None, app: str | None, end: str
) -> None:
    assert resolve_operation(told, ref, "default", stage, app)["id"].endswith(end)


@pytest.mark.parametrize(
    ("ref", "stage", "app"),
    [("web#1/release", None, None), ("2", "build", None), ("web#1", None, "api"), ("0012B7", "build", None)],
)
def test_an_operation_that_is_not_there_is_an_error(
    told: SqliteStore, ref: str, stage: str | None, app: str | None
) -> None:
    with pytest.raises(UnknownNameError):
        resolve_operation(told, ref, "default", stage, app)


def test_a_ref_that_may_be_several_operations_names_them(told: SqliteStore) -> None:
    with pytest.raises(UsageError, match=r"'1' may be api#1/deploy or web#1/deploy") as caught:
        resolve_operation(told, "1", "default", stage="deploy")
    assert "api#1/deploy" in caught.value.hint


def test_an_operations_name_is_a_ref_to_it(told: SqliteStore) -> None:
    found = resolve_operation(told, "14B7", "default")
    assert name_of(found) == "web#1/migrate"
    assert resolve_operation(told, name_of(found), "default") == found


def test_a_run_of_another_store_is_named_by_number_and_store(told: SqliteStore) -> None:
    usual = {"workspace": "default", "status": "success", "apps": ("web",), "writer": DEAD, "store": "laptop"}
    other = {"id": "01EEEE000000000000000007A7", "kind": "run", "number": 7, **usual}
    build = {"id": "01EEEE000000000000000071B7", "kind": "operation", "run": other["id"], "number": 7, **usual}
    told.admit([other, {**build, "app": "web", "stage": "build"}])
    assert resolve_run(told, "7@laptop", "default")["id"] == other["id"]
    assert resolve_run(told, "web#7@laptop", "default")["id"] == other["id"]
    found = resolve_operation(told, "web#7@laptop/build", "default")
    assert name_of(found) == "web#7@laptop/build"
    assert resolve_operation(told, "7@laptop", "default", "build")["id"] == build["id"]
    with pytest.raises(UnknownNameError, match="there is no run '7'; there is 7@laptop"):
        resolve_run(told, "7", "default")
    with pytest.raises(UnknownNameError, match="there is no run '1@laptop'"):
        resolve_run(told, "1@laptop", "default")


def test_words_mean_own_runs_that_carried_something_out(told: SqliteStore) -> None:
    usual = {"kind": "run", "workspace": "default", "status": "error", "apps": ("web",), "writer": DEAD}
    told.admit([{"id": "01EEEE000000000000000008A7", "number": 8, "store": "laptop", **usual}])
    told.append({"id": "01FFFF000000000000000005A7", "verb": "exec", **usual})
    assert resolve_run(told, "last", "default")["number"] == 4
    assert resolve_run(told, "last-failed", "default")["number"] == 2
    assert resolve_run(told, "5", "default")["verb"] == "exec"
