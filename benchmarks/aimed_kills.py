"""Kills at aimed writes of the history: of runs, and of what is done to the store itself; nothing may be lost.

python benchmarks/aimed_kills.py                      # 200 kills of seed 1, about half of them of runs
python benchmarks/aimed_kills.py --runs 30 --keeping 0 --seed 7
python benchmarks/aimed_kills.py --runs 20 --verbs release destroy
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.journeys import truth
from tests.journeys.aimed import WRITES, AimedCampaign
from tests.journeys.aimed_keeping import WORKS, KeepingCampaign
from tests.journeys.aiming import aim
from tests.journeys.leaving import leave
from tests.journeys.place import Place
from tests.journeys.programs import PROJECT, SERVER


def place_in(root: Path) -> Place:
    """Return a new place with a small web app."""
    place = Place(root / "app", root)
    place.folder.mkdir()
    (root / "home").mkdir()
    place.write(milepost__hcl=PROJECT, server__py=SERVER, version__txt="one")
    return place


def wage_on_runs(root: Path, count: int, seed: int, verbs: tuple[str, ...]) -> list[str]:
    """Kill runs, and return what was done. Raises AssertionError at the first loss."""
    place = place_in(root)
    campaign = AimedCampaign(aim(place), seed)
    try:
        place.up()
        campaign.wage(count, verbs)
        place.run("destroy", "--all", "--yes")
        truth.check_gone(place)
    finally:
        leave(place)
    return campaign.told


def wage_on_keeping(root: Path, count: int, seed: int) -> list[str]:
    """Kill what is done to the store itself, and return what was done. Raises AssertionError at the first loss."""
    campaign = KeepingCampaign(aim(place_in(root)), seed)
    campaign.wage(count)
    return campaign.told


def tell(told: list[str], began: float) -> None:
    """Say what was hit, and how often."""
    kinds = Counter(line.split(": ")[1].split(" write ")[0] for line in told)
    hits = Counter(line.split(": ")[2].split(", ended")[0] for line in told)
    sys.stdout.write(f"{len(told)} kills in {time.monotonic() - began:.0f} s: nothing lost, nothing unreadable\n")
    sys.stdout.write(f"  hit: {', '.join(f'{count} {kind}' for kind, count in hits.most_common())}\n")
    sys.stdout.write(f"  when: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}\n")


def main() -> None:
    """Read the command line, carry out the campaigns and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--keeping", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbs", nargs="+", default=tuple(WRITES), choices=tuple(WRITES))
    given = parser.parse_args()
    for count, kind in ((given.keeping, "keeping"), (given.runs, "runs")):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mpa") as folder:
            root = Path(folder).resolve()
            if kind == "runs" and count:
                tell(wage_on_runs(root, count, given.seed, tuple(given.verbs)), began)
            elif count:
                sys.stdout.write(f"{', '.join(WORKS)}:\n")
                tell(wage_on_keeping(root, count, given.seed), began)


if __name__ == "__main__":
    main()
