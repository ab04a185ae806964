"""Records whose plugin is gone, or that a newer milepost wrote: they show, and say what of them is not understood."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from milepost.host.assembly import open_host

QUESTIONS = (
    ("history",),
    ("operation", "list"),
    ("deployment", "list"),
    ("artifact", "list"),
    ("release", "list"),
    ("show", "1"),
    ("show", "web#1/deploy"),
    ("deployment", "inspect", "web#1"),
    ("operation", "inspect", "web#1/build"),
    ("release", "inspect", "web#1"),
    ("logs", "--run", "1"),
    ("status", "--recorded"),
    ("workspace", "list"),
)


def uninstall(shop: Any) -> None:
    """Take the distribution of the fake plugins away."""
    shutil.rmtree(shop.folder.parent / "plugins")


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_a_record_whose_plugin_is_gone_shows(shop: Any, words: tuple[str, ...]) -> None:
    shop("up")
    before = shop(*words, "--time", "utc").stdout
    uninstall(shop)
    assert shop(*words, "--time", "utc").stdout.splitlines()[:3] == before.splitlines()[:3]


def test_it_still_says_which_plugin_and_version_made_it(shop: Any) -> None:
    shop("up")
    uninstall(shop)
    found = shop.document("deployment", "inspect", "web#1")
    assert "milepost-fakes" in str(found)
    assert "fake" in shop("deployment", "inspect", "web#1").stdout


def test_who_is_gone_is_named_where_it_would_have_to_be_asked(shop: Any) -> None:
    shop("up")
    uninstall(shop)
    told = shop("status").stdout
    assert "fake" in told
    assert "exec" not in told
    assert "fake" in shop("exec", "web", "--", "true", status=2).stderr


@pytest.mark.parametrize("words", QUESTIONS[:10], ids=" ".join)
def test_a_record_of_a_newer_milepost_shows(shop: Any, words: tuple[str, ...]) -> None:
    shop("up")
    host = open_host(shop.folder, shop.environment)
    store = host.writable_store()
    later = {"schema": 2, "milepost": "9.1", "mood": "good"}
    store.amend([{**each, **later} for each in (*store.latest("run", {}), *store.latest("operation", {}))])
    host.close()
    assert shop(*words).stdout
    assert shop.document(*words)


def test_what_of_it_is_not_understood_is_named(shop: Any) -> None:
    shop("up")
    host = open_host(shop.folder, shop.environment)
    store = host.writable_store()
    deploy = store.latest("operation", {"stage": "deploy"})[0]
    store.amend([{**deploy, "presence": "floating", "mood": "good", "milepost": "9.1"}])
    host.close()
    shown = shop("deployment", "inspect", "web#1").stdout
    assert "presence" in shown
    assert "mood" in shown
    assert "upgrade" in shop("up", "--force", status=5).stderr
