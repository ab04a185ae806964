"""The grammar of HCL, by python-hcl2: a masked text becomes the parser's tree, its complaints become our words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from hcl2.parser import PARSER_FILE, parser
from hcl2.postlexer import PostLexer
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from milepost.host.language.source import Source
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem

_FOUND = re.compile(r'[A-Za-z_][\w-]*|\d+(?:\.\d+)?|"[^"]*"|[=!<>]=|&&|\|\||\S')


def parse(masked: str, source: Source, cache: Path | None) -> Tree[Token]:
    """Return the tree of a masked text. Raises ProjectFileError: what was found, what was expected, where.

    `cache` is a folder where the tables of the grammar may be kept.
    """
    # The end of the last line may be missing in the file; the parser wants it after comments.
    text = masked if masked.endswith("\n") else masked + "\n"
    try:
        return _tables(cache).parse(text)
    except UnexpectedInput as error:
        accepted: Iterable[str] = ()
        if isinstance(error, UnexpectedToken):
            accepted = error.accepts or error.expected
        offset = len(text) if error.pos_in_stream is None else error.pos_in_stream
        raise _explained(text, offset, set(accepted), source) from error


def _tables(cache: Path | None) -> Lark:
    """Return the parser; where python-hcl2 cannot write its tables beside itself, they are kept in the cache."""
    if cache is None or PARSER_FILE.exists() or os.access(PARSER_FILE.parent, os.W_OK):
        return parser()
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        # Nowhere to keep the tables: they are made again, which takes two seconds.
        return parser()
    return Lark.open(
        "hcl2.lark",
        parser="lalr",
        cache=str(cache / "grammar.bin"),
        rel_to=str(PARSER_FILE),
        propagate_positions=True,
        postlex=PostLexer(),
    )


def _explained(masked: str, offset: int, accepted: set[str], source: Source) -> ProjectFileError:
    """Return the error for something unexpected at an offset."""
    before = masked[:offset].rstrip()
    header = accepted == {"LBRACE"} or ({"LBRACE", "DBLQUOTE", "NL_OR_COMMENT"} <= accepted and "LPAR" not in accepted)
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
    return source.error([Problem(f"found {found}, expected {expected}", source.position(start, end), hint=hint)])


def _expected(accepted: set[str], *, header: bool, continues: bool) -> tuple[str, str]:
    """Return what may stand there, in words, and what to do."""
    if header:
        assign = "EQ" in accepted or accepted == {"LBRACE"}
        return ('"=" and a value, or the "{" of a block' if assign else 'a label or the "{" of the block'), ""
    if {"LPAR", "DBLQUOTE"} <= accepted:
        return ('a value or "]"' if "RSQB" in accepted else "a value"), ""
    if "NL_OR_COMMENT" in accepted and "NAME" in accepted:
        if continues:
            return "the end of the line", "write each argument and each block on a line of its own"
        return "the name of an argument or a block", ""
    signs = {"COMMA": ",", "RSQB": "]", "RPAR": ")", "RBRACE": "}", "EQ": "="}
    words = [f'"{sign}"' for token, sign in signs.items() if token in accepted]
    return " or ".join(words) or "a name", ""
