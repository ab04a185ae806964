"""Loading a plugin: what works, and what each kind of broken plugin is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import scan
from milepost.sdk.config import PluginConfig
from milepost.sdk.errors import PluginBrokenError, PluginNotFoundError
from milepost.testing.distribution import write_distribution
from milepost.testing.fakes.plugin import install_fakes

GOOD = """
from milepost.sdk import BuilderOffer, PluginConfig, hookimpl

class Config(PluginConfig):
    pass

class Builder:
    def __init__(self, config): ...

@hookimpl
def milepost_builder(word):
    return BuilderOffer(config=Config, produces=lambda config: "file-tree/1", load=lambda: Builder)
"""


def refusal(plugins: Plugins, role: str = "builder", word: str = "acme") -> str:
    with pytest.raises(PluginBrokenError) as caught:
        plugins.offer(role, word)  # type: ignore[call-overload]  # any role, as the project file may name it
    assert (caught.value.distribution, caught.value.version) == ("milepost-acme", "1.2")
    return caught.value.what


def test_a_builder_is_offered_with_its_config(install) -> None:
    offered = install(GOOD).offer("builder", "acme")
    assert issubclass(offered.offer.config, PluginConfig)
    assert offered.offer.produces(offered.offer.config()) == "file-tree/1"
    assert offered.entry.version == "1.2"


def test_a_distribution_may_stand_before_the_word(install) -> None:
    assert install(GOOD).offer("builder", "milepost-acme:acme").entry.word == "acme"


def test_nothing_is_imported_before_it_is_asked_for(install) -> None:
    plugins = install(GOOD)
    assert "acme_plugin" not in sys.modules
    plugins.offer("builder", "acme")
    assert "acme_plugin" in sys.modules


def test_an_unknown_word_is_not_found(install) -> None:
    with pytest.raises(PluginNotFoundError):
        install(GOOD).offer("registry", "acme")


@pytest.mark.parametrize("role", ["builder", "registry", "platform", "releaser"])
def test_all_roles_of_the_fakes_load(site: Path, role: str) -> None:
    install_fakes(site)
    plugins = Plugins(Catalog(scan([str(site)])))
    assert plugins.offer(role, "fake").offer.load()  # type: ignore[call-overload]  # each role in turn


def test_a_plugin_that_raises_at_import_is_told_with_its_cause(install) -> None:
    plugins = install("raise ImportError('no module\\nnamed boto9')")
    assert refusal(plugins) == "importing acme_plugin raised ImportError: no module named boto9"
    with pytest.raises(PluginBrokenError) as caught:
        plugins.offer("builder", "acme")
    assert isinstance(caught.value.__cause__, ImportError)
    assert "milepost plugin doctor" in caught.value.hint


def test_a_plugin_that_broke_once_is_not_imported_again(install, tmp_path: Path) -> None:
    counter = tmp_path / "count"
    plugins = install(f"with open({str(counter)!r}, 'a') as file:\n    file.write('x')\nraise ValueError")
    assert refusal(plugins) == refusal(plugins)
    assert counter.read_text() == "x"


def test_a_module_that_is_not_there_is_told(install, site: Path) -> None:
    write_distribution(site, "milepost-acme", "1.2", {"milepost.v1.builder": {"acme": "acme_nowhere"}})
    plugins = Plugins(Catalog(scan([str(site)])))
    assert refusal(plugins) == "importing acme_nowhere raised ModuleNotFoundError: No module named 'acme_nowhere'"


@pytest.mark.parametrize("value", ["", "acme_plugin:Builder"])
def test_an_entry_that_names_no_module_is_told(site: Path, value: str) -> None:
    write_distribution(site, "milepost-acme", "1.2", {"milepost.v1.builder": {"acme": value}})
    what = refusal(Plugins(Catalog(scan([str(site)]))))
    assert what == f"its entry 'acme' is {value!r}, expected the name of a module"


def test_a_plugin_that_exits_at_import_does_not_end_milepost(install) -> None:
    assert refusal(install("import sys; sys.exit(7)")) == "importing acme_plugin raised SystemExit: 7"


def test_ctrl_c_during_an_import_is_no_fault_of_the_plugin(install) -> None:
    with pytest.raises(KeyboardInterrupt):
        install("raise KeyboardInterrupt").offer("builder", "acme")


def test_a_plugin_that_prints_at_import_is_refused_and_prints_nothing(install, capsys) -> None:
    what = refusal(install(GOOD + "\nprint('thanks for using acme')"))
    assert what == "importing acme_plugin printed thanks for using acme; it must do nothing but define"
    assert capsys.readouterr().out == ""


def test_a_module_without_the_hook_of_its_group_is_told(install) -> None:
    what = refusal(install(GOOD, role="registry"), "registry")
    assert what == "acme_plugin has no hook milepost_registry, which its registry needs"


def test_a_misspelt_hook_is_told_with_the_nearest(install) -> None:
    what = refusal(install(GOOD.replace("def milepost_builder", "def milepost_bulider")))
    assert what == (
        "acme_plugin has a hook 'milepost_bulider' that milepost does not know; did you mean 'milepost_builder'?"
    )


def test_a_hook_without_its_mark_is_told(install) -> None:
    what = refusal(install(GOOD.replace("@hookimpl", "")))
    assert what == "acme_plugin.milepost_builder is there, but is not marked with @hookimpl of milepost.sdk"


def test_a_hook_with_an_argument_that_milepost_has_not_is_told(install) -> None:
    what = refusal(install(GOOD.replace("(word)", "(wrod)")))
    assert "milepost_builder" in what
    assert "wrod" in what


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return None", "returned None, expected a BuilderOffer"),
        ("return 'builder'", "returned 'builder' (str), expected a BuilderOffer"),
        ("return BuilderOffer", "returned the class BuilderOffer, expected a BuilderOffer"),
        ("raise KeyError('x')", "raised KeyError: 'x'"),
        ("exit(1)", "raised SystemExit: 1"),
    ],
)
def test_a_hook_that_gives_no_offer_is_told(install, body: str, told: str) -> None:
    source = GOOD.split("@hookimpl", maxsplit=1)[0] + f"@hookimpl\ndef milepost_builder(word):\n    {body}\n"
    assert refusal(install(source)) == f"acme_plugin.milepost_builder('acme') {told}"


PLATFORM = """
from milepost.sdk import DefaultReleaser, PlatformOffer, PluginConfig, PluginState, hookimpl

