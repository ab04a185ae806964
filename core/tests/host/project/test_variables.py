from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from milepost.host.language.values import Unknown
from milepost.host.project.project import Project
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.request import Variable
from milepost.testing.project import outside

Read = Callable[..., Project]
Problems = Callable[..., tuple[Problem, ...]]

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
        ("string", '["a"]', '["a"]'),
        ("string", "e\u0301", "é"),
        ("any", "5", 5),
        ("any", '"x"', "x"),
        ("any", '{a = [1, "b"]}', {"a": [1, "b"]}),
        ("number", "5", 5),
        ("number", "-1.5", Decimal("-1.5")),
        ("number", "1e3", 1000),
        ("number", "1 + 2", 3),
        ("bool", "true", True),
        ("bool", "false", False),
        ("bool", "!true", False),
        ("list(string)", '["a", "b"]', ["a", "b"]),
        ("list(string)", "[1, true]", ["1", "true"]),
        ("list(string)", "[]", []),
        ("list(number)", '[1, "2", 0.10]', [1, 2, Decimal("0.1")]),
        ("set(string)", '["b", "a", "b"]', ["a", "b"]),
        ("map(string)", '{"a": "b"}', {"a": "b"}),
        ("map(string)", "{a = 1}", {"a": "1"}),
        ("map(list(number))", "{a = [1]}", {"a": [1]}),
        ("tuple([string, number])", '["a", 1]', ["a", 1]),
        ("object({a = string, b = number})", '{a = 1, b = "2"}', {"a": "1", "b": 2}),
        ("object({a = string, b = optional(number, 7)})", '{a = "x", c = 1}', {"a": "x", "b": 7}),
        ("object({a = optional(string)})", "{}", {"a": None}),
        ("list(string)", "null", None),
        ("list(string)", '[upper("a")]', ["A"]),
    ],
)
def test_a_text_becomes_what_the_type_says(kind: str, text: str, value: object, read: Read) -> None:
    assert variables(read(declared(kind)), (Variable(name="a", value=text),), outside()) == {"a": value}


def test_without_a_type_a_text_is_as_it_is_given(read: Read) -> None:
    project = read('project = "x"\nvariable "a" {\n  default = [1]\n}\n')
    assert variables(project, (Variable(name="a", value="[2]"),), outside()) == {"a": "[2]"}
    assert variables(project, (), outside()) == {"a": [1]}


def test_a_value_in_json_is_of_its_own_type(read: Read) -> None:
    given = Variable(name="a", value='[1.10, "${x}", 12345678901234567890123]', form="json")
    assert variables(read(declared("any")), (given,), outside()) == {
        "a": [Decimal("1.10"), "${x}", 12345678901234567890123]
    }


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("number", "x", "x cannot stand here"),
        ("number", "", ""),
        ("number", "NaN", "NaN cannot stand here"),
        ("number", "1e999999999", ""),
        ("bool", "yes", "yes cannot stand here"),
        ("list(string)", "a,b", ""),
        ("list(string)", "[a]", "a cannot stand here"),
        ("list(string)", "[var.x]", "var.x cannot stand here"),
        ("list(string)", '[file("/etc/passwd")]', "file() cannot stand here"),
        ("list(string)", "[timestamp()]", "timestamp() cannot stand here"),
        ("list(string)", '[uper("a")]', "uper"),
        ("list(string)", "[" * 100000, ""),
    ],
)
def test_a_text_that_cannot_be_read_names_its_source(kind: str, text: str, words: str, read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared(kind)), (), outside(MILEPOST_VAR_a=text))
    (problem,) = caught.value.problems
    assert 'the variable "a" is ' in problem.message
    assert "MILEPOST_VAR_a gives the text" in problem.message
    assert words in problem.message
    assert problem.position is not None
    assert problem.position.line == 2


@pytest.mark.parametrize(
    ("kind", "text", "message", "hint"),
    [
        ("list(string)", "{}", 'the variable "a" is a list of texts; --var gives an object', 'as in ["text"]'),
        ("number", "[1]", 'the variable "a" is a number; --var gives a list', ""),
        (
            "list(number)",
            '[1, "x"]',
            'the variable "a" is a list of numbers; --var gives a list: [1]: expected a number, found the text "x"',
            "as in [5]",
        ),
        (
            "map(object({port = number}))",
            "{web = {port = {}}}",
            "--var gives an object: web.port: expected a number, found an object",
            "as in {key = {port = …}}",
        ),
        ("object({a = string})", "{}", '--var gives an object: the attribute "a" is missing', "as in {a = …}"),
        ("tuple([string, bool])", "[1]", "--var gives a list: expected a list of 2, found a list of 1", ""),
    ],
)
def test_a_value_of_another_type_says_where_it_differs(
    kind: str, text: str, message: str, hint: str, read: Read
) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared(kind)), (Variable(name="a", value=text),), outside())
    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("kind", "default", "value"),
    [
        ("string", "5", "5"),
        ("number", '"5"', 5),
        ("list(string)", "[1]", ["1"]),
        ("set(number)", '["2", 1]', [1, 2]),
        ("string", 'upper("x")', "X"),
    ],
)
def test_a_default_is_converted_to_the_type(kind: str, default: str, value: object, read: Read) -> None:
    assert variables(read(declared(kind, f"  default = {default}")), (), outside()) == {"a": value}


