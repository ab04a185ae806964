"""Threads that use a class of msgspec for the first time at once do not crash the process."""

from __future__ import annotations

import subprocess
import sys

RACE = """
import sys, threading
sys.setswitchinterval(1e-6)
from milepost.host.turns import take_long_turns
take_long_turns()
import msgspec
classes = [msgspec.defstruct(f"C{n}", [(f"f{m}", "int | None", None) for m in range(200)]) for n in range(20)]
begin = threading.Barrier(4)
def use():
    for each in classes:
        begin.wait()
        msgspec.convert({}, each)
threads = [threading.Thread(target=use) for _ in range(4)]
for each in threads: each.start()
for each in threads: each.join()
print("well")
"""

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


def test_four_threads_that_come_to_a_class_at_once_are_well() -> None:
    assert told(RACE) == "well\n"


def test_the_command_line_takes_long_turns() -> None:
    assert float(told(INTERVAL, "--version").splitlines()[-1]) >= 1.0
