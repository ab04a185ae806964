"""Every command is one file with a short body, has a line of help, a place in the docs and a test that types it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from milepost.cli.table import COMMANDS, Entry
from tests.rules.repository import CORE, ROOT, Function, check_none, of_tests, sources

BODY = 20
"""The lines that a command's body may have: parse, call, render."""


class Command(NamedTuple):
    """A command that can be typed."""

    words: tuple[str, ...]
    entry: Entry

    def __str__(self) -> str:
        """Return it as it is typed."""
        return " ".join(self.words)


def _commands(entries: tuple[Entry, ...], before: tuple[str, ...] = ()) -> Iterator[Command]:
    """Yield the commands of the table, groups taken apart."""
    for entry in entries:
        words = (*before, entry.name)
        if entry.module:
            yield Command(words, entry)
        yield from _commands(entry.entries, words)


ALL = tuple(_commands(COMMANDS))
each_command = pytest.mark.parametrize("command", ALL, ids=str)


def test_the_table_has_the_commands_that_people_are_promised() -> None:
    promised = "init validate up build deploy release redeploy restart stop start status logs exec rollback promote"
    promised += " destroy history show cancel doctor version"
    groups = {f"{kind} {verb}" for kind in ("artifact", "deployment", "release", "operation") for verb in _LOOKS}
    groups |= {"lock list", "lock break", "plugin list", "plugin show", "plugin doctor"}
    check_none(sorted({*promised.split(), *groups} - set(map(str, ALL))))


_LOOKS = ("list", "inspect")


@each_command
def test_a_command_has_a_line_of_help(command: Command) -> None:
    line = command.entry.help
    assert line.endswith((".", ")"))
    assert line[0].isupper()
    assert len(line) <= 80


@each_command
def test_a_commands_body_is_short(command: Command) -> None:
    function = _function(command.entry)
    body = function.body[1:] if ast.get_docstring(function) else function.body
    lines = (function.end_lineno or 0) - body[0].lineno + 1
    assert lines <= BODY, f"{command.entry.module}.{function.name}: {lines} lines"


@each_command
def test_a_command_stands_in_the_documentation(command: Command) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.is_file())
    assert re.search(rf"\bmilepost {command}\b", text), f"no page has `milepost {command}`"


@each_command
def test_a_command_is_typed_by_a_test(command: Command) -> None:
    apart = r"[\"'],\s*[\"']".join(command.words)
    typed = re.compile(rf"[\"']{apart}[\"']|[\"']{command}(?: [^\"']*)?[\"']|milepost {command}\b")
    assert any(typed.search(source.text) for source in of_tests()), f"no test types {command}"


def _function(entry: Entry) -> Function:
    """Return the function that carries out a command."""
    path = CORE / "cli" / "commands" / f"{entry.module}.py"
    source = next(each for each in sources() if each.path == path)
    return next(each for each in source.functions() if each.name == entry.function)
