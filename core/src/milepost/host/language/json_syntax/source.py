"""The text of a JSON file as the sources of problems see it: each is told with its path, texts in it are texts too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from milepost.host.language.json_syntax.path import Path, shown
from milepost.host.language.source import Source
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Position, Problem

if TYPE_CHECKING:
    from milepost.host.language.json_syntax.reader import Value


class JsonSource(Source):
    """The text of a JSON file; problems in it say the path of the value they are about."""

    __slots__ = ("_root",)

    def __init__(self, file: str, text: str) -> None:
        super().__init__(file, text)
        self._root: Value | None = None

    def told(self, problem: Problem) -> Problem:
        """Return a problem with its source line, and with the path of the innermost value where it is."""
        told = super().told(problem)
        if told is problem or problem.position is None:
            return told
        path = self._path(self.offset(problem.position.line, problem.position.column))
        return told._replace(message=f"{told.message} (in {shown(path)})") if path else told

    def _path(self, offset: int) -> Path:
        # Only what is wrong asks for a path, and then the text is read once more: a cached tree does without.
        from milepost.host.language.json_syntax.reader import Array, Members, read_json  # noqa: PLC0415 - see above

        if self._root is None:
            try:
                self._root = read_json(Source(self.file, self.text))
            except ProjectFileError:
                # The reader has said where it stopped.
                return ()
        path: Path = ()
        value: Value | None = self._root
        while isinstance(value, (Members, Array)):
            step = next(((step, inner) for step, start, inner in _steps(value) if start <= offset < inner.end), None)
            if step is None:
                break
            path, value = (*path, step[0]), step[1]
        return path


def _steps(value: Value) -> Iterator[tuple[str | int, int, Value]]:
    """Yield what leads from a list or an object to each of its values: the step, where that begins, the value."""
    from milepost.host.language.json_syntax.reader import Array, Members  # noqa: PLC0415 - only who tells of a problem asks

    if isinstance(value, Array):
        yield from ((number, each.start, each) for number, each in enumerate(value.items))
    elif isinstance(value, Members):
        yield from ((each.name.value, each.name.start, each.value) for each in value.properties)


class Inner(Source):
    """A text in quotes, its escapes decoded: its places are those of the file around it."""

    __slots__ = ("_places", "outer")

    def __init__(self, outer: Source, text: str, places: Sequence[int]) -> None:
        super().__init__(outer.file, text)
        self.outer, self._places = outer, places

    def position(self, start: int, end: int) -> Position:
        """Return the place in the file of the characters from `start` up to `end`."""
        return self.outer.position(self._places[start], self._places[max(start, end)])

    def line(self, number: int) -> str:
        """Return a line of the file."""
        return self.outer.line(number)

    def told(self, problem: Problem) -> Problem:
        """Return a problem as the file tells it."""
        return self.outer.told(problem)
