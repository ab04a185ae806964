"""The corpus: each expression and each file of `cases/` comes to what stands beside it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from milepost.host.assembly import open_host
from milepost.host.gathering import gather
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.provenance import is_secret, is_unknown, revealed, text_of
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.language.values import Marked, Unknown, plain_text
from milepost.host.outside import User, world
from milepost.host.plugins.load import Plugins
from milepost.host.project.scope import Scope, app_scope
from milepost.host.project.variable_sources import ByHand
from milepost.host.project.variables import variables
from milepost.host.validation import validate
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.request import Variable
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside, write_files

CASES = Path(__file__).parent / "cases"
PROJECT = Path("/nowhere")


class Case(NamedTuple):
    """An expression of a file, and what is expected of it."""

    expression: str
    expected: str
    given: Mapping[str, Any]


def contents() -> list[tuple[str, dict[str, Any]]]:
    return [
        (each.stem, tomllib.loads(each.read_text(encoding="utf-8"), parse_float=Decimal))
        for each in sorted(CASES.glob("*.toml"))
    ]


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(Case(expression, expected, names(content)), id=f"{stem}: {expression}")
        for stem, content in contents()
        for expression, expected in content.get(kind, {}).items()
    ]


def files() -> list[Any]:
    return [
        pytest.param(case, id=f"{stem}: {case['name']}")
        for stem, content in contents()
        for case in content.get("file", [])
    ]


def names(content: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"nothing": None, **content.get("given", {})}
    for name, value in content.get("sensitive", {}).items():
        origin = f"var.{name}"
        found[name] = Secret([Part(value, origin)]) if isinstance(value, str) else Marked(value, origin)
    return found | {name: Unknown(f"var.{name}") for name in content.get("unknown", [])}


def evaluated(text: str, given: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """Return the value of an expression, and its problems with their lines, those of its syntax too."""
    source = source_of("case", text.encode())
    path = {"project": str(PROJECT), "app": str(PROJECT / "web"), "pwd": str(PROJECT)}
    scope = Scope(
        outside=outside(PROJECT),
        folder=PROJECT,
        project="shop",
        app="web",
        workspace="staging",
        variables=given,
        path=path,
        labels={"team": "web"},
    )
    evaluator = Evaluator(scope)
    try:
        value = evaluator.value(lower_value(source))
    except ProjectFileError as error:
        return None, list(error.problems)
    return value, list(source.error(evaluator.problems).problems)


def written(value: Any) -> str:
    """Return a value as JSON, in one form for each value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=lambda each: f"number {plain_text(each)}")


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def leaves(given: Mapping[str, Any]) -> list[str]:
    """Return the texts and numbers of the sensitive variables that would be found where they must not be."""
    found: list[Any] = [revealed(each) for each in given.values() if is_secret(each)]
    for each in found:
        found += each if isinstance(each, list) else each.values() if isinstance(each, dict) else ()
    return [str(each) for each in found if isinstance(each, str | int) and len(str(each)) > 2 and each is not True]


def told(problem: Problem) -> str:
    at = problem.position
    return f"{at.line}:{at.column} {problem.message} {problem.hint}" if at else f"{problem.message} {problem.hint}"


def assert_told(problems: list[Problem], expected: str) -> None:
    """Check that there are these problems and no more: places, and words of message or hint."""
    lines = [line.strip() for line in expected.strip().splitlines()]
    shown = "\n".join(map(told, problems))
    assert len(problems) == len(lines), shown
    for problem, line in zip(problems, lines, strict=True):
        place, _, words = line.partition(" ")
        assert told(problem).startswith(f"{place} "), shown
        assert words in told(problem), shown


@pytest.mark.parametrize("case", cases("values"))
def test_an_expression_has_the_value_beside_it(case: Case) -> None:
    value, problems = evaluated(case.expression, case.given)
    assert list(map(told, problems)) == []
    assert not is_secret(value)
    assert written(value) == written(exact(case.expected))


@pytest.mark.parametrize("case", cases("secrets"))
def test_a_secret_has_the_value_beside_it_and_its_origin_gives_it_again(case: Case) -> None:
    value, problems = evaluated(case.expression, case.given)
    assert list(map(told, problems)) == []
    assert is_secret(value)
    assert written(revealed(value)) == written(exact(case.expected))
    origin = text_of(value)
    assert not any(each in repr(value) + origin for each in leaves(case.given))
    if origin:
        again, problems = evaluated(origin, case.given)
        assert list(map(told, problems)) == [], origin
        assert is_secret(again), origin
        assert written(revealed(again)) == written(revealed(value)), origin


@pytest.mark.parametrize("case", cases("unknowns"))
def test_what_is_not_known_yet_has_the_name_beside_it(case: Case) -> None:
    value, problems = evaluated(case.expression, case.given)
    assert list(map(told, problems)) == []
    unknown = is_unknown(value)
    assert unknown is not None
    assert unknown.name == case.expected


@pytest.mark.parametrize("case", cases("problems"))
def test_what_is_wrong_is_told_with_its_place(case: Case) -> None:
    _, problems = evaluated(case.expression, case.given)
    assert_told(problems, case.expected)
    assert not any(each in told(problem) for each in leaves(case.given) for problem in problems)


@pytest.mark.parametrize("case", files())
def test_a_file_comes_to_what_stands_beside_it(case: dict[str, Any], tmp_path: Path) -> None:
    write_files(tmp_path, {case.get("file", "milepost.hcl"): case["text"], **case.get("beside", {})})
    host = open_host(tmp_path, {"HOME": str(tmp_path / "home"), **case.get("environment", {})})
    given = tuple(Variable(name=name, value=value) for name, value in case.get("variables", {}).items())
    workspace = case.get("workspace", "default")
    if "problems" in case:
        assert_told(validated(host, workspace, given), case["problems"])
        return
    project = host.project
    given = gather(host, workspace, ByHand(given)).variables
    here = world(project, Plugins(host.catalog), User(host.environment, tmp_path), asks=False)
    app = next(iter(project.apps.values()))
    scope = app_scope(project, app, workspace, variables(project, given, here, workspace=workspace), here)
    for expression, expected in case["values"].items():
        evaluator = Evaluator(scope)
        value = evaluator.value(lower_value(source_of("case", expression.encode())))
        assert list(map(told, evaluator.problems)) == []
        assert written(revealed(value)) == written(exact(expected)), expression


def validated(host: Any, workspace: str, given: tuple[Variable, ...]) -> list[Problem]:
    try:
        return list(validate(host, workspace, gather(host, workspace, ByHand(given)).variables))
    except ProjectFileError as error:
        return list(error.problems)


def test_there_are_cases_of_each_kind() -> None:
    assert min(len(cases(kind)) for kind in ("values", "secrets", "unknowns", "problems")) > 20
    assert files()
