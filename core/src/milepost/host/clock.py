"""The clock of the system, which is given to whoever has to know the time."""

from __future__ import annotations

from datetime import UTC, datetime


def system_clock() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
