"""The characters of a project file, before the grammar: what opens and closes, texts, escapes, comments.

A grammar of names and signs cannot tell where a new line means something and what is inside a text. So its
input is masked, with every offset kept: comments and strip markers become blanks, the texts of quoted strings
and heredocs one letter repeated, heredocs quoted strings, and letters beyond ASCII underscores.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, NoReturn

from milepost.host.language.characters import (
    BARE,
    BEYOND_ASCII,
    CODE,
    FOR,
    QUOTED,
    name_at_start,
    no_character,
    stranger,
)
from milepost.host.language.source import Source
from milepost.sdk.problem import Problem, Related

DEPTH = 100
"""How deep brackets, blocks and `${…}` may be nested."""

_FILL = "h"
Kind = Literal["file", "value", "template"]
"""What a text is: a whole file, one expression, or a template as in a heredoc."""

# What has been opened, by how its inside is read; "{" is an object, and "body" what stands in a block.
_CLOSES = {"(": ")", "[": "]", "{": "}", "body": "}", "for": "}", "${": "}", "%{": "}"}
_TEXTS = ('"', "<<", "template")
_NEWLINES = ("body", "{")


class Heredoc(NamedTuple):
    """Where a heredoc's text lies, and whether its indentation is taken away (`<<-`)."""

    start: int
    end: int
    flush: bool


class Scanned(NamedTuple):
    """A text that the parser can be trusted with, and what it does not tell."""

    masked: str
    heredocs: dict[int, Heredoc]
    """By their start."""
    ends: tuple[int, ...]
    """Where the lines end that no bracket goes beyond: between two of them is one item of the file."""
    problems: tuple[Problem, ...]
    """What is wrong already."""
    broken: tuple[int, ...]
    """Where a text is not closed, so that what the parser says about the same item is of no use."""


class _Frame(NamedTuple):
    """Something that was opened, and where; a heredoc's `limit` is the end of its text."""

    kind: str
    start: int
    limit: int = 0

    @property
    def sign(self) -> str:
        return "{" if self.kind in ("body", "for") else self.kind


def scan(source: Source, kind: Kind = "file") -> Scanned:
    """Return the masked text. Raises ProjectFileError for what is not closed, too deep, or no character of HCL."""
    scanner = _Scanner(source, "body" if kind == "file" else kind)
    scanner.run()
    return Scanned(
        "".join(scanner.out), scanner.heredocs, tuple(scanner.ends), tuple(scanner.problems), tuple(scanner.broken)
    )


