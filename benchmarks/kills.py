"""The kill campaign at length: something is killed at random instants of runs, and all that must hold is looked at.

python benchmarks/kills.py                      # 200 kills of seed 1, some twenty minutes
python benchmarks/kills.py --count 30 --seed 7
python benchmarks/kills.py --victims caddy cli+part
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
from tests.journeys.campaign import VICTIMS, Campaign
from tests.journeys.leaving import leave
from tests.journeys.place import Place
from tests.journeys.programs import PROJECT, SERVER


def wage(root: Path, count: int, seed: int, victims: tuple[str, ...]) -> Campaign:
    """Carry out the campaign in a new place and return what was done. Raises AssertionError at the first loss."""
    place = Place(root / "app", root)
    place.folder.mkdir()
    (root / "home").mkdir()
    place.write(milepost__hcl=PROJECT, server__py=SERVER, version__txt="one")
    campaign = Campaign(place, seed)
    try:
        place.up()
        campaign.wage(count, victims)
        place.run("destroy", "--all", "--yes")
        truth.check_gone(place)
    finally:
        leave(place)
    return campaign


def main() -> None:
    """Read the command line, carry out the campaign and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victims", nargs="+", default=VICTIMS, choices=VICTIMS)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mpk") as folder:
        campaign = wage(Path(folder).resolve(), given.count, given.seed, tuple(given.victims))
    kinds = Counter(line.split(": ")[1].split(" after ")[0] for line in campaign.told)
    shown = ", ".join(f"{count} of {kind}" for kind, count in kinds.most_common())
    sys.stdout.write(f"{given.count} kills of seed {given.seed} in {time.monotonic() - began:.0f} s: {shown}\n")
    sys.stdout.write("0 losses: the history true, nothing unnamed running, each next up clean\n")


if __name__ == "__main__":
    main()
