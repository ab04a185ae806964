"""What the top of a project file says about the project as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from milepost.host.language.evaluate import Evaluator
from milepost.host.project.project import Project
from milepost.host.project.scope import project_scope
from milepost.testing.project import outside, write_files

Read = Callable[..., Project]

FILES = """
project = "x"

milepost {
  files = ["../shared", "/srv/certificates"]
}

locals {
  ours   = file("own.txt")
  shared = file("../shared/a.txt")
  other  = file("../other/a.txt")
}
"""


def test_folders_that_functions_may_read_are_named_from_that_of_the_project(read: Read) -> None:
    project = read(FILES)
    assert project.readable == (project.folder, project.folder.parent / "shared", Path("/srv/certificates"))


def test_functions_read_files_of_those_folders_and_of_no_others(read: Read, tmp_path: Path) -> None:
    project = read(FILES)
    write_files(tmp_path, {"own.txt": "ours", "../shared/a.txt": "shared", "../other/a.txt": "other"})
    evaluator = Evaluator(project_scope(project, "default", outside(tmp_path)))
    assert evaluator.value(project.locals["ours"]) == "ours"
    assert evaluator.value(project.locals["shared"]) == "shared"
    assert evaluator.problems == []
    evaluator.value(project.locals["other"])
    (problem,) = evaluator.problems
    assert "is outside of the folders that this project may read" in problem.message


def test_protected_workspaces_are_those_that_say_so(read: Read) -> None:
    text = 'workspace "a" {\n  protected = true\n}\nworkspace "b" {\n  protected = false\n}\nworkspace "c" {\n}\n'
    assert read(f'project = "x"\n{text}').protected == ("a",)
