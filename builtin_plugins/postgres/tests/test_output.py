"""Output: lines while it is printed, packets afterwards, and nothing lost in between."""

from __future__ import annotations

import threading
from collections.abc import Callable

from milepost.sdk.store import OutputLine
from milepost_postgres.output import PACKET
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer

Open = Callable[..., PostgresStore]


def lines(first: int, last: int) -> list[OutputLine]:
    """Return lines with these numbers."""
    return [
        OutputLine(
            each, "2026-01-02T03:04:05+00:00", "task migrate", "stderr", f"\x1b[31m{each}\x1b[0m of a build: ä 🚢"
        )
        for each in range(first, last + 1)
    ]


def rows(server: PostgresServer, url: str) -> tuple[object, ...]:
    """Return how many lines and how many packets there are."""
    counts = "SELECT (SELECT count(*) FROM milepost.output), (SELECT count(*) FROM milepost.packed)"
    return server.execute(counts, url.rpartition("/")[2])[0]


def test_sealed_output_is_packed_and_reads_the_same(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    store, all_of_it = open_store(url=database), lines(1, 2 * PACKET + 7)
    store.write_output("O1", all_of_it)
    assert rows(postgres_server, database) == (len(all_of_it), 0)
    store.seal_output("O1")
    assert rows(postgres_server, database) == (0, 3)
    assert store.read_output("O1") == all_of_it
    assert store.read_output("O1", after=PACKET) == all_of_it[PACKET:]
    store.write_output("O1", lines(PACKET, 2 * PACKET + 9))
    store.seal_output("O1")
    assert store.read_output("O1") == lines(1, 2 * PACKET + 9)


def test_two_who_seal_while_a_third_writes_lose_nothing(open_store: Open) -> None:
    writer, sealers = open_store(), [open_store(), open_store()]
    over = threading.Event()

    def seal(store: PostgresStore) -> None:
        while not over.is_set():
            store.seal_output("O1")

    threads = [threading.Thread(target=seal, args=(each,)) for each in sealers]
    for thread in threads:
        thread.start()
    for first in range(1, 600, 3):
        writer.write_output("O1", lines(first, first + 2))
        assert writer.read_output("O1") == lines(1, first + 2)
    over.set()
    for thread in threads:
        thread.join()
    assert writer.read_output("O1") == lines(1, 600)


def test_any_text_is_kept(store: PostgresStore) -> None:
    texts = ["", "\0", "a\tb\r", "\x1b[1m", "[", '"}', "%s {s} {p}", "x" * 200_000]
    written = [OutputLine(place, "", "plugin", "say", text) for place, text in enumerate(texts, 1)]
    store.write_output("O1", [*written, OutputLine(99, "", "plugin", "say", "\udcff")])
    for _ in range(2):
        assert store.read_output("O1") == [*written, OutputLine(99, "", "plugin", "say", "\\udcff")]
        store.seal_output("O1")


def test_removing_a_document_removes_its_output(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    store = open_store(url=database)
    store.append({"id": "R1", "kind": "run"})
    for each in ("O1", "O2", "O3"):
        store.append({"id": each, "kind": "operation", "run": "R1"})
        store.write_output(each, lines(1, 3))
    store.seal_output("O1")
    store.remove(["O1", "O2"])
    store.drop_output(["O3"])
    assert rows(postgres_server, database) == (0, 0)
    assert store.get("O3") is not None
