"""Which body of a block applies in a workspace and with labels, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.tree import Body
from milepost.host.project.cache import read_project
from milepost.host.project.chosen import Chosen, chosen
from milepost.host.project.fields import evaluated
from milepost.host.project.scope import Scope, app_scope
from milepost.sdk.errors import ProjectFileError
from milepost.testing.project import outside, write_files

NOTHING: Mapping[str, str] = MappingProxyType({})


def shop(inside: str, top: str = "") -> str:
    return f'project = "shop"\n{top}\napp "web" {{\n{inside}\n}}\n'


def deploy(inside: str, *scoped: str) -> str:
    return "deploy {\n" + inside + "\n" + "\n".join(scoped) + "\n}"


@pytest.fixture
def choose(tmp_path: Path) -> Callable[..., Chosen]:
    """What applies in a workspace with labels."""

    def choice(
        text: str, workspace: str = "default", labels: Mapping[str, str] = NOTHING, file: str = "milepost.hcl"
    ) -> Chosen:
        write_files(tmp_path, {file: text})
        project = read_project(tmp_path / file, None)
        app = project.apps["web"]
        scope = app_scope(project, app, workspace, {}, outside(tmp_path))
        return chosen(project, app, scope, labels)

    return choice


def arguments(body: Body, scope: Scope | None = None) -> dict[str, Any]:
    """The values in a body, with those of the blocks in it as (labels, values)."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        return (value.labels, plain(value.fields)) if hasattr(value, "fields") else value

    evaluator = Evaluator(scope or Scope(outside=outside(), folder=Path("/x"), project="shop", app="web"))
    found = evaluated(body, evaluator)
    assert not evaluator.problems
    return {name: plain(value) for name, value in found.items()}


DEFAULT = 'use "local" {\n a = 1\n b = 2\n net { x = 1\n y = 2 }\n}'.replace(
    "{ x = 1\n y = 2 }", "{\n x = 1\n y = 2\n}"
)


def use(chosen: Chosen) -> tuple[str, dict[str, Any]]:
    assert chosen.app.deploy
    return chosen.app.deploy.use.word, {
        name: each.value.text
        for name, each in chosen.app.deploy.use.body.attributes.items()  # type: ignore[union-attr]  # numbers only
    }


@pytest.mark.parametrize(
    ("scoped", "word", "values"),
    [
        ('use "local" {\n b = 3\n c = 4\n}', "local", {"a": "1", "b": "3", "c": "4"}),
        ('use "docker" {\n b = 3\n}', "docker", {"b": "3"}),
        ('replace = true\nuse "local" {\n b = 3\n}', "local", {"b": "3"}),
        ("labels = {}", "local", {"a": "1", "b": "2"}),
    ],
)
def test_a_scoped_body_of_a_milepost_file_lies_over_the_default(
    scoped: str, word: str, values: dict[str, str], choose: Callable[..., Chosen]
) -> None:
    text = shop(deploy(DEFAULT, 'workspace "production" {\n' + scoped + "\n}"))
    assert use(choose(text, "production")) == (word, values)
    assert use(choose(text, "staging")) == ("local", {"a": "1", "b": "2"})


def test_blocks_in_a_use_of_the_same_word_are_laid_over_each_other(choose: Callable[..., Chosen]) -> None:
    scoped = 'workspace "production" {\nuse "local" {\nnet {\n y = 3\n}\nother {\n z = 1\n}\n}\n}'
    app = choose(shop(deploy(DEFAULT, scoped)), "production").app
    assert app.deploy
    nets = app.deploy.use.body.of_type("net")
    assert [{name: each.value.text for name, each in net.body.attributes.items()} for net in nets] == [  # type: ignore[union-attr]  # numbers only
        {"x": "1", "y": "3"}
    ]
    assert app.deploy.use.body.of_type("other")


def hook(word: str) -> str:
    return f'hook {{\n when = "before"\n command = ["{word}"]\n}}'


def task(name: str, word: str) -> str:
    return f'task "{name}" {{\n command = ["{word}"]\n}}'