@pytest.mark.parametrize(
    ("kind", "default"),
    [("string", "[]"), ("number", '"x"'), ("bool", '"x"'), ("list(string)", "{}"), ("map(string)", "[]")],
)
def test_a_default_that_is_not_of_the_type_is_refused_where_it_stands(kind: str, default: str, read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared(kind, f"  default = {default}")), (), outside())
    (problem,) = caught.value.problems
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (4, 13)
    assert "its default is" in problem.message


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        ("strin", 'type: "strin" is no type', "did you mean string?"),
        ("list(strin)", 'type: "strin" is no type', "did you mean string?"),
        ("optional(string)", "type: optional() stands only in an object's type", ""),
        ("5", "type: this is no type", "write string"),
        ("object({a = optional(bool, 0 == 0)})", "type: a default in a type is written out", "write a plain value"),
        ("object({a = optional(number, {})})", "type: the default of an attribute is not of its type", ""),
    ],
)
def test_what_is_no_type_is_told_with_the_file(kind: str, message: str, hint: str, problems: Problems) -> None:
    (problem,) = problems(declared(kind))
    assert problem.message.startswith(message)
    assert hint in problem.hint
    assert problem.position is not None
    assert problem.position.line == 3


def test_null_gives_way_to_the_default_where_it_may_not_be(read: Read) -> None:
    project = read(declared("list(string)", '  default = ["x"]\n  nullable = false'))
    assert variables(project, (Variable(name="a", value="null"),), outside()) == {"a": ["x"]}
    without = read(declared("list(string)", "  nullable = false"))
    with pytest.raises(ProjectFileError, match='the variable "a" may not be null; --var gives null'):
        variables(without, (Variable(name="a", value="null"),), outside())
    with pytest.raises(ProjectFileError, match="may not be null; its default is null"):
        variables(read(declared("string", "  default = null\n  nullable = false")), (), outside())


def test_null_is_a_default(read: Read) -> None:
    assert variables(read(declared("string", "  default = null")), (), outside()) == {"a": None}


def test_a_variable_without_any_value_says_where_one_can_come_from(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(read(declared("string", '  env = ["A"]')), (), outside())
    (problem,) = caught.value.problems
    assert "none of --var, MILEPOST_VAR_a, A gives a value" in problem.message
    assert problem.hint == "--var a=…"


def test_a_variable_that_is_not_declared_names_its_source_and_the_nearest(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        variables(
            read(TAG), (Variable(name="tga", value="x", source="vars.json"), Variable(name="q", value="x")), outside()
        )
    near, far = caught.value.problems
    assert (near.message, near.hint) == ('there is no variable "tga"; it was given by vars.json', "did you mean tag?")
    assert far.hint == "there is tag"


@pytest.mark.parametrize(
    ("environment", "value"),
    [
        ({"WP_VAR_tag": "old", "OTHER": "other", "MILEPOST_VAR_tag": "ours"}, "ours"),
        ({"WP_VAR_tag": "old", "OTHER": "other"}, "other"),
        ({"WP_VAR_tag": "old"}, "old"),
    ],
)
def test_of_the_environment_the_name_that_is_ours_wins_and_that_of_waypoint_loses(
    environment: dict[str, str], value: str, read: Read
) -> None:
    assert variables(read(TAG), (), outside(**environment)) == {"tag": value}


def test_what_goes_by_records_does_without_wrong_values_that_nobody_gave(read: Read) -> None:
    project = read(declared("number"))
    found = Variable(name="a", value="x", source="MILEPOST_VAR_a", found=True)
    assert isinstance(variables(project, (found,), outside(), lenient=True)["a"], Unknown)
    assert isinstance(variables(project, (), outside(), lenient=True)["a"], Unknown)
    with pytest.raises(ProjectFileError, match="--var gives the text"):
        variables(project, (Variable(name="a", value="x"),), outside(), lenient=True)


def test_what_is_no_text_is_refused_without_being_carried_on(read: Read) -> None:
    project = read(declared("string"))
    with pytest.raises(ProjectFileError, match=r'MILEPOST_VAR_a gives the text "x\?": it is not text in UTF-8'):
        variables(project, (), outside(MILEPOST_VAR_a="x\udcff"))


def test_a_default_goes_by_the_workspace(read: Read) -> None:
    project = read(
        declared("string", '  default = {\n    default = "dev"\n    prod = "${workspace.name}-1"\n  }[workspace.name]')
    )
    assert variables(project, (), outside()) == {"a": "dev"}
    assert variables(project, (), outside(), workspace="prod") == {"a": "prod-1"}


def test_a_default_can_use_the_folder_of_the_project_and_where_one_is(read: Read) -> None:
    project = read(declared("string", '  default = "${path.project} ${path.pwd} ${project.name}"'))
    assert variables(project, (), outside()) == {"a": f"{project.folder} /nowhere x"}


@pytest.mark.parametrize("name", ["var.b", "local.b", "app.name", "path.app", "labels", "artifact.image"])
def test_a_default_cannot_use_what_is_known_later(name: str, problems: Problems) -> None:
    (problem,) = problems(declared("string", f"  default = {name}"))
    assert f"default: {name} cannot stand here; the variables are known first" in problem.message
