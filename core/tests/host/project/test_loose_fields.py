"""The arguments in a `waypoint.hcl`, which may be texts where a number is wanted, and numbers where a text is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from msgspec import field

from milepost.host.project.fields import check, decode
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, project_scope
from milepost.host.project.stages import Use
from milepost.sdk import PluginConfig
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

Read = Callable[..., Project]


class Config(PluginConfig, frozen=True, kw_only=True):
    """A config with a field of each kind that HCL converts."""

    text: str = ""
    count: int = 1
    share: float = 1.0
    timeout: float | None = None
    on: bool = False
    password: Secret | None = None
    either: str | Secret = ""
    names: tuple[str, ...] = ()
    ports: list[int] = []  # noqa: RUF012 - msgspec copies it
    mode: Literal["copy", "link"] = "copy"
    number_or_text: int | str = 0
    renamed: str = field(name="from", default="")


def scope(project: Project) -> Scope:
    return project_scope(project, "default", outside())


def _use_of(project: Project) -> Use:
    build = project.apps["a"].build
    assert build
    assert build.use
    return build.use


@pytest.mark.parametrize(
    ("inside", "name", "value"),
    [
        ('count = "5"', "count", 5),
        ("from = 1.50", "renamed", "1.5"),
        ('on = "true"', "on", True),
        ('share = "0.5"', "share", 0.5),
        ('timeout = "10s"', "timeout", 10.0),
        ('ports = ["1", 2]', "ports", [1, 2]),
        ("names = [1, true]", "names", ("1", "true")),
        ("password = 12", "password", Secret([Part("12")])),
        ("either = 12", "either", "12"),
        ('number_or_text = "5"', "number_or_text", "5"),
    ],
)
def test_a_file_of_waypoint_may_write_numbers_as_texts_and_texts_as_numbers(
    inside: str, name: str, value: object, read: Read
) -> None:
    text = f'project = "x"\napp "a" {{\n  build {{\n    use "files" {{\n{inside}\n    }}\n  }}\n}}\n'
    project = read(text, "waypoint.hcl")
    assert getattr(decode(_use_of(project), Config, scope(project)), name) == value


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ('count = "five"', "expected a whole number"),
        ('count = "5.5"', "expected a whole number"),
        ('on = "yes"', "expected true or false"),
        ("text = []", "expected a text"),
        ("mode = 1", "expected"),
    ],
)
def test_what_waypoint_would_refuse_is_refused_in_its_files_too(inside: str, message: str, read: Read) -> None:
    text = f'project = "x"\napp "a" {{\n  build {{\n    use "files" {{\n{inside}\n    }}\n  }}\n}}\n'
    project = read(text, "waypoint.hcl")
    (problem,) = check(_use_of(project), Config, scope(project))
    assert message in problem.message
    assert problem.position
    assert problem.position.line == 5