class Config(PluginConfig):
    pass

class State(PluginState):
    pass

GOOD = dict(config=Config, state=State, accepts=("file-tree/1",), exposes=lambda config: (), load=lambda: object)

@hookimpl
def milepost_platform(word):
    return PlatformOffer(**{**GOOD, **CHANGES})
"""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("{'config': dict}", "config is the class dict, expected a subclass of PluginConfig"),
        ("{'config': Config()}", "config is Config() (Config), expected a subclass of PluginConfig"),
        ("{'state': Config}", "state is the class Config, expected a subclass of PluginState"),
        ("{'accepts': 'file-tree/1'}", "accepts is 'file-tree/1' (str), expected a tuple of kinds"),
        ("{'accepts': ('file-tree',)}", "accepts is ('file-tree',) (tuple), expected a tuple of kinds"),
        ("{'exposes': ()}", "exposes is () (tuple), expected a function"),
        ("{'load': None}", "load is None, expected a function"),
        ("{'stages': 1}", "stages is 1 (int), expected a bool"),
        ("{'one_machine': 'yes'}", "one_machine is 'yes' (str), expected a bool"),
        ("{'parks': 'no'}", "parks is 'no' (str), expected a bool"),
        ("{'default_releaser': 'caddy'}", "default_releaser is 'caddy' (str), expected a DefaultReleaser"),
    ],
)
def test_each_field_of_an_offer_is_checked(install, changes: str, told: str) -> None:
    what = refusal(install(PLATFORM.replace("CHANGES", changes), role="platform"), "platform")
    assert told in what


def test_whether_a_builder_wants_targets_is_a_bool_or_a_function(install) -> None:
    source = GOOD.replace("load=lambda: Builder", "load=lambda: Builder, wants_targets='yes'")
    assert "wants_targets is 'yes' (str), expected a bool or a function" in refusal(install(source))


def test_a_sound_platform_passes_the_check(install) -> None:
    plugins = install(PLATFORM.replace("CHANGES", "{'default_releaser': DefaultReleaser(word='x')}"), role="platform")
    assert plugins.offer("platform", "acme").offer.parks is False


def test_one_broken_plugin_is_in_no_others_way(install, site: Path) -> None:
    install("raise ValueError('broken')")
    write_distribution(site, "good", "1", {"milepost.v1.builder": {"good": "good_plugin"}}, {"good_plugin.py": GOOD})
    plugins = Plugins(Catalog(scan([str(site)])))
    refusal(plugins)
    assert plugins.offer("builder", "good").entry.distribution == "good"
