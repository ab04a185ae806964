from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct, field

from milepost.host.project.fields import check, decode
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope
from milepost.host.project.stages import Use
from milepost.sdk import PluginConfig
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Credential, Part, Secret
from milepost.testing.project import outside

Read = Callable[..., Project]

SCOPE = Scope(
    outside=outside(),
    folder=Path("/p"),
    project="shop",
    app="web",
    variables={"tag": "v1", "port": 80, "password": Secret([Part("hunter22", "var.password")]), "none": None},
    artifact={"image": "shop@sha256:1"},
)


class Mount(Struct, frozen=True, kw_only=True):
    """A struct in a config."""

    source: str
    read_only: bool = False


class Limits(Struct, frozen=True, kw_only=True):
    """Another one, with a struct of its own."""

    memory: Annotated[int, Meta(ge=1, multiple_of=2)] | None = None
    first: Mount | None = None


class Config(PluginConfig, frozen=True, kw_only=True):
    """A config with a field of each kind."""

    text: Annotated[str, Meta(description="A text.", pattern="^[a-z]", max_length=20)] = "x"
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    share: Annotated[float, Meta(gt=0, lt=100)] = 1.0
    timeout: float | None = None
    on: bool = False
    password: Secret | None = None
    token: Credential | None = None
    either: str | Secret = ""
    names: tuple[str, ...] = ()
    pair: tuple[str, int] = ("a", 1)
    ports: Annotated[list[int], Meta(max_length=3)] = []  # noqa: RUF012 - msgspec copies it
    tags: frozenset[str] = frozenset()
    mode: Literal["copy", "link"] = "copy"
    env: dict[str, str | Secret] = {}  # noqa: RUF012 - msgspec copies it
    sizes: dict[str, int] = {}  # noqa: RUF012 - msgspec copies it
    mounts: list[Mount] = []  # noqa: RUF012 - msgspec copies it
    volumes: dict[str, Mount] = {}  # noqa: RUF012 - msgspec copies it
    limits: Limits = Limits()
    number_or_text: int | str = 0
    renamed: str = field(name="from", default="")
    anything: Any = None
    day: date | None = None

    def __post_init__(self) -> None:
        if self.text == "forbidden":
            raise ValueError("text and the world do not agree")


class Needs(PluginConfig, frozen=True, kw_only=True):
    """A config with fields that must be given."""

    folder: str
    port: int


@pytest.fixture
def use(read: Read) -> Callable[[str], Use]:
    """Read the inside of a use block; its first line is the fifth."""

    def reader(inside: str) -> Use:
        project = read(f'project = "x"\napp "a" {{\n  build {{\n    use "files" {{\n{inside}\n    }}\n  }}\n}}\n')
        build = project.apps["a"].build
        assert build
        assert build.use
        return build.use

    return reader


