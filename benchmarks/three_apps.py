"""Three independent apps in one run against the slowest of them alone; the target is 1.3 times.

python benchmarks/three_apps.py            # five rounds, about a minute
python benchmarks/three_apps.py --rounds 2
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.journeys.leaving import leave
from tests.journeys.place import Place
from tests.journeys.programs import SERVER

APPS = ("one", "two", "three")
START = 2.0
"""How long each app takes until it is ready, in seconds: what a run waits for, and not what it computes."""
TARGET = 1.3

APP = """\
app "{app}" {{
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


def up(place: Place, version: str, *apps: str) -> float:
    """Change a file, run `up` of these apps, and return how long it took, in seconds."""
    place.write(version__txt=version)
    began = time.monotonic()
    place.up(*apps)
    return time.monotonic() - began


def measure(root: Path, rounds: int) -> tuple[float, float]:
    """Return the medians of all three in one run, and of the slowest alone, in seconds."""
    place = Place(root / "app", root)
    place.folder.mkdir()
    (root / "home").mkdir()
    slow = SERVER.replace("VERSION = ", f"time.sleep({START})\nVERSION = ", 1)
    place.write(milepost__hcl='project = "three"\n' + "".join(APP.format(app=app) for app in APPS), server__py=slow)
    try:
        up(place, "warm")
        together, alone = [], []
        for number in range(rounds):
            together.append(up(place, f"together {number}"))
            alone.append([up(place, f"alone {number} {app}", app) for app in APPS])
        return statistics.median(together), max(statistics.median(times) for times in zip(*alone, strict=True))
    finally:
        leave(place)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mpb") as folder:
        together, alone = measure(Path(folder).resolve(), given.rounds)
    met = "met" if together <= TARGET * alone else "missed"
    sys.stdout.write(f"three apps {together:.2f} s, the slowest alone {alone:.2f} s: {together / alone:.2f} times ")
    sys.stdout.write(f"(target {TARGET}, {met}; each app needs {START:g} s until it is ready)\n")


if __name__ == "__main__":
    main()
