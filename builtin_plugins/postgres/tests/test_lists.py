"""What the lists ask is answered by an index, however long the history is, and whatever stands in a document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from milepost.sdk import Credential
from milepost.sdk.errors import HistoryError
from milepost.sdk.secret import Part
from milepost.sdk.store import Opening
from milepost_postgres.config import PostgresConfig
from milepost_postgres.lists import Page, latest
from milepost_postgres.opening import open_store as open_postgres
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer

Open = Callable[..., PostgresStore]
LONG = 6_000
APPS, STAGES, PEOPLE = ("web", "api", "worker"), ("build", "push", "deploy", "release"), ("ada", "bob")


def commit(run: int) -> str:
    """Return the commit that a run was of."""
    return hashlib.sha1(str(run).encode()).hexdigest()


def documents() -> Iterator[dict[str, Any]]:
    """Yield a long history of one project."""
    for place in range(LONG):
        run = place // 4
        yield {
            "id": f"01{place:024}",
            "kind": "operation" if place % 4 else "run",
            "number": run + 1,
            "run": f"01{run * 4:024}",
            "workspace": "staging" if run % 50 == 0 else "default",
            "app": APPS[run % 3],
            "stage": STAGES[place % 4],
            "status": "error" if run % 97 == 0 else "success",
            "presence": "live" if place == LONG - 1 else None,
            "target": f"01{place - 4:024}",
            "user": PEOPLE[run % 2],
            "source": {"commit": commit(run)},
            "verb": None if place % 4 else ("up", "rollback")[run % 40 == 0],
            "labels": {"ticket": str(run)},
            "started": f"2026-{1 + run // 150:02}-01T00:{run % 60:02}:00Z",
        }


@pytest.fixture(scope="module")
def long_history(postgres_server: PostgresServer) -> Iterator[PostgresStore]:
    """A project with the long history, another one's beside it."""
    url = postgres_server.url(postgres_server.new_database())
    for project in ("other", "shop"):
        opening = Opening(project, "example.org", "", lambda: "S1", lambda: datetime(2026, 1, 2, tzinfo=UTC))
        store = open_postgres(PostgresConfig(url=Credential([Part(url)])), opening)
        assert store.admit(documents()) == LONG
        if project == "other":
            store.close()
    yield store
    store.close()