@pytest.mark.parametrize(
    ("inside", "name", "value"),
    [
        ('text = "abc"', "text", "abc"),
        ('text = "a${var.tag}"', "text", "av1"),
        ("text = artifact.image", "text", "shop@sha256:1"),
        ("count = 5", "count", 5),
        ("count = 5.0", "count", 5),
        ("share = 5", "share", 5.0),
        ("share = 0.5", "share", 0.5),
        ('timeout = "10s"', "timeout", 10.0),
        ('timeout = "500ms"', "timeout", 0.5),
        ('timeout = "1h30m"', "timeout", 5400.0),
        ('timeout = "1.5m"', "timeout", 90.0),
        ("timeout = null", "timeout", None),
        ("on = true", "on", True),
        ('password = "plain"', "password", Secret([Part("plain")])),
        ("password = var.password", "password", Secret([Part("hunter22", "var.password")])),
        ("password = var.none", "password", None),
        ("token = var.password", "token", Credential([Part("hunter22", "var.password")])),
        ('either = "x"', "either", "x"),
        ("either = var.password", "either", Secret([Part("hunter22", "var.password")])),
        ('names = ["a", "b"]', "names", ("a", "b")),
        ('pair = ["a", 1]', "pair", ("a", 1)),
        ("ports = [1, var.port]", "ports", [1, 80]),
        ('tags = ["a", "a"]', "tags", frozenset({"a"})),
        ('mode = "link"', "mode", "link"),
        ("env = { A = 1, B = true, C = 1.50 }", "env", {"A": "1", "B": "true", "C": "1.5"}),
        ("env = { A = var.password }", "env", {"A": Secret([Part("hunter22")])}),
        ('env {\n A = "x"\n}', "env", {"A": "x"}),
        ("sizes = { a = 1 }", "sizes", {"a": 1}),
        ('mounts {\n source = "a"\n}\nmounts {\n source = "b"\n}', "mounts", [Mount(source="a"), Mount(source="b")]),
        ('mounts = [{ source = "a", read_only = true }]', "mounts", [Mount(source="a", read_only=True)]),
        ('volumes "v" {\n source = "a"\n}', "volumes", {"v": Mount(source="a")}),
        ('volumes = { v = { source = "a" } }', "volumes", {"v": Mount(source="a")}),
        ('limits {\n first {\n source = "a"\n}\n}', "limits", Limits(first=Mount(source="a"))),
        ("limits = { memory = 4 }", "limits", Limits(memory=4)),
        ("number_or_text = 5", "number_or_text", 5),
        ('number_or_text = "5"', "number_or_text", "5"),
        ('from = "x"', "renamed", "x"),
        ("anything = [1, { a = null }]", "anything", [1, {"a": None}]),
        ('day = "2024-05-06"', "day", date(2024, 5, 6)),
    ],
)
def test_a_field_gets_its_value(inside: str, name: str, value: object, use: Callable[[str], Use]) -> None:
    found = getattr(decode(use(inside), Config, SCOPE), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("inside", "at", "message", "hint"),
    [
        ("  text = 5", (5, 10), " > text: expected a text, found the number 5", 'write "5"'),
        ('  text = "${5}"', (5, 10), " > text: expected a text, found the number 5", 'write "5"'),
        ('  text = "5"', (5, 10), ' > text: expected a text of the form ^[a-z], found the text "5"', ""),
        (f'  text = "{"x" * 21}"', (5, 10), " > text: expected at most 20 characters, found 21", ""),
        ("  text = null", (5, 10), " > text: expected a text, found null", ""),
        ("  text = var.password", (5, 10), " > text: a secret cannot stand here: it would be recorded and shown", ""),
        ('  text = "a ${var.password}"', (5, 10), " > text: a secret cannot stand here", ""),
        ("  text = { a = 1 }", (5, 10), " > text: expected a text, found an object", ""),
        ("  text {\n  }", (5, 3), " > text: expected a text, found a block", ""),
        ('  count = "5"', (5, 11), ' > count: expected a whole number, found the text "5"', "write 5 without quotes"),
        ("  count = 1.5", (5, 11), " > count: expected a whole number, found the number 1.5", ""),
        ("  count = true", (5, 11), " > count: expected a whole number, found true", ""),
        ("  count = 0", (5, 11), " > count: expected at least 1, found 0", ""),
        ("  count = 10", (5, 11), " > count: expected at most 9, found 10", ""),
        ("  share = 0", (5, 11), " > share: expected more than 0, found 0", ""),
        ("  share = 100", (5, 11), " > share: expected less than 100, found 100", ""),
        ('  timeout = "10"', (5, 13), ' > timeout: expected a number, or a duration such as "10s", found the text', ""),
        ('  timeout = "10 s"', (5, 13), " > timeout: expected a number, or a duration", ""),
        ('  on = "true"', (5, 8), ' > on: expected true or false, found the text "true"', "write true without quotes"),
        ("  password = 5", (5, 14), " > password: expected a text, found the number 5", ""),
        ('  names = "a"', (5, 11), ' > names: expected a list of texts, found the text "a"', "write it in brackets"),
        ('  names = ["a", "b", 3]', (5, 22), " > names[2]: expected a text, found the number 3", 'write "3"'),
        ("  names = [var.password]", (5, 12), " > names[0]: a secret cannot stand here", ""),
        ('  pair = ["a"]', (5, 10), " > pair: expected 2 items, found 1", ""),
        ("  ports = [1, 2, 3, 4]", (5, 11), " > ports: expected at most 3 items, found 4", ""),
        (
            '  mode = "lnk"',
            (5, 10),
            ' > mode: expected one of "copy", "link", found the text "lnk"',
            'did you mean "link"?',
        ),
        ("  env = { A = [1] }", (5, 15), " > env > A: expected a text, found a list", ""),
        ("  env = { A = null }", (5, 15), " > env > A: expected a text, found null", ""),
        ('  env = "A=1"', (5, 9), ' > env: expected an object of texts, found the text "A=1"', ""),
        ('  sizes = { a = "1" }', (5, 17), " > sizes > a: expected a whole number", ""),
        (
            "  mounts {\n  }",
            (5, 3),
            ' > mounts[0]: the argument "source" is missing; expected a text',
            "add source = …",
        ),
        (
            '  mounts {\n    source = "a"\n  }\n  mounts {\n    source = 1\n  }',
            (9, 14),
            " > mounts[1] > source: expected a text, found the number 1",
            'write "1"',
        ),
        (
            '  mounts = [{ source = "a" }, { source = "b", readonly = true }]',
            (5, 47),
            ' > mounts[1]: there is no argument "readonly"',
            "did you mean read_only?",
        ),
        ('  volumes "v" {\n    source = 1\n  }', (6, 14), " > volumes > v > source: expected a text", ""),
        ("  limits {\n    memory = 3\n  }", (6, 14), " > limits > memory: expected a multiple of 2, found 3", ""),
        ("  limits {\n    first {\n    }\n  }", (6, 5), ' > limits > first: the argument "source" is missing', ""),
        ("  limits {\n  }\n  limits {\n  }", (7, 3), ' > limits[1]: the block "limits" is given twice', "leave one"),
        ("  limits = 5", (5, 12), " > limits: expected a block or an object, found the number 5", ""),
        ("  limits = {}\n  limits {\n  }", (6, 3), ': "limits" is an argument already, at line 5', "leave one"),
        ("  number_or_text = true", (5, 20), " > number_or_text: expected a whole number or a text, found true", ""),
        ("  anything = var.password", (5, 14), " > anything: a secret cannot stand here", ""),
        ('  day = "today"', (5, 9), " > day: expected date, found the text", ""),
        ("  tex = 5", (5, 3), ': there is no argument "tex"', "did you mean text?"),
        ('  renamed = "x"', (5, 3), ': there is no argument "renamed"', ""),
        ("  block {\n  }", (5, 3), ': there is no argument "block"', ""),
        ('  text = "forbidden"', (4, 5), ": text and the world do not agree", ""),
        ("  text = var.tga", (5, 13), ": there is no var.tga", "did you mean var.tag?"),
        ("  text = deploy.url", (5, 10), " > text: deploy.url is not known yet", ""),
    ],
)
def test_a_wrong_value_has_its_path_its_place_and_a_way_out(
    inside: str, at: tuple[int, int], message: str, hint: str, use: Callable[[str], Use]
) -> None:
    with pytest.raises(ProjectFileError) as caught:
        decode(use(inside), Config, SCOPE)
    (problem,) = caught.value.problems
    assert problem.message.startswith('build > use "files"' + message)
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == at
    assert hint in problem.hint
    assert problem.source
    assert "hunter22" not in str(caught.value)


