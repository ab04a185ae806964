"""Repair of a history in a folder: what is sound goes into new files, the damaged ones are kept beside them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from milepost.host.history.lock import alone, held
from milepost.host.history.output import FILE as OUTPUT
from milepost.host.history.sqlite import FILE, LOCKS, SqliteStore
from milepost.host.history.trouble import told
from milepost.host.keeping.removed import missing_lines
from milepost.host.keeping.salvage import Output, Salvaged, Saved, output, salvage
from milepost.sdk.errors import HistoryError, LockedError
from milepost.sdk.store import Document, Opening

MARK = ".repairing"
"""Says, while files are exchanged, where the damaged ones are, and which file was to be replaced."""

PUT_TOGETHER = "the record of this run was damaged; this was put together from its operations"


class Told(NamedTuple):
    """What a new file is made with where the damaged one does not say it any more."""

    project: str
    origin: str
    new_id: Callable[[], str]
    now: Callable[[], datetime]


class Repaired(NamedTuple):
    """What was saved."""

    runs: int
    operations: int
    lines: int
    put_together: int
    """How many of the runs were lost and were made again from their operations."""
    lost: tuple[str, ...]
    """What was not saved, a sentence each."""
    kept: str
    """Where the damaged files are."""


def repair(folder: Path, given: Told) -> Repaired:
    """Put all that is sound of a history into new files. The damaged ones are copied first and never removed.

    Raises LockedError while runs go on, HistoryError when there is nothing, when nothing can be saved (all stays as it
    is then), or no room for the copy.
    """
    if not (folder / FILE).exists():
        raise HistoryError(f"there is no history in {folder} to be repaired", hint="milepost store import FILE")
    for name, owner in held(folder / LOCKS).items():
        raise LockedError(name, str(owner.get("user") or "somebody"), str(owner.get("since")), str(owner.get("verb")))
    with told(folder / FILE), alone(folder / f"{FILE}.lock"):
        cut_off = _cut_off(folder)
        found = salvage(cut_off or folder)
        if not found.documents and (found.lost or "id" not in found.facts):
            raise _nothing_saved(folder / FILE, found)
        kept = cut_off or _copied(folder, given.now())
        scratch = folder / f".repair-{os.getpid()}"
        try:
            repaired = _written(scratch, kept, found, given)
            _exchange(scratch, folder, kept)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return repaired


def _nothing_saved(path: Path, found: Salvaged) -> HistoryError:
    """Return the error for a file in which no record is sound."""
    size = path.stat().st_size
    what = "; ".join((f"no record can be read in its {size:,} bytes", *found.lost[:3]))
    return HistoryError(
        f"nothing can be saved of {path}: {what}. All was left as it is",
        hint=f"put a backup in the place of {path.parent}, or milepost store import FILE into a new one; "
        "without one, remove it: milepost history rebuild asks what runs",
    )


def _copied(folder: Path, now: datetime) -> Path:
    """Copy the damaged files into a folder of their own, durably, and return it."""
    kept = folder / f"damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    number = 1
    while kept.exists():
        number += 1
        kept = kept.with_name(f"{kept.name.partition('.')[0]}.{number}")
    kept.mkdir(mode=0o700)
    for name in _files(folder):
        shutil.copyfile(folder / name, kept / name)
        with (kept / name).open("rb") as file:
            os.fsync(file.fileno())
    return kept


def _files(folder: Path) -> list[str]:
    """Return the names of the database files of a folder, logs among them."""
    names = (f"{name}{end}" for name in (FILE, OUTPUT) for end in ("", "-wal", "-shm"))
    return [name for name in names if (folder / name).exists()]


def _written(scratch: Path, kept: Path, found: Salvaged, given: Told) -> Repaired:
    """Write what was found into new files; return what that was."""
    facts, lost = found.facts, list(found.lost)
    if "id" not in facts:
        lost.append("the id of the history: objects outside carry it, and are taken for those of another history now")
    store = SqliteStore.open(
        scratch,
        Opening(
            facts.get("project", given.project),
            facts.get("origin", given.origin),
            "",
            new_id=lambda: facts.get("id") or given.new_id(),
            now=lambda: _made(facts) or given.now(),
        ),
    )
    try:
        made = store.admit(_whole(found.documents)) - len(found.documents)
        lines = _write_output(store, kept, found.documents, lost)
    finally:
        store.close()
    runs = sum(each.kind == "run" for each in found.documents.values())
    operations = len(found.documents) - runs
    return Repaired(runs + made, operations, lines, made, tuple(dict.fromkeys(lost)), str(kept))


def _made(facts: dict[str, str]) -> datetime | None:
    """Return when the history was made."""
    try:
        return datetime.fromisoformat(facts.get("made", ""))
    except ValueError:
        return None


def _whole(documents: dict[str, Saved]) -> Iterator[Document]:
    """Yield the documents; before an operation whose run is lost, a run made of what its operations know."""
    made: set[str] = set()
    for saved in documents.values():
        if saved.kind == "operation" and saved.run not in documents and saved.run not in made:
            made.add(saved.run)
            yield _run_of([each.document for each in documents.values() if each.run == saved.run])
        yield saved.document


def _run_of(operations: list[Document]) -> Document:
    """Return a run as far as its operations tell it."""
    first = operations[0]
    shared = ("project", "workspace", "number", "started", "writer", "user", "ci", "why", "store")
    return {
        **{name: first[name] for name in shared if name in first},
        "id": first["run"],
        "kind": "run",
        "schema": first.get("schema", 1),
        "verb": "unknown",
        "apps": sorted({str(each["app"]) for each in operations}),
        "source": first.get("source") or {"folder": ""},
        "status": "interrupted",
        "ended": operations[-1].get("ended"),
        "failure": {"code": "damaged", "message": PUT_TOGETHER, "hint": ""},
    }


def _write_output(store: SqliteStore, kept: Path, documents: dict[str, Saved], lost: list[str]) -> int:
    """Write what was printed during the operations that were saved; return how many lines that is."""
    lines = homeless = 0
    for piece in output(kept):
        if not isinstance(piece, Output):
            lost.append(piece)
        elif piece.operation in documents:
            store.write_output(piece.operation, piece.lines)
            lines += len(piece.lines)
        else:
            homeless += len(piece.lines)
    if homeless:
        lost.append(f"{homeless} lines of output, whose operations are lost")
    missing = sum(_noted(store, each.document) for each in documents.values() if each.kind == "operation")
    if missing:
        lost.append(f"{missing} lines of output that were printed are lost")
    return lines


def _noted(store: SqliteStore, operation: Document) -> int:
    """Write down how many lines of an operation's output are lost, which is no damage any more then; return that."""
    missing = missing_lines(operation, store)
    if missing:
        warning = f"{missing} lines of its output are lost: their file was damaged"
        warnings = [*(operation.get("warnings") or ()), warning]
        store.amend([{**operation, "unkept": missing, "warnings": warnings}])
    return missing


def _cut_off(folder: Path) -> Path | None:
    """Return where the damaged files are of a repair that was cut off while it exchanged them; None if none was."""
    try:
        kept, inode = (folder / MARK).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return folder / kept if (folder / FILE).stat().st_ino == int(inode) and (folder / kept / FILE).exists() else None


def _exchange(scratch: Path, folder: Path, kept: Path) -> None:
    """Put the new files in the place of the old ones, the documents last."""
    (folder / MARK).write_text(f"{kept.name} {(folder / FILE).stat().st_ino}")
    for name in (OUTPUT, FILE):
        # First the log: over a new file that of the old one would do damage. What both held is copied.
        for end in ("-wal", "-shm"):
            (folder / f"{name}{end}").unlink(missing_ok=True)
        if (scratch / name).exists():
            os.replace(scratch / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    (folder / MARK).unlink()
