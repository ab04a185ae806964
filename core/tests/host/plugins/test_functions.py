"""Functions of plugins: which name means which, and whose fault it is when one fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from milepost.host.language.functions import BuiltinFunctions
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.functions import InstalledFunctions
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
from milepost.sdk.functions import Function, FunctionError
from milepost.testing.distribution import write_distribution
from milepost.testing.fakes.plugin import install_fakes

SOURCE = """
from milepost.sdk import hookimpl
from milepost.sdk.functions import function

@function
def {name}(text: str) -> str:
    "Return the text, and whose it is."
    return text + " of {owner}"

@hookimpl
def milepost_functions():
    return [{name}]
"""


def offer(site: Path, name: str, *owners: str) -> InstalledFunctions:
    for owner in owners:
        module = owner.replace("-", "_")
        files = {f"{module}.py": SOURCE.format(name=name, owner=owner)}
        write_distribution(site, owner, "1.2", {"milepost.v1.functions": {name: module}}, files)
    return functions(site)


def functions(site: Path) -> InstalledFunctions:
    return InstalledFunctions(BuiltinFunctions(), Plugins(Catalog(scan([str(site)]))))


def found(functions: InstalledFunctions, name: str) -> Function:
    function = functions.find(name)
    assert function is not None
    return function


def refusal(functions: InstalledFunctions, name: str, *arguments: object) -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        found(functions, name).call(*arguments)
    return caught.value


@pytest.mark.parametrize("name", ["slug", "acme::slug", "milepost-acme::slug"])
def test_a_plugins_function_is_called_by_its_name_with_or_without_the_plugin(site: Path, name: str) -> None:
    assert found(offer(site, "slug", "milepost-acme"), name).call("a") == "a of milepost-acme"


@pytest.mark.parametrize("name", ["other::slug", "slug2", "acme::", "::slug2"])
def test_what_nobody_offers_is_not_found(site: Path, name: str) -> None:
    assert offer(site, "slug", "milepost-acme").find(name) is None


def test_no_plugin_is_imported_before_a_function_of_it_is_wanted(site: Path) -> None:
    installed = offer(site, "slug", "milepost-lazy")
    assert "slug" in installed.names()
    assert found(installed, "upper").name == "upper"
    assert "milepost_lazy" not in sys.modules
    found(installed, "slug")
    assert "milepost_lazy" in sys.modules


def test_a_name_that_two_offer_must_say_whose_it_is(site: Path) -> None:
    installed = offer(site, "slug", "milepost-acme", "milepost-bolt")
    error = refusal(installed, "slug", "a")
    assert str(error) == 'the function "slug" is offered by milepost-acme 1.2 and by milepost-bolt 1.2'
    assert error.hint == "write acme::slug(…)"
    assert found(installed, "bolt::slug").call("a") == "a of milepost-bolt"


def test_a_builtin_function_keeps_its_bare_name(site: Path) -> None:
    installed = offer(site, "upper", "milepost-acme")
    assert found(installed, "upper").call("a") == "A"
    assert found(installed, "acme::upper").call("a") == "a of milepost-acme"


def test_the_names_are_the_shortest_that_can_be_written(site: Path) -> None:
    offer(site, "upper", "milepost-acme")
    offer(site, "slug", "milepost-one", "milepost-two")
    names = set(offer(site, "alone", "milepost-bolt").names())
    assert {"upper", "acme::upper", "one::slug", "two::slug", "alone"} <= names
    assert "slug" not in names


def test_a_function_that_refuses_what_it_is_given_says_so_as_its_own_words(site: Path) -> None:
    install_fakes(site)
    error = refusal(functions(site), "shout", "a", -1)
    assert (str(error), error.argument) == ("nobody can shout less than not at all", 1)


def test_what_escapes_a_function_is_put_down_to_its_plugin(site: Path) -> None:
    install_fakes(site)
    error = refusal(functions(site), "stumble", "a")
    assert "this is a bug in the plugin milepost-fakes 1.0: its function stumble raised KeyError" in str(error)


def test_a_function_that_returns_what_is_no_value_is_put_down_to_its_plugin(site: Path) -> None:
    source = SOURCE.format(name="half", owner="x").replace('text + " of x"', "0.5")
    write_distribution(
        site, "milepost-acme", "1.2", {"milepost.v1.functions": {"half": "acme_half"}}, {"acme_half.py": source}
    )
    assert "milepost-acme 1.2: its function half returned a value of type float" in str(
        refusal(functions(site), "half", "a")
    )


def test_a_plugin_without_the_function_that_its_entry_names_is_broken_where_it_is_called(site: Path) -> None:
    write_distribution(
        site,
        "milepost-acme",
        "1.2",
        {"milepost.v1.functions": {"lost": "acme_lost"}},
        {"acme_lost.py": SOURCE.format(name="slug", owner="x")},
    )
    error = refusal(functions(site), "lost", "a")
    assert "milepost-acme 1.2 cannot be loaded: acme_lost.milepost_functions() has no function 'lost'" in str(error)
