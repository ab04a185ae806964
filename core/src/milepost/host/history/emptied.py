"""A history whose file was emptied: what lies beside it tells it from one that is being made."""

from __future__ import annotations

from pathlib import Path

from milepost.sdk.errors import HistoryError

BESIDE = ("output.sqlite", "locks")
"""What comes into the folder after the file of documents has been made whole, and stays there."""


def refuse_emptied(path: Path) -> None:
    """Raise HistoryError for a file of no bytes where there was a history."""
    if not _is_empty(path):
        return
    log = path.with_name(f"{path.name}-wal")
    logged = log.exists() and not _is_empty(log)
    used = logged or any((path.parent / name).exists() for name in BESIDE)
    # Looked at again: another process may have made it whole at this moment, and what lies beside it.
    if used and _is_empty(path):
        raise emptied(path, logged=logged)


def emptied(path: Path, *, logged: bool) -> HistoryError:
    """Return the error for it; `logged`: a log is there, from which something can be saved."""
    backup = f"put a backup in the place of {path.parent}, or remove {path.name}: milepost history rebuild then asks"
    return HistoryError(
        f"the history {path} was emptied: it has 0 bytes, and something was recorded there once",
        hint="milepost store repair saves what its log has" if logged else f"{backup} what runs",
    )


def _is_empty(path: Path) -> bool:
    """Return whether it is a file of no bytes."""
    try:
        return path.stat().st_size == 0
    except OSError:
        return False  # whoever opens it says why it cannot be
