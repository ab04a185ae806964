"""Hooks as they go wrong: they fail, hang, are missing, or call milepost themselves."""

from __future__ import annotations

import sys

from tests.journeys import truth
from tests.journeys.place import Place, text_of
from tests.journeys.programs import DEPLOY, project


def hook(command: str, more: str = "") -> str:
    """Return a project file with a hook before the deploy."""
    return project(f'{DEPLOY}\n hook {{\n when = "before"\n command = {command}\n {more}\n }}\n')


def failed(place: Place, text: str) -> str:
    """Run `up` with that project file, see that it fails and changes nothing, and return why."""
    url = place.up()["urls"][0]
    place.write(milepost__hcl=text, version__txt="two")
    document = place.up(status=1)
    assert text_of(url) == "one"
    truth.check_clean(place, "one")
    return str(document["run"]["failure"]["message"])


def test_a_hook_that_fails_stops_the_deploy_and_is_named_with_its_status(shop: Place) -> None:
    why = failed(shop, hook('["sh", "-c", "exit 7"]'))
    assert "exit 7" in why
    assert "ended with status 7" in why


def test_a_hook_that_hangs_is_ended_at_its_limit_with_all_that_it_started(shop: Place) -> None:
    why = failed(shop, hook('["sh", "-c", "sleep 601 & sleep 602"]', 'timeout = "1s"'))
    assert "limit of 1 s" in why


def test_a_hook_whose_program_is_missing_is_told_so(shop: Place) -> None:
    assert "could not be started" in failed(shop, hook('["no-such-program"]'))


def test_a_hook_that_runs_milepost_on_its_own_app_fails_at_once(shop: Place) -> None:
    why = failed(shop, hook(f'["{sys.executable}", "-m", "milepost.cli", "up"]'))
    assert "ended with status 5" in why
    output = shop.run("logs", "--run", "2").out
    assert "would have to wait for itself" in output


def test_a_failed_hook_that_may_fail_is_a_warning(shop: Place) -> None:
    shop.write(milepost__hcl=hook('["false"]', 'on_failure = "continue"'))
    document = shop.up()
    deploy = next(each for each in document["operations"] if each["stage"] == "deploy")
    assert "on_failure is continue" in deploy["warnings"][0]
