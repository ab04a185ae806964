"""The functions on texts."""

from __future__ import annotations

from milepost.host.language.functions.graphemes import clusters
from milepost.host.language.functions.sizes import WIDEST, fitting
from milepost.sdk.functions import FunctionError, function

_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


@function
def chomp(text: str) -> str:
    r"""Return the text without the line ends at its end.

    Example: chomp("a\n\n") is "a"
    """
    return text.rstrip("\r\n")


@function
def endswith(text: str, end: str) -> bool:
    """Return whether the text ends with the other one.

    Example: endswith("web.tar", ".tar") is true
    """
    return text.endswith(end)


@function
def indent(spaces: int, text: str) -> str:
    r"""Return the text with so many spaces before each line but the first one.

    Example: indent(2, "a\nb") is "a\n  b"
    """
    if not 0 <= spaces <= WIDEST:
        raise FunctionError(f"a text can be indented by 0 to {WIDEST} spaces, not {spaces}", 0)
    fitting(len(text) + spaces * text.count("\n"))
    return text.replace("\n", "\n" + " " * spaces)


@function
def join(separator: str, *lists: list[str | None]) -> str:
    """Return the texts of one or more lists or sets as one, with the separator between them.

    Example: join(", ", ["a", "b"], ["c"]) is "a, b, c"
    Example: join(", ", ["a", null]) fails
    """
    if not lists:
        raise FunctionError("at least one list is needed")
    for argument, texts in enumerate(lists, 1):
        if None in texts:
            raise FunctionError(f"item {texts.index(None)} is null, which is no text", argument)
    every = [text for texts in lists for text in texts if text is not None]
    fitting(sum(map(len, every)) + len(separator) * len(every))
    return separator.join(every)


@function
def lower(text: str) -> str:
    """Return the text in small letters; each stays one letter.

    Example: lower("A-1") is "a-1"
    """
    return "".join(letter.lower()[0] for letter in text)


@function
def split(separator: str, text: str) -> list[str]:
    """Return the pieces of the text between the separators; with an empty separator, its code points.

    Example: split(",", "a,,b") is ["a", "", "b"]
    Example: split(",", "") is [""]
    """
    return text.split(separator) if separator else list(text)


@function
def startswith(text: str, start: str) -> bool:
    """Return whether the text starts with the other one.

    Example: startswith("v1.2", "v") is true
    """
    return text.startswith(start)


@function
def strcontains(text: str, part: str) -> bool:
    """Return whether the other text stands somewhere in the text.

    Example: strcontains("hello", "ell") is true
    """
    return part in text


@function
def strrev(text: str) -> str:
    """Return the text backwards; a character made of several code points stays as it is.

    Example: strrev("abc") is "cba"
    """
    return "".join(reversed(clusters(text)))


@function
def substr(text: str, offset: int, length: int) -> str:
    """Return a part of the text: from the offset, which counts from 0, at most so many characters.

    A negative offset counts from the end; a negative length takes all the rest.

    Example: substr("hello", 1, 3) is "ell"
    Example: substr("hello", -2, -1) is "lo"
    Example: substr("hello", 9, 1) is ""
    """
    characters = clusters(text)
    start = max(offset + len(characters), 0) if offset < 0 else offset
    end = None if length < 0 else start + length
    return "".join(characters[start:end])


@function
def title(text: str) -> str:
    """Return the text with a capital letter at the start of each word; the other letters stay.

    A word starts after a space and any sign that is no letter, digit or underscore; beyond ASCII, after a space only.

    Example: title("it's a-b") is "It'S A-B"
    """
    before = " " + text
    return "".join(
        _one(letter, letter.title()) if _divides(last) else letter for last, letter in zip(before, text, strict=False)
    )


def _divides(letter: str) -> bool:
    return not (letter.isalnum() or letter == "_") if letter.isascii() else letter in _SPACES


def _one(letter: str, *others: str) -> str:
    """Return the first of the other forms of a letter that is one letter, else the letter."""
    return next((other for other in others if len(other) == 1), letter)


@function
def trim(text: str, characters: str) -> str:
    """Return the text without any of these code points at its start and end.

    Example: trim("?!hello?!", "!?") is "hello"
    """
    return text.strip(characters)


@function
def trimprefix(text: str, prefix: str) -> str:
    """Return the text without the prefix, if it starts with it; it is taken off once.

    Example: trimprefix("vv1", "v") is "v1"
    """
    return text.removeprefix(prefix)


@function
def trimspace(text: str) -> str:
    r"""Return the text without spaces, tabs and line ends at its start and end.

    Example: trimspace(" a b\n") is "a b"
    """
    return text.strip(_SPACES)


@function
def trimsuffix(text: str, suffix: str) -> str:
    """Return the text without the suffix, if it ends with it; it is taken off once.

    Example: trimsuffix("a.tar.gz", ".gz") is "a.tar"
    """
    return text.removesuffix(suffix)


@function
def upper(text: str) -> str:
    """Return the text in capital letters; each stays one letter, so that ß stays ß.

    Example: upper("straße") is "STRAßE"
    """
    return "".join(_one(letter, letter.upper(), letter.title()) for letter in text)


FUNCTIONS = (
    chomp,
    endswith,
    indent,
    join,
    lower,
    split,
    startswith,
    strcontains,
    strrev,
    substr,
    title,
    trim,
    trimprefix,
    trimspace,
    trimsuffix,
    upper,
)
