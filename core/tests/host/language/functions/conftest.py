"""Expressions in a real project folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from milepost.host.git import ask
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.project.scope import Scope
from milepost.sdk.problem import Problem
from milepost.testing.project import outside


class Project:
    """A project folder, and expressions in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "shop"
        self.folder.mkdir()
        environment = {"XDG_STATE_HOME": str(folder / "state"), "GIT_CONFIG_GLOBAL": "/dev/null"}
        self.outside = replace(outside(folder, **environment), git=ask)

    def evaluated(self, expression: str, **variables: Any) -> tuple[Any, list[Problem]]:
        """Return the value of an expression and its problems."""
        return self._in_scope(expression, variables)

    def value(self, expression: str, **variables: Any) -> Any:
        """Return the value of an expression that has no problem."""
        value, problems = self._in_scope(expression, variables)
        assert [each.message for each in problems] == []
        return value

    def problem(self, expression: str, **variables: Any) -> Problem:
        """Return the one problem of an expression."""
        _, problems = self._in_scope(expression, variables)
        assert len(problems) == 1
        return problems[0]

    def _in_scope(self, expression: str, variables: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
        scope = Scope(outside=self.outside, folder=self.folder, project="shop", app="web", variables=variables)
        evaluator = Evaluator(scope)
        value = evaluator.value(lower_value(source_of("case", expression.encode())))
        return value, evaluator.problems


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in an empty folder named `shop`."""
    return Project(tmp_path)
