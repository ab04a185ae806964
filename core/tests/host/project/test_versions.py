"""Versions, constraints on them, and what a project file needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from milepost import __version__
from milepost.host.project.cache import read_project
from milepost.host.project.versions import VersionError, constraints_of, for_pip, fulfils
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.testing.project import write_files


@pytest.mark.parametrize(
    ("constraint", "version", "is_fine"),
    [
        ("1.2.3", "1.2.3", True),
        ("= 1.2", "1.2.0", True),
        ("= 1.2", "1.2.1", False),
        ("!= 1.2", "1.2.0", False),
        ("!= 1.2", "1.3", True),
        ("> 1.2", "1.2.1", True),
        ("> 1.2", "1.2", False),
        (">= 1.2", "1.2", True),
        (">=1.2", "1.1.9", False),
        ("< 2", "1.99", True),
        ("<2", "2.0.0", False),
        ("<= 2", "2", True),
        ("<= 2", "2.0.1", False),
        ("~> 1.2", "1.2", True),
        ("~> 1.2", "1.9.9", True),
        ("~> 1.2", "2.0", False),
        ("~> 1.2", "1.1.9", False),
        ("~> 1.2.3", "1.2.9", True),
        ("~> 1.2.3", "1.3.0", False),
        ("~> 1.2.3", "1.2.2", False),
        ("~> 1", "7.1", True),
        (">= 1.0, != 1.3, < 2", "1.4", True),
        (">= 1.0, != 1.3, < 2", "1.3", False),
        (">= 1.0, != 1.3, < 2", "2.1", False),
        (">= 1.0", "1.10", True),
        ("> 1.9", "1.10", True),
        # Prereleases, as semantic versions and as Python packages write them.
        (">= 1.0", "1.1.0rc1", False),
        (">= 1.0", "1.1.0.dev3", False),
        (">= 1.1.0-rc1", "1.1.0rc2", True),
        (">= 1.1.0-rc2", "1.1.0rc1", False),
        (">= 1.1.0-rc1", "1.2.0rc1", False),
        (">= 1.1.0-rc1", "1.1.0", True),
        (">= 1.1.0-beta", "1.1.0", True),
        ("~> 1.1.0-rc1", "1.1.0rc2", True),
        ("~> 1.1.0-rc1", "1.1.0", False),
        ("= 1.1.0-rc1", "1.1.0rc1", True),
        ("= 1.1.0", "1.1.0rc1", False),
        ("!= 1.1.0", "1.1.0rc1", True),
        (">= 1.1.0-alpha.2", "1.1.0a10", True),
        (">= 1.1.0a1", "1.1.0.dev1", False),
        ("> 1.0", "1.0.post1", True),
        ("= 1.0", "1.0+local.1", True),
        (">= v1.0", "1.0", True),
    ],
)
def test_a_constraint_means_what_it_means_in_hashicorps_tools(constraint: str, version: str, is_fine: bool) -> None:
    assert fulfils(version, constraints_of(constraint)) is is_fine


@pytest.mark.parametrize("text", ["", "one", ">", "=> 1", "1 2", ">= 1,", "~= 1.2", ">= 1 || < 2", "1.*", ">= 1..2"])
def test_what_is_no_constraint_is_refused(text: str) -> None:
    with pytest.raises(VersionError):
        constraints_of(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.2", "==1.2"),
        (">= 1.0, < 2", ">=1.0,<2"),
        ("~> 1.2", ">=1.2,<2"),
        ("~> 1.2.3", ">=1.2.3,<1.3"),
        ("~> 1", ">=1"),
        ("!= v1.3", "!=1.3"),
    ],
)
def test_a_constraint_is_told_as_pip_takes_it(text: str, words: str) -> None:
    assert for_pip(constraints_of(text)) == words


def wrong(folder: Path, text: str, cache: Path | None = None, **installed: Mapping[str, str]) -> tuple[Problem, ...]:
    write_files(folder, {"milepost.hcl": f'project = "x"\n{text}'})
    with pytest.raises(ProjectFileError) as caught:
        read_project(folder / "milepost.hcl", cache, lambda name: installed.get(name, {}))
    return caught.value.problems


def test_a_file_for_a_newer_milepost_says_so_before_its_blocks_are_looked_at(tmp_path: Path) -> None:
    (problem,) = wrong(tmp_path, 'milepost {\n  version = ">= 99.1, < 100"\n}\nnovelty "x" {\n}\n')
    assert problem.message == f"this project needs milepost >= 99.1, < 100; installed is {__version__}"
    assert problem.hint == "pip install 'milepost>=99.1,<100'"
    assert problem.position
    assert problem.position.line == 3


def test_a_plugin_of_another_version_says_what_is_installed_and_what_to_type(tmp_path: Path) -> None:
    text = 'plugin "docker" {\n  version = "~> 1.2"\n}\nnovelty "x" {\n}\n'
    (problem,) = wrong(tmp_path, text, docker={"milepost-docker": "1.1.7"})
    assert problem.message == 'this project needs the plugin "docker" ~> 1.2; installed is milepost-docker 1.1.7'
    assert problem.hint == "pip install 'milepost-docker>=1.2,<2'"


def test_a_plugin_that_is_not_there_says_what_to_type(tmp_path: Path) -> None:
    (problem,) = wrong(tmp_path, 'plugin "docker" {\n  version = "~> 1.2"\n}\n')
    assert problem.message == 'this project needs the plugin "docker" ~> 1.2; no installed distribution offers it'
    assert problem.hint == "pip install 'milepost-docker>=1.2,<2'"


def test_a_file_in_the_cache_asks_for_its_versions_again(tmp_path: Path) -> None:
    text = 'project = "x"\nplugin "docker" {\n  version = "~> 1.2"\n}\n'
    file = write_files(tmp_path, {"milepost.hcl": text}) / "milepost.hcl"
    assert read_project(file, tmp_path / "cache", lambda name: {"milepost-docker": "1.2.7"}).name == "x"
    with pytest.raises(ProjectFileError, match=r"installed is milepost-docker 2\.0"):
        read_project(file, tmp_path / "cache", lambda name: {"milepost-docker": "2.0"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('milepost {\n  version = "newest"\n}', '"newest" is no version'),
        ('plugin "x" {\n  version = "=> 1"\n}', '"=> 1" is no constraint'),
        ('milepost {\n  version = "${var.x}"\n}', "version: expected a plain text"),
        ('plugin "x" {\n  version = 1\n}', "version: expected a plain text"),
        ('plugin "x" {\n  checksum = 1\n}', "checksum: expected a plain text"),
    ],
)
def test_a_version_that_is_none_is_refused_where_it_stands(text: str, words: str, tmp_path: Path) -> None:
    (problem,) = wrong(tmp_path, text)
    assert words in problem.message
    assert problem.position
    assert problem.position.line == 3