def test_hooks_are_added_and_tasks_of_a_name_are_replaced(choose: Callable[..., Chosen]) -> None:
    default = "\n".join(['use "local" {}', hook("one"), task("a", "one"), task("b", "one")])
    scoped = "\n".join([hook("two"), task("a", "two"), task("c", "two")])
    app = choose(shop(deploy(default, 'workspace "production" {\n' + scoped + "\n}")), "production").app
    assert app.deploy
    said = [arguments(each.body)["command"] for each in app.deploy.hooks]
    assert said == [["one"], ["two"]]
    assert [(each.name, arguments(each.body)["command"]) for each in app.deploy.tasks] == [
        ("a", ["two"]),
        ("b", ["one"]),
        ("c", ["two"]),
    ]


def test_a_body_is_a_use_or_a_from_whichever_is_scoped(choose: Callable[..., Chosen]) -> None:
    other = 'app "other" {\nbuild {\nuse "files" {}\n}\n}'
    build = 'build {\nuse "files" {}\nworkspace "production" {\nfrom = "other"\n}\n}'
    app = choose(shop(build, other), "production").app
    assert app.build
    assert (app.build.use, app.build.from_app) == (None, "other")


SELECTED = """
deploy {
  use "local" {
    a = 1
  }
  label "env == prod" {
    use "local" {
      a = 2
      b = 2
    }
  }
  workspace "production" {
    use "local" {
      a = 4
    }
  }
  label "region == eu and env == prod" {
    use "local" {
      a = 3
      c = 3
    }
  }
}
"""


@pytest.mark.parametrize(
    ("workspace", "labels", "values"),
    [
        ("default", {}, {"a": "1"}),
        ("default", {"env": "prod"}, {"a": "2", "b": "2"}),
        ("default", {"env": "prod", "region": "eu"}, {"a": "3", "b": "2", "c": "3"}),
        ("production", {"env": "prod", "region": "eu"}, {"a": "4", "b": "2", "c": "3"}),
        ("production", {}, {"a": "4"}),
    ],
)
def test_labels_come_in_the_files_order_and_the_workspace_over_them(
    workspace: str, labels: Mapping[str, str], values: dict[str, str], choose: Callable[..., Chosen]
) -> None:
    assert use(choose(shop(SELECTED), workspace, labels))[1] == values


@pytest.mark.parametrize(
    ("workspace", "labels", "values"),
    [
        ("default", {}, {"a": "1"}),
        ("default", {"env": "prod"}, {"a": "2", "b": "2"}),
        ("default", {"env": "prod", "region": "eu"}, {"a": "3", "c": "3"}),
        ("production", {"env": "prod", "region": "eu"}, {"a": "4"}),
    ],
)
def test_in_a_waypoint_file_one_body_applies_whole(
    workspace: str, labels: Mapping[str, str], values: dict[str, str], choose: Callable[..., Chosen]
) -> None:
    assert use(choose(shop(SELECTED), workspace, labels, "waypoint.hcl"))[1] == values


def test_hooks_of_the_default_do_not_run_with_a_scoped_body_of_a_waypoint_file(choose: Callable[..., Chosen]) -> None:
    scoped = 'workspace "production" {\nuse "local" {}\n}'
    text = shop(deploy('use "local" {}\n' + hook("one"), scoped))
    app = choose(text, "production", file="waypoint.hcl").app
    assert app.deploy
    assert app.deploy.hooks == ()


def test_labels_and_registry_of_a_waypoint_file_are_those_of_the_default_body(choose: Callable[..., Chosen]) -> None:
    build = (
        'build {\nlabels = { a = "b" }\nuse "files" {}\nregistry {\nuse "files" {}\n}\n'
        'workspace "production" {\nuse "pack" {}\n}\n}'
    )
    app = choose(shop(build + "\n" + deploy('use "local" {}')), "production", file="waypoint.hcl").app
    assert app.build
    assert app.build.use
    assert app.build.use.word == "pack"
    assert app.build.registry
    assert app.build.labels


