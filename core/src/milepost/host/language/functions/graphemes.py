"""Texts as people see them: in characters that may be made of several code points."""

from __future__ import annotations


def clusters(text: str) -> list[str]:
    """Return the characters (grapheme clusters) of a text."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    import regex  # noqa: PLC0415 - only texts beyond ASCII need it

    found: list[str] = regex.findall(r"\X", text)
    return found


def width(text: str) -> int:
    """Return how many characters a text has."""
    return len(text) if text.isascii() and "\r\n" not in text else len(clusters(text))
