"""Every built-in plugin is a whole distribution of one shape, as a third party's would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.repository import ROOT, check_none, distributions, settings

PLUGINS = distributions()
ROLES = {"builder", "registry", "platform", "releaser", "config_source", "history_store", "observer", "functions"}
PROJECT = {
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "keywords",
    "classifiers",
    "dependencies",
    "entry-points",
}
each_plugin = pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)


def test_there_are_built_in_plugins() -> None:
    assert {folder.name for folder in PLUGINS} >= {"local", "caddy"}


@each_plugin
def test_a_plugin_has_the_shape_of_all(folder: Path) -> None:
    package = folder / "src" / _package(folder)
    wanted = (folder / "README.md", package / "__init__.py", package / "plugin.py", package / "py.typed")
    check_none([str(path) for path in wanted if not path.is_file()])
    assert [path.name for path in (folder / "src").iterdir()] == [_package(folder)]
    assert list((folder / "tests").rglob("test_*.py"))


@each_plugin
def test_a_plugins_pyproject_has_the_fields_of_all(folder: Path) -> None:
    mine = settings(folder)
    assert set(mine) == {"build-system", "project", "tool"}
    assert set(mine["project"]) == PROJECT
    assert mine["build-system"] == settings(ROOT / "core")["build-system"]
    assert mine["project"]["name"] == f"milepost-{_extra(folder)}"
    assert "milepost-plugin" in mine["project"]["keywords"]
    for field in ("version", "requires-python", "license", "readme"):
        assert mine["project"][field] == settings(ROOT / "core")["project"][field]


@each_plugin
def test_a_plugin_has_no_settings_of_tools_but_what_is_built(folder: Path) -> None:
    targets = {
        "sdist": {"include": ["src", "tests", "README.md"]},
        "wheel": {"packages": [f"src/{_package(folder)}"]},
    }
    assert settings(folder)["tool"] == {"hatch": {"build": {"targets": targets}}}


@each_plugin
def test_a_plugins_entry_points_are_one_module_in_known_groups(folder: Path) -> None:
    groups = settings(folder)["project"]["entry-points"]
    assert set(groups) <= {f"milepost.v1.{role}" for role in ROLES}
    assert {module for words in groups.values() for module in words.values()} == {f"{_package(folder)}.plugin"}


@each_plugin
def test_a_plugin_needs_the_core_and_its_siblings_in_the_range_of_their_version(folder: Path) -> None:
    ours = [each for each in settings(folder)["project"]["dependencies"] if each.startswith("milepost")]
    assert ours[0] == f"milepost{_range()}"
    assert all(each.endswith(_range()) for each in ours)


@each_plugin
def test_a_plugin_stands_in_the_settings_of_the_workspace(folder: Path) -> None:
    name, package, tool = f"milepost-{_extra(folder)}", _package(folder), settings(ROOT)["tool"]
    assert "builtin_plugins/*" in tool["uv"]["workspace"]["members"]
    assert tool["uv"]["sources"][name] == {"workspace": True}
    assert name in settings(ROOT)["project"]["dependencies"]
    assert package in tool["mypy"]["packages"]
    assert f"builtin_plugins/{folder.name}/src" in tool["mypy"]["mypy_path"]


@each_plugin
def test_a_plugin_stands_in_the_import_contracts(folder: Path) -> None:
    rules = settings(ROOT)["tool"]["importlinter"]
    contracts = {each["id"]: each for each in rules["contracts"]}
    assert _package(folder) in rules["root_packages"]
    assert _package(folder) in contracts["plugins"]["source_modules"]
    assert {"milepost.host", "milepost.cli"} <= set(contracts["plugins"]["forbidden_modules"])
    assert _package(folder) in contracts["independence"]["modules"]
    assert _package(folder) in contracts["core"]["forbidden_modules"]


@each_plugin
def test_a_plugin_is_an_extra_of_the_core(folder: Path) -> None:
    extras = settings(ROOT / "core")["project"]["optional-dependencies"]
    assert extras[_extra(folder)] == [f"milepost-{_extra(folder)}{_range()}"]


def test_sources_stand_in_the_root_only() -> None:
    assert [folder.name for folder in (ROOT / "core", *PLUGINS) if "uv" in settings(folder).get("tool", {})] == []


def _package(folder: Path) -> str:
    """Return the name by which a plugin is imported."""
    return f"milepost_{folder.name}"


def _extra(folder: Path) -> str:
    """Return the name by which a plugin is installed."""
    return folder.name.replace("_", "-")


def _range() -> str:
    """Return the versions of the core that go together."""
    major, minor, _ = settings(ROOT / "core")["project"]["version"].split(".")
    return f">={major}.{minor},<{major}.{int(minor) + 1}"
