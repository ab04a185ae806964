"""What is said of a project before anything is carried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.tests.host.lifecycle.shop import app_text
from milepost.host.assembly import Host
from milepost.host.validation import validate
from milepost.sdk.problem import Problem
from milepost.testing.distribution import installed, write_distribution
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.project import write_files

Check = Callable[..., tuple[Problem, ...]]

OBSERVER = """
from milepost.sdk import hookimpl

@hookimpl
def milepost_operation_started(operation):
    pass
"""

BUILDER = """
from milepost.sdk import BuilderOffer, PluginConfig, hookimpl

@hookimpl
def milepost_builder(word):
    return BuilderOffer(config=PluginConfig, produces=lambda config: "odd/1", load=lambda: None)
"""


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Check]:
    """Validate a project of these apps."""
    site, folder = tmp_path / "site", tmp_path / "shop"
    install_fakes(site)
    groups = {"milepost.v1.observer": {"notify": "milepost_notify"}}
    write_distribution(site, "milepost-notify", "1.0", groups, {"milepost_notify.py": OBSERVER})
    groups = {"milepost.v1.builder": {"odd": "milepost_odd"}}
    write_distribution(site, "milepost-odd", "1.0", groups, {"milepost_odd.py": BUILDER})

    def look(*apps: str, top: str = "", **blocks: str) -> tuple[Problem, ...]:
        text = f'project = "shop"\n{top}\n' + "".join(apps or (app_text(**blocks),))
        write_files(folder, {"milepost.hcl": text})
        (folder / "web").mkdir(exist_ok=True)
        environment = {"HOME": str(tmp_path), "MILEPOST_STATE": str(tmp_path / "state")}
        host = Host(folder, environment, (str(site), *sys.path))
        try:
            return validate(host, "default")
        finally:
            host.close()

    with installed(site):
        yield look


def test_a_project_that_fits_has_no_problems(check: Check) -> None:
    assert check(release='use "fake" {}', build='use "fake" {}\nregistry {\nuse "fake" {}\n}') == ()


def test_a_variable_without_a_value_hides_no_other_mistake_and_all_stand_in_the_files_order(check: Check) -> None:
    found = check(top='variable "tag" {}', config='url = var.tag\nreplicas = 1 + "x"\nzzz = nothing.x')
    assert found[0].message.startswith('the variable "tag" has no default')
    assert any('"+" works on numbers' in each.message for each in found)
    assert any('the name "nothing" means nothing' in each.message for each in found)
    lines = [each.position.line for each in found if each.position]
    assert lines == sorted(lines)


def test_an_observer_without_arguments_is_fine(check: Check) -> None:
    assert check(top='plugin "notify" {}') == ()


@pytest.mark.parametrize("inside", ['url = "x"', "channel {\n}"])
def test_arguments_of_an_observer_are_refused_where_they_stand(check: Check, inside: str) -> None:
    (problem,) = check(top=f'plugin "notify" {{\n  {inside}\n}}')
    assert problem.message == "the observer notify takes no arguments yet"
    assert problem.position is not None
    assert problem.position.line == 3
    assert problem.source == f"  {inside.splitlines()[0]}"


def test_an_observer_that_nobody_offers_is_named_with_the_nearest(check: Check) -> None:
    (problem,) = check(top='plugin "notifi" {}')
    assert "notifi" in problem.message
    assert "notify" in problem.hint


def test_an_unknown_plugin_has_its_place_and_the_installed_ones(check: Check) -> None:
    (problem,) = check(platform="fakee")
    assert "no plugin offers the platform 'fakee'; installed: " in problem.message
    assert "fake, fake-engine, fake-in-place, fake-plain" in problem.message
    assert problem.position is not None
    assert problem.hint == "did you mean 'fake'?"


def test_a_wrong_config_has_its_path_place_and_type(check: Check) -> None:
    (problem,) = check(config='replicas = "two"')
    assert 'deploy > use "fake" > replicas: expected a whole number' in problem.message
    assert problem.source.strip() == 'replicas = "two"'


def test_all_that_is_wrong_is_said_at_once(check: Check) -> None:
    problems = check(config="nte = 1", app='strategy = "green-blue"', build='use "fkae" {}')
    assert len(problems) == 3


def test_what_is_known_is_checked_although_the_rest_is_not_known_yet(check: Check) -> None:
    (problem,) = check(config="note = artifact.digest\nreplicas = 0")
    assert "replicas" in problem.message


def test_a_variable_without_a_value_is_said(check: Check) -> None:
    (problem,) = check(top='variable "tag" {\ntype = string\n}')
    assert "tag" in problem.message


def test_a_chain_that_does_not_fit_names_both_ends(check: Check) -> None:
    (problem,) = check(build='use "odd" {}')
    assert "odd" in problem.message
    assert "fake" in problem.message
    assert "odd/1" in problem.message
    assert problem.position is not None


def test_a_strategy_that_the_platform_cannot_do_is_said(check: Check) -> None:
    problems = check(platform="fake-plain", app='strategy = "stop-first"')
    assert any("stop-first" in each.message for each in problems)


def test_a_folder_that_is_not_there_is_said(check: Check) -> None:
    (problem,) = check(app_text("gone"))
    assert problem.message.startswith("app gone: its folder ")


def test_each_problem_is_said_once(check: Check) -> None:
    problems = check(
        app_text("web"), app_text("web2").replace('path = "web2"', 'path = "web"'), top="labels = { a = var.gone }"
    )
    assert len(problems) == len(set(problems))
    assert any("gone" in each.message for each in problems)
