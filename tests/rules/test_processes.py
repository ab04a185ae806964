"""Programs are started in one place of the host, and by the supervisor that outlives it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.rules.repository import CORE, Source, check_none, dotted, imported, is_supervisor, product

MODULES = ("subprocess", "multiprocessing", "pty", "pexpect", "concurrent.futures.ProcessPoolExecutor")
CALLS = ("os.fork", "os.forkpty", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.popen")
ASYNC = ("create_subprocess_exec", "create_subprocess_shell")


def test_programs_are_started_in_one_place_only() -> None:
    found = [place for source in product() if not _may_start(source) for place in _starts(source)]
    check_none(found)


def _may_start(source: Source) -> bool:
    """Tell whether a file is there to start programs."""
    return is_supervisor(source) or source.path == CORE / "host" / "processes.py"


def _starts(source: Source) -> Iterator[str]:
    """Yield the places where a source could start a program."""
    for module, node in imported(source):
        if module in MODULES or module.startswith(CALLS):
            yield f"{source.at(node)} imports {module}"
    for node in source.nodes(ast.Attribute):
        if dotted(node).startswith(CALLS) or node.attr in ASYNC:
            yield f"{source.at(node)} {dotted(node)}"
