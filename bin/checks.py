"""Every check of the project, in order, and one closing line that says how they went; `bin/test` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
USAGE = """\
bin/test                every check: ruff, mypy, import-linter, the tests, and the quick tests on the newest Python
bin/test --quick        without slow tests, journeys and the newest Python
bin/test PATH OPTION…   pytest with these words

CI=true or MILEPOST_REQUIRE_ENGINES=1: it fails when a test was skipped for want of an engine"""
TOOLS = (
    ("ruff check", ("ruff", "check", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("mypy", ("mypy",)),
    ("mypy bin", ("mypy", "bin/checks.py")),
    ("lint-imports", ("lint-imports",)),
)
HERE_ONLY = ("--ignore=tests/rules", "--ignore=tests/docs")
"""Tests of the sources and the pages, which are the same for every interpreter."""
ALONE = "serial"
"""Tests that want the machine for themselves."""
ENGINE = "engine"
"""Tests of what container engines do, which is the same for every interpreter."""
JOURNEYS = f"journey and not {ALONE}"
"""Tests of whole projects with real processes, which take their time."""
NO_TESTS = 5
"""The exit status of pytest when nothing was selected."""


class Outcome(NamedTuple):
    """How one check ended."""

    name: str
    passed: int
    failed: int
    skipped: tuple[str, ...] = ()


def main(arguments: Sequence[str]) -> int:
    """Run what the command line asks for and return the exit status."""
    if {"-h", "--help"} & set(arguments):
        print(USAGE)
        return 0
    chosen = tuple(each for each in arguments if each != "--quick")
    start = time.monotonic()
    outcomes = list(_checks("--quick" in arguments, chosen))
    return _conclude(outcomes, time.monotonic() - start)


def _checks(quick: bool, chosen: tuple[str, ...]) -> Iterator[Outcome]:
    """Run the checks one after the other."""
    here = Path(sys.executable)
    if chosen:
        yield _tests("tests", here, chosen)
        return
    for name, argv in TOOLS:
        yield _tool(name, (str(here.parent / argv[0]), *argv[1:]))
    slow = " and not slow" if quick else ""
    yield _tests("tests", here, ("-n", "2", "-m", f"not ({ALONE} or journey){slow}"))
    if quick:
        return
    yield _tests("journeys", here, ("-n", "2", "-m", JOURNEYS))
    yield _tests("tests that run alone", here, ("-m", ALONE))
    yield from _gates(here)
    for version, python in _newest_interpreter():
        quickly = ("-n", "2", "-m", f"not ({ALONE} or journey or slow or {ENGINE})", *HERE_ONLY)
        yield _tests(f"tests on {version}", python, quickly)


def _gates(python: Path) -> Iterator[Outcome]:
    """Run the benchmarks that hold a limit, where there are any."""
    for gate in sorted((ROOT / "benchmarks").glob("gate_*.py")):
        yield _tool(gate.stem, (str(python), str(gate), "--quick"))


def _newest_interpreter() -> Iterator[tuple[str, Path]]:
    """Set up an environment for the newest interpreter, if this one is older, and yield its version and python.

    What holds with the oldest and the newest is taken to hold with those between.
    """
    listed = subprocess.run((ROOT / "bin/setup", "--list"), check=True, capture_output=True, text=True).stdout
    found = [line.partition(" ") for line in listed.splitlines()]
    version, _, path = max(found, key=lambda each: tuple(map(int, each[0].split("."))))
    if version != f"{sys.version_info.major}.{sys.version_info.minor}":
        folder = ROOT / f".venv-{version}"
        subprocess.run((ROOT / "bin/setup", "--into", folder, "--python", path), check=True)
        yield version, folder / "bin" / "python"


def _tool(name: str, argv: tuple[str, ...]) -> Outcome:
    """Run a tool that passes or fails as a whole."""
    _announce(name)
    failed = int(_run(argv) != 0)
    return Outcome(name, 1 - failed, failed)


def _tests(name: str, python: Path, options: tuple[str, ...]) -> Outcome:
    """Run pytest and read from its report how many tests passed, failed and were skipped."""
    _announce(name)
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        status = _run((str(python), "-m", "pytest", "-q", f"--junitxml={report}", *options))
        outcome = _read(name, report) if report.exists() else Outcome(name, 0, 0)
    if status not in (0, NO_TESTS) and not outcome.failed:
        return outcome._replace(failed=1)  # it ended before it could report
    return outcome


def _read(name: str, report: Path) -> Outcome:
    """Return what a report of pytest says; what does not apply here does not count as skipped."""
    cases = list(ET.parse(report).iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    reasons = [skip.get("message", "") for case in cases if (skip := case.find("skipped")) is not None]
    skipped = tuple(reason for reason in reasons if not reason.removeprefix("Skipped: ").startswith("not applicable"))
    return Outcome(name, len(cases) - failed - len(reasons), failed, skipped)


def _run(argv: tuple[str, ...]) -> int:
    """Run a program from the root of the checkout, with the environment's programs first, and return its status."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PATH"] = f"{Path(argv[0]).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode


def _announce(name: str) -> None:
    """Say what comes now."""
    print(f"\n── {name}", flush=True)


def _conclude(outcomes: list[Outcome], seconds: float) -> int:
    """Print the closing lines and return the exit status."""
    passed = sum(each.passed for each in outcomes)
    failed = sum(each.failed for each in outcomes)
    skipped = [reason for each in outcomes for reason in each.skipped]
    print()
    if skipped:
        print(f"skipped: {len(skipped)} ({'; '.join(sorted(set(skipped)))})")
    if failed:
        print(f"failed: {', '.join(each.name for each in outcomes if each.failed)}")
    must_run = os.environ.get("CI") == "true" or os.environ.get("MILEPOST_REQUIRE_ENGINES") == "1"
    if skipped and must_run:
        print("failed: nothing may be skipped here (CI=true or MILEPOST_REQUIRE_ENGINES=1)")
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped in {seconds:.0f} s", flush=True)
    return int(bool(failed or (skipped and must_run) or not passed))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
