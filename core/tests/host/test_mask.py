"""Secrets kept out of all that is written or shown, in the forms in which they leak."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.host.mask import Masker

SECRET = 'p@ss wörd/"x"\\n1'


@pytest.fixture
def masker() -> Masker:
    made = Masker()
    assert made.add(SECRET)
    return made


@pytest.mark.parametrize(
    "leaked",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").replace("%2F", "%2f").replace("%C3%B6", "%c3%b6").replace("%5C", "%5c"),
        json.dumps(SECRET).replace("/", "\\/"),
        repr(SECRET),
        repr(SECRET.encode()),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        f"https://ada:{quote(SECRET, safe='')}@db/x?y=1",
    ],
)
def test_it_is_masked_in_the_encodings_of_urls_and_json(masker: Masker, leaked: str) -> None:
    shown = masker.text(f"before {leaked} after")
    assert "***" in shown
    assert "wörd" not in shown
    assert quote("wörd") not in shown
    assert "w\\u00f6rd" not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@given(secret=st.text(min_size=9, max_size=40), before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_it_is_masked_in_base64_at_any_offset(secret: str, before: bytes, after: bytes) -> None:
    made = Masker()
    if not made.add(secret) or len(secret.encode()) < 9:
        return
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(before + secret.encode() + after).decode()
        middle = secret.encode()[3:-3]
        shown = made.text(text)
        assert "***" in shown
        assert encode(middle).decode() not in shown


@given(secret=st.text(min_size=6, max_size=30))
def test_a_text_that_holds_it_never_shows_it(secret: str) -> None:
    made = Masker()
    made.add(secret)
    assert secret not in made.text(f"<{secret}><{secret}>") or secret in "<***><***>"


def test_a_pem_is_masked_line_by_line() -> None:
    made = Masker()
    lines = ["-----BEGIN KEY-----", "MIIEvQIBADANBgkqhkiG", "AoIBAQC7VJTUt9Us8cKj", "-----END KEY-----"]
    made.add("\n".join(lines))
    assert made.text(f"read {lines[1]}") == "read ***"
    assert made.text(f"read {lines[2]}") == "read ***"


@pytest.mark.parametrize("short", ["a", "12345"])
def test_what_is_too_short_is_not_masked_and_says_so(short: str) -> None:
    made = Masker()
    assert not made.add(short)
    assert made.text(f"x{short}x") == f"x{short}x"


def test_nothing_is_no_secret_that_could_not_be_masked() -> None:
    assert Masker().add("")


def test_the_longer_of_two_that_share_a_beginning_goes_as_a_whole() -> None:
    made = Masker()
    made.add("hunter")
    made.add("hunter22")
    assert made.text("hunter22 hunter") == "*** ***"


def test_documents_are_masked_in_keys_and_values_however_deep(masker: Masker) -> None:
    document = {"a": [SECRET, {SECRET: ("x", SECRET)}], "n": 1, "none": None}
    assert masker.document(document) == {"a": ["***", {"***": ["x", "***"]}], "n": 1, "none": None}


def test_without_secrets_a_document_is_returned_as_it_is() -> None:
    document = {"a": ["b"]}
    assert Masker().document(document) is document


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("hunter22hunter22", "******"),
        ("hunter2222-tail", "***22-tail"),
        ("\x1b[1mhun\x1b[31mter\x1b[0m22 x", "\x1b[1m***\x1b[31m\x1b[0m x"),
        ("hun\x1b[31mter", "hun\x1b[31mter"),
    ],
)
def test_colours_in_the_middle_of_a_secret_stay_and_it_goes(text: str, masked: str) -> None:
    made = Masker()
    made.add("hunter22")
    assert made.text(text) == masked


def test_secrets_that_overlap_go_together() -> None:
    made = Masker()
    made.add("abcdefgh")
    made.add("efghijkl")
    assert made.text("<abcdefghijkl> <abcdefgh> <efghijkl>") == "<***> <***> <***>"
    repeated = Masker()
    repeated.add("aaaaaa")
    assert repeated.text("aaaaaaaaab") == "***b"


@pytest.mark.parametrize("end", ["", "\n"])
def test_base64_in_lines_as_tools_break_it_is_masked(end: str) -> None:
    made, secret = Masker(), "".join(f"{number:x}-" for number in range(90)) + end
    made.add(secret)
    for broken in (base64.encodebytes(secret.encode()).decode(), _in_lines(base64.b64encode(secret.encode()), 64)):
        for line in made.text(broken).splitlines():
            assert len(line.replace("***", "")) < 16


def _in_lines(data: bytes, width: int) -> str:
    return "\n".join(data[at : at + width].decode() for at in range(0, len(data), width))


def test_a_secret_over_several_lines_leaves_the_lines() -> None:
    made = Masker()
    made.add("first line\nsecond line")
    assert made.text("a\nfirst line\nsecond line\nb") == "a\n***\n***\nb"


@given(st.lists(st.text("ab\n", min_size=6, max_size=9), max_size=3), st.text("ab\n", max_size=40), st.integers(0, 40))
def test_what_is_split_is_masked_as_the_whole_is(secrets: list[str], text: str, cut: int) -> None:
    made = Masker()
    for each in secrets:
        made.add(each)
    first, held = made.split(text[:cut])
    second, rest = made.split(held + text[cut:])
    assert first + second + made.text(rest) == made.text(text)


def test_a_secret_that_is_no_text_is_masked_as_well() -> None:
    made = Masker()
    assert made.add("hunter\udc80\udcff22")
    assert made.text("it is hunter\udc80\udcff22 and hunter%80%FF22") == "it is *** and ***"
