"""Values from files and the environment: which files are read, in what order, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from milepost.host.language.values import Marked
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside
from milepost.host.project.variable_files import read_variable_file
from milepost.host.project.variable_sources import ByHand, Gathered, gathered
from milepost.host.project.variables import resolved, variables
from milepost.sdk.errors import ProjectError, ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.request import Variable
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside, write_files

Gather = Callable[..., Gathered]

SHOP = """project = "shop"
variable "tag" {
  default = "default"
  env     = ["TAG"]
}
variable "ports" {
  type    = list(number)
  default = []
}
variable "password" {
  default   = ""
  sensitive = true
}
variable "users" {
  type      = map(string)
  default   = {}
  sensitive = true
}
"""


@pytest.fixture
def world(tmp_path: Path) -> Outside:
    return outside(tmp_path)


@pytest.fixture
def project(read: Callable[..., Project]) -> Project:
    return read(SHOP)


@pytest.fixture
def gather(project: Project, world: Outside) -> Gather:
    """Write files beside the project file, and return what is gathered from them."""

    def gathering(
        files: Mapping[str, str],
        *values: Variable,
        named: tuple[str, ...] = (),
        workspace: str = "default",
        lenient: bool = False,
        **environment: str,
    ) -> Gathered:
        write_files(project.folder, files)
        around = replace(world, environment={**world.environment, **environment})
        return gathered(project, workspace, ByHand(values, named), around, lenient=lenient)

    return gathering


def value_of(found: Gathered, name: str, project: Project, world: Outside) -> tuple[object, str]:
    """Return the value of a variable and its source, as a process of its own finds them by the request."""
    resolution = resolved(project, found.variables, world)
    assert resolution.problems == ()
    return resolution.found[name].value, resolution.found[name].source


ALL = {
    "a.auto.mpvars": 'tag = "auto a"',
    "a.auto.wpvars": 'tag = "waypoint a"',
    "b.auto.mpvars.json": '{"tag": "auto b"}',
    "c.auto.wpvars.json": '{"tag": "waypoint c"}',
    "prod.mpvars": 'tag = "workspace"',
    "prod.mpvars.json": '{"tag": "workspace json"}',
    "given.mpvars": 'tag = "given"',
    "more.mpvars": 'tag = "more"',
}
ENVIRONMENT = {"WP_VAR_tag": "old", "TAG": "block", "MILEPOST_VAR_tag": "ours"}
LADDER = [
    ({}, "default", "default"),
    ({"a.auto.mpvars"}, "auto a", "a.auto.mpvars:1:7"),
    ({"a.auto.wpvars"}, "waypoint a", "a.auto.wpvars:1:7"),
    ({"b.auto.mpvars.json"}, "auto b", "b.auto.mpvars.json:1:9"),
    ({"c.auto.wpvars.json"}, "waypoint c", "c.auto.wpvars.json:1:9"),
    ({"prod.mpvars"}, "workspace", "prod.mpvars:1:7"),
    ({"prod.mpvars.json"}, "workspace json", "prod.mpvars.json:1:9"),
    ({"WP_VAR_tag"}, "old", "WP_VAR_tag"),
    ({"TAG"}, "block", "TAG"),
    ({"MILEPOST_VAR_tag"}, "ours", "MILEPOST_VAR_tag"),
    ({"given.mpvars"}, "given", "given.mpvars:1:7"),
    ({"more.mpvars"}, "more", "more.mpvars:1:7"),
    ({"--var"}, "typed", "--var"),
]


@pytest.mark.parametrize("steps", range(len(LADDER)))
def test_each_source_wins_over_all_before_it(steps: int, gather: Gather, project: Project, world: Outside) -> None:
    there = {name for names, _, _ in LADDER[: steps + 1] for name in names}
    found = gather(
        {name: text for name, text in ALL.items() if name in there},
        *([Variable(name="tag", value="typed")] if "--var" in there else []),
        named=tuple(name for name in ("given.mpvars", "more.mpvars") if name in there),
        workspace="prod",
        **{name: text for name, text in ENVIRONMENT.items() if name in there},
    )
    _, value, source = LADDER[steps]
    assert value_of(found, "tag", project, world) == (value, source)


def test_all_automatic_files_apply(gather: Gather, project: Project, world: Outside) -> None:
    found = gather({"a.auto.wpvars": 'tag = "a"', "b.auto.wpvars": "ports = [1]"})
    assert value_of(found, "tag", project, world)[0] == "a"
    assert value_of(found, "ports", project, world)[0] == [1]


def test_the_file_of_another_workspace_is_not_read(gather: Gather) -> None:
    assert gather({"prod.mpvars": "this is no = HCL ["}, workspace="staging").variables == ()


def test_a_named_file_is_looked_for_where_the_command_was_typed(
    project: Project, tmp_path: Path, world: Outside
) -> None:
    elsewhere = write_files(tmp_path / "elsewhere", {"x.mpvars": 'tag = "x"'})
    for name in ("x.mpvars", str(elsewhere / "x.mpvars")):
        found = gathered(project, "default", ByHand(files=(name,)), replace(world, pwd=elsewhere))
        assert value_of(found, "tag", project, world) == ("x", f"{name}:1:7")


def test_a_request_has_plain_values_and_says_where_secret_ones_stand(
    gather: Gather, project: Project, world: Outside
) -> None:
    text = 'ports = [8000 + 80]\npassword = "hunter22"\nusers = { ada = upper("swordfish") }\n'
    found = gather({"dev.auto.mpvars": text}, MILEPOST_VAR_password="swordfish")
    assert "hunter22" not in repr(found)
    assert "swordfish" not in repr(found).lower()
    ports, _, users, password = found.variables
    assert (ports.value, ports.form) == ("[8080]", "json")
    assert (users.file, users.value) == (str(project.folder / "dev.auto.mpvars"), None)
    assert (password.environment, password.value) == ("MILEPOST_VAR_password", None)
    secret = replace(world, environment={**world.environment, "MILEPOST_VAR_password": "swordfish"})
    values = variables(project, found.variables, secret)
    assert values["password"] == Secret([Part("swordfish", "var.password")])
    assert values["users"] == Marked({"ada": "SWORDFISH"}, "var.users")


def test_a_secret_in_a_file_is_read_again_by_whoever_has_the_request(
    gather: Gather, project: Project, world: Outside
) -> None:
    found = gather({"dev.auto.mpvars": 'password = "hunter22"'})
    (project.folder / "dev.auto.mpvars").write_text('password = "changed!"')
    assert variables(project, found.variables, world)["password"] == Secret([Part("changed!", "var.password")])
    (project.folder / "dev.auto.mpvars").write_text("")
    with pytest.raises(ProjectFileError, match='gives no value to the variable "password" any more'):
        variables(project, found.variables, world)
    (project.folder / "dev.auto.mpvars").unlink()
    with pytest.raises(ProjectFileError, match=r"dev.auto.mpvars cannot be read"):
        variables(project, found.variables, world)


def problems_of(gather: Gather, text: str, name: str = "x.auto.mpvars") -> tuple[Problem, ...]:
    with pytest.raises(ProjectFileError) as caught:
        gather({name: text})
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("tag = var.x", 1, "var.x cannot stand here; only values can, and functions of them", 'quotes: "var.x"'),
        ("tag = prod", 1, "prod cannot stand here", 'a text stands in quotes: "prod"'),
        ('tag = file("x")', 1, "file() cannot stand here", "write the value"),
        ('tag = uper("x")', 1, 'there is no function "uper"', "did you mean upper?"),
        ('tag = secret("env", "X")', 1, "secret", ""),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_place_and_line(
    text: str, line: int, message: str, hint: str, gather: Gather
) -> None:
    (problem,) = problems_of(gather, text)
    assert message in problem.message
    assert hint in problem.hint
    assert problem.position is not None
    assert (problem.position.file, problem.position.line) == ("x.auto.mpvars", line)
    assert problem.source == text.split("\n")[line - 1]


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('tga = "x"', 1, 'there is no variable "tga"', "did you mean tag?"),
        ("\n\nzzzzzz = 1", 3, 'there is no variable "zzzzzz"', "there is tag, ports, password, users"),
        ('tag = "hunter22" {', 1, "that begins here is not closed", "not shown"),
        ('tag = "a" hunter22', 1, "this cannot be read", "not shown"),
        ("tag {\n}", 1, "not blocks; found", "not shown"),
        ('tag = "hunter22"\ntag = "y"', 2, '"tag" is set twice', "not shown"),
        ("tag = ", 1, "", ""),
    ],
)
def test_of_a_file_for_secrets_no_more_than_a_name_is_shown_where_a_value_may_be_one(
    text: str, line: int, message: str, hint: str, gather: Gather
) -> None:
    (problem,) = problems_of(gather, text)
    assert message in problem.message
    assert hint in problem.hint
    assert problem.position is not None
    assert (problem.position.file, problem.position.line) == ("x.auto.mpvars", line)
    assert problem.source in ("", text.strip().split(" ")[0])
    assert "hunter22" not in str(problem)


def test_what_is_wrong_in_all_files_is_told_at_once(gather: Gather) -> None:
    with pytest.raises(ProjectFileError) as caught:
        gather(
            {"a.auto.mpvars": "x1 = 1\nx2 = 2", "b.auto.mpvars.json": '{"x3": 1}', "c.mpvars": "x4 = 1"},
            Variable(name="x5", value=""),
            named=("c.mpvars",),
        )
    assert [problem.message.split('"')[1] for problem in caught.value.problems] == ["x1", "x2", "x3", "x4", "x5"]


def test_a_value_of_another_type_names_its_place(gather: Gather, project: Project, world: Outside) -> None:
    found = gather({"x.auto.mpvars": '\nports = [1, "x"]'})
    with pytest.raises(ProjectFileError) as caught:
        variables(project, found.variables, world)
    assert "x.auto.mpvars:2:9 gives a list: [1]: expected a number" in str(caught.value)


def test_nothing_is_shown_of_a_secret_that_cannot_be_evaluated(gather: Gather) -> None:
    (problem,) = problems_of(gather, 'password = parseint("hunter22", 10)')
    assert "hunter22" not in str(problem)
    assert problem.message == 'the value of the sensitive variable "password" cannot be evaluated'


def test_a_file_that_cannot_be_read_is_an_error(gather: Gather, project: Project) -> None:
    (project.folder / "x.auto.mpvars").write_bytes(b"tag = \xff")
    with pytest.raises(ProjectError, match=r"x\.auto\.mpvars:1:7: this is not text in UTF-8"):
        gather({})
    (project.folder / "x.auto.mpvars").write_bytes(b"a" * (1024 * 1024 + 1))
    with pytest.raises(ProjectError, match="larger than 1024 KiB"):
        gather({})


def test_a_file_that_is_named_and_is_not_there_is_an_error(gather: Gather) -> None:
    with pytest.raises(ProjectError, match=r"--var-file nowhere\.mpvars: there is no file /"):
        gather({}, named=("nowhere.mpvars",))


def test_what_goes_by_records_does_without_a_wrong_file_that_nobody_named(gather: Gather) -> None:
    found = gather({"a.auto.mpvars": "tag = ", "b.auto.mpvars": "ports = [1]"}, lenient=True)
    assert [each.name for each in found.variables] == ["ports"]
    assert found.notes[0].startswith("a.auto.mpvars is left out: ")
    with pytest.raises(ProjectFileError):
        gather({"c.mpvars": "tag = "}, named=("c.mpvars",), lenient=True)


def test_texts_in_json_are_plain(gather: Gather, project: Project, world: Outside) -> None:
    found = gather({"x.auto.mpvars.json": '{"//": "a comment", "tag": "${x} %{y}"}'})
    assert value_of(found, "tag", project, world)[0] == "${x} %{y}"


def test_strays_in_the_environment_are_told_and_no_error(gather: Gather) -> None:
    found = gather({}, MILEPOST_VAR_tga="x", WP_VAR_zzzzzz="y", WP_VAR_tag="z")
    assert found.strays == (
        'MILEPOST_VAR_tga is set, and there is no variable "tga"; did you mean MILEPOST_VAR_tag?',
        'WP_VAR_zzzzzz is set, and there is no variable "zzzzzz"',
    )
    assert found.notes == ("WP_VAR_tag is read as in Waypoint; milepost's own name for it is MILEPOST_VAR_tag",)


def test_of_a_file_in_which_secrets_may_stand_nothing_is_kept(project: Project, gather: Gather, world: Outside) -> None:
    file = project.folder / "x.auto.mpvars"
    gather({file.name: "ports = [1]"})
    trees = Path(world.environment["HOME"]) / ".cache" / "milepost" / "trees"
    assert not trees.exists()
    read_variable_file(file, file.name, trees.parent, secret=False)
    assert len(list(trees.iterdir())) == 1
    gather({file.name: "ports = [1]"})
    assert not list(trees.iterdir())
