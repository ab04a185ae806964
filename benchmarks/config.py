"""What reading a project file costs, in readings of the same text by python-hcl2 (`hcl2.loads`) in the same process.

python benchmarks/config.py            # some 20 seconds
python benchmarks/config.py --quick    # fewer turns, to see that it works
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import hcl2

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.host.language.tree import Body
from milepost.host.language.walk import expressions
from milepost.host.project.cache import read_project
from milepost.host.project.scope import app_scope
from milepost.host.project.variables import variables
from milepost.testing.project import outside

TURNS = 3 if "--quick" in sys.argv else 15

APP = """
app "{name}" {{
  path       = "./{name}"
  depends_on = []
  labels     = {{ tier = "{name}", team = "shop" }}
  health {{
    path    = "/health"
    timeout = "10s"
  }}
  config {{
    env = {{
      MODE = workspace.name
      URL  = "https://${{var.tag}}.example/{name}"
      SIZE = 2 * 16 + 1
    }}
  }}
  build {{
    use "files" {{
      include = ["*.py", "static/**", "x-${{var.tag}}"]
    }}
    hook {{
      when    = "before"
      command = ["make", "TAG=${{var.tag}}", "-C", path.app]
    }}
  }}
  deploy {{
    use "local" {{
      command = ["python3", "-m", "http.server"]
    }}
  }}
}}
"""


def project_text(apps: int) -> str:
    """Return a project file of so many apps, 31 lines each."""
    head = 'project = "shop"\n\nvariable "tag" {\n  type    = string\n  default = "latest"\n}\n'
    return head + "".join(APP.format(name=f"app{number}") for number in range(apps))


def seconds(*works: Callable[[], object]) -> list[float]:
    """Return the median seconds of each work, all done in turns; of a turn, the best of three in a row counts."""
    taken = [[min(once(work) for _ in range(3)) for work in works] for _ in range(TURNS + 1)]
    # The first turn warms the caches.
    return [statistics.median(each) for each in zip(*taken[1:], strict=True)]


def once(work: Callable[[], object]) -> float:
    """Return how long a work takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Bench:
    """A project file of a size, and the ways to read it."""

    def __init__(self, folder: Path, apps: int) -> None:
        self.text = project_text(apps)
        self.file, self.cache = folder / "milepost.hcl", folder / "cache"
        self.file.parent.mkdir(parents=True)
        self.file.write_text(self.text)
        project = read_project(self.file, self.cache)
        world = outside(folder)
        self.scope = app_scope(project, project.apps["app0"], "default", variables(project, (), world), world)

    def loads(self) -> None:
        """Read the text by python-hcl2."""
        hcl2.loads(self.text)

    def cold(self) -> None:
        """Parse the text and evaluate all that stands in it."""
        self.evaluate(lower(source_of("milepost.hcl", self.text.encode()), self.cache))

    def warm(self) -> None:
        """Read the unchanged file by its cached tree."""
        read_project(self.file, self.cache)

    def evaluate(self, body: Body) -> None:
        """Evaluate all that stands in a body."""
        evaluator = Evaluator(self.scope)
        for each in expressions(body):
            evaluator.value(each)


def linear(make: Callable[[int], str], work: Callable[[Body], object] | None = None) -> float:
    """Return how much longer ten times as much takes, per piece: 1 is linear. Without `work`, reading is measured."""
    sizes = (1_000, 10_000)
    if work is None:
        sources = [source_of("a", make(size).encode()) for size in sizes]
        few, many = seconds(*(partial(lower, each) for each in sources))
    else:
        few, many = seconds(*(partial(work, lower(source_of("a", make(size).encode()))) for size in sizes))
    return many / few / 10


def memory(bench: Bench) -> float:
    """Return the peak of memory that a reading by the cached tree takes, in sizes of the file."""
    bench.warm()
    tracemalloc.start()
    project = read_project(bench.file, bench.cache)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert project.apps
    return peak / len(bench.text)


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as scratch:
        small, large = Bench(Path(scratch) / "small", 3), Bench(Path(scratch) / "large", 32)
        loads, cold, warm = seconds(small.loads, small.cold, small.warm)
        lines = small.text.count("\n")
        tell(f"parse and evaluate {lines} lines, of hcl2.loads", f"{cold / loads:.2f}")
        tell(f"second read of {lines} lines, of hcl2.loads", f"1/{loads / warm:.0f}")
        tell(f"memory of a second read, {large.text.count(chr(10))} lines, of the file", f"{memory(large):.1f}")
        attributes = linear(lambda size: "".join(f"a{each} = 1 + {each}\n" for each in range(size)), small.evaluate)
        tell("10,000 attributes evaluated, per attribute of 1,000", f"{attributes:.2f}")
        tell("a heredoc of 10,000 lines read, per line of 1,000", f"{linear(heredoc):.2f}")
        tell("a sum of 10,000 terms read, per term of 1,000", f"{linear(lambda size: 'a = ' + '1+' * size + '1'):.2f}")


def heredoc(lines: int) -> str:
    """Return a file with a heredoc of so many lines, some of them blank."""
    return "a = <<E\n" + "\n  x ${1}\n" * (lines // 2) + "E\n"


def tell(what: str, ratio: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{what:<64} {ratio:>7}\n")


if __name__ == "__main__":
    main()
