"""Opening a history: made once, by whomever; each project finds its own, and nothing that is another's."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from milepost.sdk.errors import ForeignHistoryError, HistoryError, NewerHistoryError
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer

Open = Callable[..., PostgresStore]
RUN = {"id": "R1", "kind": "run", "verb": "up"}


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_projects_of_one_database_do_not_see_each_other(open_store: Open) -> None:
    shop, blog = open_store(project="two-shop"), open_store(project="two-blog", origin="example.org/blog")
    assert (shop.append(RUN), blog.append(RUN), blog.append({**RUN, "id": "R2"})) == (1, 1, 2)
    assert [each["id"] for each in shop.latest("run", {})] == ["R1"]
    assert shop.lock("web").acquire({})
    assert blog.locks() == {}
    assert shop.id != blog.id


def test_the_history_of_a_namesake_is_refused_until_it_is_adopted(open_store: Open, project: str) -> None:
    open_store().append(RUN)
    with pytest.raises(ForeignHistoryError) as refused:
        open_store(origin="example.org/other")
    assert "example.org/shop, this one is example.org/other" in str(refused.value)
    adopted = open_store(origin="example.org/other", adopt=True)
    assert adopted.get("R1") is not None
    assert adopted.facts()["origin"] == "example.org/other"
    assert open_store(origin="example.org/other").id == adopted.id


def test_a_folder_that_became_a_repository_is_the_same_project(open_store: Open) -> None:
    first = open_store(origin="path:/srv/shop")
    later = open_store(origin="example.org/shop", formerly="path:/srv/shop")
    assert later.id == first.id
    assert open_store(origin="example.org/shop").id == first.id


def test_a_history_that_is_not_there_reads_as_an_empty_one_and_is_not_made(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    store = open_store(url=database, create=False)
    assert (store.id, store.version(), store.latest("run", {}), store.locks(), store.check()) == ("", 0, [], {}, [])
    assert store.read_output("O1") == []
    assert store.watch(0, 0.01) == 0
    with pytest.raises(HistoryError, match="no history"):
        store.append(RUN)
    assert postgres_server.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'milepost'", name_of(database)) == []
    open_store(url=database)
    assert open_store(url=database, project="unheard-of", create=False).get("R1") is None
    assert postgres_server.execute("SELECT count(*) FROM milepost.project", name_of(database)) == [(1,)]


def test_many_who_open_it_at_once_make_it_once(open_store: Open, database: str) -> None:
    opened: list[PostgresStore] = []
    threads = [threading.Thread(target=lambda: opened.append(open_store(url=database))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.id for each in opened}) == 1
    assert sorted(each.append({**RUN, "id": f"R{place}"}) for place, each in enumerate(opened)) == [1, 2, 3, 4, 5, 6]


def test_tables_of_a_newer_milepost_are_refused(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    open_store(url=database)
    postgres_server.execute("INSERT INTO milepost.form VALUES (99)", name_of(database))
    with pytest.raises(NewerHistoryError, match="schema 99"):
        open_store(url=database)
    with pytest.raises(NewerHistoryError):
        open_store(url=database, create=False)


def test_a_schema_of_another_name_is_another_history(open_store: Open) -> None:
    first, other = open_store(), open_store(config={"schema": 'odd "name"'})
    first.append(RUN)
    assert other.get("R1") is None
    assert other.watch(0, 0.01) == 0
    other.append(RUN)
    assert other.place.endswith('(schema odd "name")')


def test_a_database_that_cannot_hold_all_characters_is_refused(
    open_store: Open, postgres_server: PostgresServer
) -> None:
    name = postgres_server.new_database("ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(HistoryError, match="encoding LATIN1") as refused:
        open_store(url=postgres_server.url(name))
    assert "createdb -E UTF8" in refused.value.hint


def test_half_made_tables_are_none(open_store: Open, database: str, postgres_server: PostgresServer) -> None:
    # Something in the way makes the last statements of the step fail: what came before must be gone.
    postgres_server.execute("CREATE SCHEMA milepost", name_of(database))
    postgres_server.execute("CREATE TABLE milepost.packed (in_the_way int)", name_of(database))
    with pytest.raises(HistoryError, match="packed"):
        open_store(url=database)
    postgres_server.execute("DROP TABLE milepost.packed", name_of(database))
    assert open_store(url=database).append(RUN) == 1
