"""The word that a history leaves where it was when it moves: where it is now, or that it is on its way."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from milepost.sdk.errors import HistoryError

FILE = "moved.json"


class Pointer(NamedTuple):
    """Where the history of a folder went."""

    to: str
    """The place, for people; no password stands in it."""
    at: str
    """When, in UTC, as ISO 8601."""
    done: bool
    """Whether it has arrived."""


def moved(folder: Path) -> Pointer | None:
    """Return where the history of a folder went; None where it did not."""
    try:
        value = json.loads((folder / FILE).read_text())
        return Pointer(str(value["to"]), str(value["at"]), bool(value["done"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryError(f"{folder / FILE} says that the history was moved, and cannot be read: {error}") from error


def refuse_moved(folder: Path) -> None:
    """Raise HistoryError where a history was, so that nobody goes on writing the one that was left behind."""
    found = moved(folder)
    if found is None:
        return
    if not found.done:
        raise HistoryError(
            f"the history at {folder} is being moved to {found.to}, or the move was cut off",
            hint=f"finish it: milepost store move {found.to}",
        )
    raise HistoryError(
        f"the history at {folder} was moved to {found.to}",
        hint=f"set MILEPOST_HISTORY to that place, or name it in the history block; "
        f"to go on here all the same, remove {folder / FILE}",
    )


def point(folder: Path, pointer: Pointer) -> None:
    """Leave word in a folder, durably. Raises HistoryError when it cannot be written."""
    path = folder / FILE
    scratch = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        with scratch.open("w") as file:
            json.dump(pointer._asdict(), file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        raise HistoryError(
            f"{path} cannot be written: {error.strerror or error}", hint=f"make {folder} writable; nothing was moved"
        ) from error
    finally:
        scratch.unlink(missing_ok=True)


def take_back(folder: Path) -> None:
    """Remove the word from a folder: nothing was moved."""
    (folder / FILE).unlink(missing_ok=True)


def left_behind(project: Path) -> Path | None:
    """Return the folder of a history that lies in the project's own folder, as it once was the habit, and stayed."""
    folder = project / ".milepost"
    return folder if (folder / "history.sqlite").is_file() and moved(folder) is None else None
