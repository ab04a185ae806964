"""The characters of a project file, before the grammar: what opens and closes, texts, escapes, comments.

A grammar of names and signs cannot tell where a new line means something and what is inside a text. So its
input is masked, with every offset kept: comments and strip markers become blanks, the texts of quoted strings
and heredocs one letter repeated, heredocs quoted strings, and letters beyond ASCII underscores.
"""

from __future__ import annotations

import re
from typing import NoReturn

from milepost.host.language.source import Source
from milepost.host.language.syntax.characters import (
    BARE,
    BEYOND_ASCII,
    CODE,
    FOR,
    QUOTED,
    SINGLE_QUOTED,
    indentation,
    name_at_start,
    no_character,
    stranger,
)
from milepost.host.language.syntax.scanned import DEPTH, Frame, Heredoc, Kind, Scanned
from milepost.sdk.problem import Problem, Related

_FILL = "h"
_TOLD = 20
# What has been opened, by how its inside is read; "{" is an object, and "body" what stands in a block.
_CLOSES = {"(": ")", "[": "]", "{": "}", "body": "}", "for": "}", "${": "}", "%{": "}"}
_TEXTS = ('"', "<<", "template")
_NEWLINES = ("body", "{")


def scan(source: Source, kind: Kind = "file") -> Scanned:
    """Return the masked text. Raises ProjectFileError for what is not closed, too deep, or no character of HCL."""
    scanner = _Scanner(source, "body" if kind == "file" else kind)
    scanner.run()
    return Scanned(
        "".join(scanner.out),
        scanner.heredocs,
        tuple(scanner.ends),
        tuple(scanner.problems),
        (*scanner.broken, *scanner.odd),
    )


