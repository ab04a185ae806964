"""What is published: each distribution builds by itself, and what was built can be installed and used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "core",
    "builtin_plugins/buildpacks",
    "builtin_plugins/caddy",
    "builtin_plugins/config_sources",
    "builtin_plugins/docker",
    "builtin_plugins/local",
    "builtin_plugins/postgres",
)
pytestmark = [pytest.mark.slow, pytest.mark.serial]
each_folder = pytest.mark.parametrize("folder", FOLDERS)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist of each distribution, and the wheel that was made of the sdist."""
    place = tmp_path_factory.mktemp("built")
    for folder in FOLDERS:
        alone = place / "sources" / Path(folder).name
        shutil.copytree(ROOT / folder, alone, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "dist"))
        _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", place, alone)
    return place


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that has `milepost[local]` from the wheels."""
    fresh = tmp_path_factory.mktemp("fresh")
    _run(sys.executable, "-m", "venv", fresh)
    wheels = {"PIP_FIND_LINKS": f"{built} {os.environ.get('PIP_FIND_LINKS', '')}"}
    constraints = ROOT / "constraints.txt"
    _run(fresh / "bin" / "pip", "install", "--quiet", "--constraint", constraints, "milepost[local]", **wheels)
    return fresh / "bin"


@each_folder
def test_a_wheel_has_the_package_with_its_types_and_no_tests(built: Path, folder: str) -> None:
    package = _package(folder)
    names = _wheel(built, folder)
    own = {name for name in names if ".dist-info/" not in name}
    assert {f"{package}/py.typed", f"{package}/__init__.py"} <= own
    assert all(name.startswith(f"{package}/") for name in own)
    assert own == {f"{package}/{path}" for path in _files(ROOT / folder / "src" / package)}


@each_folder
def test_a_wheel_says_what_it_is(built: Path, folder: str) -> None:
    wheel = _wheel(built, folder)
    metadata = next(content.decode() for name, content in wheel.items() if name.endswith("/METADATA"))
    project = _project(folder)
    assert f"Name: {project['name']}\n" in metadata
    assert f"Version: {project['version']}\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    assert "workspace = true" not in metadata  # a source of the workspace, which nobody else has


@each_folder
def test_an_sdist_has_the_tests(built: Path, folder: str) -> None:
    with tarfile.open(next(built.glob(f"{_wheel_name(folder)}-[0-9]*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "README.md", f"src/{_package(folder)}/py.typed"} <= names
    assert any(name.startswith("tests/") and "/test_" in f"/{name}" for name in names)


def test_the_installed_program_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert _milepost(installed, tmp_path, "--version").strip().endswith(_project("core")["version"])


def test_the_installed_program_finds_the_plugins(installed: Path, tmp_path: Path) -> None:
    listed = _milepost(installed, tmp_path, "plugin", "list")
    assert all(word in listed for word in ("files", "local", "caddy", "milepost-local", "milepost-caddy"))


def test_a_project_is_checked_by_what_was_installed(installed: Path, tmp_path: Path) -> None:
    project = 'project = "p"\napp "web" {\n  build {\n    use "files" {}\n  }\n  deploy {\n    use "local" {}\n  }\n}\n'
    app = tmp_path / "app"
    app.mkdir()
    (app / "milepost.hcl").write_text(project, encoding="utf-8")
    (app / "index.html").write_text("<h1>p</h1>\n", encoding="utf-8")
    _milepost(installed, app, "validate")
    assert "web" in _milepost(installed, app, "status")


def _milepost(programs: Path, folder: Path, *words: str) -> str:
    """Run the installed milepost with a state of its own and return what it prints."""
    own = {"MILEPOST_STATE": str(folder.parent / "state"), "MILEPOST_CACHE": str(folder.parent / "cache")}
    return _run(programs / "milepost", *words, cwd=folder, **own)


def _run(*argv: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run a program to its good end and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(argv, cwd=cwd, env={**environment, **variables}, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{argv}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def _project(folder: str) -> dict[str, Any]:
    """Return the project table of a distribution."""
    table: dict[str, Any] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def _wheel_name(folder: str) -> str:
    """Return how a distribution's files begin."""
    name: str = _project(folder)["name"]
    return name.replace("-", "_")


def _package(folder: str) -> str:
    """Return the package that a distribution installs."""
    return _wheel_name(folder)


def _wheel(built: Path, folder: str) -> dict[str, bytes]:
    """Return the files in the wheel of a distribution, by their names."""
    with zipfile.ZipFile(next(built.glob(f"{_wheel_name(folder)}-[0-9]*.whl"))) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


def _files(package: Path) -> set[str]:
    """Return the files of a package, without what Python caches."""
    return {
        str(path.relative_to(package))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
