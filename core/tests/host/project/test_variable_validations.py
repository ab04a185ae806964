"""What must hold of the values of variables is checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.project.check import check_names
from milepost.host.project.project import Project
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.request import Variable
from milepost.testing.project import outside

Read = Callable[..., Project]


def declared(condition: str, message: str = '"Take a small one."', more: str = "", kind: str = "number") -> str:
    return f"""project = "x"
variable "most" {{
  default = 10
}}
variable "count" {{
  type    = {kind}
  {more}
  validation {{
    condition     = {condition}
    error_message = {message}
  }}
}}
"""


def broken(project: Project, *given: Variable, **environment: str) -> tuple[Problem, ...]:
    try:
        variables(project, given, outside(**environment))
    except ProjectFileError as error:
        return error.problems
    return ()


def count(value: str) -> Variable:
    return Variable(name="count", value=value, source="prod.mpvars:3:9")


def test_a_value_that_is_refused_says_why_where_it_came_from_and_by_which_block(read: Read) -> None:
    (problem,) = broken(read(declared("var.count < 5")), count("7"))
    assert problem.message == ('the variable "count" is refused: Take a small one; prod.mpvars:3:9 gives the number 7')
    assert problem.position is not None
    assert problem.position.line == 8
    assert problem.source == "  validation {"


@pytest.mark.parametrize(
    ("condition", "value", "refused"),
    [
        ("var.count < 5", "3", False),
        ("var.count < var.most", "9", False),
        ("var.count < var.most", "10", True),
        ('workspace.name == "default"', "1", False),
        ('workspace.name == "production"', "1", True),
        ('contains([1, 2], var.count) && project.name == "x"', "2", False),
        ('var.count == 1 ? "true" : "false"', "1", False),
        ('var.count == 1 ? "true" : "false"', "2", True),
        ('can(regex("^[0-9]$", var.count))', "12", True),
    ],
)
def test_a_condition_decides(condition: str, value: str, *, refused: bool, read: Read) -> None:
    assert bool(broken(read(declared(condition)), count(value))) == refused


def test_the_default_is_checked_and_named_with_its_place(read: Read) -> None:
    (problem,) = broken(read(declared("var.count < 5", more="default = 7")))
    assert problem.message.endswith("; its default is the number 7")
    (default,) = problem.related
    assert (default.position.line, default.position.column) == (7, 13)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("5", "a condition is true or false; found the number 5"),
        ("null", "a condition is true or false; found null"),
        ("var.count < []", "works on numbers; found a list"),
    ],
)
def test_a_condition_that_decides_nothing_is_told_where_it_stands(condition: str, message: str, read: Read) -> None:
    (problem,) = broken(read(declared(condition)), count("1"))
    assert message in problem.message
    assert problem.position is not None
    assert problem.position.line == 9


def test_a_message_may_show_the_value_and_one_that_cannot_be_made_is_done_without(read: Read) -> None:
    (shown,) = broken(read(declared("false", '"${var.count} is more than ${var.most}."')), count("12"))
    assert "is refused: 12 is more than 10; " in shown.message
    (without,) = broken(read(declared("false", '"${var.count.x}"')), count("12"))
    assert "is refused: a condition does not hold; " in without.message


def test_nothing_of_a_secret_is_shown(read: Read) -> None:
    text = declared("length(var.count) > 8", '"${var.count} is short."', "sensitive = true", "string")
    (problem,) = broken(read(text), count("hunter2"))
    assert problem.message == (
        'the variable "count" is refused: a condition does not hold; prod.mpvars:3:9 gives a secret'
    )
    assert broken(read(text), count("hunter22222")) == ()


def test_what_has_no_value_is_not_checked_besides(read: Read) -> None:
    (problem,) = broken(read(declared("var.count < 5")))
    assert "has no default" in problem.message


def test_all_validations_are_told_at_once(read: Read) -> None:
    more = 'validation {\n condition = var.count > 100\n error_message = "Take a big one."\n}'
    messages = [each.message for each in broken(read(declared("var.count < 5", more=more)), count("7"))]
    assert ["big" in each for each in messages] == [True, False]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("artifact.image == 1", "artifact.image cannot stand in a validation"),
        ("local.x", "local.x cannot stand in a validation"),
        ("var.cuont < 5", 'there is no variable "cuont"'),
    ],
)
def test_what_is_not_known_when_values_are_checked_is_refused(condition: str, message: str, read: Read) -> None:
    found = check_names(read(declared(condition)))
    assert [each.message.startswith(message) for each in found] == [True]


def test_what_goes_by_records_is_not_held_up_by_a_value_of_today(read: Read) -> None:
    project = read(declared("var.count < 5"))
    assert variables(project, (count("7"),), outside(), lenient=True)["count"] == 7
