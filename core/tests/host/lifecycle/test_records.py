"""What records say: who, why, of what source, with which plugin and config, how long, and how it was found to be."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import Shop, app_text
from milepost import __version__
from milepost.sdk.errors import HookFailedError, MilepostError
from milepost.sdk.record import Operation

SLOW = 'command = ["sh", "-c", "sleep 0.05"]'
EVERYTHING = {
    "build": 'use "fake" {}\nregistry {\nuse "fake" {}\n}',
    "deploy": f'task "migrate" {{ command = ["migrate", "all"] }}\nhook {{\nwhen = "before"\n{SLOW}\n}}',
    "release": 'use "fake" {}',
}


def of(shop: Shop, number: int) -> list[Operation]:
    """Return the operations of a run, oldest first."""
    return [each for each in shop.operations() if each.number == number]


def test_every_operation_of_every_run_says_who_asked_why_and_from_which_job(shop: Shop) -> None:
    shop.write(**EVERYTHING)
    asked = {"user": "ada", "why": "invoices", "ci": "job 7"}
    for verb in ("up", "up", "redeploy", "restart", "stop", "start", "rollback"):
        shop.carry(verb, **asked)
    shop.carry("destroy", "web", choices={"live": True}, **asked)
    found = shop.operations()
    assert {each.stage for each in found} >= {"build", "push", "task", "deploy", "release", "park", "unpark", "destroy"}
    assert {(each.user, each.why, each.ci) for each in found} == {("ada", "invoices", "job 7")}
    assert {each.milepost for each in found} == {__version__}


def test_each_says_the_source_of_the_artifact_it_carries_also_after_others_were_built(shop: Shop) -> None:
    shop.write(**EVERYTHING)
    for commit in ("c1", "c2", "c3"):
        shop.commit = commit
        shop.edit(commit)
        shop.up()
    shop.commit = "c4"
    shop.carry("rollback")
    shop.carry("redeploy")
    shop.carry("promote", target="3", workspace="staging")

    def commits(number: int) -> set[tuple[str, str | None]]:
        return {(each.stage, each.source.commit if each.source else None) for each in of(shop, number)}

    assert {commit for stage, commit in commits(2) if stage not in ("park", "destroy")} == {"c2"}
    assert ("park", "c1") in commits(2)
    assert ("destroy", "c1") in commits(3)
    assert {commit for stage, commit in commits(4) if stage == "release"} == {"c2"}
    assert {commit for stage, commit in commits(5) if stage in ("deploy", "release")} == {"c2"}
    assert {commit for stage, commit in commits(6)} == {"c3"}


def test_an_unchanged_stage_says_the_source_of_what_holds_and_how_that_was_found(shop: Shop) -> None:
    shop.commit = "c1"
    shop.up()
    shop.commit = "c2"
    shop.up()
    build, deploy, release = of(shop, 2)
    first = {each.stage: each for each in of(shop, 1)}
    assert [build.status, deploy.status, release.status] == ["success", "unchanged", "unchanged"]
    assert [each.source.commit if each.source else None for each in (build, deploy, release)] == ["c2", "c1", "c1"]
    told = [(report.by, report.health.name, report.of) for each in (deploy, release) for report in each.reports]
    assert told == [("platform", "ready", first["deploy"].id), ("releaser", "ready", first["release"].id)]


def test_an_app_that_builds_nothing_is_made_of_the_folder(shop: Shop) -> None:
    shop.write(build="")
    shop.commit = "c1"
    shop.up()
    shop.commit = "c2"
    shop.carry("redeploy")
    shop.carry("rollback")
    sources = [each.source.commit if each.source else None for each in shop.operations("deploy", "release")]
    assert sources == ["c1", "c1", "c2", "c2", "c1"]


def test_every_stage_that_a_plugin_carried_out_says_which_and_with_which_config(shop: Shop) -> None:
    shop.write(**EVERYTHING)
    shop.up()
    shop.edit("two")
    shop.up()
    shop.carry("stop")
    shop.carry("start")
    shop.carry("destroy", "web", choices={"live": True})
    found = shop.operations()
    roles = {
        each.stage: each.plugin.role
        for each in found
        if each.plugin is not None and each.label not in ("close", "clean-up")
    }
    assert roles == {
        "build": "builder",
        "push": "registry",
        "task": "platform",
        "deploy": "platform",
        "release": "releaser",
        "park": "platform",
        "unpark": "platform",
        "destroy": "platform",
    }
    assert all(each.plugin is not None and each.config is not None for each in found)


def test_it_says_how_long_each_part_took(shop: Shop) -> None:
    shop.write(**EVERYTHING)
    shop.up()
    deploy = shop.last("deploy")
    parts = {each.part: each.seconds for each in deploy.timings}
    assert parts["hooks before"] >= 0.05
    assert "hooks after" not in parts
    assert deploy.ended is not None
    assert next(iter(parts)) in ("observers", "hooks before")


def test_the_parts_of_a_failed_deploy_have_its_clean_up(shop: Shop) -> None:
    slow = f'hook {{\nwhen = "failure"\n{SLOW}\n}}'
    shop.write(config='fail = "ready"', deploy=slow)
    with pytest.raises(MilepostError):
        shop.up()
    parts = {each.part: each.seconds for each in shop.last("deploy").timings}
    assert parts["hooks failure"] >= 0.05
    assert shop.last("deploy").presence == "destroyed"


def test_a_hook_says_its_exit_status(shop: Shop) -> None:
    shop.write(
        deploy="""
        hook {
          when = "before"
          command = ["true"]
        }
        hook {
          when = "before"
          command = ["sh", "-c", "exit 7"]
          on_failure = "continue"
        }
        hook {
          when = "before"
          command = ["sleep", "60"]
          timeout = 0.1
          on_failure = "continue"
        }
        hook {
          when = "before"
          command = ["no-such-program"]
        }
        """
    )
    with pytest.raises(HookFailedError):
        shop.up()
    assert [each.status for each in shop.last("deploy").hooks] == [0, 7, None, None]


def test_the_command_of_a_task_is_recorded_with_secrets_masked(shop: Shop) -> None:
    shop.write(
        top='variable "password" {\n  type = string\n  sensitive = true\n  default = "correct-horse"\n}',
        deploy='task "migrate" { command = ["migrate", "--as", "correct-horse"] }',
    )
    shop.up()
    assert shop.last("task").command == ("migrate", "--as", "***")


def test_a_deploy_and_a_release_say_how_they_were_found(shop: Shop) -> None:
    shop.write(release='use "fake" {}')
    shop.up()
    (deployed,), (released,) = shop.last("deploy").reports, shop.last("release").reports
    assert (deployed.by, deployed.health.name, deployed.of) == ("platform", "ready", shop.last("deploy").id)
    assert (released.by, released.health.name, released.of) == ("releaser", "ready", shop.last("release").id)


def test_that_nobody_can_tell_how_it_is_fails_nothing(shop: Shop) -> None:
    shop.world.trouble("status", "fail")
    shop.up()
    (report,) = shop.last("deploy").reports
    assert report.health.name == "unknown"
    assert "told to fail at status" in report.health.message


def test_what_a_check_saw_is_a_report_whether_it_held_or_not(shop: Shop) -> None:
    shop.write(release='use "fake" {}\nverify {\ncommand = ["true"]\n}')
    shop.up()
    assert [each.by for each in shop.last("release").reports] == ["releaser", "verify"]
    shop.write(release='use "fake" {}\nverify {\ncommand = ["false"]\n}')
    shop.edit("two")
    with pytest.raises(MilepostError):
        shop.up()
    checked = shop.last("release").reports[-1]
    assert (checked.by, checked.health.name) == ("verify", "down")
    assert "ended with status 1" in checked.health.message


def test_one_that_was_started_again_says_how_it_was_found(shop: Shop) -> None:
    shop.up()
    shop.carry("stop")
    shop.carry("start")
    assert [each.health.name for each in shop.last("unpark").reports] == ["ready"]


def test_a_run_says_its_labels_and_the_version_that_wrote_it(real: RealShop) -> None:
    real.run("build", labels={"ticket": "7"})
    (run,) = real.host().history.runs()
    assert (run.labels, run.milepost) == ({"ticket": "7"}, __version__)


def test_what_was_taken_from_another_app_says_how_that_was_built(shop: Shop) -> None:
    shop.write(app_text("web"), app_text("jobs", build='from = "web"'))
    shop.commit = "c1"
    shop.up()
    taken = next(each for each in shop.operations("build") if each.app == "jobs")
    assert taken.source is not None
    assert taken.source.commit == "c1"
    assert taken.config is not None
