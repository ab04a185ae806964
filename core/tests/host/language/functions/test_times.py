"""Functions on times: RFC 3339 in, to the letter; what is none is refused."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from milepost.host.language.context import Context
from milepost.host.language.functions.times import FUNCTIONS
from milepost.sdk.functions import FunctionError

formatdate, timeadd, timestamp = (each.call for each in FUNCTIONS)
EVENING = "2006-01-02T15:04:05Z"
NIGHT = "2020-12-09T00:07:03.5-08:00"


@pytest.mark.parametrize(
    ("format", "evening", "night"),
    [
        ("YYYY YY", "2006 06", "2020 20"),
        ("M MM MMM MMMM", "1 01 Jan January", "12 12 Dec December"),
        ("D DD EEE EEEE", "2 02 Mon Monday", "9 09 Wed Wednesday"),
        ("h hh H HH AA aa", "15 15 3 03 PM pm", "0 00 12 12 AM am"),
        ("m mm s ss", "4 04 5 05", "7 07 3 03"),
        ("Z ZZZ ZZZZ ZZZZZ", "Z UTC +0000 +00:00", "-08:00 -0800 -0800 -08:00"),
        ("YYYYMMDD'T'hhmmss", "20060102T150405", "20201209T000703"),
        ("'it''s' ''YY'' é", "it's '06' é", "it's '20' é"),
        ("", "", ""),
    ],
)
def test_letters_stand_for_the_parts_of_a_time(format: str, evening: str, night: str) -> None:
    assert (formatdate(format, EVENING), formatdate(format, NIGHT)) == (evening, night)


@pytest.mark.parametrize(
    ("format", "words"),
    [
        ("YYY", "expected YY or YYYY"),
        ("ZZ", '"ZZ"'),
        ("MMMMM", "M or MM or MMM or MMMM"),
        ("a", "aa"),
        ("x", "single quotes"),
        ("'abc", "not closed"),
        ("'", "not closed"),
    ],
)
def test_letters_that_mean_nothing_name_the_ones_that_do(format: str, words: str) -> None:
    with pytest.raises(FunctionError, match=words) as caught:
        formatdate(format, EVENING)
    assert caught.value.argument == 0


@pytest.mark.parametrize(
    "time",
    [
        "",
        "2006-01-02",
        "2006-01-02T15:04:05",
        "2006-01-02 15:04:05Z",
        "2006-01-02t15:04:05z",
        "2006-13-02T15:04:05Z",
        "2006-02-29T00:00:00Z",
        "2006-01-02T24:00:00Z",
        "2006-01-02T15:60:05Z",
        "2006-01-02T15:04:60Z",
        "2006-01-02T15:04:05.Z",
        "2006-01-02T15:04:05,5Z",
        "2006-01-02T15:04:05+24:00",
        "2006-01-02T15:04:05+01:60",
        "2006-01-02T15:04:05+0100",
        "\uff12006-01-02T15:04:05Z",
        "2006-01-02T15:04:05Z\n",
    ],
)
def test_only_a_time_as_in_rfc_3339_is_one(time: str) -> None:
    with pytest.raises(FunctionError, match="is no time") as caught:
        formatdate("YYYY", time)
    assert caught.value.argument == 1


@pytest.mark.parametrize(
    ("time", "duration", "expected"),
    [
        (EVENING, "1h", "2006-01-02T16:04:05Z"),
        (EVENING, "-1h30m", "2006-01-02T13:34:05Z"),
        (EVENING, "+1.5h", "2006-01-02T16:34:05Z"),
        (EVENING, "90s", "2006-01-02T15:05:35Z"),
        (EVENING, "1500ms", "2006-01-02T15:04:06Z"),
        (EVENING, "-1ns", "2006-01-02T15:04:04Z"),
        (EVENING, "999999us", "2006-01-02T15:04:05Z"),
        (EVENING, "1000000µs", "2006-01-02T15:04:06Z"),
        (EVENING, "0", EVENING),
        (EVENING, "1.h", "2006-01-02T16:04:05Z"),
        (EVENING, "-.5s", "2006-01-02T15:04:04Z"),
        (EVENING, "0.3333333333333333333h", "2006-01-02T15:24:05Z"),
        ("2017-11-22T00:00:00.5Z", "0.5s", "2017-11-22T00:00:01Z"),
        ("2017-11-22T00:00:00.999999999Z", "1ns", "2017-11-22T00:00:01Z"),
        ("2017-11-22T00:00:00+05:30", "24h", "2017-11-23T00:00:00+05:30"),
        ("2017-11-22T00:00:00-00:00", "1s", "2017-11-22T00:00:01Z"),
        ("2016-02-28T23:59:59Z", "1s", "2016-02-29T00:00:00Z"),
    ],
)
def test_a_duration_later_is_told_in_the_same_offset(time: str, duration: str, expected: str) -> None:
    assert timeadd(time, duration) == expected


@pytest.mark.parametrize(
    "duration", ["", "1", "h", "1 h", " 1h", "1d", "1H", "--1h", "1h-30m", "1h30", ".h", "1e3s", "\uff10h"]
)
def test_what_is_no_duration_names_the_units(duration: str) -> None:
    with pytest.raises(FunctionError, match="its units are h, m, s, ms, us and ns") as caught:
        timeadd(EVENING, duration)
    assert caught.value.argument == 1


def test_durations_and_years_have_an_end() -> None:
    with pytest.raises(FunctionError, match="longer than 292 years"):
        timeadd(EVENING, "2562048h")
    with pytest.raises(FunctionError, match="years 1 to 9999"):
        timeadd("9999-12-31T23:59:59Z", "1s")


def test_now_is_told_in_utc_without_a_fraction() -> None:
    noon = datetime(2025, 5, 17, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    context = Context(
        folder=Path("/nowhere"),
        readable=(),
        home=Path("/nowhere"),
        rendered=Path("/nowhere"),
        now=lambda: noon,
        git=lambda *words: None,
        render=lambda name, text, names: text,
    )
    assert timestamp(context) == "2025-05-17T10:00:00Z"
