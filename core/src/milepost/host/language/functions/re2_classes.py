r"""Characters and classes of characters in RE2's syntax: escapes, `[a-z]`, `[[:alpha:]]`, `\pL`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class PatternError(Exception):
    """A pattern is wrong, or is none that RE2 has."""


class Piece(NamedTuple):
    """A piece of a pattern, and where it ends."""

    source: str
    end: int


_LAST = 0x10FFFF
_WORD = "09AZ__az"
_PERL: Mapping[str, str] = {"d": "09", "s": "\t\n\f\r  ", "w": _WORD}
_POSIX: Mapping[str, str] = {
    "alnum": "09AZaz",
    "alpha": "AZaz",
    "ascii": "\x00\x7f",
    "blank": "\t\t  ",
    "cntrl": "\x00\x1f\x7f\x7f",
    "digit": "09",
    "graph": "!~",
    "lower": "az",
    "print": " ~",
    "punct": "!/:@[`{~",
    "space": "\t\r  ",
    "upper": "AZ",
    "word": _WORD,
    "xdigit": "09AFaf",
}
"""Pairs of the first and the last character of each range."""

_CATEGORY = re.compile("C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?")
_NAMED = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CHARACTER = re.compile(
    r"\\(?:x\{(?P<long>[0-9A-Fa-f]+)\}|x(?P<hex>[0-9A-Fa-f]{2})|(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})"
    r"|(?P<named>[afnrtv])|(?P<sign>[\x00-/:-@\[-`{-\x7f]))|(?P<plain>[^\\])",
    re.DOTALL,
)
_PROPERTY = re.compile(r"\\(?P<kind>[pP])(?:(?P<short>[A-Za-z])|\{(?P<not>\^?)(?P<name>[A-Za-z_]+)\})")
_POSIX_NAME = re.compile(r"\[:(?P<not>\^?)(?P<name>.*?):\]", re.DOTALL)


def literal(character: str) -> str:
    """Return a character so that it means itself, in a class as well."""
    if character.isascii() and character.isalnum():
        return character
    return f"\\U{ord(character):08x}"


def character(text: str, at: int) -> tuple[str, int]:
    """Return the character that stands there, escaped or not, and where what follows begins."""
    found = _CHARACTER.match(text, at)
    if found is None:
        raise _no_character(text[at : at + 2])
    kind = found.lastgroup
    said = found[kind or 0]
    if kind in ("plain", "sign"):
        return said, found.end()
    if kind == "named":
        return _NAMED[said], found.end()
    code = int(said, 8 if kind == "octal" else 16)
    if code > _LAST:
        raise PatternError(f"{found[0]} is beyond the last character there is")
    return chr(code), found.end()


def _no_character(escape: str) -> PatternError:
    if escape == "\\":
        return PatternError("it ends in a backslash")
    if escape[1].isdigit() or escape[1] == "k":
        return PatternError(f"{escape} goes back to a group (a backreference), which RE2 does not have")
    return PatternError(f"{escape} is no escape that RE2 has")


def named_class(text: str, at: int) -> Piece | None:
    r"""Return what stands in brackets for the class there, such as `\d` or `\p{Greek}`; None if there is none."""
    kind = text[at + 1 : at + 2]
    if kind.lower() in _PERL:
        return Piece(_ranges(_PERL[kind.lower()], negated=kind.isupper()), at + 2)
    if kind not in ("p", "P"):
        return None
    found = _PROPERTY.match(text, at)
    if found is None:
        raise PatternError(f"{text[at : at + 8]} names no class of Unicode, such as \\pL or \\p{{Greek}}")
    name = found["short"] or found["name"]
    negated = (kind == "P") is not bool(found["not"])
    if name == "Any":
        return Piece("" if negated else _ranges("\x00" + chr(_LAST), negated=False), found.end())
    source = f"gc={name}" if _CATEGORY.fullmatch(name) else f"Script={name}"
    return Piece(f"\\{'P' if negated else 'p'}{{{source}}}", found.end())


def bracketed(text: str, at: int) -> Piece:
    """Return the class in brackets that begins there."""
    begin = at
    negated = text.startswith("^", at + 1)
    at += 2 if negated else 1
    parts: list[str] = []
    while not text.startswith("]", at) or not parts:
        if at >= len(text):
            raise PatternError(f"the bracket at {text[begin : begin + 8]} is not closed")
        part = _posix(text, at) or (named_class(text, at) if text[at] == "\\" else None) or _range(text, at)
        parts.append(part.source)
        at = part.end
    return Piece(in_brackets("".join(parts), negated=negated), at + 1)


def in_brackets(inner: str, *, negated: bool = False) -> str:
    """Return a class of what stands in brackets; nothing stands there where no character can match."""
    if not inner:
        inner, negated = _ranges("\x00" + chr(_LAST), negated=False), not negated
    return f"[{'^' if negated else ''}{inner}]"


def _posix(text: str, at: int) -> Piece | None:
    found = _POSIX_NAME.match(text, at)
    if found is None:
        return None
    if found["name"] not in _POSIX:
        raise PatternError(f"there is no class {found[0]}; there are {', '.join(_POSIX)}")
    return Piece(_ranges(_POSIX[found["name"]], negated=bool(found["not"])), found.end())


def _range(text: str, at: int) -> Piece:
    first, end = character(text, at)
    if text[end : end + 1] != "-" or text[end + 1 : end + 2] in ("]", ""):
        return Piece(literal(first), end)
    last, end = character(text, end + 1)
    if last < first:
        raise PatternError(f"the range {text[at:end]} goes backwards")
    return Piece(f"{literal(first)}-{literal(last)}", end)


def _ranges(pairs: str, *, negated: bool) -> str:
    bounds = [(ord(first), ord(last)) for first, last in zip(pairs[::2], pairs[1::2], strict=True)]
    if negated:
        edges = [-1, *(edge for bound in bounds for edge in bound), _LAST + 1]
        bounds = [(before + 1, after - 1) for before, after in zip(edges[::2], edges[1::2], strict=True)]
    return "".join(f"{literal(chr(first))}-{literal(chr(last))}" for first, last in bounds if first <= last)