@pytest.fixture(scope="module")
def planner(long_history: PostgresStore, postgres_server: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the long history, of which the server has statistics."""
    with psycopg.connect(postgres_server.url(long_history.place.rpartition("/")[2]), autocommit=True) as connection:
        connection.execute("ANALYZE")
        yield connection


QUESTIONS: list[dict[str, Any]] = [
    {},
    {"workspace": "default"},
    {"workspace": "staging"},
    {"app": "web"},
    {"app": "web", "workspace": "default"},
    {"app": "web", "workspace": "default", "stage": "deploy"},
    {"app": "web", "workspace": "default", "stage": "deploy", "status": "success"},
    {"app": "web", "workspace": "default", "presence": ["staged", "live"]},
    {"stage": "deploy", "workspace": "default"},
    {"status": "error"},
    {"status": "error", "workspace": "staging"},
    {"status": "running"},
    {"user": "ada"},
    {"user": "ada", "workspace": "default", "status": "success"},
    {"label": "ticket=7"},
    {"label": "ticket=7", "workspace": "default"},
    {"commit": commit(5)[:4]},
    {"commit": commit(5)[:12]},
    {"since": "2026-09-01T00:00:00Z"},
    {"until": "2026-02-01T00:00:00Z"},
    {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"},
    {"store": "laptop"},
    {"number": 17},
    {"run": f"01{64:024}"},
    {"target": f"01{64:024}"},
    {"verb": ["rollback", "promote"]},
]


@pytest.mark.parametrize(
    "page", [Page(20), Page(20, f"01{4000:024}"), Page(20, oldest=True)], ids=("first", "next", "old")
)
@pytest.mark.parametrize("where", QUESTIONS, ids=str)
def test_a_list_reads_no_table_from_end_to_end(
    planner: psycopg.Connection[Any], where: dict[str, Any], page: Page
) -> None:
    query = latest("operation", where, page)
    sql = query.sql.replace("{s}", "milepost").replace("{p}", "2")
    ((plan,),) = planner.execute(f"EXPLAIN (FORMAT JSON) {sql}".encode(), query.values).fetchall()
    nodes = list(of_plan(plan[0]["Plan"]))
    assert "Seq Scan" not in {each["Node Type"] for each in nodes}
    assert any("Index" in each["Node Type"] for each in nodes)


@pytest.mark.parametrize("where", [{}, {"workspace": "default"}, {"app": "web", "workspace": "default"}], ids=str)
def test_a_plain_list_stops_at_its_limit(planner: psycopg.Connection[Any], where: dict[str, Any]) -> None:
    query = latest("operation", where, Page(20))
    sql = query.sql.replace("{s}", "milepost").replace("{p}", "2")
    ((plan,),) = planner.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".encode(), query.values).fetchall()
    nodes = list(of_plan(plan[0]["Plan"]))
    assert "Sort" not in {each["Node Type"] for each in nodes}
    assert max(each["Actual Rows"] for each in nodes) == 20


def test_the_end_of_an_id_is_found_by_an_index(planner: psycopg.Connection[Any], long_history: PostgresStore) -> None:
    assert [each["id"] for each in long_history.ending_with("operation", "05999")] == [f"01{5999:024}"]
    ((plan,),) = planner.execute(
        "EXPLAIN (FORMAT JSON) SELECT body FROM milepost.document WHERE project = 2 AND kind = 'operation' "
        "AND right(id, 5) = '05999' AND right(id, 4) = '5999' ORDER BY position + 0 DESC LIMIT 10"
    ).fetchall()
    assert "document_tail" in {each.get("Index Name") for each in of_plan(plan[0]["Plan"])}


def of_plan(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes of a plan."""
    yield node
    for inner in node.get("Plans", ()):
        yield from of_plan(inner)


ODD = "\0 \udcff \u2028 'quoted' \\ %s {s} {p} 🚢"


def test_whatever_stands_in_a_field_is_found_by_it(store: PostgresStore) -> None:
    run = {"id": f"R{ODD}", "kind": "run", "user": ODD, "workspace": ODD, "labels": {ODD: ODD}, "why": ODD}
    assert store.append(run) == 1
    assert store.append(run) == 1
    found = {**run, "number": 1}
    assert store.get(run["id"]) == found
    for where in ({"user": ODD}, {"workspace": [ODD, "x"]}, {"label": f"{ODD}={ODD}"}):
        assert store.latest("run", where) == [found]
    assert store.latest("run", {}, before=run["id"]) == []
    assert store.ending_with("run", ODD) == [found]
    lock = store.lock(ODD)
    assert lock.acquire({"who": ODD})
    assert lock.holder() == {"who": ODD}
    store.fence([lock.lease] if lock.lease else [])
    store.amend([{**run, "why": "amended"}])
    store.ask_cancel(ODD)
    assert store.cancel_asked(ODD)
    store.remove([run["id"]])
    assert store.get(run["id"]) is None


def test_what_is_damaged_is_told(open_store: Open, database: str, postgres_server: PostgresServer) -> None:
    store, name = open_store(url=database), database.rpartition("/")[2]
    for each in ("R1", "R2", "R3"):
        store.append({"id": each, "kind": "run"})
        store.append({"id": f"{each}-O", "kind": "operation", "run": each, "app": "web", "stage": "build"})
    assert store.check() == []
    postgres_server.execute("UPDATE milepost.document SET body = '{\"id\": ' WHERE id = 'R1'", name)
    postgres_server.execute("UPDATE milepost.document SET body = '{\"id\": \"R9\"}' WHERE id = 'R2-O'", name)
    postgres_server.execute("DELETE FROM milepost.document WHERE id = 'R3'", name)
    postgres_server.execute("UPDATE milepost.project SET number = 1", name)
    postgres_server.execute("INSERT INTO milepost.packed VALUES (1, 'R1-O', 1, 2, 'torn')", name)
    told = store.check()
    assert [each for each in told if "R1 is not JSON" in each]
    assert [each for each in told if "R2-O says of itself" in each]
    assert [each for each in told if "R3-O belongs to the run R3" in each]
    assert [each for each in told if "R2 has the number 2" in each]
    assert [each for each in told if "output of R1-O cannot be read" in each]
    with pytest.raises(HistoryError):
        store.append({"id": "O9", "kind": "operation", "run": "R3"})
