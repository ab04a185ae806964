"""Networks break: nothing that was acknowledged is lost, nothing is there twice, nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest

from milepost.sdk.errors import HistoryUnreachableError
from milepost.sdk.store import Document, Lease, OutputLine
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer
from tests.engines.proxy import Proxy, Weather, proxied

Open = Callable[..., PostgresStore]
QUICK = {"timeout": 0.5, "connect_timeout": 2.0}
RUN = {"id": "R1", "kind": "run", "status": "running"}


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    with proxied(postgres_server.port) as proxy:
        yield proxy


@pytest.fixture
def far(open_store: Open, proxy: Proxy, postgres_server: PostgresServer, shared_database: str) -> PostgresStore:
    """The test's store, over the proxy."""
    url = shared_database.replace(f":{postgres_server.port}/", f":{proxy.port}/")
    return open_store(url=url, config=QUICK)


def test_a_connection_that_died_in_its_sleep_is_made_anew_unnoticed(far: PostgresStore, proxy: Proxy) -> None:
    far.append(RUN)
    proxy.weather = Weather.CUT
    time.sleep(0.1)
    proxy.weather = Weather.FAIR
    assert far.append({**RUN, "id": "R2"}) == 2


def test_a_network_that_is_gone_is_told_and_comes_back(far: PostgresStore, proxy: Proxy) -> None:
    far.append(RUN)
    proxy.weather = Weather.CUT
    for ask in (lambda: far.append({**RUN, "id": "R2"}), lambda: far.latest("run", {}), lambda: far.watch(1, 5)):
        with pytest.raises(HistoryUnreachableError):
            ask()
    proxy.weather = Weather.FAIR
    assert far.append({**RUN, "id": "R2"}) == 2


@pytest.mark.parametrize("weather", [Weather.STALLED, Weather.DEAF])
def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    far: PostgresStore, proxy: Proxy, weather: Weather
) -> None:
    far.append(RUN)
    proxy.weather = weather
    with pytest.raises(HistoryUnreachableError, match=r"did not answer within 0\.5 s"):
        far.append({**RUN, "id": "R2"})
    with pytest.raises(HistoryUnreachableError, match="timeout"):
        far.append({**RUN, "id": "R2"})
    proxy.weather = Weather.FAIR
    assert far.append({**RUN, "id": "R2"}) == 2


def test_a_long_answer_may_take_longer_than_a_short_silence(far: PostgresStore, proxy: Proxy, open_store: Open) -> None:
    open_store().admit({**RUN, "id": f"R{place}", "number": place, "why": "x" * 2000} for place in range(1, 1500))
    proxy.weather = Weather.SLOW
    began = time.monotonic()
    assert len(far.latest("run", {})) == 1499
    assert time.monotonic() - began > QUICK["timeout"]


def test_what_was_done_and_not_answered_is_not_done_twice(far: PostgresStore, proxy: Proxy, open_store: Open) -> None:
    lock, near = far.lock("web"), open_store()
    operation = {"id": "O1", "kind": "operation", "run": "R1", "app": "web", "stage": "build"}
    lines = [OutputLine(1, "2026-01-02T03:04:05+00:00", "plugin", "stdout", "one")]
    calls: list[Callable[[], object]] = [
        lambda: far.append(RUN),
        lambda: far.append(operation),
        lambda: far.amend([{**RUN, "status": "success"}]),
        lambda: far.write_output("O1", lines),
        lambda: lock.acquire({"who": "far"}),
    ]
    for call in calls:
        far.version()  # there is a connection
        proxy.weather = Weather.DEAF
        with pytest.raises(HistoryUnreachableError):
            call()
        proxy.weather = Weather.FAIR
        call()
    assert near.get("R1") == {**RUN, "status": "success", "number": 1}
    assert near.get("O1") == {**operation, "number": 1, "sequence": 1}
    assert near.read_output("O1") == lines
    assert lock.lease == Lease("web", 1)


def test_a_change_that_was_held_up_does_not_undo_the_one_that_overtook_it(
    far: PostgresStore, proxy: Proxy, open_store: Open
) -> None:
    far.append(RUN)
    proxy.weather = Weather.STALLED
    with pytest.raises(HistoryUnreachableError):
        far.amend([{**RUN, "status": "held up"}])
    # The way to the server is free again for a new connection, while the bytes of the old one still wait for theirs.
    near = open_store()
    near._writer, near._turns = far._writer, far._turns  # the same process, by another way
    near.amend([{**RUN, "status": "success"}])
    version = near.version()
    proxy.weather = Weather.FAIR
    near.watch(version, 1)
    found = near.get("R1")
    assert found is not None
    assert found["status"] == "success"


def insisting(store: PostgresStore, document: Document) -> tuple[int, int]:
    """Append until it is acknowledged; return the number, and how often nothing was heard of it."""
    for failed in count():
        with suppress(HistoryUnreachableError):
            return store.append(document), failed
    raise AssertionError("count never ends")


def test_a_storm_loses_nothing_that_was_acknowledged_and_doubles_nothing(
    far: PostgresStore, proxy: Proxy, open_store: Open
) -> None:
    proxy.weather = Weather.STORMY
    acknowledged: dict[str, int] = {}
    failed = 0
    for place in range(120):
        operation = {"kind": "operation", "run": f"R{place}", "app": "web", "stage": "build"}
        for document in ({**RUN, "id": f"R{place}"}, {**operation, "id": f"O{place}"}):
            number, tries = insisting(far, document)
            acknowledged[document["id"]] = number
            failed += tries
    proxy.weather = Weather.FAIR
    near = open_store()
    runs, operations = near.latest("run", {}), near.latest("operation", {})
    assert [each["id"] for each in reversed(runs)] == [f"R{place}" for place in range(120)]
    assert {each["id"]: each["number"] for each in (*runs, *operations)} == acknowledged
    assert sorted(each["number"] for each in runs) == list(range(1, 121))
    assert [each["sequence"] for each in reversed(operations)] == list(range(1, 121))
    assert failed > 5


@pytest.mark.slow
def test_a_server_that_crashes_and_comes_back_has_all_that_it_acknowledged(
    open_store: Open, postgres_server: PostgresServer, shared_database: str
) -> None:
    store = open_store(config=QUICK)
    done: list[str] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            name = f"R{len(done)}"
            try:
                store.append({**RUN, "id": name})
            except HistoryUnreachableError:
                time.sleep(0.01)
            else:
                done.append(name)

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(2):
        before = len(done)
        while len(done) < before + 20:
            time.sleep(0.01)
        postgres_server.stop(crash=True)
        postgres_server.start()
    over.set()
    writer.join()
    found = [each["id"] for each in reversed(open_store().latest("run", {}))]
    assert found[: len(done)] == done
    assert len(set(found)) == len(found)
    assert len({each["number"] for each in open_store().latest("run", {})}) == len(found)
