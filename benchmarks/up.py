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


def own_start() -> float:
    """Return how long the app needs by itself until its health path answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    app = subprocess.Popen((sys.executable, "server.py"), cwd=HELLO, env={**os.environ, "PORT": str(port)})
    while not answers(port):
        time.sleep(0.005)
    taken = time.perf_counter() - began
    app.terminate()
    app.wait()
    return taken


def answers(port: int) -> bool:
    """Return whether the app's health path answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


THREE = """
app "{app}" {{
  path = "{app}"
  health {{
    path = "/healthz"
  }}
  build {{
    use "files" {{}}
  }}
  deploy {{
    use "local" {{
      command = ["python3", "server.py"]
    }}
  }}
}}
"""


def three(folder: Path) -> None:
    """Write a project of three apps that have nothing to do with each other."""
    apps = ("one", "two", "three")
    for app in apps:
        shutil.copytree(HELLO, folder / app)
        (folder / app / "milepost.hcl").unlink()
    (folder / "milepost.hcl").write_text('project = "three"\n' + "".join(THREE.format(app=app) for app in apps))


def main() -> None:
    """Measure and tell."""
    rounds = 2 if "--quick" in sys.argv else 11
    with tempfile.TemporaryDirectory() as scratch:
        folder, env = Path(scratch), private(Path(scratch))
        shutil.copytree(HELLO, folder / "hello")
        three(folder / "trio")
        for place in ("hello", "trio"):
            run((MILEPOST, "up"), folder / place, env)
        try:
            turns = [one_round(folder, env, turn) for turn in range(rounds)]
        finally:
            for place in ("hello", "trio"):
                run((MILEPOST, "destroy", "--all", "--yes"), folder / place, env)
    tell({name: statistics.median(turn[name] for turn in turns) for name in turns[0]})


def one_round(folder: Path, env: dict[str, str], turn: int) -> dict[str, float]:
    """Return how long each thing took, once."""
    hello, trio = folder / "hello", folder / "trio"
    floor, start = run(NOTHING, hello), own_start()
    unchanged = run((MILEPOST, "up"), hello, env)
    (hello / "turn.txt").write_text(str(turn))
    changed = run((MILEPOST, "up"), hello, env)
    alone = []
    for app in ("one", "two", "three"):
        (trio / app / "turn.txt").write_text(f"{turn} alone")
        alone.append(run((MILEPOST, "up", app), trio, env))
        (trio / app / "turn.txt").write_text(f"{turn} together")
    together = run((MILEPOST, "up"), trio, env)
    return {
        "F": floor,
        "start": start,
        "unchanged": unchanged,
        "changed": changed,
        "slowest": max(alone),
        "together": together,
    }


def tell(median: dict[str, float]) -> None:
    """Print the ratios."""
    floor = median["F"]
    added = (median["changed"] - median["start"]) / floor
    lines = (
        f"up, nothing changed: {median['unchanged'] / floor:.1f} F",
        f"up, changed: the app's own start until ready ({median['start'] / floor:.1f} F) + {added:.1f} F",
        f"three independent apps over the slowest of them alone: {median['together'] / median['slowest']:.2f}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
