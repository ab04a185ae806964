"""Sensitive variables: secrets of any type, of which nothing is shown where they are wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.language.values import Marked
from milepost.host.project.project import Project
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.request import Variable
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

Read = Callable[..., Project]


def declared(kind: str, more: str = "") -> str:
    return f'project = "x"\nvariable "a" {{\n  type = {kind}\n{more}\n}}\n'


def test_a_secret_without_any_value_is_to_be_exported_not_typed_into_a_command(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("string", "  sensitive = true")), (), outside())
    assert [problem.hint for problem in caught.value.problems] == ["export MILEPOST_VAR_a=…"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "5", Secret([Part("5", "var.a")])),
        ("any", '"5"', Secret([Part("5", "var.a")])),
        ("number", "5", Marked(5, "var.a")),
        ("list(string)", '["hunter22"]', Marked(["hunter22"], "var.a")),
        ("map(string)", "{user = 1}", Marked({"user": "1"}, "var.a")),
        ("string", "null", None),
    ],
)
def test_a_sensitive_variable_is_a_secret_that_knows_its_source(
    kind: str, text: str, value: object, read: Read
) -> None:
    default = '"5"' if text == "5" and kind == "string" else text
    project = read(declared(kind, f"  sensitive = true\n  default = {default}"))
    assert variables(project, (), outside()) == {"a": value}
    if value is not None:
        assert variables(project, (Variable(name="a", value=text),), outside()) == {"a": value}


def test_a_sensitive_value_that_is_wrong_is_not_shown(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("number", "  sensitive = true")), (Variable(name="a", value="hunter22"),), outside())
    assert "hunter22" not in str(caught.value)
    assert "--var gives a secret that is something else" in str(caught.value)


@pytest.mark.parametrize("text", ['["hunter22", [1]]', '["hunter22"', "hunter22", '[uper("hunter22")]', "[hunter22]"])
def test_nothing_of_a_sensitive_value_is_shown_where_it_is_wrong_inside(text: str, read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("list(number)", "  sensitive = true")), (Variable(name="a", value=text),), outside())
    assert "hunter22" not in str(caught.value)
    assert "--var gives a secret that is something else" in str(caught.value)
