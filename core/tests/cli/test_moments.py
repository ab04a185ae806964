"""Points in time as they are typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from milepost.cli.moments import point
from milepost.sdk.errors import UsageError

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def typed(text: str, *, ends: bool = False) -> datetime:
    """Return the time that was typed."""
    return datetime.fromisoformat(point("--since", text, NOW, ends=ends))


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("90m", timedelta(minutes=90)),
        ("1d12h", timedelta(hours=36)),
        ("1.5h", timedelta(minutes=90)),
        ("now", timedelta()),
    ],
)
def test_a_length_of_time_is_how_long_ago(text: str, ago: timedelta) -> None:
    assert typed(text) == NOW - ago


def test_a_time_with_a_zone_is_taken_as_it_says() -> None:
    assert typed("2026-03-01T14:00Z") == datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
    assert typed("2026-03-01T14:00:30+02:00") == datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


def test_a_time_without_a_zone_is_local() -> None:
    assert typed("2026-03-01 14:00") == datetime(2026, 3, 1, 14, 0).astimezone()
    assert typed("09:30").astimezone().strftime("%H:%M") == "09:30"


def test_a_day_means_its_beginning_or_its_end() -> None:
    day = datetime(2026, 3, 1).astimezone()
    assert typed("2026-03-01") == day
    assert typed("2026-03-01", ends=True) == datetime(2026, 3, 2).astimezone()
    assert typed("yesterday", ends=True) == typed("today")


@pytest.mark.parametrize("text", ["bogus", "2x", "2026-13-01", "", "-2h", "25:00", "99999999999d"])
def test_what_is_no_time_is_an_error_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="is no time") as caught:
        typed(text)
    assert "--since 2h" in caught.value.hint