def test_what_is_missing_is_said_at_the_use_block(use: Callable[[str], Use]) -> None:
    with pytest.raises(ProjectFileError) as caught:
        decode(use(""), Needs, SCOPE)
    assert [each.message for each in caught.value.problems] == [
        'build > use "files": the argument "folder" is missing; expected a text',
        'build > use "files": the argument "port" is missing; expected a whole number',
    ]
    assert {each.position.line for each in caught.value.problems if each.position} == {4}


def test_defaults_are_those_of_the_class(use: Callable[[str], Use]) -> None:
    assert decode(use(""), Config, SCOPE) == Config()


def test_all_that_is_wrong_is_said_at_once(use: Callable[[str], Use]) -> None:
    found = check(use('text = 5\ncount = "x"\nnames = [1, 2]\nother = 1\non = var.x'), Config, SCOPE)
    assert [each.position.line for each in found if each.position] == [5, 6, 7, 7, 8, 9]
    assert all(isinstance(each, Problem) and each.source for each in found)


def test_a_check_passes_over_what_is_not_known_yet_and_sees_the_rest(use: Callable[[str], Use]) -> None:
    scope = Scope(outside=outside(), folder=Path("/p"), project="shop", app="web")
    inside = 'text = artifact.image\nnames = ["a", artifact.image, 5]\nenv = { A = deploy.url }\nlimits = deploy.x'
    (problem,) = check(use(inside), Config, scope)
    assert "names[2]: expected a text, found the number 5" in problem.message
    assert check(use("folder = artifact.x\nport = 1"), Needs, scope) == ()


def test_what_works_has_no_problems(use: Callable[[str], Use]) -> None:
    assert check(use('text = "abc"'), Config, SCOPE) == ()
