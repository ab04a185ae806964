"""Lists, sets and objects: what is moved about keeps what is in it, whatever it is."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from milepost.host.language.functions.elements import FUNCTIONS as ELEMENTS
from milepost.host.language.functions.lists import FUNCTIONS as LISTS
from milepost.host.language.functions.objects import FUNCTIONS as OBJECTS
from milepost.host.language.functions.sets import FUNCTIONS as SETS
from milepost.host.language.values import Marked, SetValue, Unknown
from milepost.sdk.functions import FunctionError
from milepost.sdk.secret import Part, Secret

CALLS: dict[str, Callable[..., Any]] = {each.name: each.call for each in LISTS + ELEMENTS + OBJECTS + SETS}
SECRET, LATER = Secret([Part("hush", "var.password")]), Unknown("artifact.image")

RESULTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("chunklist", ([1, 2, 3], 2), [[1, 2], [3]]),
    ("chunklist", ([1, 2, 3], 0), [[1, 2, 3]]),
    ("chunklist", ([], 0), []),
    ("chunklist", ([SECRET, LATER], 1), [[SECRET], [LATER]]),
    ("coalescelist", ([], None, [None], [2]), [None]),
    ("concat", ([SECRET], [LATER], SetValue([1])), [SECRET, LATER, 1]),
    ("element", ([1, 2, 3], 4), 2),
    ("element", ([1, 2, 3], -4), 3),
    ("element", ([1, SECRET], 1), SECRET),
    ("flatten", ([[1], [2, [3]], 4],), [1, 2, 3, 4]),
    ("flatten", ([SetValue([1]), {"a": [1]}, None, []],), [1, {"a": [1]}, None]),
    ("flatten", ([[SECRET], [LATER]],), LATER),
    ("one", ([],), None),
    ("one", ([LATER],), LATER),
    ("reverse", (SetValue([1, 2]),), [2, 1]),
    ("slice", ([1, 2, 3], 1, 2), [2]),
    ("slice", ([], 0, 0), []),
    ("alltrue", ([],), True),
    ("alltrue", ([True, None],), False),
    ("anytrue", ([False, None, True],), True),
    ("anytrue", ([],), False),
    ("compact", (["a", "", None],), ["a"]),
    ("contains", ([1], True), False),
    ("contains", ([1], "1"), False),
    ("contains", ([1], Decimal("1.0")), True),
    ("contains", ([{"b": 1, "a": 2}], {"a": 2, "b": 1}), True),
    ("contains", ([None], None), True),
    ("distinct", ([3, 1, 3, 2],), [3, 1, 2]),
    ("distinct", ([1, Decimal("1"), "1"],), ["1"]),
    ("distinct", ([None, None, 1],), [None, 1]),
    ("length", ([SECRET, LATER],), 2),
    ("length", ({"a": LATER},), 1),
    ("length", ("e\u0301👩‍👩‍👧",), 2),
    ("range", (3,), [0, 1, 2]),
    ("range", (-3,), [0, -1, -2]),
    ("range", (Decimal("0.5"),), [0]),
    ("range", (1, 8, 2), [1, 3, 5, 7]),
    ("range", (0, 1, Decimal("0.25")), [0, Decimal("0.25"), Decimal("0.5"), Decimal("0.75")]),
    ("range", (1, 1, 0), []),
    ("sort", (["a", "B", "é", "z", ""],), ["", "B", "a", "z", "é"]),
    ("keys", ({"b": SECRET, "a": LATER},), ["a", "b"]),
    ("values", ({"b": SECRET, "a": LATER},), [LATER, SECRET]),
    ("lookup", ({"a": None}, "a", 1), None),
    ("lookup", ({"a": 1}, "b", None), None),
    ("merge", (), {}),
    ("merge", ({"a": 1}, None, {"a": SECRET, "b": LATER}), {"a": SECRET, "b": LATER}),
    ("zipmap", (["a", "a"], [1, 2]), {"a": 2}),
    ("setunion", ([3, 1], [10, 2, 1]), [1, 2, 3, 10]),
    ("setunion", ([1], ["2"]), ["1", "2"]),
    ("setunion", (["b", "a", "10", "9"],), ["10", "9", "a", "b"]),
    ("setunion", ([True, False, True],), [False, True]),
    ("setunion", ([None, 1],), [1, None]),
    ("setunion", ([{"a": 2}, {"a": 1}],), [{"a": 1}, {"a": 2}]),
    ("setunion", ([], []), []),
    ("setintersection", ([1, 2], ["2", 3]), ["2"]),
    ("setintersection", ([1, 2], [2], [2, 1]), [2]),
    ("setsubtract", ([1, 2], ["2"]), ["1"]),
    ("setsymmetricdifference", ([1, 2], [2, 3], [1, 3]), []),
    ("setproduct", ([1, "a"], [True]), [["1", True], ["a", True]]),
    ("setproduct", ([1, 2], []), []),
]
FAILURES: list[tuple[str, tuple[Any, ...], int | None, str]] = [
    ("chunklist", ([1], -1), 1, "found -1"),
    ("coalescelist", ([], None), None, "each list is empty"),
    ("element", ([], 0), 0, "the list is empty"),
    ("one", ([1, 2],), 0, "has 2 elements"),
    ("slice", ([1, 2], 0, 3), 2, "from 0 to 2"),
    ("slice", ([1, 2], 2, 1), 2, "from 2 to 2"),
    ("slice", ([1, 2], -1, 1), 1, "found -1"),
    ("distinct", ([1, True],), None, "values of one type"),
    ("length", (5,), 0, "expected a list"),
    ("range", (1, 2, 0), 2, "do not lead from 1 to 2"),
    ("range", (2, 1, 0), None, "more than 1024"),
    ("range", (1, 2, -1), 2, "do not lead from 1 to 2"),
    ("range", (1, 2, 3, 4), None, "found 4"),
    ("range", (1025,), None, "more than 1024"),
    ("sort", (["a", None],), 0, "element 1 is null"),
    ("lookup", ({"image": 1}, "imge"), 1, 'no key "imge"'),
    ("zipmap", (["a"], []), 1, "1 keys and 0 values"),
    ("setunion", ([1], [[1]]), None, "values of one type"),
    ("setunion", ([True], [1]), None, "values of one type"),
    ("setproduct", ([0] * 2000, [0] * 2000), None, "4000000 elements"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), RESULTS)
def test_a_function_of_lists_sets_or_objects_gives(name: str, arguments: tuple[Any, ...], expected: object) -> None:
    found = CALLS[name](*arguments)
    assert found == expected
    assert not isinstance(expected, bool) or found is expected


@pytest.mark.parametrize(("name", "arguments", "argument", "words"), FAILURES)
def test_a_function_of_lists_sets_or_objects_says_what_is_wrong(
    name: str, arguments: tuple[Any, ...], argument: int | None, words: str
) -> None:
    with pytest.raises(FunctionError, match=words) as caught:
        CALLS[name](*arguments)
    assert caught.value.argument == argument


def test_a_set_stays_one_where_sets_are_multiplied() -> None:
    assert isinstance(CALLS["setproduct"](SetValue([1]), ["a"]), SetValue)
    assert not isinstance(CALLS["setproduct"]([1], ["a"]), SetValue)


def test_what_was_in_a_secret_list_is_secret_and_says_where_it_was() -> None:
    text, number = CALLS["flatten"]([Marked(["a", 1], "var.users")])
    assert (text.reveal(), text.sources) == ("a", ("var.users[0]",))
    assert number == Marked(1, "var.users[1]")
