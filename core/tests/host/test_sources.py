"""Sources of config: what a call asks for, how often a source is asked, and what is said where there is no value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from milepost.host.language.functions import BuiltinFunctions
from milepost.host.language.values import Unknown
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
from milepost.host.project.asking import Asking, answered
from milepost.host.sources import InstalledSources
from milepost.sdk.errors import PluginFaultError
from milepost.sdk.functions import FunctionError
from milepost.sdk.secret import Part, Secret
from milepost.testing.distribution import installed, write_distribution
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.source import ASKED, VALUES
from milepost.testing.project import write_files

KNOWN = {"db": "postgres://db", "key": "s3cret-key", "sealed": None, "way": "db"}

Asks = Callable[..., Any]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    install_fakes(folder)
    with installed(folder):
        yield folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "project", {VALUES: json.dumps(KNOWN)})


@pytest.fixture
def sources(site: Path, folder: Path) -> InstalledSources:
    return at(site, folder)


def at(site: Path, folder: Path, *, asks: bool = True) -> InstalledSources:
    environment = {"HOME": str(folder)}
    plugins = Plugins(Catalog(scan([str(site)])))
    return InstalledSources(plugins=plugins, project="shop", folder=folder, environment=environment, asks=asks)


def ask(sources: InstalledSources, *calls: tuple[Any, ...], name: str = "secret") -> list[Any]:
    """Return what calls give that are evaluated together."""

    def evaluate(functions: Any) -> tuple[list[Any], list[Any]]:
        return [functions.find(name).call(*each) for each in calls], []

    return answered(BuiltinFunctions(), sources, evaluate)[0]


def refusal(sources: InstalledSources, *call: Any, name: str = "secret") -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        ask(sources, call, name=name)
    return caught.value


def rounds(folder: Path) -> list[str]:
    """Return the names of each time the source was asked."""
    path = folder / ASKED
    return path.read_text().splitlines() if path.exists() else []


def test_a_value_is_a_secret_that_knows_the_call_it_came_from(sources: InstalledSources) -> None:
    found = ask(sources, ("fake", "db"))[0]
    assert found.parts == (Part("postgres://db", 'secret("fake", "db")'),)


def test_all_values_of_one_source_are_asked_for_at_once_and_the_same_one_once(
    sources: InstalledSources, folder: Path
) -> None:
    found = ask(sources, ("fake", "db"), ("fake", "key"), ("fake", "db"), ("fake", {"name": "db"}))
    assert [each.reveal() for each in found] == ["postgres://db", "s3cret-key", "postgres://db", "postgres://db"]
    assert ask(sources, ("fake", "key"))[0].reveal() == "s3cret-key"
    assert rounds(folder) == ["db key"]


def test_a_value_that_says_what_else_is_asked_for_takes_a_second_round(sources: InstalledSources, folder: Path) -> None:
    def evaluate(functions: Any) -> tuple[Any, list[Any]]:
        secret = functions.find("secret").call
        return secret("fake", secret("fake", "way", {"sensitive": False})), []

    assert answered(BuiltinFunctions(), sources, evaluate)[0].reveal() == "postgres://db"
    assert rounds(folder) == ["way", "db"]


def test_asking_for_something_else_each_time_ends_with_a_problem(sources: InstalledSources) -> None:
    numbers = iter(range(1000))

    def evaluate(functions: Any) -> tuple[Any, list[Any]]:
        return functions.find("secret").call("fake", "db", next(numbers)), []

    _, problems = answered(BuiltinFunctions(), sources, evaluate)
    assert "must not change each time" in problems[0].message


def test_nobody_is_asked_where_something_is_wrong_already(sources: InstalledSources, folder: Path) -> None:
    def evaluate(functions: Any) -> tuple[Any, list[Any]]:
        return functions.find("secret").call("fake", "db"), ["something"]

    assert isinstance(answered(BuiltinFunctions(), sources, evaluate)[0], Unknown)
    assert rounds(folder) == []


def test_a_check_asks_nobody_and_knows_nothing(site: Path, folder: Path) -> None:
    assert isinstance(ask(at(site, folder, asks=False), ("fake", "db"))[0], Unknown)
    assert rounds(folder) == []


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (("fake", "db", {"sensitive": False}), "postgres://db"),
        (("fake", "db", 2), Secret([Part("postgres://db")])),
        (("fake", "db", {"part": 2}), Secret([Part("postgres://db")])),
        (("fake", {"name": "db", "part": 2, "timeout": "10s", "cache": "5m"}), Secret([Part("postgres://db")])),
        (("milepost-fakes:fake", "db"), Secret([Part("postgres://db")])),
        (("fake", "gone", {"default": "x", "sensitive": False}), "x"),
        (("fake", "gone", {"default": 8080, "sensitive": False}), "8080"),
        (("fake", "gone", {"default": "x"}), Secret([Part("x")])),
        (("fake", "gone", {"default": None}), None),
        (([["fake", "gone"], ["fake", "db"]],), Secret([Part("postgres://db")])),
        (([["fake", "sealed"], ["fake", {"name": "db"}]], {"sensitive": False}), "postgres://db"),
        (([["fake", "gone"], ["fake", "lost", 3]], {"default": "x", "sensitive": False}), "x"),
    ],
)
def test_a_call_gives_what_its_options_say(sources: InstalledSources, call: tuple[Any, ...], value: Any) -> None:
    assert ask(sources, call) == [value]


@pytest.mark.parametrize("name", ["dynamic", "configdynamic"])
def test_dynamic_takes_arguments_by_name_and_is_secret_too(sources: InstalledSources, name: str) -> None:
    found = ask(sources, ("fake", {"name": "db"}), name=name)[0]
    assert found.parts == (Part("postgres://db", 'dynamic("fake", {"name" = "db"})'),)


@pytest.mark.parametrize(
    ("call", "message", "argument"),
    [
        (("fake", "gone"), "the source fake: there is no gone in fake-values.json", None),
        (("fake", "sealed", {"default": "x"}), "the source fake: sealed is sealed", None),
        (
            ([["fake", "gone"], ["fake", "sealed"]],),
            "none of the sources has a value: fake: there is no gone in fake-values.json; fake: sealed is sealed",
            None,
        ),
        (("fake",), 'fake: the argument "name" is missing; expected a text', None),
        (("fake", "db", 2, 3), "fake takes 2 arguments (name, part), and 3 are given", 3),
        (("fake", ["db"]), "fake, name: expected a text, found a list", 1),
        (("fake", {"nmae": "db"}), 'fake, nmae: there is no argument "nmae"', None),
        (("fake", "db", {"name": "x"}), "fake: name is given twice", None),
        (("fake", "db", {"timeout": "soon"}), 'timeout: expected a number, or a duration such as "10s", found', 2),
        (("fake", "db", {"timeout": 0}), "timeout: ", 2),
        (("fake", "db", {"default": []}), "default: expected a text, found a list", 2),
        (([],), "expected a list of sources, found an empty one", 0),
        ((["fake", "db"],), 'expected a list that begins with the name of a source, found the text "fake"', 0),
        (([["fake", ["db"]]],), "fake, name: expected a text, found a list", 0),
        (([["fake", "db", {"timeout": "1s"}]],), "timeout is an option of the value, not of one of its sources", 0),
        (([["fake", "db"]], {"name": "x"}), '"name" is no option; there is sensitive, default, timeout, cache', 1),
        (([["fake", "db"]], "x"), "after a list of sources stands nothing but an object of options", 1),
        ((3,), "expected the name of a source, found the number 3", 0),
        (("vault", "db"), "no plugin offers the config source 'vault'; installed: fake", 0),
    ],
)
def test_a_call_that_cannot_be_answered_says_why(
    sources: InstalledSources, call: tuple[Any, ...], message: str, argument: int | None
) -> None:
    error = refusal(sources, *call)
    assert message in str(error)
    assert error.argument == argument


def test_without_any_source_the_hint_says_what_to_install(tmp_path: Path) -> None:
    error = refusal(at(tmp_path, tmp_path), "env", "X")
    assert error.hint == 'pip install "milepost[config-sources]"'


def test_an_argument_that_is_not_known_yet_makes_all_of_it_so(sources: InstalledSources) -> None:
    asking = Asking(BuiltinFunctions(), sources)
    function = asking.find("secret")
    assert function is not None
    assert isinstance(function.call("fake", {"name": Unknown("artifact.digest")}), Unknown)
    assert asking.open == {}


def test_a_secret_argument_is_refused_where_the_source_would_show_it(sources: InstalledSources) -> None:
    error = refusal(sources, "fake", Secret([Part("hunter2", "var.name")]))
    assert "a secret cannot stand here" in str(error)
    assert "hunter2" not in str(error)


def test_what_escapes_a_source_is_put_down_to_its_plugin(sources: InstalledSources, folder: Path) -> None:
    (folder / VALUES).write_text("{")
    with pytest.raises(PluginFaultError, match=r"milepost-fakes 1\.0: the config source fake raised JSONDecodeError"):
        ask(sources, ("fake", "db"))


def test_a_source_that_gives_too_few_answers_is_put_down_to_its_plugin(site: Path, folder: Path) -> None:
    source = """
from milepost.sdk import PluginConfig, hookimpl
from milepost.sdk.offer import ConfigSourceOffer

class Mute:
    def read(self, requests, step):
        return []

@hookimpl
def milepost_config_source(word):
    return ConfigSourceOffer(config=PluginConfig, load=lambda: Mute)
"""
    groups = {"milepost.v1.config_source": {"mute": "acme_mute"}}
    write_distribution(site, "milepost-acme", "1.2", groups, {"acme_mute.py": source})
    with pytest.raises(PluginFaultError, match="the config source mute raised ValueError: 0 answers to 1 requests"):
        ask(at(site, folder), ("mute",))


def test_outside_of_config_the_functions_say_where_they_can_be_called() -> None:
    for name in ("secret", "dynamic", "configdynamic"):
        function = BuiltinFunctions().find(name)
        assert function is not None
        with pytest.raises(FunctionError, match="can be called in config values"):
            function.call("env", "X")
