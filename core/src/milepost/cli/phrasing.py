"""Times, lengths and tables as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from milepost.cli.width import cut, fitted, padded, width

_STEPS = ((60, "s"), (60, "m"), (24, "h"))
_SEQUENCE = r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.?"
_UNPRINTABLE = _SEQUENCE + r"|[\x00-\x08\x0b-\x1f\x7f]"


def moment(value: object) -> datetime | None:
    """Return a time of a JSON document as a time; None if there is none, or none that is understood."""
    if isinstance(value, datetime):
        return value
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def clock(at: datetime) -> str:
    """Return the local time of day."""
    return f"{at.astimezone():%H:%M:%S}"


def local(at: datetime | None) -> str:
    """Return the local date and time."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}" if at else ""


def utc(at: datetime | None) -> str:
    """Return the date and time in UTC, as ISO 8601 to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago that was, in its largest unit."""
    if at is None:
        return ""
    value = max(0.0, (now - at).total_seconds())
    for size, unit in _STEPS:
        if value < size:
            return f"{value:.0f}{unit} ago"
        value //= size
    return f"{value:.0f}d ago"


def length(seconds: float | None) -> str:
    """Return a length of time in at most two units; nothing if it is not known."""
    # A clock that was put back in the meantime leaves a time that is no length.
    if seconds is None or seconds < 0:
        return ""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}m{rest:02}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02}m"


def taken(document: dict[str, object]) -> str:
    """Return how long a recorded run or operation took; nothing while it runs, or where its end is not known."""
    if document.get("status") == "interrupted":
        return ""  # it ended unseen: its record has the time at which somebody found that out
    began, ended = moment(document.get("started")), moment(document.get("ended"))
    return length((ended - began).total_seconds()) if began and ended else ""


def short(digest: str) -> str:
    """Return the beginning of a digest, enough to tell it from others."""
    name, _, value = digest.rpartition(":")
    return f"{name}:{value[:12]}" if name and len(value) > 12 else digest


def line_of(text: object) -> str:
    """Return a text as one line without what would steer the terminal."""
    return clean(" ".join(str(text).split()))


def clean(text: str) -> str:
    """Return a line of foreign output without what would steer the terminal."""
    # The pattern is compiled for what needs it: most lists do not.
    return text if text.isprintable() else re.sub(_UNPRINTABLE, "", text)


def columns(rows: Iterable[Sequence[str]], indent: str = "", gap: int = 2, room: int | None = None) -> list[str]:
    """Return the rows as lines with their columns under each other; cut to `room` where there is a limit."""
    table = [tuple(row) for row in rows]
    if not table:
        return []
    widths = [max(width(row[at]) for row in table) for at in range(len(table[0]))]
    if room is not None:
        widths = fitted(widths, room - len(indent) - gap * (len(widths) - 1))
        table = [tuple(cut(cell, cells) for cell, cells in zip(row, widths, strict=True)) for row in table]
    lines = ((" " * gap).join(padded(cell, cells) for cell, cells in zip(row, widths, strict=True)) for row in table)
    return [f"{indent}{line}".rstrip() for line in lines]


def counted(number: int, noun: str) -> str:
    """Return how many there are of something; a noun that means several already stands alone."""
    if noun.endswith("s"):
        return noun if number == 1 else f"{number} times {noun}"
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str], nothing: str = "nothing") -> str:
    """Return the names with commas."""
    return ", ".join(names) or nothing
