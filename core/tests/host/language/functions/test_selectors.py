"""Functions of label selectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.host.language.values import Unknown
from milepost.sdk.secret import Part, Secret

if TYPE_CHECKING:
    from core.tests.host.language.functions.conftest import Project

SIZES = '{"env == prod" = 3, "env matches p" = 2, "env == test" = 1}'


def test_labels_are_selected_or_not(project: Project) -> None:
    assert project.value('selectormatch({env = "prod", n = 1}, "env == prod and n == 1")') is True
    assert project.value('selectormatch(var.labels, "env == prod")', labels={"env": "test"}) is False


def test_the_first_selector_by_its_text_gives_the_value(project: Project) -> None:
    assert project.value(f'selectorlookup({{env = "prod"}}, {SIZES}, 0)') == 3
    assert project.value(f'selectorlookup({{env = "pre"}}, {SIZES}, 0)') == 2
    assert project.value(f"selectorlookup({{}}, {SIZES}, 0)") == 0


def test_values_that_are_secret_or_not_known_yet_are_looked_up_as_they_are(project: Project) -> None:
    secret, later = Secret([Part("hush", "var.a")]), Unknown("artifact.image")
    lookup = 'selectorlookup({env = "prod"}, {"env == prod" = var.a, "env == test" = var.b}, 1)'
    assert project.value(lookup, a=secret, b=later) is secret
    assert project.value(lookup, a=1, b=later) == 1


def test_a_wrong_selector_is_told_with_its_place_in_the_text(project: Project) -> None:
    problem = project.problem('selectormatch({}, "env = prod")')
    assert 'the selector "env = prod" is wrong at its character 5' in problem.message
    assert problem.hint == "write =="
    assert "is wrong at its character 1" in project.problem('selectorlookup({}, {"" = 1}, 0)').message
