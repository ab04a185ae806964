"""The text of a file: decoded, and asked for positions and lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import UNSHOWN, Excerpt, Position, Problem, Related

_LONGEST_SHOWN = 400
_PART, _BEFORE = 160, 60
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Source:
    """The text of one project file, without a byte order mark."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self._starts: list[int] | None = None

    def __eq__(self, other: object) -> bool:
        """Two are equal when they are the same text of a file of the same name."""
        return isinstance(other, Source) and (other.file, other.text) == (self.file, self.text)

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash((self.file, self.text))

    def position(self, start: int, end: int) -> Position:
        """Return the place of the characters from `start` up to `end`."""
        line, column = self._place(start)
        end_line, end_column = self._place(max(start, end))
        return Position(self.file, line, column, end_line, end_column)

    def line(self, number: int) -> str:
        """Return a line as it can be shown: no line end, no control characters; empty if it is very long."""
        line = self._whole_line(number)
        return line if len(line) <= _LONGEST_SHOWN else ""

    def excerpt(self, position: Position) -> Excerpt:
        """Return the first line of a place as it can be shown; of a very long line the part around the place."""
        line = self._whole_line(position.line)
        end = position.end_column if position.end_line == position.line else len(line) + 1
        if len(line) <= _LONGEST_SHOWN:
            return Excerpt(line, position.column, end)
        start = max(0, position.column - 1 - _BEFORE)
        return Excerpt(line[start : start + _PART], position.column, end, start + 1)

    def told(self, problem: Problem) -> Problem:
        """Return a problem with what is shown of this text; one that was told before, or is of another, as it is."""
        at = problem.position
        if at is None or problem.source or at.file != self.file:
            return problem
        excerpt = self.excerpt(at)
        last = self.line(at.end_line) if at.end_line > at.line else ""
        related = tuple(map(self._related, problem.related))
        return problem._replace(source=excerpt.text, begins=excerpt.begins, last=last, related=related)

    def error(self, problems: Iterable[Problem]) -> ProjectFileError:
        """Return the error that shows the problems in the file's order, each with its source line, none twice."""
        shown = dict.fromkeys(map(self.told, problems))
        return ProjectFileError(tuple(sorted(shown, key=_order)))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a character by its line and column."""
        return self._lines()[line - 1] + column - 1

    def _related(self, other: Related) -> Related:
        if other.excerpt or other.position.file != self.file:
            return other
        return other._replace(excerpt=self.excerpt(other.position))

    def _whole_line(self, number: int) -> str:
        starts = self._lines()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return re.sub(UNSHOWN, "?", self.text[starts[number - 1] : end].rstrip("\r\n"))

    def _place(self, offset: int) -> tuple[int, int]:
        starts = self._lines()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def _lines(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        return self._starts


def _order(problem: Problem) -> tuple[int, int]:
    return (problem.position.line, problem.position.column) if problem.position else (0, 0)


def source_of(name: str, data: bytes) -> Source:
    """Return the text in `data`. Raises ProjectFileError with the place of the first byte that is not text."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = Source(name, data[: error.start].decode("utf-8").removeprefix("\ufeff"))
        at = before.position(len(before.text), len(before.text))
        message = f"this is not text in UTF-8: found the byte 0x{data[error.start]:02x}"
        raise ProjectFileError((Problem(message, at, hint="save the file as UTF-8"),)) from error
    source = Source(name, text)
    if found := _CONTROL.search(text):
        message = f"a control character (U+{ord(found.group()):04X}) cannot stand in a project file"
        raise source.error([Problem(message, source.position(*found.span()), hint="is this a binary file?")])
    if "\r" in text and (found := re.search("\r(?!\n)", text)):
        message = "a carriage return without a line feed does not end a line"
        raise source.error([Problem(message, source.position(*found.span()), hint="save it with LF or CRLF line ends")])
    return source
