from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, app_scope
from milepost.host.project.settings import Hook, Settings, Verify, hooks, settings, stage_labels, tasks, verify
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.step import HealthCheck, Task
from milepost.testing.project import outside

Read = Callable[..., Project]


def app(inside: str) -> str:
    return 'project = "shop"\napp "web" {\n' + inside + '\n  deploy {\n    use "local" {}\n  }\n}\n'


@pytest.fixture
def scope_of(tmp_path: Path) -> Callable[[Project], Scope]:
    return lambda project: app_scope(
        project, project.apps["web"], "staging", variables(project, (), outside()), outside(tmp_path)
    )


def test_settings_are_those_of_the_app_over_those_of_the_project(shop: Project, scope: Scope) -> None:
    found = settings(shop, shop.apps["web"], scope)
    assert found == Settings(
        strategy="blue-green",
        health=HealthCheck(path="/health", status=(200, 204), timeout=10.0),
        port=8080,
        hosts=("shop.example", "*.shop.example"),
        keep_releases=2,
        keep_running=True,
        labels={"team": "shop", "tier": "front"},
    )


def test_an_app_that_says_nothing_has_the_defaults(read: Read, scope_of: Callable[[Project], Scope]) -> None:
    project = read(app(""))
    assert settings(project, project.apps["web"], scope_of(project)) == Settings()


def test_a_stage_adds_its_labels(shop: Project, scope: Scope) -> None:
    web = shop.apps["web"]
    assert stage_labels({"team": "shop"}, web.build, scope) == {"team": "shop", "step": "b"}
    assert stage_labels({"team": "shop"}, web.release, scope) == {"team": "shop"}
    assert stage_labels({"team": "shop"}, None, scope) == {"team": "shop"}


@pytest.mark.parametrize(
    ("inside", "line", "message"),
    [
        ('  strategy = "red"', 3, 'app "web" > strategy: expected one of "blue-green", "start-first", "stop-first"'),
        ("  port = 70000", 3, 'app "web" > port: expected at most 65535, found 70000'),
        ('  hosts = ["a b"]', 3, 'app "web" > hosts[0]: expected a text of the form'),
        ("  keep_releases = -1", 3, 'app "web" > keep_releases: expected at least 0, found -1'),
        ('  health {\n    path = "x"\n  }', 4, 'app "web" > health > path: expected a text of the form ^/'),
        ('  health {\n    timeout = "0s"\n  }', 4, 'app "web" > health > timeout: expected more than 0'),
        ("  health {\n    status = [20]\n  }", 4, 'app "web" > health > status[0]: expected at least 100'),
        ("  labels = { a = [1] }", 3, 'app "web" > labels > a: expected a text, found a list'),
    ],
)
def test_a_wrong_setting_is_refused_where_it_stands(
    inside: str, line: int, message: str, read: Read, scope_of: Callable[[Project], Scope]
) -> None:
    project = read(app(inside))
    with pytest.raises(ProjectFileError) as caught:
        settings(project, project.apps["web"], scope_of(project))
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.position is not None
    assert problem.position.line == line


def test_all_wrong_settings_are_said_at_once(read: Read, scope_of: Callable[[Project], Scope]) -> None:
    project = read("labels = { a = null }\n" + app("  port = 0\n  labels = { b = [] }"))
    with pytest.raises(ProjectFileError) as caught:
        settings(project, project.apps["web"], scope_of(project))
    assert [each.position.line for each in caught.value.problems if each.position] == [1, 4, 5]


def test_hooks_come_in_the_order_of_the_file_with_their_secrets_to_mask(shop: Project, scope: Scope) -> None:
    build = shop.apps["web"].build
    assert build
    first, second = hooks(build.hooks, scope)
    assert first == Hook(
        when="before",
        command=("make", "latest"),
        on_failure="fail",
        timeout=5400.0,
        mutex="make",
        on=("rollback",),
        position=build.hooks[0].position,
        secrets=(),
    )
    assert (second.when, second.command, second.on_failure) == ("always", ("login", "hunter22"), "continue")
    assert [each.sources for each in second.secrets] == [("var.password",)]
    assert second.timeout == 600.0


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ('when = "before"\ncommand = []', "hook > command: expected at least 1 items, found 0"),
        ('when = "before"\ncommand = "make"', "hook > command: expected a list of texts"),
        ('when = "before"\ncommand = ["a"]\non_failure = "ignore"', 'hook > on_failure: expected one of "fail"'),
        ('when = "before"\ncommand = ["a"]\ntimeout = 0', "hook > timeout: expected more than 0"),
        ('when = "before"\ncommand = ["a"]\non = ["deploy"]', 'hook > on[0]: expected "rollback"'),
        ('when = "before"\ncommand = [artifact.x]', "hook > command[0]: artifact.x is not known yet"),
    ],
)
def test_a_wrong_hook_is_refused(inside: str, message: str, read: Read, scope_of: Callable[[Project], Scope]) -> None:
    project = read(app('  build {\n    use "x" {}\n    hook {\n' + inside + "\n    }\n  }"))
    build = project.apps["web"].build
    assert build
    with pytest.raises(ProjectFileError) as caught:
        hooks(build.hooks, scope_of(project))
    assert message in caught.value.problems[0].message


def test_tasks_are_known_once_the_artifact_is(shop: Project, scope: Scope) -> None:
    with pytest.raises(ProjectFileError, match=r"artifact\.digest is not known yet"):
        tasks(shop.apps["web"], scope)
    known = scope.with_(artifact={"digest": "sha256:1"})
    assert tasks(shop.apps["web"], known) == (Task(name="migrate", command=("./migrate", "sha256:1"), timeout=0.5),)
    assert tasks(shop.apps["worker"], known) == ()


def test_verify_says_what_is_checked_and_what_follows(shop: Project, scope: Scope) -> None:
    assert verify(shop.apps["web"], scope) == Verify(
        path="/x", status=(200,), command=(), timeout=30.0, on_failure="rollback"
    )
    assert verify(shop.apps["worker"], scope) is None


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ('verify {\n path = "/"\n}', "fail"),
        ('verify {\n command = ["x"]\n on_failure = "rollback"\n}', "rollback"),
        ('verify {\n path = "/"\n on_failure = "fail"\n}\non_verify_failure = "fail"', "fail"),
    ],
)
def test_what_follows_a_failed_check_may_be_said_in_either_place(
    inside: str, outcome: str, read: Read, scope_of: Callable[[Project], Scope]
) -> None:
    project = read(app("  release {\n" + inside + "\n  }"))
    found = verify(project.apps["web"], scope_of(project))
    assert found
    assert found.on_failure == outcome


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("verify {\n}", "needs a path or a command"),
        ('on_verify_failure = "fail"', "there is no verify block that could fail"),
        ('verify {\n path = "/"\n on_failure = "fail"\n}\non_verify_failure = "rollback"', "say different things"),
        ('verify {\n path = "/"\n}\non_verify_failure = "stop"', 'expected one of "fail", "rollback"'),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(
    inside: str, message: str, read: Read, scope_of: Callable[[Project], Scope]
) -> None:
    project = read(app("  release {\n" + inside + "\n  }"))
    with pytest.raises(ProjectFileError) as caught:
        verify(project.apps["web"], scope_of(project))
    assert message in str(caught.value)
