"""The screen: where text for people and documents for programs go, and in which form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from milepost.cli.flags import time_form
from milepost.cli.phrasing import ago, local, utc
from milepost.sdk.errors import RefusedError

if TYPE_CHECKING:
    from milepost.cli.flags import Flags, TimeForm
    from milepost.cli.surroundings import Surroundings

SCHEMA = 1
"""The version of the documents that `--json` prints."""

_STYLES = {"good": "32", "bad": "31", "warning": "33", "faint": "2", "strong": "1"}


class Screen:
    """The streams of one command."""

    def __init__(self, flags: Flags, surroundings: Surroundings) -> None:
        """Look at the flags and at what the streams are."""
        self.flags = flags
        self.now = surroundings.now
        self._out, self._err, self._input = surroundings.out, surroundings.err, surroundings.input
        self._people = self._out if flags.output == "text" else self._err
        self._environment = environment = surroundings.environment
        self.is_terminal = self._people.isatty() and environment.get("TERM") != "dumb"
        self.in_ci = bool(environment.get("CI")) or not self._people.isatty()
        self.has_color = self.is_terminal and not environment.get("NO_COLOR") and flags.color is not False
        self.is_live = self.is_terminal and flags.output == "text" and not flags.quiet and not environment.get("CI")

    @property
    def people(self) -> Any:
        """The stream that people read."""
        return self._people

    def line(self, text: str = "") -> None:
        """Tell people one line."""
        print(text, file=self._people, flush=True)

    def write(self, text: str) -> None:
        """Tell people text as it is, with the ends of lines that stand in it."""
        if text:
            print(text, end="", file=self._people, flush=True)

    def lines(self, lines: Iterable[str]) -> None:
        """Tell people some lines."""
        for each in lines:
            self.line(each)

    def progress(self, text: str) -> None:
        """Tell people what is going on, unless they want only the result."""
        if not self.flags.quiet:
            self.line(text)

    def warn(self, text: str) -> None:
        """Tell people of something that is not as it should be."""
        print(f"{self.paint('warning', 'warning:')} {text}", file=self._err, flush=True)

    def note(self, text: str) -> None:
        """Tell people of something that they may want to know, unless they want only the result."""
        if not self.flags.quiet:
            print(f"{self.paint('faint', 'note:')} {text}", file=self._err, flush=True)

    def answer(self, kind: str, document: dict[str, Any], lines: Iterable[str]) -> None:
        """Give the result of a command: the lines to people, or the document to a program."""
        if self.flags.output == "text":
            self.lines(lines)
        else:
            self.document(kind, document)

    def document(self, kind: str, document: dict[str, Any]) -> None:
        """Print a document as one line of JSON, with its kind and schema number."""
        print(json.dumps({"schema": SCHEMA, "kind": kind, **document}, ensure_ascii=False), file=self._out, flush=True)

    def raw(self, text: str) -> None:
        """Print text that is a document already."""
        print(text, file=self._out, flush=True)

    def paint(self, style: str, text: str) -> str:
        """Return the text in a style, where colours are wanted: `good`, `bad`, `warning`, `faint`, `strong`."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.has_color else text

    @property
    def time(self) -> TimeForm:
        """How times are shown: as asked, else relative on a terminal and in UTC elsewhere. Raises UsageError."""
        named = time_form("MILEPOST_TIME", self._environment.get("MILEPOST_TIME", ""))
        return self.flags.time or named or ("relative" if self.is_terminal else "utc")

    @property
    def room(self) -> int | None:
        """How many cells a line of a table may take; None where it may be as long as it is."""
        if not self.is_terminal:
            return None
        try:
            return int(self._environment.get("COLUMNS", "")) or None
        except ValueError:
            pass  # not said by the environment: the terminal knows
        try:
            return os.get_terminal_size(self._people.fileno()).columns or None
        except (OSError, ValueError):
            return None

    def when(self, at: datetime | None) -> str:
        """Return a time in the form that is wanted."""
        if self.time == "relative":
            return ago(at, self.now())
        return utc(at) if self.time == "utc" else local(at)

    def at(self, at: datetime | None) -> str:
        """Return a time by the clock, and how long ago that was where times are relative."""
        if self.time == "utc" or at is None:
            return utc(at)
        return f"{local(at)} ({ago(at, self.now())})" if self.time == "relative" else local(at)

    def ask(self, question: str, default: str = "") -> str:
        """Ask and return the answer; the default when it is empty. Raises RefusedError when nobody can answer."""
        if not self.can_ask:
            raise RefusedError(f"nobody is there to answer: {question}", hint="add --yes to go on without being asked")
        print(question, end=" ", file=self._err, flush=True)
        return self._input.readline().strip() or default

    @property
    def can_ask(self) -> bool:
        """Whether a person sits at both ends."""
        return self._input.isatty() and self._err.isatty()

    @property
    def has_typist(self) -> bool:
        """Whether a person types, wherever what is shown goes."""
        return self._input.isatty()

    def confirm(self, question: str, word: str) -> None:
        """Have the word typed, unless `--yes` was given. Raises RefusedError."""
        if self.flags.yes:
            return
        if self.ask(f"{question} Type {word} to go on:") != word:
            raise RefusedError("not confirmed; nothing was changed", hint="add --yes to go on without being asked")
