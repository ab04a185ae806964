"""The characters of a project file, before the grammar: what opens and closes, texts, escapes, comments.

The parser is lax here and quadratic in places. So its input is masked, with every offset kept: comments
become blanks, the texts of quoted strings and heredocs one letter repeated, and heredocs quoted strings.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from milepost.host.language.source import Source
from milepost.sdk.problem import Problem

DEPTH = 100
"""How deep brackets, blocks and `${…}` may be nested."""

_FILL = "h"
_CODE = re.compile(
    r"""(?P<blank>[ \t]+) | (?P<newline>\r?\n) | (?P<comment>\#[^\n]*|//[^\n]*|/\*)
    | (?P<heredoc><<-?(?P<marker>[^\W\d][\w-]*)[ \t]*\r?\n) | (?P<quote>") | (?P<open>[\[({]) | (?P<close>[\])}])
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?) | (?P<word>[^\W\d][\w-]*) | (?P<sign>[-=,.:?*+/%<>!&|~]) | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(
    r"""(?P<text>[^"\\$%\n]+) | (?P<literal>\$\$\{|%%\{) | (?P<open>\$\{) | (?P<directive>%\{)
    | (?P<escape>\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})) | (?P<wrong>\\.?)
    | (?P<quote>") | (?P<newline>\n) | (?P<sign>[$%])
    """,
    re.VERBOSE,
)
_CLOSES = {"(": ")", "[": "]", "{": "}", "${": "}"}
_QUOTED, _HEREDOC = '"', "<<"


class Heredoc(NamedTuple):
    """Where a heredoc's text lies, and whether its indentation is taken away (`<<-`)."""

    start: int
    end: int
    flush: bool


class Scanned(NamedTuple):
    """A text that the parser can be trusted with, and the heredocs in it by their start."""

    masked: str
    heredocs: dict[int, Heredoc]


class _Frame(NamedTuple):
    """Something that was opened, and where; a heredoc's `limit` is the end of its text."""

    kind: str
    start: int
    limit: int = 0


def scan(source: Source) -> Scanned:
    """Return the masked text. Raises ProjectFileError for what is not closed, too deep, or no character of HCL."""
    scanner = _Scanner(source)
    scanner.run()
    return Scanned("".join(scanner.out), scanner.heredocs)


class _Scanner:
    """One pass over the text; each step adds to `out` exactly what it consumes."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.out: list[str] = []
        self.stack: list[_Frame] = []
        self.heredocs: dict[int, Heredoc] = {}
        self.problems: list[Problem] = []

    def run(self) -> None:
        while self.at < len(self.text) or self._in_template():
            if self._in_template():
                self._template(self.stack[-1])
            else:
                self._code()
        if self.stack:
            frame = self.stack[-1]
            name = "the block or object that begins here" if frame.kind == "{" else f'the "{frame.kind}"'
            self._stop(f"{name} is not closed", frame.start, len(frame.kind), f'add "{_CLOSES[frame.kind]}"')
        if self.problems:
            raise self.source.error(self.problems)

    def _in_template(self) -> bool:
        return bool(self.stack) and self.stack[-1].kind in (_QUOTED, _HEREDOC)

    def _put(self, masked: str) -> None:
        self.out.append(masked)
        self.at += len(masked)

    def _problem(self, message: str, start: int, length: int, hint: str = "") -> None:
        self.problems.append(Problem(message, self.source.position(start, start + length), hint=hint))

    def _stop(self, message: str, start: int, length: int, hint: str = "") -> NoReturn:
        self._problem(message, start, length, hint)
        raise self.source.error(self.problems)

    def _push(self, kind: str, start: int, limit: int = 0) -> None:
        if len(self.stack) >= DEPTH:
            self._stop(f"this is nested more than {DEPTH} deep", start, len(kind))
        self.stack.append(_Frame(kind, start, limit))

    def _code(self) -> None:
        """Consume one token outside of texts."""
        found = _CODE.match(self.text, self.at)
        assert found is not None, "the last alternative matches any character"
        kind, text = found.lastgroup or "", found.group()
        match kind:
            case "newline":
                # In parentheses, lists and ${…} a new line means nothing; the parser allows it in some places only.
                blank = bool(self.stack) and self.stack[-1].kind != "{"
                self._put(" " * len(text) if blank else text.replace("\r", " "))
            case "comment":
                self._comment(text)
            case "heredoc":
                self._heredoc(found)
            case "quote":
                self._push(_QUOTED, self.at)
                self._put(text)
            case "open":
                self._push(text, self.at)
                self._put(text)
            case "close":
                self._close(text)
            case _:
                self._word(kind, text)

    def _word(self, kind: str, text: str) -> None:
        """Consume a name, a number or a sign, and say what is wrong with it."""
        after = self.text[self.at + len(text) : self.at + len(text) + 1]
        if kind == "other":
            self._stop(*_stranger(text, self.at))
        if kind == "number" and (after.isalpha() or after == "_"):
            self._stop(f'"{text}{after}…" is neither a number nor a name', self.at, len(text) + 1)
        if kind == "word" and not text.isascii():
            self._stop(f'the name "{text}" has other characters than A-Z, 0-9, - and _', self.at, len(text))
        self._put(text)

    def _comment(self, text: str) -> None:
        if text == "/*":
            end = self.text.find("*/", self.at + 2)
            if end < 0:
                self._stop("this comment is not closed", self.at, 2, 'add "*/"')
            text = self.text[self.at : end + 2]
        self._put(" " * len(text))

    def _close(self, text: str) -> None:
        if not self.stack:
            self._stop(f'found "{text}", which closes nothing', self.at, 1)
        frame = self.stack[-1]
        if _CLOSES[frame.kind] != text:
            place = self.source.position(frame.start, frame.start)
            message = (
                f'found "{text}" where the "{frame.kind}" of line {place.line}, column {place.column} is still open'
            )
            self._stop(message, self.at, 1, f'close it with "{_CLOSES[frame.kind]}" first')
        self.stack.pop()
        self._put(text)
        if self.stack and self.stack[-1].kind == _HEREDOC and self.at > self.stack[-1].limit:
            self._stop('this "${" is not closed before its heredoc ends', frame.start, 2)

    def _heredoc(self, found: re.Match[str]) -> None:
        """Consume the first line of a heredoc; its text follows as a template."""
        opening, marker, start = found.group(), found.group("marker"), self.at
        line = start + len(opening)
        while self._line(line).strip(" \t\r") != marker:
            line = self.text.find("\n", line) + 1
            if line == 0:
                self._stop(f"this heredoc is not closed: no line is {marker} alone", start, len(opening.rstrip()))
        self._push(_HEREDOC, start, line)
        self.heredocs[start] = Heredoc(start + len(opening), line, opening.startswith("<<-"))
        self._put('"' + _FILL * (len(opening) - 1))

    def _line(self, start: int) -> str:
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def _template(self, frame: _Frame) -> None:
        """Consume a piece of a quoted text or of a heredoc."""
        limit = frame.limit or len(self.text)
        found = _TEMPLATE.match(self.text, self.at, limit)
        kind = (found.lastgroup or "") if found else "end"
        text = found.group() if found else ""
        if kind == "open":
            if self.text.startswith("~", self.at + 2):
                self._stop('"${~" is not known yet', self.at, 3, 'write "${" and leave the blanks out yourself')
            self._push(text, self.at)
            self._put(text)
        elif kind == "directive":
            self._stop('"%{" is not known yet', self.at, 2, 'to mean these characters, write "%%{"')
        elif frame.kind == _HEREDOC:
            self._heredoc_piece(kind, text)
        else:
            self._quoted_piece(kind, text, frame)

    def _heredoc_piece(self, kind: str, text: str) -> None:
        if kind != "end":
            self._put(_FILL * len(text))
            return
        last = self._line(self.at)
        marker = last.rstrip(" \t\r")
        self._put(_FILL * (len(marker) - 1) + '"' + " " * (len(last) - len(marker)))
        self.stack.pop()

    def _quoted_piece(self, kind: str, text: str, frame: _Frame) -> None:
        if kind in ("newline", "end"):
            length = len(self._line(frame.start).rstrip("\r"))
            self._stop("this text is not closed on its line", frame.start, length, 'add a " or write a heredoc, <<END')
        if kind == "quote":
            self.stack.pop()
            self._put(text)
            return
        if kind == "wrong" or (kind == "escape" and _no_character(text)):
            hint = 'a backslash stands before n, r, t, ", \\, uNNNN or UNNNNNNNN'
            self._problem(f"{text} is not an escape", self.at, len(text), hint)
        self._put(_FILL * len(text))


def _no_character(escape: str) -> bool:
    """Return whether an escape by number names no character."""
    number = int(escape[2:], 16) if escape[1] in "uU" else 0
    return number > 0x10FFFF or 0xD800 <= number <= 0xDFFF


def _stranger(text: str, at: int) -> tuple[str, int, int, str]:
    """Return what to say about a character that HCL has no use for."""
    hint = {"'": 'write texts in double quotes, "like this"', ";": "write each argument on a line of its own"}
    what = "single quotes do not make a text" if text == "'" else f'the character "{text}" has no meaning here'
    return what, at, 1, hint.get(text, "")
