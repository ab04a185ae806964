"""What is wrong in a project file, and where."""

from __future__ import annotations

from typing import NamedTuple


class Position(NamedTuple):
    """A place in a project file. Lines and columns count from 1, columns in code points."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        """Return `file:line:column`, as editors read it."""
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One thing that is wrong in a project file."""

    message: str
    """What was found and what was expected."""
    position: Position | None = None
    source: str = ""
    """The whole source line, without its line end; empty when there is no position."""
    hint: str = ""
    """What to do, for example the nearest known name."""

    def __str__(self) -> str:
        """Return the problem as text: place, message, source line and a caret under the range."""
        if self.position is None:
            return "\n".join(part for part in (self.message, self.hint) if part)
        at = self.position
        end = at.end_column if at.end_line == at.line else len(self.source) + 1
        lines = [f"{at}: {self.message}"]
        if self.source:
            shown = self.source.replace("\t", " ")
            lines += [f"  {shown}", "  " + " " * (at.column - 1) + "^" * max(1, end - at.column)]
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that looks most like `name`, if one does."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a wrong name pays for it

    swapped = next((each for each in known if sorted(each) == sorted(name)), None)
    # In a short name, one wrong letter weighs more.
    close = get_close_matches(name, known, n=1, cutoff=0.5 if len(name) < 5 else 0.6)
    return swapped or next(iter(close), None)
