"""Documents of a newer milepost: what of them is understood."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from milepost.host.history.newer import FIELDS, SCHEMA, WORDS, not_understood
from milepost.host.history.ref import NOTED
from milepost.sdk import record
from milepost.sdk.record import Operation, Run
from milepost.sdk.request import Verb


def test_the_fields_are_those_of_the_records() -> None:
    for name, kind in (("run", Run), ("operation", Operation)):
        assert set(FIELDS[name]) == {each.encode_name for each in msgspec.structs.fields(kind)}


def test_the_words_are_those_of_the_records() -> None:
    assert record.SCHEMA == SCHEMA
    assert WORDS["status"] == get_args(record.Status)
    assert WORDS["stage"] == get_args(record.Stage)
    assert WORDS["presence"] == get_args(record.Presence)
    assert set(WORDS["verb"]) - {*NOTED, "rebuild"} == set(get_args(Verb))


def test_what_an_older_one_left_out_is_no_riddle() -> None:
    assert not_understood({"id": "01", "kind": "operation", "schema": 1, "app": "web"}) == ()


@pytest.mark.parametrize(
    "field",
    [
        {"mood": "good"},
        {"status": "paused"},
        {"stage": "scan"},
        {"presence": "floating"},
        {"schema": 2},
        {"started": 1234},
        {"hooks": {"before": []}},
    ],
)
def test_what_is_not_understood_is_named(field: dict[str, Any]) -> None:
    document = {"id": "01", "kind": "operation", "schema": 1, "status": "success", **field}
    assert not_understood(document) == tuple(field)


def test_a_verb_and_a_kind_that_are_not_known_are_named() -> None:
    assert not_understood({"id": "01", "kind": "run", "verb": "teleport"}) == ("verb",)
    assert not_understood({"id": "01", "kind": "session"}) == ("kind",)
