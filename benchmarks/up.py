"""What `milepost up` adds to what the app itself needs, in starts of a Python that does nothing (F).

python benchmarks/up.py            # 11 rounds
python benchmarks/up.py --quick    # 2 rounds, to see that it works
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from timing import MILEPOST, NOTHING, private, run

HELLO = Path(__file__).resolve().parent.parent / "docs" / "examples" / "hello"


def own_times() -> tuple[float, float]:
    """Return how long the app needs by itself until its health path answers, and from TERM to its end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    app = subprocess.Popen(
        (sys.executable, "server.py"), cwd=HELLO, env={**os.environ, "PORT": str(port)}, stderr=subprocess.DEVNULL
    )
    while not answers(port):
        time.sleep(0.005)
    started = time.perf_counter()
    app.terminate()
    app.wait()
    return started - began, time.perf_counter() - started


def answers(port: int) -> bool:
    """Return whether the app's health path answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def main() -> None:
    """Measure and tell."""
    rounds = 2 if "--quick" in sys.argv else 11
    with tempfile.TemporaryDirectory() as scratch:
        hello, env = Path(scratch) / "hello", private(Path(scratch))
        shutil.copytree(HELLO, hello)
        run((MILEPOST, "up"), hello, env)
        try:
            turns = [one_round(hello, env, turn) for turn in range(rounds)]
        finally:
            run((MILEPOST, "destroy", "--all", "--yes"), hello, env)
    tell({name: statistics.median(turn[name] for turn in turns) for name in turns[0]})


def one_round(hello: Path, env: dict[str, str], turn: int) -> dict[str, float]:
    """Return how long each thing took, once."""
    floor, (start, end) = run(NOTHING, hello), own_times()
    unchanged = run((MILEPOST, "up"), hello, env)
    (hello / "turn.txt").write_text(str(turn))
    changed = run((MILEPOST, "up"), hello, env)
    return {"F": floor, "start": start, "end": end, "unchanged": unchanged, "changed": changed}


def tell(median: dict[str, float]) -> None:
    """Print the ratios."""
    floor = median["F"]
    start, end, unchanged, changed = (median[name] / floor for name in ("start", "end", "unchanged", "changed"))
    sys.stdout.write(f"up, nothing changed: {unchanged:.1f} F\n")
    sys.stdout.write(f"up, changed: the app's own start until ready ({start:.1f} F) + {changed - start:.1f} F\n")
    sys.stdout.write(f"  of which the app that is replaced takes {end:.1f} F to end when it is asked to\n")


if __name__ == "__main__":
    main()
