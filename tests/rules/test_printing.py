"""Only the renderers of the command line print; the rest of it may write a line where nothing is loaded yet."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.rules.repository import CORE, Source, check_none, dotted, is_supervisor, product

PRINTS = ("print", "pprint", "echo", "secho")
STREAMS = ("sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer.write", "sys.stderr.buffer.write")


def test_only_renderers_print() -> None:
    calls = _calls(lambda source: not _is_renderer(source))
    check_none([f"{place} {name}" for place, name in calls if name.rsplit(".", 1)[-1] in PRINTS])


def test_only_the_command_line_writes_to_the_terminal_and_a_supervisor_to_its_log() -> None:
    calls = _calls(lambda source: not source.path.is_relative_to(CORE / "cli") and not is_supervisor(source))
    check_none([f"{place} {name}" for place, name in calls if name in STREAMS])


def _calls(chosen: Callable[[Source], bool]) -> list[tuple[str, str]]:
    """Return the place and the name of each call in the chosen sources."""
    return [
        (source.at(call), dotted(call.func))
        for source in product()
        if chosen(source)
        for call in source.nodes(ast.Call)
    ]


def _is_renderer(source: Source) -> bool:
    """Tell whether a file is there to print."""
    return source.path.parent == CORE / "cli" and source.path.name.startswith("render")
