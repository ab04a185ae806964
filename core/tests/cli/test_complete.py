"""What a shell is offered after a tab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from milepost.host.assembly import open_host

PROJECT = """
project = "shop"
workspaces = ["staging", "production"]
app "web" {
  build {
    use "files" {}
  }
  deploy {
    use "local" {}
  }
}
app "worker" {
  build {
    use "files" {}
  }
  deploy {
    use "local" {}
  }
}
"""


def offered(folder: Path, line: str) -> list[str]:
    """Return what bash is offered at the end of a line."""
    words = line.split(" ")
    environment = {
        "PATH": os.environ["PATH"],
        "MILEPOST_STATE": str(folder / "state"),
        "_MILEPOST_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    argv = [sys.executable, "-m", "milepost.cli"]
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of a project with two apps and a history of one run."""
    (tmp_path / "milepost.hcl").write_text(PROJECT)
    host = open_host(tmp_path, {"MILEPOST_STATE": str(tmp_path / "state")})
    run = {"id": "01R", "kind": "run", "schema": 1, "workspace": "staging", "verb": "up", "status": "success"}
    host.writable_store().append(run)
    host.close()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("milepost up w", ["web", "worker"]),
        ("milepost up -w st", ["staging"]),
        ("milepost -w production logs we", ["web"]),
        ("milepost show ", ["1", "last", "last-failed", "previous"]),
        ("milepost rollback --to la", ["last", "last-failed"]),
        ("milepost promote 1 --to p", ["production"]),
        ("milepost ro", ["rollback"]),
        ("milepost lock b", ["break"]),
        ("milepost up --keep", ["--keep-failed"]),
        ("milepost functions uuid", ["uuidv5"]),
        ("milepost config docs val", ["validation"]),
    ],
)
def test_the_shell_is_offered_what_fits(shop: Path, line: str, expected: list[str]) -> None:
    assert offered(shop, line) == expected


def test_without_a_project_nothing_is_offered_and_nothing_is_said(tmp_path: Path) -> None:
    assert offered(tmp_path, "milepost up w") == []