class _Scanner:
    """One pass over the text; each step adds to `out` exactly what it consumes."""

    def __init__(self, source: Source, kind: str) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.out: list[str] = []
        self.stack: list[Frame] = [Frame(kind, 0)]
        self.heredocs: dict[int, Heredoc] = {}
        self.ends: list[int] = []
        self.problems: list[Problem] = []
        self.broken: list[int] = []
        self.odd: list[int] = []
        self.crooked: tuple[int, int] | None = None

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
            hint = f'add "{_CLOSES[frame.kind]}"{self._suspicion(frame)}'
            self._stop(f"{name} is not closed", frame.start, len(frame.sign), hint)

    def _put(self, masked: str) -> None:
        self.out.append(masked)
        self.at += len(masked)

    def _problem(self, message: str, start: int, length: int, hint: str = "", *related: Related) -> None:
        at = self.source.position(start, start + length)
        self.problems.append(Problem(message, at, hint=hint, related=related))

    def _stop(self, message: str, start: int, length: int, hint: str = "", *related: Related) -> NoReturn:
        # A text that is not closed swallows brackets: that these are missing follows from it.
        if not self.broken:
            self._problem(message, start, length, hint, *related)
        raise self.source.error(self.problems)

    def _push(self, kind: str, text: str, limit: int = 0) -> None:
        """Open something by `text`, and consume as much as `text` is long."""
        if len(self.stack) > DEPTH:
            self._stop(f"this is nested more than {DEPTH} deep", self.at, len(text))
        self.stack.append(Frame(kind, self.at, limit))
        self._put(text)

    def _code(self, frame: Frame) -> None:
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

    def _newline(self, text: str, frame: Frame) -> None:
        """Consume the end of a line: in parentheses, lists, `${…}` and `for` it means nothing."""
        if frame.kind not in _NEWLINES:
            self._put(" " * len(text))
            return
        if len(self.stack) == 1:
            self.ends.append(self.at + len(text) - 1)
        self._put(text.replace("\r", " "))

    def _opened(self, text: str, frame: Frame) -> str:
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

    def _rare(self, kind: str, text: str, frame: Frame) -> None:
        """Consume a strip marker or a name of any alphabet; say what is wrong with a number or another character."""
        if text == "~" and frame.kind in ("${", "%{") and self.text.startswith("~}", self.at):
            self._put(" ")
        elif kind == "word" and (known := name_at_start(text)):
            self._put(BEYOND_ASCII.sub("_", known))
        elif kind == "number":
            self._number(text)
        else:
            quoted = SINGLE_QUOTED.match(self.text, self.at)
            length = len(quoted.group()) if quoted else 1
            message, hint = stranger(text[0])
            self._odd(message, length, hint)
            self._put('"' + _FILL * (length - 2) + '"' if quoted else " ")

    def _number(self, text: str) -> None:
        """Consume a number that a dot or a letter follows: it may be the index of `x.0.name`."""
        after = self.text[self.at + len(text) : self.at + len(text) + 2]
        if after[0] != "." or (after[1:].isdigit() and (self._before()[-1:] != "." or "." in text)):
            self._odd(f'"{text}{after[0]}…" is neither a number nor a name', len(text) + 1)
        self._put(text)

    def _odd(self, message: str, length: int, hint: str = "") -> None:
        """Say that something is no word of HCL, if it is the first such on its line."""
        if not self.odd or "\n" in self.text[self.odd[-1] : self.at]:
            self._problem(message, self.at, length, hint)
        self.odd.append(self.at)
        if len(self.odd) >= _TOLD:
            raise self.source.error(self.problems)

    def _comment(self, text: str) -> None:
        if text == "/*":
            end = self.text.find("*/", self.at + 2)
            if end < 0:
                self._stop("this comment is not closed", self.at, 2, 'add "*/"')
            text = self.text[self.at : end + 2]
        self._put(" " * len(text))

    def _close(self, text: str, frame: Frame) -> None:
        closes = _CLOSES.get(frame.kind)
        if closes is None or len(self.stack) == 1:
            self._stop(f'found "{text}", which closes nothing', self.at, 1)
        if closes != text:
            self._crossed(text, closes, frame)
        if frame.kind == "body" and self.crooked is None:
            self._compare(frame.start)
        self.stack.pop()
        self._put(text)
        if 0 < self.stack[-1].limit < self.at:
            self._goes_on(self.stack[-1], frame)

    def _compare(self, opening: int) -> None:
        """Remember the first brace that closes a block and is indented otherwise: one before it may be missing."""
        alone = not self.text[self.text.rfind("\n", 0, self.at) + 1 : self.at].strip()
        if alone and indentation(self.text, opening) != indentation(self.text, self.at):
            self.crooked = opening, self.at

    def _suspicion(self, frame: Frame) -> str:
        """Return where a closing brace may be missing."""
        if self.crooked is None or frame.kind != "body" or self.crooked[0] < frame.start:
            return ""
        opening, closing = (self.source.position(each, each).line for each in self.crooked)
        return f", perhaps before line {closing}: what stands there closes the block of line {opening}"

    def _crossed(self, text: str, closes: str, frame: Frame) -> NoReturn:
        """Say that something else has to be closed first."""
        place = self.source.position(frame.start, frame.start + len(frame.sign))
        message = f'found "{text}" where the "{frame.sign}" of line {place.line}, column {place.column} is still open'
        related = Related("it is opened here", place)
        self._stop(message, self.at, 1, f'close it with "{closes}" first', related)

    def _heredoc(self, found: re.Match[str]) -> None:
        """Consume the first line of a heredoc; its text follows as a template."""
        opening, start = found.group(), self.at
        marker = found.group("marker")
        line = start + len(opening)
        end = self._marker(marker, line)
        if end is None:
            self._stop(f"this heredoc is not closed: no line is {marker} alone", start, len(opening.rstrip()))
        self.heredocs[start] = Heredoc(line, end.start(), opening.startswith("<<-"))
        self._push("<<", '"' + _FILL * (len(opening) - 1), end.start())

    def _marker(self, marker: str, start: int) -> re.Match[str] | None:
        """Return the next line that is a heredoc's marker alone."""
        return re.compile(rf"^[^\S\n]*{re.escape(marker)}[^\S\n]*$", re.MULTILINE).search(self.text, start)

    def _goes_on(self, heredoc: Frame, inside: Frame) -> None:
        """Put a heredoc's end further down: what seemed to be its marker was a name in `${…}`."""
        opening = CODE.match(self.text, heredoc.start)
        end = self._marker(opening.group("marker"), self.at) if opening else None
        if end is None:
            self._stop(f'this "{inside.sign}" is not closed before its heredoc ends', inside.start, 2)
        self.stack[-1] = heredoc._replace(limit=end.start())
        self.heredocs[heredoc.start] = self.heredocs[heredoc.start]._replace(end=end.start())

    def _template(self, frame: Frame) -> None:
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
                self._unclosed()
            case kind:
                self._escape(text, known=kind == "number")

    def _unclosed(self) -> None:
        """Say that a text is not closed, and go on in the next line as if it were."""
        here = [number for number, each in enumerate(self.stack) if self._begins_here(each)]
        depth = here[0] if here else len(self.stack) - 1
        text, *inside = self.stack[depth:]
        length = len(self._line(text.start).rstrip("\r"))
        # A quote alone at the end of a line, after one that is not closed, was meant to close that.
        if inside:
            self._problem(f'the "{inside[0].kind}" is not closed before its text ends', inside[0].start, 2, 'add "}"')
        elif not (self.broken and length == 1):
            hint = 'add a " or write a heredoc, <<END'
            self._problem("this text is not closed on its line", text.start, length, hint)
        self.broken.append(text.start)
        if len(self.broken) >= _TOLD:
            raise self.source.error(self.problems)
        del self.stack[depth:]
        masked = "".join(self.out)[: text.start]
        self.out = [masked, '"' + _FILL * (self.at - text.start - 2) + '"' if self.at > text.start + 1 else _FILL]

    def _begins_here(self, frame: Frame) -> bool:
        return frame.kind == '"' and "\n" not in self.text[frame.start : self.at]

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
