"""Points in time as people type them: how long ago, a day, a time of day, ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from milepost.sdk.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_AGO = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OF_TODAY = re.compile(r"\d\d:\d\d(?::\d\d)?", re.ASCII)


def point(flag: str, text: str, now: datetime, *, ends: bool = False) -> str:
    """Return the time that was typed, in UTC as ISO 8601; local unless it says its zone. Raises UsageError.

    With `ends`, a day means its end, else its beginning.
    """
    try:
        return _point(text.strip(), now, ends).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{flag} {text!r} is no time",
            hint=f"{flag} 2h, {flag} 3d, {flag} yesterday, {flag} 2026-03-01, {flag} 2026-03-01T14:00Z",
        ) from error


def _point(text: str, now: datetime, ends: bool) -> datetime:
    """Return the time; one without a zone is local. Raises ValueError, OverflowError."""
    if _AGO.fullmatch(text):
        return now - timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
    if text == "now":
        return now
    today = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if _OF_TODAY.fullmatch(text):
        return datetime.fromisoformat(f"{today:%Y-%m-%d}T{text}")
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    if text in days or _DAY.fullmatch(text):
        day = days[text] if text in days else datetime.fromisoformat(text)
        return day + timedelta(days=1) if ends else day
    return datetime.fromisoformat(text)
