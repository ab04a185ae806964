"""What keeping output costs, as ratios to `tee` of the same stream to a file, in turns of the same run.

python benchmarks/output.py            # 1,000,000 lines, 5 rounds: about a minute
python benchmarks/output.py --quick    # 50,000 lines, 2 rounds, to see that it works
"""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from timing import MILEPOST, private

from milepost.host import processes
from milepost.host.cancel import Cancel, Deadline
from milepost.host.history.sqlite import SqliteStore
from milepost.host.lifecycle.kept import Kept
from milepost.host.lifecycle.transcript import Hearers, Transcript
from milepost.host.mask import Masker
from milepost.sdk.step import Command
from milepost.sdk.store import Opening

FOLLOWERS = 20
SECRETS = 10
PRINT = (
    'BEGIN{for(i=0;i<%d;i++) printf "[%%07d] compiling package-%%d/src/component-%%d.ts -> dist/%%d.js '
    'in %%d ms, no warnings\\n", i, i%%977, i%%31, i%%4001, i%%97}'
)
PACED = (
    'i=0; while [ $i -lt %d ]; do seq -f "[%%07.0f] compiling package/src/component.ts -> dist, no warnings" '
    "$((i * 1000)) $((i * 1000 + 999)); i=$((i + 1)); sleep 0.05; done"
)
PROJECT = """
project = "bench-%d"
app "web" {
  build {
    hook {
      when    = "before"
      timeout = 600
      command = ["awk", %s]
    }
    use "files" {}
  }
  deploy {
    use "local" { command = ["true"] }
  }
}
"""


def opened(folder: Path) -> SqliteStore:
    """Return a store in that folder."""
    return SqliteStore.open(
        folder, Opening("bench", "path:/bench", "", new_id=lambda: "made", now=lambda: datetime.now(UTC))
    )


def tee(argv: Sequence[str], folder: Path) -> float:
    """Return how long the program takes with its output through `tee` to a file."""
    began = time.perf_counter()
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as program:
        subprocess.run(
            ("/usr/bin/env", "tee", str(folder / "tee")), stdin=program.stdout, stdout=subprocess.DEVNULL, check=True
        )
    return time.perf_counter() - began


def kept(argv: Sequence[str], folder: Path) -> tuple[float, float]:
    """Return how long it takes with its output masked, kept and packed, and the processor time of that."""
    store, masker = opened(folder / "store"), Masker()
    for _ in range(SECRETS):
        masker.add(secrets.token_urlsafe(24))
    clock = lambda: datetime.now(UTC)  # noqa: E731 - it is passed on twice and no more
    keeper = Kept(lambda printed: store.write_output("O", printed), clock)
    transcript = Transcript(keeper, masker, Hearers(lambda text, stream: None, lambda text: None, fail))
    watch = processes.Watch(
        cancel=Cancel(),
        deadline=Deadline("the benchmark", None, time.monotonic),
        started=lambda pid: None,
        ended=lambda pid: None,
        output=transcript.output,
    )
    began, busy = time.perf_counter(), time.process_time()
    processes.run(Command(argv=tuple(argv)), dict(os.environ), watch)
    transcript.close()
    store.seal_output("O")
    taken = time.perf_counter() - began, time.process_time() - busy
    store.close()
    return taken


def fail(error: Exception) -> None:
    """End the benchmark: what is not kept costs nothing."""
    raise SystemExit(str(error))


def follow(folder: str) -> None:
    """Read what comes, as twenty who follow it, until the process is ended."""

    def one() -> None:
        store, last, version = opened(Path(folder)), 0, -1
        while True:
            version = store.watch(version, 1.0)
            lines = store.read_output("O", last)
            last = lines[-1].number if lines else last

    for _ in range(FOLLOWERS):
        threading.Thread(target=one, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


def followed(argv: Sequence[str], folder: Path) -> tuple[float, float]:
    """Return the same as `kept`, while twenty follow it."""
    opened(folder / "store").close()
    with subprocess.Popen(
        (sys.executable, __file__, "--follow", str(folder / "store")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as followers:
        assert followers.stdout is not None
        followers.stdout.readline()
        taken = kept(argv, folder)
        followers.kill()
    return taken


def whole(lines: int, folder: Path) -> float:
    """Return what `milepost build` takes longer because of a hook that prints so many lines."""
    env = private(folder)
    taken = []
    for count in (0, lines):
        project = folder / f"project-{count}"
        project.mkdir()
        (project / "milepost.hcl").write_text(PROJECT % (count, _quoted(PRINT % count)))
        (project / "app.txt").write_text("the app")
        build(project, env)
        # The quicker of two: of a short build, most is the start of the program.
        taken.append(min(build(project, env) for _ in range(2)))
    return taken[1] - taken[0]


def build(project: Path, env: Mapping[str, str]) -> float:
    """Return how long `milepost build` takes; what it shows goes where the output of `tee` goes."""
    began = time.perf_counter()
    subprocess.run((MILEPOST, "build"), cwd=project, env={**os.environ, **env}, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%{", "%%{").replace("${", "$${")
    return f'"{escaped}"'


def one_round(lines: int) -> dict[str, float]:
    """Return the ratios of one round."""
    fast, paced = ("awk", PRINT % lines), ("sh", "-c", PACED % max(10, lines // 10_000))
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / str(number) for number in range(5)]
        for each in folders:
            each.mkdir()
        floor = tee(fast, folders[0])
        alone, _ = kept(fast, folders[1])
        slow, busy = kept(paced, folders[2])
        slow_followed, busy_followed = followed(paced, folders[3])
        up = whole(lines, folders[4])
    return {
        "kept, of tee": alone / floor,
        "milepost build, shown and kept, of tee": up / floor,
        "20,000 lines a second with 20 followers, of without": slow_followed / slow,
        "  the processor time of that": busy_followed / busy,
    }


def main() -> None:
    """Measure and tell."""
    quick = "--quick" in sys.argv
    rounds = [one_round(50_000 if quick else 1_000_000) for _ in range(2 if quick else 5)]
    for name in rounds[0]:
        sys.stdout.write(f"{name}: {statistics.median(each[name] for each in rounds):.2f}\n")


if __name__ == "__main__":
    if "--follow" in sys.argv:
        follow(sys.argv[-1])
    else:
        main()
