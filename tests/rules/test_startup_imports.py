"""What is asked for most, and what is asked for when something is wrong, starts quickly: the modules are counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pydantic", "rich", "importlib.metadata", "docker", "nomad", "kubernetes", "boto3", "requests", "httpx"}
HEAVY |= {"hcl2", "lark", "asyncio", "milepost_local", "milepost_caddy", "milepost.testing"}
HEAVIER = HEAVY | {"msgspec", "pluggy", "tinydb"}
PROJECT = """
project = "counted"

app "web" {
  build {
    use "files" {}
  }
  deploy {
    use "local" {}
  }
}
"""
EVALUATING = {"milepost.host.language.evaluate", "milepost.host.language.functions", "milepost.host.project.scope"}
EVALUATING |= {"milepost.host.project.variables", "milepost.host.project.config", "milepost.host.project.fields"}
"""What makes values of a project file: records have them already."""
WORKING = {"milepost_docker.platform.works", "milepost_docker.builder.config", "milepost_docker.engine.client"}
WORKING |= {"milepost_docker.registry.config", "http.client", "email", "ssl"}
"""What docker has for more than a look, and what takes longer to import than a look takes."""
LISTS = (
    ("history",),
    ("operation", "list"),
    ("artifact", "list"),
    ("deployment", "list"),
    ("release", "list"),
    ("plugin", "list"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a run in its history, whose file was read before."""
    folder = tmp_path_factory.mktemp("counted") / "app"
    folder.mkdir()
    (folder / "milepost.hcl").write_text(PROJECT, encoding="utf-8")
    (folder / "index.html").write_text("<h1>counted</h1>\n", encoding="utf-8")
    _milepost(folder, "build")
    return folder


@pytest.mark.parametrize("words", [("--version",), ("version",), ("--help",)], ids=" ".join)
def test_recovery_commands_import_nothing_heavy(words: tuple[str, ...], tmp_path: Path) -> None:
    assert sorted(HEAVIER & _imported(tmp_path, *words)) == []


def test_the_version_needs_no_command_line_library(tmp_path: Path) -> None:
    assert sorted({"typer", "click", "json", "sqlite3"} & _imported(tmp_path, "--version")) == []


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_lists_import_nothing_heavy(words: tuple[str, ...], folder: Path) -> None:
    assert sorted(HEAVIER & _imported(folder, *words)) == []


def test_the_help_of_a_command_imports_nothing_heavy(tmp_path: Path) -> None:
    assert sorted(HEAVY & _imported(tmp_path, "up", "--help")) == []


def test_status_of_records_evaluates_nothing(folder: Path) -> None:
    heavy = HEAVY | EVALUATING | {"http.client", "email", "ssl"}
    assert sorted(heavy & _imported(folder, "status", "--recorded")) == []


def test_asking_by_records_imports_nothing_that_evaluates() -> None:
    look = "import sys, milepost.host.inquiry, milepost.host.orphans; print(*sys.modules)"
    told = subprocess.run((sys.executable, "-c", look), capture_output=True, text=True, check=True).stdout
    assert sorted((HEAVY | EVALUATING) & set(told.split())) == []


def test_a_look_at_containers_imports_little_of_docker() -> None:
    look = "import sys, milepost_docker.platform.platform, milepost_docker.offers; print(*sys.modules)"
    told = subprocess.run((sys.executable, "-c", look), capture_output=True, text=True, check=True).stdout
    assert sorted((HEAVY | WORKING) & set(told.split())) == []


def _imported(folder: Path, *words: str) -> set[str]:
    """Return the modules that a command imports."""
    told = _milepost(folder, *words, PYTHONPROFILEIMPORTTIME="1").stderr
    lines = [line for line in told.splitlines() if line.startswith("import time:")]
    modules = {line.rsplit("|", 1)[-1].strip() for line in lines[1:]}
    assert "milepost.cli.main" in modules
    return modules


def _milepost(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run milepost in the folder, with a state of its own, as somebody whose output is piped."""
    program = Path(sys.executable).parent / "milepost"
    own = {"MILEPOST_STATE": str(folder.parent / "state"), "MILEPOST_CACHE": str(folder.parent / "cache"), **variables}
    ended = subprocess.run(
        (program, *words), cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    said = "\n".join(line for line in ended.stderr.splitlines() if not line.startswith("import time:"))
    assert ended.returncode == 0, f"milepost {' '.join(words)}\n{ended.stdout}\n{said}"
    return ended
