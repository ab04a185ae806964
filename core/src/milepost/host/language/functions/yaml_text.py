"""Values as a YAML text, laid out as people write it: keys and texts in quotes, texts of several lines as they are."""

from __future__ import annotations

import re
from typing import Any

from milepost.host.language.functions.decoding import DEEPEST, too_deep
from milepost.host.language.values import plain_text

_WIDTH = 80
_LONGEST_KEY = 128
"""Bytes that a key may have to stand before its colon on one line."""

_ESCAPED = re.compile(r'["\\]|[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]')
_NO_BLOCK = re.compile(r" \n| \Z|[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
"""What a text of several lines may not have to be written as it is: blanks at ends of lines, odd characters."""

_SHORT = {'"': '\\"', "\\": "\\\\", "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v"} | {
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


def written(value: Any) -> str:
    """Return a value as a document of YAML."""
    text = _Text()
    if _is_several(value):
        text.node(value, 0, 0)
    else:
        text.scalar(value, 2)
    text.line(0)
    # A word or a number alone is closed, so that a reader of a stream knows its end.
    end = "" if _is_several(value) or isinstance(value, (str, list, dict)) else "...\n"
    return "".join(text.pieces) + end


def _is_several(value: Any) -> bool:
    return isinstance(value, (list, dict)) and len(value) > 0


class _Text:
    """A text that grows, and the column where it ends."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.column = 0

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.column += len(text)

    def line(self, indent: int) -> None:
        """Begin a line, unless one has just begun."""
        self.pieces.append("\n" * (self.column > 0) + " " * indent)
        self.column = indent

    def node(self, value: Any, indent: int, depth: int) -> None:
        """Put a value from here on; further lines of it begin at the column `indent`."""
        if depth > DEEPEST:
            raise too_deep()
        if not _is_several(value):
            self.scalar(value, indent)
        elif isinstance(value, list):
            self.items(value, indent, depth)
        else:
            self.pairs(value, indent, depth)

    def items(self, value: list[Any], indent: int, depth: int) -> None:
        for at, each in enumerate(value):
            if at:
                self.line(indent)
            self.put("- ")
            self.node(each, indent + 2, depth + 1)

    def pairs(self, value: dict[str, Any], indent: int, depth: int) -> None:
        for at, key in enumerate(sorted(value)):
            if at:
                self.line(indent)
            if "\n" in key or len(key.encode()) > _LONGEST_KEY:
                self.put("? ")
                self.scalar(key, indent + 2)
                self.line(indent)
                self.put(": ")
                self.node(value[key], indent + 2, depth + 1)
            else:
                self.put(f"{_quoted(key)}:")
                self.beside(value[key], indent, depth + 1)

    def beside(self, value: Any, indent: int, depth: int) -> None:
        """Put the value of a key that stands at the column `indent`."""
        if not _is_several(value):
            self.put(" ")
            self.scalar(value, indent + 2)
            return
        inner = indent if isinstance(value, list) else indent + 2
        self.line(inner)
        self.node(value, inner, depth)

    def scalar(self, value: Any, indent: int) -> None:
        if not isinstance(value, str):
            self.put({"None": "null", "[]": "[]", "{}": "{}"}.get(str(value)) or plain_text(value))
        elif "\n" in value and not _NO_BLOCK.search(value):
            self.block(value, indent)
        else:
            self.folded(value, indent)

    def block(self, text: str, indent: int) -> None:
        """Put the lines of a text as they are."""
        begin = "2" if text[0] in " \n" else ""
        end = "+" if text == "\n" or text.endswith("\n\n") else "" if text.endswith("\n") else "-"
        self.put(f"|{begin}{end}")
        for each in text.removesuffix("\n").split("\n"):
            self.pieces.append("\n" + (" " * indent + each if each else ""))
        if text.endswith("\n"):
            self.pieces.append("\n")
            self.column = 0

    def folded(self, text: str, indent: int) -> None:
        """Put a text in quotes, over several lines where it is wide."""
        self.put('"')
        words = text.split(" ")
        for at, word in enumerate(words):
            if at:
                self.space(words, at, indent)
            self.put(_escaped(word))
        self.put('"')

    def space(self, words: list[str], at: int, indent: int) -> None:
        """Put the space before a word; a wide line ends there, but not at the ends of the text."""
        is_inside = bool(at > 1 or words[0]) and bool(at < len(words) - 1 or words[-1])
        follows_space = at > 1 and not words[at - 1]
        if self.column <= _WIDTH or follows_space or not is_inside:
            self.put(" ")
            return
        self.line(indent)
        if not words[at]:
            self.put("\\")


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return _ESCAPED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in _SHORT:
        return _SHORT[found[0]]
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
