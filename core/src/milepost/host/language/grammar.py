"""A masked text becomes the parser's tree; the parser's complaints become our words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from milepost.host.language.scan import Kind
from milepost.host.language.source import Source
from milepost.host.language.tables import parser
from milepost.sdk.problem import Problem

_FOUND = re.compile(r'[^\W\d][\w-]*|\d+(?:\.\d+)?|"[^"]*"|[=!<>]=|&&|\|\||=>|\.\.\.|[$%]\{|\S')
_STARTS = {"file": "start", "value": "value", "template": "template"}
_SIGNS = {"COMMA": '","', "_NEWLINE": "a new line", "RSQB": '"]"', "RPAR": '")"', "RBRACE": '"}"', "EQ": '"="'}
_LAST = {"COLON": '":"', "IN": '"in"', "FOR_OBJECT_ARROW": '"=>"', "$END": "the end of the expression"}


class Refused(NamedTuple):
    """What is wrong with a text, and where it is."""

    problem: Problem
    offset: int


def parse(masked: str, source: Source, cache: Path | None, kind: Kind = "file") -> Tree[Token] | Refused:
    """Return the tree of a masked text, or the first thing in it that is no HCL: what was found, and expected.

    `cache` is a folder where the tables of the grammar may be kept.
    """
    try:
        return parser(cache).parse(masked, start=_STARTS[kind])
    except UnexpectedInput as error:
        accepted: set[str] = set()
        if isinstance(error, UnexpectedToken):
            accepted = set(error.accepts or error.expected)
        elif isinstance(error, UnexpectedCharacters):
            accepted = set(error.allowed or ())
        at = error.pos_in_stream
        ended = at is None or (isinstance(error, UnexpectedToken) and error.token.type == "$END")
        return _explained(masked, len(masked) if ended or at is None else at, accepted, source)


def _explained(masked: str, offset: int, accepted: set[str], source: Source) -> Refused:
    """Return what to say about something unexpected at an offset."""
    before = masked[:offset].rstrip()
    header = accepted == {"LBRACE"} or ({"LBRACE", "DBLQUOTE", "_NEWLINE"} <= accepted and "LPAR" not in accepted)
    if offset >= len(masked) or masked[offset] == "\n" or (header and "\n" in masked[len(before) : offset]):
        start = end = len(before)
        found = "the end of the line" if "\n" in source.text[start:] else "the end of the file"
    else:
        start = offset + len(masked[offset:]) - len(masked[offset:].lstrip(" \t"))
        matched = _FOUND.match(masked, start)
        end = matched.end() if matched else start + 1
        found = source.text[start:end]
        found = found if found.startswith('"') else f'"{found}"'
    expected, hint = _expected(accepted, header=header, continues=start > 0 and "\n" not in masked[len(before) : start])
    return Refused(Problem(f"found {found}, expected {expected}", source.position(start, end), hint=hint), start)


def _expected(accepted: set[str], *, header: bool, continues: bool) -> tuple[str, str]:
    """Return what may stand there, in words, and what to do."""
    if header:
        assign = "EQ" in accepted or accepted == {"LBRACE"}
        return ('"=" and a value, or the "{" of a block' if assign else 'a label or the "{" of the block'), ""
    if {"LPAR", "DBLQUOTE"} <= accepted:
        closing = [sign for token, sign in _SIGNS.items() if token in accepted and token in ("RSQB", "RPAR", "RBRACE")]
        return " or ".join(["a key" if "RBRACE" in accepted else "a value", *closing]), ""
    if {"_NEWLINE", "NAME"} <= accepted:
        if continues:
            return "the end of the line", "write each argument and each block on a line of its own"
        return "the name of an argument or a block", ""
    if {"IF", "ENDFOR"} <= accepted:
        return '"if", "else", "endif", "for" or "endfor"', 'to mean these characters, write "%%{"'
    words = [sign for token, sign in (_SIGNS | _LAST).items() if token in accepted]
    return " or ".join(words) or "a name", _hint(accepted)


def _hint(accepted: set[str]) -> str:
    if "COLON" in accepted:
        return "a condition is written as CONDITION ? VALUE : OTHER VALUE" if "IN" not in accepted else ""
    return ""
