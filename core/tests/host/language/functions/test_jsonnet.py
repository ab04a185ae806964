"""Jsonnet files become JSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from milepost.testing.project import write_files

if TYPE_CHECKING:
    from core.tests.host.language.functions.conftest import Project

pytest.importorskip("_jsonnet", reason="the extra jsonnet is not installed")


def test_a_jsonnet_file_becomes_a_json_file_of_its_name(project: Project) -> None:
    write_files(project.folder, {"conf/web.jsonnet": "local lib = import 'lib.libsonnet'; lib + {n: 1 + 1}"})
    write_files(project.folder, {"conf/lib.libsonnet": "{name: std.extVar('name'), port: std.extVar('port')}"})
    options = '{ext_vars = {name = "web"}, ext_code = {port = "8000 + 80"}}'
    path = Path(project.value(f'jsonnetfile("conf/web.jsonnet", {options})'))
    assert path.name == "web.json"
    assert json.loads(path.read_text()) == {"name": "web", "port": 8080, "n": 2}


def test_a_file_that_is_a_function_takes_arguments(project: Project) -> None:
    write_files(project.folder, {"a.jsonnet": "function(name, n=1) {name: name, n: n}"})
    path = project.value('jsonnetfile("a.jsonnet", {tla_vars = {name = "x"}, tla_code = {n = "2"}})')
    assert json.loads(Path(path).read_text()) == {"name": "x", "n": 2}


def test_a_folder_of_jsonnet_files_becomes_one_of_json_files(project: Project) -> None:
    files = {
        "k/a.jsonnet": "{a: 1}",
        "k/deep/b.jsonnet": "[import '../c.libsonnet']",
        "k/c.libsonnet": "2",
        "k/d.txt": "",
    }
    write_files(project.folder, files)
    folder = Path(project.value('jsonnetdir("k")'))
    found = {str(each.relative_to(folder)): json.loads(each.read_text()) for each in folder.rglob("*.json")}
    assert found == {"a.json": {"a": 1}, "deep/b.json": [2]}
    assert project.value('jsonnetdir("k", null)') == str(folder)


def test_what_is_wrong_in_a_jsonnet_file_is_told(project: Project) -> None:
    write_files(project.folder.parent / "other", {"key": "secret"})
    sources = {"a.jsonnet": "{a: ", "b.jsonnet": "importstr '../other/key'", "c.jsonnet": "error 'no'"}
    write_files(project.folder, sources)
    assert "a.jsonnet:" in project.problem('jsonnetfile("a.jsonnet")').message
    assert "outside of the folders" in project.problem('jsonnetfile("b.jsonnet")').message
    assert "no" in project.problem('jsonnetfile("c.jsonnet")').message
    assert 'no option "extvars"' in project.problem('jsonnetfile("a.jsonnet", {extvars = {}})').message
