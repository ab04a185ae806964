"""Threads take long turns, or two that use a class of msgspec for the first time at once crash the process."""

from __future__ import annotations

import subprocess
import sys

INTERVAL = """
import sys
try:
    from milepost.cli.main import main
    main()
finally:
    print(sys.getswitchinterval())
"""


def told(*argv: str) -> str:
    done = subprocess.run([sys.executable, "-c", *argv], capture_output=True, text=True, check=False)
    return done.stdout


def test_the_command_line_takes_long_turns() -> None:
    assert float(told(INTERVAL, "--version").splitlines()[-1]) >= 1.0
