"""Texts in other forms: JSON, YAML, CSV, Base64, URLs, hashes. What Go's implementation gives is what is expected."""

import base64
import gzip
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from milepost.host.language.functions.csv import FUNCTIONS as CSV
from milepost.host.language.functions.encodings import FUNCTIONS as ENCODINGS
from milepost.host.language.functions.hashes import FUNCTIONS as HASHES
from milepost.host.language.functions.json import FUNCTIONS as JSON
from milepost.host.language.values import SetValue
from milepost.sdk.functions import FunctionError

CALLS: dict[str, Callable[..., Any]] = {each.name: each.call for each in (*JSON, *CSV, *ENCODINGS, *HASHES)}
LONG = Decimal("0.1234567890123456789012345678901234567890")

RESULTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("jsonencode", ('<a&b>\u2028é\x01"\\/\n\t\x7f',), '"\\u003ca\\u0026b\\u003e\\u2028é\\u0001\\"\\\\/\\n\\t\x7f"'),
    ("jsonencode", ({"b": 1, "a": [1, "x", True, None], "<": {}},), '{"\\u003c":{},"a":[1,"x",true,null],"b":1}'),
    ("jsonencode", (SetValue(["a", "b"]),), '["a","b"]'),
    ("jsonencode", (Decimal("1.50"),), "1.5"),
    ("jsonencode", (10**30,), "1" + "0" * 30),
    ("jsonencode", (Decimal("1e-10"),), "0.0000000001"),
    ("jsonencode", (LONG,), "0.123456789012345678901234567890123456789"),
    ("jsondecode", ('{"b":1,"a":[1.50,"x",true,null]}',), {"b": 1, "a": [Decimal("1.5"), "x", True, None]}),
    ("jsondecode", ('{"a":1,"a":"x"}',), {"a": "x"}),
    ("jsondecode", ("0.1234567890123456789012345678901234567890",), LONG),
    ("jsondecode", ("1e3",), 1000),
    ("jsondecode", (r'"\ud83d\ude00 \ud83d"',), "😀 \ufffd"),
    ("csvdecode", ("a,b\n1,2\n3,4",), [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
    ("csvdecode", ('a,b\r\n1,"x\r\ny"\r\n',), [{"a": "1", "b": "x\ny"}]),
    ("csvdecode", ('a,b\n"1""q",2',), [{"a": '1"q', "b": "2"}]),
    ("csvdecode", ('\n\na\n""\n\n ',), [{"a": ""}, {"a": " "}]),
    ("csvdecode", ("a,\n1,",), [{"a": "1", "": ""}]),
    ("csvdecode", ("\ufeffa\n1",), [{"a": "1"}]),
    ("csvdecode", ("a",), []),
    ("base64decode", ("aGVs\r\nbG8=",), "hello"),
    ("base64encode", ("é",), "w6k="),
    ("urldecode", ("a%2Fb+c%C3%A9",), "a/b cé"),
    ("urlencode", ("a b+é~-_.!*'()",), "a+b%2B%C3%A9~-_.%21%2A%27%28%29"),
    ("md5", ("hello",), "5d41402abc4b2a76b9719d911017c592"),
    ("sha1", ("hello",), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
    ("sha256", ("hello",), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
    ("uuidv5", ("dns", "example.com"), "cfbff0d1-9375-5685-968c-48ce8b15ae17"),
    ("uuidv5", ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "example.com"), "cfbff0d1-9375-5685-968c-48ce8b15ae17"),
]
FAILURES = [
    ("jsondecode", "[1,\n]", r'found "\]" at line 2, column 1'),
    ("jsondecode", "[1,2", "found the end at line 1, column 5"),
    ("jsondecode", "[NaN]", "NaN is no number"),
    ("jsondecode", "1 2", 'found "2" at line 1, column 3'),
    ("jsondecode", "[" * 101 + "]" * 101, "deeper than 100"),
    ("jsondecode", "[" * 100_000, "deeper than 100"),
    ("jsondecode", "1e999999999999", "the number 1e999999999999 is out of range"),
    ("jsondecode", "9" * 5000, "out of range"),
    ("csvdecode", "", "the text is empty"),
    ("csvdecode", "a,b\n\n1", "row in line 3 has 1 fields; the first row has 2"),
    ("csvdecode", "a,b,a\n", 'names "a" twice'),
    ("csvdecode", 'a,b\n1"2,3', 'line 2 has a " in a field'),
    ("csvdecode", 'a,b\n"1,3', 'line 2 begins with "'),
    ("base64decode", "aGVsbG8", "no Base64"),
    ("base64decode", "aGVs bG8=", "no Base64"),
    ("base64decode", "_-8=", "no Base64"),
    ("base64decode", "/w==", "no text in UTF-8"),
    ("urldecode", "5%2", '"%2" is no escape'),
    ("urldecode", "%e9", "no text in UTF-8"),
    ("uuidv5", "mail", 'found "mail"'),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), RESULTS)
def test_a_function_of_encodings_gives(name: str, arguments: tuple[Any, ...], expected: object) -> None:
    assert CALLS[name](*arguments) == expected


@pytest.mark.parametrize(("name", "text", "words"), FAILURES, ids=str)
def test_a_function_of_encodings_says_what_is_wrong_and_where(name: str, text: str, words: str) -> None:
    with pytest.raises(FunctionError, match=words):
        CALLS[name](text, *["x"] * (name == "uuidv5"))


def test_gzip_gives_the_same_bytes_each_time_and_they_can_be_unpacked() -> None:
    packed = CALLS["base64gzip"]("hello " * 100)
    assert gzip.decompress(base64.b64decode(packed)) == b"hello " * 100
    assert base64.b64decode(packed)[4:8] == bytes(4)


def test_many_quotes_in_a_csv_field_take_no_time_to_refuse() -> None:
    with pytest.raises(FunctionError):
        CALLS["csvdecode"]('a\n"' + '""' * 200_000)
