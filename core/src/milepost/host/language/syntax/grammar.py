"""A masked text becomes the parser's tree; the parser's complaints become our words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from milepost.host.language.source import Source
from milepost.host.language.syntax.scanned import Kind
from milepost.host.language.syntax.tables import parser
from milepost.sdk.problem import Problem

_FOUND = re.compile(r'[^\W\d][\w-]*|\d+(?:\.\d+)?|"[^"]*"|[=!<>]=|&&|\|\||=>|\.\.\.|[$%]\{|\S')
_STARTS = {"file": "start", "value": "value", "template": "template"}
_SIGNS = {"COMMA": '","', "_NEWLINE": "a new line", "RSQB": '"]"', "RPAR": '")"', "RBRACE": '"}"', "EQ": '"="'}
_LAST = {"COLON": '":"', "IN": '"in"', "FOR_OBJECT_ARROW": '"=>"', "$END": "the end of the expression"}
_OPERATORS = ("||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "?", ":", ".", "[")
_OPENS = ("LPAR", "LSQB", "LBRACE", "INTERP_START", "DIRECTIVE_START", "FOR", "QMARK")
_PARENTHESES = "an expression goes on in the next line only inside of parentheses"


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
        return _Fault(masked, source, kind, error).refused()


class _Fault:
    """Something unexpected: where it is, and what could stand there."""

    def __init__(self, masked: str, source: Source, kind: Kind, error: UnexpectedInput) -> None:
        self.masked, self.source, self.kind = masked, source, kind
        self.opened = ""
        self.accepted: set[str] = set()
        self.offset = len(masked) if error.pos_in_stream is None else error.pos_in_stream
        if isinstance(error, UnexpectedToken):
            self.accepted = set(error.accepts or error.expected)
            self.opened = _opened(error)
            if error.token.type == "$END":
                self.offset = len(masked)
        elif isinstance(error, UnexpectedCharacters):
            self.accepted = set(error.allowed or ())

    def refused(self) -> Refused:
        """Return what to say: what was found where, and what was expected."""
        before = self.masked[: self.offset].rstrip()
        rest = self.masked[self.offset :]
        header = self._in_header()
        if not rest or rest[0] == "\n" or (header and "\n" in self.masked[len(before) : self.offset]):
            start = end = len(before)
            found = self._end(start)
        else:
            start = self.offset + len(rest) - len(rest.lstrip(" \t"))
            matched = _FOUND.match(self.masked, start)
            end = matched.end() if matched else start + 1
            found = self.source.text[start:end]
            found = found if found.startswith('"') else f'"{found}"'
        continues = start > 0 and "\n" not in self.masked[len(before) : start] and not before.endswith("{")
        expected, hint = self._header() if header else self._expected(continues, self.source.text[start:end])
        message = f"found {found}, expected {expected}"
        return Refused(Problem(message, self.source.position(start, end), hint=hint), start)

    def _end(self, start: int) -> str:
        if "\n" in self.source.text[start:]:
            return "the end of the line"
        return "the end of the file" if self.kind == "file" else "the end of the text"

    def _in_header(self) -> bool:
        """Return whether a block's brace or an equals sign is missing."""
        accepted = self.accepted
        return accepted == {"LBRACE"} or ({"LBRACE", "DBLQUOTE", "_NEWLINE"} <= accepted and "LPAR" not in accepted)

    def _header(self) -> tuple[str, str]:
        assign = "EQ" in self.accepted or self.accepted == {"LBRACE"}
        return ('"=" and a value, or the "{" of a block' if assign else 'a label or the "{" of the block'), ""

    def _expected(self, continues: bool, found: str) -> tuple[str, str]:
        """Return what may stand there, in words, and what to do."""
        accepted = self.accepted
        breaks = "" if continues or found not in _OPERATORS or not self.masked[: self.offset].strip() else _PARENTHESES
        if {"LPAR", "DBLQUOTE"} <= accepted:
            closing = [_SIGNS[token] for token in ("RSQB", "RPAR", "RBRACE") if token in accepted]
            return " or ".join(["a key" if "RBRACE" in accepted else "a value", *closing]), breaks
        if "NAME" in accepted and not continues and accepted <= {"NAME", "_NEWLINE", "RBRACE", "$END"}:
            return "the name of an argument or a block", breaks
        if "_NEWLINE" in accepted and "COMMA" not in accepted:
            return "the end of the line", "write each argument and each block on a line of its own"
        if {"IF", "ENDFOR"} <= accepted:
            return '"if", "else", "endif", "for" or "endfor"', 'to mean these characters, write "%%{"'
        if self.opened == "QMARK" and "COLON" in accepted:
            return '":" and the value if the condition is false', "a condition is written CONDITION ? VALUE : VALUE"
        words = [sign for token, sign in (_SIGNS | _LAST).items() if token in accepted]
        return " or ".join(words) or "a name", ""


def _opened(error: UnexpectedToken) -> str:
    """Return the token that began what the parser is in the midst of: a bracket, a condition, a `for`."""
    if error.interactive_parser is None:
        return ""
    stack = error.interactive_parser.parser_state.value_stack
    return next((each.type for each in reversed(stack) if isinstance(each, Token) and each.type in _OPENS), "")
