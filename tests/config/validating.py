"""Projects as `milepost validate` sees them, and the odd things that may lie in their folders."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from milepost.host.assembly import open_host
from milepost.host.gathering import gather
from milepost.host.project.variable_sources import ByHand
from milepost.host.validation import validate
from milepost.sdk.errors import MilepostError, ProjectFileError
from milepost.sdk.problem import UNSHOWN, Problem
from milepost.testing.project import write_files

GOOD = """\
project = "shop"
app "web" {
  deploy {
    use "local" {
      command = ["serve"]
    }
  }
}
"""
LOCALS = GOOD + "locals {\n%s\n}\n"
JSON = '{"project": "shop", "app": {"web": {"deploy": {"use": {"local": {"command": ["x"]}}}}}, "locals": {"a": %s}}'
SENSITIVE = 'variable "t" {\n  default = "x"\n}\nvariable "s" {\n  sensitive = true\n  default   = "x"\n}\n'

Told = list[tuple[str, str]]
Make = Callable[[Path], object]


def said(
    folder: Path,
    files: Mapping[str, str | bytes | Make],
    environment: Mapping[str, str] | None = None,
    variable_files: tuple[str, ...] = (),
) -> list[Problem]:
    """Return what `milepost validate` says of a folder with some files."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        if isinstance(content, str | bytes):
            write_files(folder, {name: content})
        else:
            content(folder / name)
    host = open_host(folder, {"HOME": str(folder / "home"), **(environment or {})})
    try:
        return list(validate(host, "default", gather(host, "default", ByHand(files=variable_files)).variables))
    except ProjectFileError as error:
        return list(error.problems)
    except MilepostError as error:
        return [Problem(str(error), hint=error.hint)]


def env(expression: str, locals_: str = "") -> str:
    """Return a project file with an expression that validate evaluates."""
    config = f"  config {{\n    env = {{\n      A = jsonencode({expression})\n    }}\n  }}\n"
    return GOOD.replace("  deploy {\n", config + "  deploy {\n") + f"locals {{\n{locals_}\n}}\n"


def assert_told(problems: list[Problem], words: str) -> None:
    """Check that there is something wrong, shown in lines that can be read, the first of it with these words."""
    assert problems, "nothing is wrong"
    assert words in problems[0].message
    for each in problems:
        assert max(map(len, str(each).split("\n"))) < 1200
        assert not re.search(UNSHOWN, str(each))


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def link(to: str) -> Make:
    return lambda path: path.symlink_to(to)


ODD: Mapping[str, Make] = {
    "sparse": sparse,
    "loop": loop,
    "fifo": os.mkfifo,
    "folder": Path.mkdir,
    "zero": link("/dev/zero"),
    "link": link("/etc/hostname"),
    "circle": link("."),
}
OUT = "outside of the folders that this project may read"
