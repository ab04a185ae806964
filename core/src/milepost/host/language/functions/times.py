"""The functions on times: RFC 3339 in, other forms out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from milepost.host.language.context import Context
from milepost.host.language.functions.dates import written
from milepost.host.language.values import described
from milepost.sdk.functions import FunctionError, function

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):(\d\d))", re.ASCII
)
_DURATION_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_LONGEST = 2**63


class Moment(NamedTuple):
    """A moment, as precise as a text can say it."""

    second: datetime
    """With its offset, without a fraction."""
    nanoseconds: int


@function
def formatdate(format: str, time: str) -> str:
    """Return a time, given as in RFC 3339, in another form.

    `YYYY YY`, `MMMM MMM MM M`, `DD D`, `EEEE EEE` (day of the week), `hh h` (of 24), `HH H` (of 12), `AA aa`, `mm m`,
    `ss s`, `Z` (Z or +02:00), `ZZZ` (UTC or +0200), `ZZZZ` (+0200), `ZZZZZ` (+02:00). Other letters stand in single
    quotes, a quote is two of them.

    Example: formatdate("EEE, D MMM YYYY hh:mm ZZZ", "2025-05-17T09:05:00Z") is "Sat, 17 May 2025 09:05 UTC"
    Example: formatdate("h'h'", "2025-05-17T09:05:00Z") is "9h"
    Example: formatdate("YYY", "2025-05-17T09:05:00Z") fails
    """
    return written(moment(time, 1).second, format)


@function
def timeadd(time: str, duration: str) -> str:
    """Return the time, given as in RFC 3339, that is a duration later, without fractions of a second.

    A duration is one or more numbers with a unit, of `h`, `m`, `s`, `ms`, `us`, `ns`, and may have a sign.

    Example: timeadd("2025-05-17T12:00:00Z", "1h30m") is "2025-05-17T13:30:00Z"
    Example: timeadd("2025-05-17T12:00:00+02:00", "-0.5s") is "2025-05-17T11:59:59+02:00"
    Example: timeadd("2025-05-17T12:00:00Z", "1 day") fails
    """
    start = moment(time, 0)
    seconds = (start.nanoseconds + _nanoseconds(duration)) // 10**9
    try:
        return _rfc3339(start.second + timedelta(seconds=seconds))
    except OverflowError:
        raise FunctionError("the result is not in the years 1 to 9999") from None


@function
def timestamp(context: Context) -> str:
    """Return the time it is now, in UTC as in RFC 3339, such as `2025-05-17T12:00:00Z`.

    Example: substr(timestamp(), 10, 1) is "T"
    """
    return _rfc3339(context.now().astimezone(UTC))


def moment(text: str, argument: int) -> Moment:
    """Return the moment that a text in the form of RFC 3339 means; `argument` is for the error."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise FunctionError(f"{described(text)} is no time as in RFC 3339, such as 2025-05-17T12:00:00Z", argument)
    fraction, *offset = found.groups()
    try:
        second = datetime.fromisoformat(text[:19]).replace(tzinfo=_zone(*offset))
    except ValueError as wrong:
        raise FunctionError(f"{described(text)} is no time there is: {wrong}", argument) from None
    return Moment(second, int((fraction or "")[:9].ljust(9, "0")))


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    if sign is None or hours is None or minutes is None:
        return UTC
    if int(minutes) > 59:
        raise ValueError("minutes of the offset must be in 0..59")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _nanoseconds(duration: str) -> int:
    sign, rest = (duration[0], duration[1:]) if duration[:1] in ("+", "-") else ("+", duration)
    total = position = 0
    while found := _DURATION_PART.match(rest, position):
        whole, _, fraction = found[1].partition(".")
        unit = _NANOSECONDS[found[2]]
        # In floating point, as Go does it, so that a third of an hour is 20 minutes.
        total += int(whole or "0") * unit + int(float(f"0.{fraction}") * unit)
        position = found.end()
    if rest != "0" and (not rest or position < len(rest)):
        raise FunctionError(
            f"{described(duration)} is no duration such as 1h30m; its units are h, m, s, ms, us and ns", 1
        )
    if total >= _LONGEST:
        raise FunctionError(f'the duration "{duration}" is longer than 292 years', 1)
    return -total if sign == "-" else total


def _rfc3339(time: datetime) -> str:
    return time.replace(microsecond=0).isoformat().removesuffix("+00:00") + ("" if time.utcoffset() else "Z")


FUNCTIONS = (formatdate, timeadd, timestamp)