def test_a_selector_sees_the_labels_around_it_and_those_given_over_them(choose: Callable[..., Chosen]) -> None:
    text = shop(
        'labels = { tier = "web", env = "dev" }\n'
        + deploy('labels = { kind = "${workspace.name}" }\nuse "local" {}', 'label "%s" {\nuse "docker" {}\n}'),
        'labels = { team = "blue" }',
    )
    for selector in ("team == blue", "tier == web", "kind == default", "env == prod"):
        assert use(choose(text % selector, labels={"env": "prod"}))[0] == "docker"
    assert use(choose(text % "env == dev", labels={"env": "prod"}))[0] == "local"


def test_an_app_is_scoped_before_its_stages(choose: Callable[..., Chosen]) -> None:
    text = shop(
        "port = 80\ndepends_on = []\n"
        + deploy('use "local" {\n a = 1\n}', 'workspace "production" {\nuse "local" {\n b = 2\n}\n}')
        + '\nworkspace "production" {\nport = 81\ndeploy {\nuse "local" {\n a = 5\n b = 5\n}\n}\n}'
    )
    here = choose(text, "production")
    assert arguments(here.app.body.part(lambda name: name == "port")) == {"port": 81}
    assert use(here)[1] == {"a": "5", "b": "2"}


def test_names_in_a_scoped_config_lie_over_those_of_the_default(choose: Callable[..., Chosen]) -> None:
    config = (
        'config {\nenv = {\n A = "1"\n B = "1"\n}\nworkspace "production" {\nenv = {\n B = "2"\n C = "2"\n}\n}\n}\n'
    )
    for file in ("milepost.hcl", "waypoint.hcl"):
        here = choose(shop(config + deploy('use "local" {}'), config), "production", file=file)
        for body in (here.app.body, here.project.body):
            found = body.one("config")
            assert found
            assert arguments(found.body) == {"env": {"A": "1", "B": "2", "C": "2"}}


def test_a_config_that_is_no_object_is_merged_when_it_is_evaluated(choose: Callable[..., Chosen]) -> None:
    config = 'config {\nenv = local.env\nworkspace "production" {\nenv = { B = "2" }\n}\n}\n'
    here = choose(shop(config + deploy('use "local" {}'), 'locals {\n env = { A = "1" }\n}'), "production")
    body = here.app.body.one("config")
    assert body
    assert "merge" in repr(body.body.value("env"))


def test_an_app_without_scopes_is_the_same_object(choose: Callable[..., Chosen], tmp_path: Path) -> None:
    write_files(tmp_path, {"milepost.hcl": shop(deploy('use "local" {}'))})
    project = read_project(tmp_path / "milepost.hcl", None)
    app = project.apps["web"]
    found = chosen(project, app, app_scope(project, app, "x", {}, outside(tmp_path)), {})
    assert found.project is project
    assert found.app is app


def test_a_stage_may_be_there_in_one_workspace_only(choose: Callable[..., Chosen]) -> None:
    text = shop('workspace "production" {\n' + deploy('use "local" {}') + "\n}")
    assert use(choose(text, "production"))[0] == "local"
    with pytest.raises(ProjectFileError, match='the app "web" has neither a build nor a deploy block'):
        choose(text, "default")


def test_selectors_of_a_waypoint_file_see_the_workspace_as_a_label(choose: Callable[..., Chosen]) -> None:
    text = shop(
        "config {\n"
        '  env = { A = "1" }\n'
        '  label "\\"/waypoint~1workspace\\" == production" {\n    env = { A = "2" }\n  }\n'
        '  label "waypoint/workspace == staging" {\n    env = { A = "3" }\n  }\n'
        "}\n" + deploy('use "local" {}')
    )
    found = [choose(text, workspace, file="waypoint.hcl").app.env for workspace in ("default", "production", "staging")]
    assert [str(each) if each is None else each.entries[0].value.value for each in found] == ["1", "2", "3"]
