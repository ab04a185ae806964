"""Plugins that misbehave: each is named with its version, and nothing that was there is lost."""

from __future__ import annotations

import signal

from milepost.testing.distribution import write_distribution
from tests.journeys import truth
from tests.journeys.flight import Flight, says
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, text_of
from tests.journeys.programs import DEPLOY, PROJECT, project

PLUGIN = """\
from milepost.sdk import PlatformOffer, PluginConfig, PluginState, hookimpl

{first}


class Config(PluginConfig, frozen=True, kw_only=True):
    pass


class State(PluginState, frozen=True, kw_only=True):
    pass


class Platform:
    def __init__(self, config):
        pass

    def deploy(self, artifact, step):
        {deploy}

    def status(self, recorded, step):
        return None

    def destroy(self, recorded, step):
        pass


@hookimpl
def milepost_platform(word):
    return {offer}
"""

OFFER = (
    'PlatformOffer(config=Config, state=State, accepts=("file-tree/1",), '
    "exposes=lambda config: (), load=lambda: Platform, stages=True, parks=False)"
)
NAMED = "acme-platform 2.5"

WRONG: dict[str, tuple[str, tuple[str, ...]]] = {
    "it fails at import": (
        PLUGIN.format(first="raise RuntimeError('no licence')", deploy="pass", offer=OFFER),
        ("no licence",),
    ),
    "it prints at import": (PLUGIN.format(first="print('hi')", deploy="pass", offer=OFFER), ("printed hi",)),
    "it exits at import": (PLUGIN.format(first="raise SystemExit(0)", deploy="pass", offer=OFFER), ("SystemExit",)),
    "it offers something else": (PLUGIN.format(first="", deploy="pass", offer="'platform'"), ("PlatformOffer", "str")),
    "it fails in deploy": (
        PLUGIN.format(first="", deploy="raise KeyError('region')", offer=OFFER),
        ("KeyError", "region"),
    ),
    "it exits in deploy": (PLUGIN.format(first="", deploy="raise SystemExit(0)", offer=OFFER), ("SystemExit",)),
    "it returns None": (PLUGIN.format(first="", deploy="return None", offer=OFFER), ("Deployment", "None")),
    "it returns the wrong kind": (PLUGIN.format(first="", deploy="return 'done'", offer=OFFER), ("Deployment", "str")),
}

HANGS = PLUGIN.format(first="import time", deploy="step.say('hanging')\n        time.sleep(600)", offer=OFFER)
PRINTS = PLUGIN.format(
    first="",
    deploy="print('deploying')\n        from milepost.sdk import Deployment\n        return Deployment()",
    offer=OFFER,
)
ACME = project(DEPLOY.replace("local", "acme").replace('      command = ["python3", "server.py"]\n', ""))


def install(place: Place, program: str) -> Place:
    """Return the place with the plugin installed."""
    folder = place.root / "plugins"
    write_distribution(
        folder,
        "acme-platform",
        "2.5",
        {"milepost.v1.platform": {"acme": "acme_platform"}},
        {"acme_platform.py": program},
    )
    return place.having(PYTHONPATH=str(folder))


def test_a_plugin_that_is_wrong_is_named_and_what_was_live_serves(shop: Place) -> None:
    url = shop.up()["urls"][0]
    place = shop
    for how, (program, facts) in WRONG.items():
        place = install(shop, program)
        place.write(milepost__hcl=ACME, version__txt=how)
        answer = place.ask("up")
        assert answer.status in (1, 2), answer.told
        for fact in (NAMED, *facts):
            assert fact in answer.told, f"{how}: {answer.told}"
        assert text_of(url) == "one"
    place.write(milepost__hcl=PROJECT, version__txt="two")
    place.up()
    truth.check_clean(place, "two")


def test_what_a_plugin_prints_is_shown_and_disturbs_no_document(shop: Place) -> None:
    place = install(shop, PRINTS)
    place.write(milepost__hcl=ACME)
    answer = place.run("--json", "up")
    assert answer.document["run"]["status"] == "success"
    assert "deploying" in answer.err
    place.run("destroy", "--all", "--yes")


def test_a_plugin_that_hangs_is_ended_after_the_grace_and_cleaned_up_by_the_next_run(shop: Place) -> None:
    url = shop.up()["urls"][0]
    place = install(shop, HANGS)
    place.write(milepost__hcl=ACME, version__txt="two")
    flight = Flight(place, "up")
    flight.until(says("hanging"))
    flight.send(signal.SIGINT)
    assert flight.end() == 130
    at_rest(place)
    truth.check_records(place)
    assert text_of(url) == "one"
    place.write(milepost__hcl=PROJECT, version__txt="three")
    place.up()
    truth.check_clean(place, "three")


def test_a_plugin_that_is_gone_leaves_its_records_readable(shop: Place) -> None:
    place = install(shop, PRINTS)
    place.write(milepost__hcl=ACME)
    place.up()
    assert "acme-platform" in shop.run("show", "web#1/deploy").out
    assert "acme" in shop.run("destroy", "--all", "--yes", status=2).told
    place.run("destroy", "--all", "--yes")
