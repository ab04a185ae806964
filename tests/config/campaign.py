"""Damaged texts read as milepost reads a project, and what must hold of each: `python -m tests.config.campaign 0 5000`.

Each number is a seed: the command reads the texts from the first to the second, says which broke a promise and how, and
ends with 1 if one did.
"""

from __future__ import annotations

import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from milepost.host.assembly import Host, open_host
from milepost.host.gathering import gather
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.project.scope import Scope
from milepost.host.project.variable_sources import ByHand
from milepost.host.validation import validate
from milepost.sdk.errors import MilepostError, ProjectFileError
from milepost.sdk.problem import UNSHOWN, Problem
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside
from tests.config.mutations import HEAD, REST, SECRET, Input, damaged

LONGEST = 20.0
"""Seconds of CPU time that a text may take; all but a few take some thousandths."""


PIECES_OF_SECRET = {SECRET[start : start + 7] for start in range(len(SECRET) - 6)}
"""What is long enough to tell that it is of a secret."""


class TooSlowError(BaseException):
    """A text takes too long."""


def broken(given: Input, folder: Path) -> Iterator[str]:
    """Yield the promises that reading a text breaks, none if all is well. `folder` is an empty one to work in."""
    try:
        with _limited():
            problems = problems_of(given, folder)
    except TooSlowError:
        yield f"it takes more than {LONGEST} s: {traceback.format_exc(limit=-6)}"
        return
    except Exception:
        yield traceback.format_exc(limit=-12)
        return
    text = (HEAD.encode() + given.data if given.kind == "secrets" else given.data).decode(errors="replace")
    lines = text.removeprefix("\ufeff").split("\n")
    for problem in problems:
        yield from _wrong_with(problem, given, lines)


def _wrong_with(problem: Problem, given: Input, lines: list[str]) -> Iterator[str]:
    at = problem.position
    if not problem.message or "Token(" in problem.message or "object at 0x" in problem.message:
        yield f"a message that says nothing: {problem.message!r}"
    if at is None and not outside_place(problem):
        yield f"no place: {problem.message}"
    if at is not None and at.file == given.name:
        within = 1 <= at.line <= at.end_line <= len(lines) and 1 <= at.column <= len(lines[at.line - 1]) + 1
        if not within or at.end_column > len(lines[at.end_line - 1]) + 1 or at[1:3] > at[3:]:
            yield f"a place that there is not: {at!r} {problem.message}"
    told = str(problem)
    if given.kind != "file" and any(each in told for each in PIECES_OF_SECRET):
        yield f"the secret is shown: {told}"
    if max(map(len, told.split("\n"))) > 2000:
        yield f"a line of {max(map(len, told.split(chr(10))))} characters: {told[:200]}"
    if re.search(UNSHOWN, told):
        yield f"something that a terminal would obey: {told!r}"


def outside_place(problem: Problem) -> bool:
    """Return whether a problem without a position says where it is all the same."""
    return any(word in problem.message for word in ("app ", "variable ", "MILEPOST_VAR_", "its folder", "chain"))


def problems_of(given: Input, folder: Path) -> list[Problem]:
    """Return what milepost says of a text."""
    if given.kind == "expression":
        return _evaluated(given, folder)
    name = "milepost.hcl" if given.kind == "values" else given.name
    data = given.data if given.kind == "file" else (HEAD + REST).encode()
    if given.kind == "secrets":
        data = HEAD.encode() + given.data
    (folder / name).write_bytes(data)
    if given.kind == "values":
        (folder / given.name).write_bytes(given.data)
    environment = {"HOME": str(folder / "home"), "MILEPOST_VAR_password": SECRET}
    environment["MILEPOST_VAR_users"] = f'{{"amy": "{SECRET}", "{SECRET}": "x"}}'
    if given.kind == "values":
        environment = {"HOME": str(folder / "home")}
    return _said(partial(_whole, open_host(folder, environment)))


def _said(read: Callable[[], list[Problem]]) -> list[Problem]:
    try:
        return read()
    except ProjectFileError as error:
        return list(error.problems)
    except MilepostError as error:
        return [Problem(str(error), hint=error.hint)]


def _whole(host: Host) -> list[Problem]:
    return [
        problem
        for workspace in ("default", "production")
        for problem in validate(host, workspace, gather(host, workspace, ByHand()).variables)
    ]


def _evaluated(given: Input, folder: Path) -> list[Problem]:
    variables = {"password": Secret([Part(SECRET, "var.password")])}
    scope = Scope(
        outside=outside(folder), folder=folder, project="shop", app="web", variables=variables, labels={"team": "web"}
    )
    evaluator = Evaluator(scope)

    def read() -> list[Problem]:
        source = source_of(given.name, given.data)
        value = evaluator.value(lower_value(source))
        shown = [Problem(f"secret in clear: {value!r}")] if SECRET in repr(value) else []
        return [*map(source.told, evaluator.problems), *shown]

    return _said(read)


@contextmanager
def _limited() -> Iterator[None]:
    """End what stands in it with TooSlowError once it has taken too long."""

    def late(number: int, frame: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def found_in(seeds: range) -> Iterator[str]:
    """Yield what is wrong with the texts of some seeds."""
    with tempfile.TemporaryDirectory() as place:
        for seed in seeds:
            folder = Path(place) / str(seed)
            folder.mkdir()
            given = damaged(seed)
            for each in broken(given, folder):
                yield f"seed {seed}, {given.kind} {given.name}: {each}"


def main(first: int, end: int) -> int:
    """Say what is wrong with the texts of some seeds; return the exit status."""
    start, found = time.process_time(), 0
    for each in found_in(range(first, end)):
        found += 1
        sys.stdout.write(f"{each}\n")
    sys.stdout.write(f"{end - first} texts, {time.process_time() - start:.1f} s of CPU time, {found} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
