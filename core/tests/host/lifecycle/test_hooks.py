"""Hooks around a stage: their order, what they are told, and what their failure does."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import HookFailedError, OperationError
from milepost.sdk.events import HookFinished, HookStarted, Warned


def hook(when: str, command: str, **fields: str) -> str:
    more = "\n".join(f"{name} = {value}" for name, value in fields.items())
    return f'hook {{\nwhen = "{when}"\ncommand = ["sh", "-c", "{command}"]\n{more}\n}}\n'


def note(when: str, word: str, **fields: str) -> str:
    return hook(when, f"echo {word} >> $MILEPOST_NOTES", **fields)


@pytest.fixture
def notes(shop: Shop):
    """Return what the hooks noted."""
    file = shop.root / "notes"
    shop.environment["MILEPOST_NOTES"] = str(file)
    return lambda: file.read_text().split() if file.exists() else []


def test_before_then_after_then_always(shop: Shop, notes) -> None:
    around = note("always", "always") + note("after", "after") + note("before", "one") + note("before", "two")
    shop.write(build='use "fake" {}\n' + around + note("failure", "failure"))
    shop.up()
    assert notes() == ["one", "two", "after", "always"]


def test_failure_then_always_when_the_stage_fails(shop: Shop, notes) -> None:
    around = note("always", "always") + note("failure", "failure") + note("after", "after")
    shop.write(build='use "fake" { fail = "build" }\n' + around)
    with pytest.raises(OperationError):
        shop.up()
    assert notes() == ["failure", "always"]


def test_a_before_that_fails_stops_the_stage_and_the_later_ones(shop: Shop, notes) -> None:
    shop.write(build='use "fake" {}\n' + hook("before", "exit 7") + note("before", "later"))
    with pytest.raises(HookFailedError, match="ended with status 7"):
        shop.up()
    assert notes() == []
    assert "build web" not in shop.world.log()
    assert shop.last().status == "error"


def test_a_failed_after_fails_the_operation_and_keeps_its_result(shop: Shop) -> None:
    shop.write(deploy=hook("after", "exit 1"))
    with pytest.raises(HookFailedError):
        shop.up()
    deploy = shop.last("deploy")
    assert (deploy.status, deploy.presence) == ("error", "staged")
    assert deploy.deployment is not None
    assert shop.objects() == {1: "ready"}


def test_what_a_failed_after_left_can_be_destroyed(shop: Shop) -> None:
    shop.write(deploy=hook("after", "exit 1"))
    with pytest.raises(HookFailedError):
        shop.up()
    shop.carry("destroy", target="web#1/deploy")
    assert shop.objects() == {}


def test_a_hook_whose_failure_is_to_be_ignored_is_a_warning(shop: Shop) -> None:
    shop.write(build='use "fake" {}\n' + hook("before", "exit 7", on_failure='"continue"'))
    shop.up()
    assert any("ended with status 7" in each for each in shop.told(Warned))
    assert shop.last("release").status == "success"


def test_a_hook_that_takes_too_long_is_ended(shop: Shop) -> None:
    shop.write(build='use "fake" {}\n' + hook("before", "sleep 60", timeout='"200ms"'))
    with pytest.raises(HookFailedError, match=r"took longer than its limit of 0\.2 s"):
        shop.up()


def test_a_hook_that_is_not_there_says_so(shop: Shop) -> None:
    shop.write(build='use "fake" {}\nhook {\nwhen = "before"\ncommand = ["no-such-program-here"]\n}')
    with pytest.raises(HookFailedError, match="could not be started"):
        shop.up()


def test_a_hook_is_told_what_it_stands_around(shop: Shop, notes) -> None:
    told = "$MILEPOST_PROJECT $MILEPOST_APP $MILEPOST_WORKSPACE $MILEPOST_RUN $MILEPOST_STAGE $MILEPOST_WHEN"
    shop.write(build='use "fake" {}\n' + note("before", told))
    shop.up(workspace="staging")
    assert notes() == ["shop", "web", "staging", "1", "build", "before"]


def test_an_after_of_a_release_knows_the_url_and_the_digest(shop: Shop, notes) -> None:
    shop.write(release='use "fake" {}\n' + note("after", "$MILEPOST_URL $MILEPOST_ARTIFACT_DIGEST"))
    shop.up()
    artifact = shop.last("build").artifact
    assert artifact is not None
    assert notes() == ["http://shop.default.web.fake", artifact.digest]


def test_a_failure_hook_is_told_the_error(shop: Shop, notes) -> None:
    shop.write(build='use "fake" { fail = "build" }\n' + note("failure", "$MILEPOST_ERROR"))
    with pytest.raises(OperationError):
        shop.up()
    assert " ".join(notes()) == "the fake was told to fail at build"


def test_a_hook_runs_in_the_apps_folder(shop: Shop, notes) -> None:
    shop.write(build='use "fake" {}\n' + note("before", "$(pwd)"))
    shop.up()
    assert notes() == [str(shop.folder / "web")]


def test_each_hook_is_recorded_and_told(shop: Shop) -> None:
    shop.write(build='use "fake" {}\n' + hook("before", "true") + hook("after", "exit 3", on_failure='"continue"'))
    shop.up()
    hooks = shop.last("build").hooks
    assert [(each.when, each.error) for each in hooks] == [("before", ""), ("after", "ended with status 3")]
    assert sum(isinstance(each, HookStarted) for each in shop.events) == 2
    assert sum(isinstance(each, HookFinished) for each in shop.events) == 2


def test_a_mutex_is_free_again_after_its_hook(shop: Shop, notes) -> None:
    shop.write(build='use "fake" {}\n' + note("before", "one", mutex='"make"') + note("after", "two", mutex='"make"'))
    shop.up()
    assert notes() == ["one", "two"]
    assert shop.outside.locks() == {}


def test_a_mutex_that_another_holds_is_waited_for_within_the_hooks_limit(shop: Shop) -> None:
    shop.bench.lock("mutex:make").acquire({"hook": "another"})
    shop.write(build='use "fake" {}\n' + hook("before", "true", mutex='"make"', timeout='"200ms"'))
    with pytest.raises(HookFailedError, match="took longer"):
        shop.up()


def test_a_rollback_runs_only_the_hooks_that_ask_for_it(shop: Shop, notes) -> None:
    around = note("before", "usual") + note("before", "both", on='["rollback"]')
    shop.write(release='use "fake" {}\n' + around)
    shop.up()
    shop.edit("two")
    shop.up()
    assert notes() == ["usual", "both"] * 2
    shop.carry("rollback")
    assert notes()[4:] == ["both"]


def test_the_hooks_for_a_failure_run_after_a_cancel_too(shop: Shop, notes) -> None:
    shop.write(build='use "fake" { hang = "build" }\n' + note("always", "always"))
    shop.cancel_when("hanging at build")
    with pytest.raises(Exception, match="cancelled"):
        shop.up()
    assert notes() == ["always"]


def test_a_stage_that_is_unchanged_runs_no_hooks(shop: Shop, notes) -> None:
    shop.write(deploy=note("before", "deploy"))
    shop.up()
    shop.up()
    assert notes() == ["deploy"]


def test_hooks_of_several_apps_are_each_apps_own(shop: Shop, notes) -> None:
    shop.write(
        app_text("web", build='use "fake" {}\n' + note("before", "web")),
        app_text("api", build='use "fake" {}\n' + note("before", "api")),
    )
    shop.up("api")
    assert notes() == ["api"]
