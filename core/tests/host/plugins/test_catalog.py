"""Which plugin a word means."""

from __future__ import annotations

import pytest

from milepost.host.plugins import catalog
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.scan import Entry
from milepost.sdk import hooks
from milepost.sdk.errors import PluginAmbiguousError, PluginBrokenError, PluginNotFoundError


def entry(word: str, distribution: str = "milepost-acme", role: str = "builder", api: int = 1) -> Entry:
    return Entry(api, role, word, "acme.plugin", distribution, "1.2")


def test_the_catalog_and_the_seam_mean_the_same_api() -> None:
    assert catalog.API == hooks.API


def test_words_are_sorted_and_told_once() -> None:
    entries = [entry("zip"), entry("acme"), entry("acme", "other"), entry("caddy", role="releaser")]
    assert Catalog(entries).words("builder") == ("acme", "zip")


def test_a_word_finds_its_entry() -> None:
    assert Catalog([entry("zip"), entry("acme")]).find("builder", "acme") == entry("acme")


def test_an_unknown_platform_names_the_installed_ones_and_the_nearest() -> None:
    entries = [entry("docker", role="platform"), entry("local", role="platform")]
    with pytest.raises(PluginNotFoundError) as caught:
        Catalog(entries).find("platform", "dokcer")
    assert str(caught.value) == "no plugin offers the platform 'dokcer'; installed: docker, local"
    assert caught.value.hint == "did you mean 'docker'?"


def test_an_unknown_word_that_is_like_no_other_can_be_installed() -> None:
    with pytest.raises(PluginNotFoundError) as caught:
        Catalog([]).find("platform", "nomad")
    assert str(caught.value) == "no plugin offers the platform 'nomad'; installed: none"
    assert caught.value.hint == "pip install milepost-nomad"


def test_a_word_of_another_role_is_told_with_its_role() -> None:
    with pytest.raises(PluginNotFoundError) as caught:
        Catalog([entry("caddy", role="releaser")]).find("platform", "caddy")
    assert caught.value.hint == "'caddy' is installed as releaser, not as platform"


def test_a_word_that_two_distributions_offer_is_refused_and_both_are_named() -> None:
    with pytest.raises(PluginAmbiguousError) as caught:
        Catalog([entry("acme", "one"), entry("acme", "two")]).find("builder", "acme")
    assert str(caught.value) == "the builder 'acme' is offered by one and by two"
    assert caught.value.hint == 'write use "one:acme" to choose one'


@pytest.mark.parametrize("written", ["milepost-two", "milepost_two", "Milepost.Two"])
def test_a_distribution_before_the_word_chooses(written: str) -> None:
    entries = [entry("acme", "milepost-one"), entry("acme", "milepost-two")]
    assert Catalog(entries).find("builder", f"{written}:acme").distribution == "milepost-two"


def test_a_distribution_that_does_not_offer_the_word_names_those_that_do() -> None:
    with pytest.raises(PluginNotFoundError) as caught:
        Catalog([entry("acme", "milepost-one")]).find("builder", "milepost-on:acme")
    assert "installed: milepost-one:acme" in str(caught.value)
    assert caught.value.hint == "did you mean 'milepost-one:acme'?"


def test_a_plugin_of_a_newer_api_says_that_milepost_is_too_old() -> None:
    with pytest.raises(PluginBrokenError) as caught:
        Catalog([entry("acme", api=2)]).find("builder", "acme")
    assert str(caught.value) == (
        "the plugin milepost-acme 1.2 cannot be loaded: it needs plugin API 2, and this milepost has plugin API 1"
    )
    assert caught.value.hint == "pip install --upgrade milepost"


def test_a_plugin_of_an_older_api_says_that_the_plugin_is_too_old() -> None:
    with pytest.raises(PluginBrokenError) as caught:
        Catalog([entry("acme", api=0)]).find("builder", "acme")
    assert caught.value.hint == "pip install --upgrade milepost-acme"


def test_a_usable_plugin_wins_over_one_of_another_api() -> None:
    entries = [entry("acme", api=2), entry("acme")]
    assert Catalog(entries).find("builder", "acme").api == 1
    assert Catalog(entries).words("builder") == ("acme",)
    assert len(Catalog(entries).entries) == 2
