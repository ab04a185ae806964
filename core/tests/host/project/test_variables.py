from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from milepost.host.project.project import Project
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.request import Variable
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

Read = Callable[..., Project]

TAG = 'project = "x"\nvariable "tag" {\n  type = string\n  default = "default"\n  env = ["TAG", "OTHER"]\n}\n'


def declared(kind: str, more: str = "") -> str:
    return f'project = "x"\nvariable "a" {{\n  type = {kind}\n{more}\n}}\n'


@pytest.mark.parametrize(
    ("given", "environment", "value"),
    [
        ("given", {"MILEPOST_VAR_tag": "ours", "TAG": "env", "OTHER": "other"}, "given"),
        (None, {"MILEPOST_VAR_tag": "ours", "TAG": "env", "OTHER": "other"}, "ours"),
        (None, {"TAG": "env", "OTHER": "other"}, "env"),
        (None, {"OTHER": "other", "MILEPOST_VAR_TAG": "wrong case", "MILEPOST_VAR_else": "not declared"}, "other"),
        (None, {}, "default"),
        ("", {"TAG": "env"}, ""),
    ],
)
def test_the_nearest_source_gives_the_value(
    given: str | None, environment: dict[str, str], value: str, read: Read
) -> None:
    asked = () if given is None else (Variable(name="tag", value="first"), Variable(name="tag", value=given))
    assert variables(read(TAG), asked, outside(**environment)) == {"tag": value}


def test_a_variable_may_be_read_from_an_environment_variable_that_is_named(read: Read) -> None:
    asked = (Variable(name="tag", environment="SECRET_TAG"),)
    assert variables(read(TAG), asked, outside(SECRET_TAG="x")) == {"tag": "x"}
    with pytest.raises(ProjectFileError, match="was to be read from SECRET_TAG, which is not set"):
        variables(read(TAG), asked, outside())


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "5", "5"),
        ("any", "5", "5"),
        ("number", "5", 5),
        ("number", "-1.5", Decimal("-1.5")),
        ("bool", "true", True),
        ("bool", "false", False),
        ("list(string)", '["a", "b"]', ["a", "b"]),
        ("list(string)", "[]", []),
        ("map(string)", '{"a": "b"}', {"a": "b"}),
    ],
)
def test_a_text_becomes_what_the_type_says(kind: str, text: str, value: object, read: Read) -> None:
    assert variables(read(declared(kind)), (Variable(name="a", value=text),), outside()) == {"a": value}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "x"),
        ("number", ""),
        ("number", "NaN"),
        ("number", "1e999999999"),
        ("bool", "yes"),
        ("list(string)", "a,b"),
        ("list(string)", "[1]"),
        ("list(string)", "{}"),
        ("map(string)", '{"a": 1}'),
        ("list(string)", "[" * 100000),
    ],
)
def test_a_text_that_is_not_of_the_type_names_its_source(kind: str, text: str, read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared(kind)), (), outside(MILEPOST_VAR_a=text))
    (problem,) = caught.value.problems
    assert 'the variable "a" is ' in problem.message
    assert "MILEPOST_VAR_a gives the text" in problem.message
    assert problem.position is not None
    assert problem.position.line == 2


@pytest.mark.parametrize(
    ("kind", "default"),
    [("string", "5"), ("number", '"5"'), ("bool", '"x"'), ("list(string)", "[1]"), ("map(string)", "[]")],
)
def test_a_default_that_is_not_of_the_type_is_refused_where_it_stands(kind: str, default: str, read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared(kind, f"  default = {default}")), (), outside())
    (problem,) = caught.value.problems
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (4, 13)
    assert "its default is" in problem.message


def test_null_is_a_default(read: Read) -> None:
    assert variables(read(declared("string", "  default = null")), (), outside()) == {"a": None}


def test_a_variable_without_any_value_says_where_one_can_come_from(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("string", '  env = ["A"]')), (), outside())
    (problem,) = caught.value.problems
    assert "none of --var, MILEPOST_VAR_a, A gives a value" in problem.message
    assert problem.hint == "--var a=…"


def test_a_secret_without_any_value_is_to_be_exported_not_typed_into_a_command(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("string", "  sensitive = true")), (), outside())
    assert [problem.hint for problem in caught.value.problems] == ["export MILEPOST_VAR_a=…"]


def test_a_variable_that_is_not_declared_names_its_source_and_the_nearest(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(
            read(TAG), (Variable(name="tga", value="x", source="vars.json"), Variable(name="q", value="x")), outside()
        )
    near, far = caught.value.problems
    assert (near.message, near.hint) == ('there is no variable "tga"; it was given by vars.json', "did you mean tag?")
    assert far.hint == "there is tag"


@pytest.mark.parametrize("kind", ["string", "any", "number"])
def test_a_sensitive_variable_is_a_secret_that_knows_its_source(kind: str, read: Read) -> None:
    project = read(declared(kind, "  sensitive = true\n  default = " + ("5" if kind == "number" else '"5"')))
    for asked in ((), (Variable(name="a", value="5"),)):
        value = variables(project, asked, outside())["a"]
        assert isinstance(value, Secret)
        assert value.parts == (Part("5", "var.a"),)


def test_a_sensitive_value_that_is_wrong_is_not_shown(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("number", "  sensitive = true")), (Variable(name="a", value="hunter22"),), outside())
    assert "hunter22" not in str(caught.value)
    assert "--var gives a secret that is something else" in str(caught.value)
