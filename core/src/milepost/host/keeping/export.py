"""Export: the history as JSON lines that any tool reads, written while others go on writing the history."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from milepost.host.keeping import format as form
from milepost.host.keeping.paging import in_order
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, HistoryStore, Where


class Choice(NamedTuple):
    """What is exported."""

    where: Where = {}  # noqa: RUF012  a NamedTuple's default, which nobody changes
    """Conditions on the runs; the operations go with them."""
    output: bool = True
    """Whether with what was printed."""


EVERYTHING = Choice()


class Amount(NamedTuple):
    """How much was exported, or imported."""

    runs: int = 0
    operations: int = 0
    lines: int = 0


def export(store: HistoryStore, out: IO[str], now: datetime, choice: Choice = EVERYTHING) -> Amount:
    """Write the history to `out` and return how much that was. Raises HistoryError, OSError."""
    out.write(form.line(_header(store, now, choice)))
    runs = operations = lines = 0
    for document in in_order(store, choice.where):
        out.write(form.line(document))
        if document["kind"] == "run":
            runs += 1
            continue
        operations += 1
        lines += _export_output(store, str(document["id"]), out) if choice.output else 0
    amount = Amount(runs, operations, lines)
    out.write(form.line({"kind": form.END, **amount._asdict()}))
    return amount


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """Give a file to write to, that has its name only when all is in it. Raises HistoryError when one has it."""
    if path.exists():
        raise HistoryError(f"{path} is there already; an export overwrites nothing", hint="name another file")
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("x", encoding="utf-8", errors="backslashreplace") as file:
            # What people did is nobody else's business.
            os.fchmod(file.fileno(), 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(path)
    except OSError as error:
        raise HistoryError(
            f"{path} cannot be written: {error.strerror or error}", hint="name a file in a folder that can be written"
        ) from error
    finally:
        scratch.unlink(missing_ok=True)


def _header(store: HistoryStore, now: datetime, choice: Choice) -> Document:
    """Return the first line: what this is, of which store, written where and when."""
    facts = store.facts()
    return {
        "kind": form.HEADER,
        "format": form.FORMAT,
        "store": store.id,
        "project": facts.get("project"),
        "origin": facts.get("origin"),
        "made": facts.get("made"),
        "host": os.uname().nodename,
        "exported": now.isoformat(),
        "where": dict(choice.where),
        "output": choice.output,
    }


def _export_output(store: HistoryStore, operation: str, out: IO[str]) -> int:
    """Write what was printed during an operation, and return how many lines it is."""
    printed = store.read_output(operation)
    for each in printed:
        out.write(form.output_line(operation, each))
    return len(printed)
