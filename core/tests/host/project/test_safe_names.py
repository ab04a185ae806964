"""Names in a `waypoint.hcl` that milepost's names cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.project.notes import notes
from milepost.host.project.project import Project
from milepost.host.project.scope import app_scope
from milepost.sdk.errors import ProjectFileError
from milepost.testing.project import outside

Read = Callable[..., Project]

APP = 'app "{name}" {{\n  labels = {{ name = app.name }}\n  deploy {{\n    use "docker" {{}}\n  }}\n}}\n'


def file(project: str, *apps: str) -> str:
    return f'project = "{project}"\n' + "".join(APP.format(name=each) for each in apps)


@pytest.mark.parametrize(
    ("name", "safe"), [("team/shop", "team-shop"), ("My Shop", "My-Shop"), ("a.b//c", "a-b-c"), ("shop!", "shop")]
)
def test_a_file_of_waypoint_may_have_names_with_other_characters(name: str, safe: str, read: Read) -> None:
    project = read(file(name, name), "waypoint.hcl")
    assert project.name == safe
    assert list(project.apps) == [safe]
    app = project.apps[safe]
    assert app.name == safe
    assert app.labels
    scope = app_scope(project, app, "default", {}, outside())
    assert Evaluator(scope).value(app.labels) == {"name": safe}


def test_each_name_that_is_changed_is_told_with_its_place(read: Read) -> None:
    found = notes(read(file("team/shop", "web", "team/api"), "waypoint.hcl"))
    assert [each.message for each in found] == [
        'the project "team/shop" is called team-shop here',
        'the app "team/api" is called team-api here',
    ]
    assert [each.position and each.position.line for each in found] == [1, 8]


def test_the_names_are_the_same_from_the_cache_and_in_another_process(read: Read, tmp_path: Path) -> None:
    text = file("team/shop", "team/api")
    first, again = (read(text, "waypoint.hcl", cache=tmp_path / "cache") for _ in range(2))
    for each in (first, again, Project.of_document(again.document())):
        assert (each.name, list(each.apps)) == ("team-shop", ["team-api"])
    assert notes(again) == notes(first)


def test_apps_that_would_have_one_name_are_refused(read: Read) -> None:
    with pytest.raises(ProjectFileError, match='app "team-api" is given twice'):
        read(file("shop", "team-api", "team/api"), "waypoint.hcl")


@pytest.mark.parametrize(("text", "name"), [(file("team/shop"), "milepost.hcl"), (file("//"), "waypoint.hcl")])
def test_what_cannot_be_a_name_is_refused(text: str, name: str, read: Read) -> None:
    with pytest.raises(ProjectFileError, match="is made of letters, digits"):
        read(text, name)
