from __future__ import annotations

import random
from pathlib import Path

import pytest

from milepost.host.project.cache import read_project
from milepost.host.project.check import check_names
from milepost.host.project.project import Project
from milepost.host.project.scope import app_scope
from milepost.host.project.settings import hooks, settings, tasks, verify
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.testing.project import outside

PIECES = [
    '"',
    "${",
    "}",
    "{",
    "[",
    "]",
    "(",
    "<<E\n",
    "\\",
    "\n",
    "%{",
    "/*",
    "'",
    "#",
    "=",
    ",",
    "é",
    "\x00",
    "\r",
    "~",
    "...",
]


def mutated(text: str, chance: random.Random) -> bytes:
    """Return the text with a few things cut out, doubled, moved or put in."""
    data = text.encode()
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice((1, 1, 2, 8, 40, 300)))
        match chance.randrange(5):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:end] + data[start:]
            case 2:
                data = data[:start] + bytes([data[start] ^ 1 << chance.randrange(8)]) + data[start + 1 :]
            case 3:
                data = data[:start] + chance.choice(PIECES).encode() + data[start:]
            case 4:
                data = data[:start]
        data = data or b"\n"
    return data


def use_all(project: Project) -> None:
    """Ask everything that the host asks of a project."""
    check_names(project)
    assert Project.of_document(project.document()) == project
    for app in project.apps.values():
        scope = app_scope(project, app, "default", variables(project, (), outside()), outside(project.folder))
        settings(project, app, scope)
        known = scope.with_(artifact={"digest": "sha256:1"}, deploy={})
        for stage in (app.build, app.build and app.build.registry, app.deploy, app.release):
            hooks(stage.hooks if stage else (), known)
        tasks(app, known)
        verify(app, known)


def said(file: Path) -> tuple[Problem, ...]:
    """Return what is said of a file; nothing if it can be used."""
    try:
        use_all(read_project(file, None))
    except ProjectFileError as error:
        return error.problems or (Problem("an error that says nothing"),)
    return ()


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_file_is_read_or_refused_with_a_place(seed: int, shop_text: str, tmp_path: Path) -> None:
    file = tmp_path / "milepost.hcl"
    data = mutated(shop_text, random.Random(seed))
    file.write_bytes(data)
    for problem in said(file):
        assert problem.position is not None
        assert 1 <= problem.position.line <= data.count(b"\n") + 1
        assert "Token" not in problem.message