class _Scanner:
    """One pass over the text; each step adds to `out` exactly what it consumes."""

    def __init__(self, source: Source, kind: str) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.out: list[str] = []
        self.stack: list[_Frame] = [_Frame(kind, 0)]
        self.heredocs: dict[int, Heredoc] = {}
        self.ends: list[int] = []
        self.problems: list[Problem] = []
        self.broken: list[int] = []

    def run(self) -> None:
        end = len(self.text)
        while self.at < end or self.stack[-1].kind in ('"', "<<"):
            frame = self.stack[-1]
            if frame.kind in _TEXTS:
                self._template(frame)
            else:
                self._code(frame)
        if len(self.stack) > 1:
            frame = self.stack[-1]
            name = "the block or object that begins here" if frame.sign == "{" else f'the "{frame.sign}"'
            self._stop(f"{name} is not closed", frame.start, len(frame.sign), f'add "{_CLOSES[frame.kind]}"')

    def _put(self, masked: str) -> None:
        self.out.append(masked)
        self.at += len(masked)

    def _problem(
        self, problem: str, start: int, length: int, hint: str = "", related: tuple[Related, ...] = ()
    ) -> None:
        at = self.source.position(start, start + length)
        self.problems.append(Problem(problem, at, hint=hint, related=related))

    def _stop(
        self, problem: str, start: int, length: int, hint: str = "", related: tuple[Related, ...] = ()
    ) -> NoReturn:
        # A text that is not closed swallows brackets: that these are missing follows from it.
        if not self.broken:
            self._problem(problem, start, length, hint, related)
        raise self.source.error(self.problems)

    def _push(self, kind: str, text: str, limit: int = 0) -> None:
        """Open something by `text`, and consume as much as `text` is long."""
        if len(self.stack) > DEPTH:
            self._stop(f"this is nested more than {DEPTH} deep", self.at, len(text))
        self.stack.append(_Frame(kind, self.at, limit))
        self._put(text)

    def _code(self, frame: _Frame) -> None:
        """Consume something outside of texts."""
        found = CODE.match(self.text, self.at)
        assert found is not None, "the last alternative matches any character"
        text = found.group()
        match found.lastgroup:
            case "plain":
                self._put(text)
            case "newline":
                self._newline(text, frame)
            case "quote":
                self._push('"', text)
            case "open":
                self._push(self._opened(text, frame), text)
            case "close":
                self._close(text, frame)
            case "comment":
                self._comment(text)
            case "heredoc":
                self._heredoc(found)
            case kind:
                self._rare(kind or "", text, frame)

    def _newline(self, text: str, frame: _Frame) -> None:
        """Consume the end of a line: in parentheses, lists, `${…}` and `for` it means nothing."""
        if frame.kind not in _NEWLINES:
            self._put(" " * len(text))
            return
        if len(self.stack) == 1:
            self.ends.append(self.at + len(text) - 1)
        self._put(text.replace("\r", " "))

    def _opened(self, text: str, frame: _Frame) -> str:
        """Return what a bracket opens: in a body, a brace after a name or a label opens a block."""
        if text != "{":
            return text
        if frame.kind == "body" and self._before()[-1:] not in ("", *"=?:+-*/%&|<>!,.([{}])"):
            return "body"
        return "for" if FOR.match(self.text, self.at) else "{"

    def _before(self) -> str:
        """Return the last thing on this line that is not blank."""
        for each in reversed(self.out):
            if each.strip(" ") or "\n" in each:
                return each.rstrip(" \t")
        return ""

    def _rare(self, kind: str, text: str, frame: _Frame) -> None:
        """Consume a strip marker or a name of any alphabet; say what is wrong with a number or another character."""
        if text == "~" and frame.kind in ("${", "%{") and self.text.startswith("~}", self.at):
            self._put(" ")
        elif kind == "word" and (known := name_at_start(text)):
            self._put(BEYOND_ASCII.sub("_", known))
        elif kind == "number":
            self._number(text)
        else:
            self._stop(*stranger(text[0], self.at))

    def _number(self, text: str) -> None:
        """Consume a number that a dot or a letter follows: it may be the index of `x.0.name`."""
        after = self.text[self.at + len(text) : self.at + len(text) + 2]
        if after[0] != "." or (after[1:].isdigit() and (self._before()[-1:] != "." or "." in text)):
            self._stop(f'"{text}{after[0]}…" is neither a number nor a name', self.at, len(text) + 1)
        self._put(text)

    def _comment(self, text: str) -> None:
        if text == "/*":
            end = self.text.find("*/", self.at + 2)
            if end < 0:
                self._stop("this comment is not closed", self.at, 2, 'add "*/"')
            text = self.text[self.at : end + 2]
        self._put(" " * len(text))

    def _close(self, text: str, frame: _Frame) -> None:
        closes = _CLOSES.get(frame.kind)
        if closes is None or len(self.stack) == 1:
            self._stop(f'found "{text}", which closes nothing', self.at, 1)
        if closes != text:
            self._crossed(text, closes, frame)
        self.stack.pop()
        self._put(text)
        if 0 < self.stack[-1].limit < self.at:
            self._stop(f'this "{frame.sign}" is not closed before its heredoc ends', frame.start, 2)

    def _crossed(self, text: str, closes: str, frame: _Frame) -> NoReturn:
        """Say that something else has to be closed first."""
        place = self.source.position(frame.start, frame.start + len(frame.sign))
        message = f'found "{text}" where the "{frame.sign}" of line {place.line}, column {place.column} is still open'
        related = (Related("it is opened here", place),)
        self._stop(message, self.at, 1, f'close it with "{closes}" first', related)

    def _heredoc(self, found: re.Match[str]) -> None:
        """Consume the first line of a heredoc; its text follows as a template."""
        opening, start = found.group(), self.at
        marker = found.group("marker")
        line = start + len(opening)
        end = re.compile(rf"^[^\S\n]*{re.escape(marker)}[^\S\n]*$", re.MULTILINE).search(self.text, line)
        if end is None:
            self._stop(f"this heredoc is not closed: no line is {marker} alone", start, len(opening.rstrip()))
        self.heredocs[start] = Heredoc(line, end.start(), opening.startswith("<<-"))
        self._push("<<", '"' + _FILL * (len(opening) - 1), end.start())

    def _template(self, frame: _Frame) -> None:
        """Consume a piece of a quoted text, of a heredoc or of a bare template."""
        if frame.kind == "<<" and self.at >= frame.limit:
            self._heredoc_end()
            return
        pieces = QUOTED if frame.kind == '"' else BARE
        found = pieces.match(self.text, self.at, frame.limit or len(self.text))
        text = found.group() if found else ""
        match found.lastgroup if found else "end":
            case "text":
                self._put(_FILL * len(text))
            case "open":
                self._push(text[:2], text.replace("~", " "))
            case "quote":
                self.stack.pop()
                self._put(text)
            case "newline" | "end":
                self._unclosed(frame)
            case kind:
                self._escape(text, known=kind == "number")

    def _unclosed(self, frame: _Frame) -> None:
        """Say that a text is not closed, and go on in the next line as if it were."""
        length = len(self._line(frame.start).rstrip("\r"))
        message, hint = "this text is not closed on its line", 'add a " or write a heredoc, <<END'
        if self.out[-1][-1:] not in (_FILL, '"'):
            self._stop(message, frame.start, length, hint)
        # A quote alone at the end of a line, after one that is not closed, was meant to close that.
        if not (self.broken and length == 1):
            self._problem(message, frame.start, length, hint)
        self.broken.append(frame.start)
        self.stack.pop()
        self.out[-1] = self.out[-1][:-1] + (_FILL if self.at == frame.start + 1 else '"')

    def _escape(self, text: str, *, known: bool) -> None:
        if not known or no_character(text):
            hint = 'a backslash stands before n, r, t, ", \\, uNNNN or UNNNNNNNN'
            self._problem(f"{text} is not an escape", self.at, len(text), hint)
        self._put(_FILL * len(text))

    def _heredoc_end(self) -> None:
        last = self._line(self.at)
        marker = last.rstrip()
        self._put(_FILL * (len(marker) - 1) + '"' + " " * (len(last) - len(marker)))
        self.stack.pop()

    def _line(self, start: int) -> str:
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]
