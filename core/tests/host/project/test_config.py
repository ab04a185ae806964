"""The config of an app: what it holds, what its values are made of, and what is said of wrong ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from milepost.host.language.values import Unknown
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
from milepost.host.project.config import AppConfig, app_config
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside, app_scope
from milepost.host.project.variables import variables
from milepost.host.sources import InstalledSources
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Part, Secret
from milepost.testing.distribution import installed
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.source import ASKED, VALUES
from milepost.testing.project import outside, write_files

Read = Callable[..., Project]
Config = Callable[..., AppConfig]
Wrong = Callable[[str], tuple[Problem, ...]]

KNOWN = {"db": "postgres://db", "pw": "hunter2-long", "json": '{"url": "x", "port": 5432}', "sealed": None}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., Outside]]:
    """Return a world in which the source `fake` is installed."""
    site = tmp_path / "site"
    site.mkdir()
    install_fakes(site)
    write_files(tmp_path / "home", {VALUES: json.dumps(KNOWN)})
    plugins = Plugins(Catalog(scan([str(site)])))

    def make(*, asks: bool = True) -> Outside:
        plain = outside(tmp_path)
        sources = InstalledSources(
            plugins=plugins, project="shop", folder=tmp_path, environment=plain.environment, asks=asks
        )
        return replace(plain, sources=sources)

    with installed(site):
        yield make


@pytest.fixture
def config(read: Read, world: Callable[..., Outside]) -> Config:
    """Return the config of the app of a project file with that text in the app, and that before it."""

    def evaluate(inside: str, before: str = "", *, asks: bool = True) -> AppConfig:
        deploy = 'deploy {\n    use "local" {}\n  }\n}\n'
        project = read(f'project = "shop"\n{before}\napp "web" {{\n{inside}\n  {deploy}')
        around = world(asks=asks)
        app = project.apps["web"]
        scope = app_scope(project, app, "staging", variables(project, (), around), around)
        return app_config(project, app, scope)

    return evaluate


@pytest.fixture
def wrong(config: Config) -> Wrong:
    """Return what is wrong with the config of such a file."""

    def problems(inside: str, before: str = "") -> tuple[Problem, ...]:
        with pytest.raises(ProjectFileError) as caught:
            config(inside, before)
        return caught.value.problems

    return problems


def asked(folder: Path) -> list[str]:
    """Return the names of each time the source was asked."""
    path = folder / "home" / ASKED
    return path.read_text().splitlines() if path.exists() else []


def test_an_apps_config_lies_over_that_of_the_project_name_by_name(config: Config) -> None:
    found = config("config {\nenv = { B = 2, C = true }\n}", 'config {\nenv = { A = "1", B = "x" }\n}')
    assert found.env == {"A": "1", "B": "2", "C": "true"}


def test_null_takes_a_name_away(config: Config) -> None:
    found = config("config {\nenv = { A = null }\n}", 'config {\nenv = { A = "1", B = "2" }\n}')
    assert found.env == {"B": "2"}


def test_a_secret_keeps_its_pieces(config: Config) -> None:
    before = 'variable "password" {\nsensitive = true\ndefault = "hunter22"\n}'
    found = config('config {\nenv = { DB = "pg://app:${var.password}@db/${workspace.name}" }\n}', before)
    secret = found.env["DB"]
    assert isinstance(secret, Secret)
    assert secret.parts == (Part("pg://app:"), Part("hunter22", "var.password"), Part("@db/staging"))


def test_values_use_each_other_in_any_order_and_internal_ones_are_not_given_to_the_app(config: Config) -> None:
    found = config(
        """config {
    env      = { URL = "http://${config.internal.host}/${config.env.PATH_}", PATH_ = "a" }
    file     = { "conf/app.ini" = "url = ${config.env.URL}" }
    internal = { host = "${config.internal.name}.test", name = "db" }
  }"""
    )
    assert found.env == {"URL": "http://db.test/a", "PATH_": "a"}
    assert found.files == {"conf/app.ini": "url = http://db.test/a"}
    assert [(each.kind, each.name) for each in found.values] == [
        ("env", "URL"),
        ("env", "PATH_"),
        ("internal", "host"),
        ("internal", "name"),
        ("file", "conf/app.ini"),
    ]


def test_an_apps_values_use_those_of_the_project(config: Config) -> None:
    found = config("config {\nenv = { A = config.internal.x }\n}", 'config {\ninternal = { x = "1" }\n}')
    assert found.env == {"A": "1"}


def test_values_may_be_computed_and_still_be_used(config: Config) -> None:
    found = config(
        """config {
    env      = merge({ A = config.internal.b }, { for each in ["x", "y"] : upper(each) => "${each}!" })
    internal = { b = "1", c = config.env.X }
    file     = { "c" = config.internal.c }
  }"""
    )
    assert found.env == {"A": "1", "X": "x!", "Y": "y!"}
    assert found.files == {"c": "x!"}


def test_all_values_are_asked_for_at_once(config: Config, tmp_path: Path) -> None:
    found = config(
        """config {
    env      = { DB = secret("fake", "db"), URL = "x:${config.internal.pw}@", USED = local.db }
    internal = { pw = secret("fake", "pw") }
    file     = { "a.json" = secret("fake", "json") }
  }""",
        'locals {\ndb = secret("fake", "db")\n}',
    )
    assert found.env["DB"] == found.env["USED"] == Secret([Part("postgres://db")])
    url = found.env["URL"]
    assert isinstance(url, Secret)
    assert url.parts == (Part("x:"), Part("hunter2-long", 'secret("fake", "pw")'), Part("@"))
    assert len(asked(tmp_path)) == 1
    assert set(asked(tmp_path)[0].split()) == {"db", "pw", "json"}


def test_what_is_made_of_a_secret_is_secret_and_knows_how_it_was_made(config: Config) -> None:
    found = config('config {\nenv = { P = jsondecode(secret("fake", "json")).port }\n}')
    port = found.env["P"]
    assert isinstance(port, Secret)
    assert port.parts == (Part("5432", 'tostring(jsondecode(secret("fake", "json")).port)'),)


def test_a_variables_default_may_come_from_a_source(config: Config, tmp_path: Path) -> None:
    before = """variable "db" {
  default = secret("fake", "db")
}
variable "pw" {
  type      = string
  sensitive = true
  default   = dynamic("fake", { name = "pw" })
}"""
    found = config("config {\nenv = { A = var.db, B = var.pw }\n}", before)
    assert [each.parts for each in found.env.values() if isinstance(each, Secret)] == [
        (Part("postgres://db", 'secret("fake", "db")'),),
        (Part("hunter2-long", "var.pw"),),
    ]
    assert asked(tmp_path) == ["db pw"]


def test_without_asking_what_comes_from_a_source_is_unknown_and_the_rest_is_there(
    config: Config, tmp_path: Path
) -> None:
    found = config('config {\nenv = { A = "x-${secret("fake", "db")}", B = "1" }\n}', asks=False)
    assert found.env == {"B": "1"}
    assert isinstance(found.values[0].value, Unknown)
    assert asked(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("env = { A = [1] }", "5:13", 'app "web" > config > env > A: expected a text, found a list'),
        ('env = { "A=B" = 1 }', "5:9", 'app "web" > config > env: "A=B" cannot be the name of an environment variable'),
        ('file = { "" = 1 }', "5:10", 'app "web" > config > file: "" cannot be the path of a file'),
        ("env = { A = artifact.x }", "5:13", 'app "web" > config > env > A: artifact.x is not known yet'),
        ("env = 5", "5:7", 'app "web" > config > env: expected an object, found the number 5'),
        (
            'env = { A = secret("fake", "gone") }',
            "5:13",
            'app "web" > config > env > A: secret: the source fake: there is no gone in fake-values.json',
        ),
        ('env = { A = secret("vault", "x") }', "5:20", "no plugin offers the config source 'vault'; installed: fake"),
        ("env = { A = config.internal.x }", "5:28", 'app "web" > config > env > A: there is no config.internal.x'),
        (
            "internal = { x = 1 / 0 }\nenv = { A = config.internal.x }",
            "5:22",
            'app "web" > config > internal > x: nothing can be divided by zero',
        ),
    ],
)
def test_a_wrong_value_is_told_once_where_it_stands(wrong: Wrong, text: str, place: str, message: str) -> None:
    (problem,) = wrong("config {\n" + text + "\n}")
    at = problem.position
    assert at is not None
    assert (f"{at.line}:{at.column}", message in problem.message) == (place, True), problem.message


def test_a_circle_of_values_names_all_of_them(wrong: Wrong) -> None:
    (problem, *_) = wrong("config {\nenv = { A = config.internal.b }\ninternal = { b = config.env.A }\n}")
    assert "config.env.A" in problem.message
    assert "config.internal.b" in problem.message


def test_all_that_is_wrong_is_told_at_once_and_nobody_is_asked(wrong: Wrong, tmp_path: Path) -> None:
    found = wrong('config {\nenv = { A = secret("fake", "db"), B = nowhere.x, C = [] }\n}')
    assert len(found) == 2
    assert asked(tmp_path) == []


def test_a_value_that_is_sealed_tells_neither_itself_nor_the_others(wrong: Wrong) -> None:
    (problem,) = wrong('config {\nenv = { A = secret("fake", "db"), B = secret("fake", "sealed") }\n}')
    assert "sealed is sealed" in problem.message
    assert "postgres" not in str(problem)


def test_elsewhere_config_and_sources_cannot_be_used(read: Read, world: Callable[..., Outside]) -> None:
    from milepost.host.project.settings import settings

    project = read(
        'project = "shop"\n'
        'app "web" {\n  labels = { a = secret("fake", "db") }\n  deploy {\n    use "local" {}\n  }\n}\n'
    )
    around = world()
    app = project.apps["web"]
    with pytest.raises(ProjectFileError, match="can be called in config values, in locals that they use"):
        settings(project, app, app_scope(project, app, "staging", {}, around))
