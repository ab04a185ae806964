"""Deploy: staged and ready, or gone again with its evidence kept; tasks before it."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import CancelledError, CommandFailedError, MilepostError, NotReadyError, OperationError
from milepost.sdk.events import Said, Warned

TASK = 'task "migrate" {\ncommand = ["./migrate"]\n}'


def test_evidence_is_saved_before_anything_is_cleaned_up(shop: Shop) -> None:
    shop.write(config='fail = "ready"')
    with pytest.raises(NotReadyError):
        shop.up()
    deploy = shop.last("deploy")
    assert [each.text for each in deploy.evidence] == ["the last words of the fake"]
    assert shop.objects() == {}
    assert deploy.presence == "destroyed"


def test_keep_failed_keeps_the_objects_and_says_so(shop: Shop) -> None:
    shop.write(config='fail = "ready"')
    with pytest.raises(NotReadyError):
        shop.up(choices={"keep_failed": True})
    assert shop.objects() == {1: "alive"}
    assert any("--keep-failed" in each for each in shop.last("deploy").warnings)


def test_a_cancelled_deploy_is_cleaned_up_like_a_failed_one(shop: Shop) -> None:
    shop.write(config='hang = "ready"')
    shop.cancel_when("hanging at ready")
    with pytest.raises(CancelledError):
        shop.up()
    deploy = shop.last("deploy")
    assert (deploy.status, deploy.presence) == ("cancelled", "destroyed")
    assert shop.objects() == {}


def test_what_was_only_intended_is_destroyed_by_its_key(shop: Shop) -> None:
    shop.write(config='fail = "made"')
    with pytest.raises(OperationError):
        shop.up()
    assert shop.last("deploy").state is None
    assert shop.objects() == {}


def test_a_clean_up_that_fails_is_said_and_tried_again_by_the_next_run(shop: Shop) -> None:
    shop.world.trouble("destroy", "fail")
    shop.write(config='fail = "ready"')
    with pytest.raises(NotReadyError):
        shop.up()
    assert any("cleaning up failed" in each for each in shop.told(Warned))
    assert shop.objects() == {1: "alive"}
    shop.world.trouble("destroy", "")
    shop.write()
    shop.up()
    assert shop.objects() == {2: "ready"}
    assert "#2 destroy success" in shop.statuses()


def test_what_was_kept_on_purpose_is_not_destroyed_by_the_next_deploy(shop: Shop) -> None:
    shop.write(config='fail = "ready"')
    with pytest.raises(NotReadyError):
        shop.up(choices={"keep_failed": True})
    shop.write()
    shop.carry("deploy")
    assert shop.objects() == {1: "alive", 2: "ready"}


def test_a_task_runs_in_the_new_artifact_before_anything_new_starts(shop: Shop) -> None:
    shop.write(deploy=TASK)
    shop.up()
    log = shop.world.log()
    assert log.index("task web migrate") < log.index("deploy web")
    task = shop.last("task")
    assert task.label == "migrate"
    assert task.artifact == shop.last("build").artifact
    assert [each.source for each in shop.store.read_output(task.id)] == ["task migrate"]


def test_a_failed_task_stops_the_deploy(shop: Shop) -> None:
    shop.write(deploy='task "migrate" {\ncommand = ["false"]\n}')
    with pytest.raises(CommandFailedError):
        shop.up()
    assert shop.statuses() == ["#1 build success", "#1 migrate error"]


def test_tasks_do_not_run_when_nothing_changed_nor_on_rollback(shop: Shop) -> None:
    shop.write(deploy=TASK)
    shop.up()
    shop.up()
    shop.edit("two")
    shop.up()
    shop.carry("rollback")
    assert [each.number for each in shop.operations("task")] == [1, 3]


def test_a_platform_without_tasks_says_so(shop: Shop) -> None:
    shop.write(platform="fake-plain", deploy=TASK)
    with pytest.raises(OperationError, match="fake-plain cannot run tasks, and migrate is one"):
        shop.up()


def test_a_platform_that_cannot_stage_says_that_it_is_public_at_once(shop: Shop) -> None:
    from milepost.sdk.events import OperationFinished

    shop.write(platform="fake-plain")
    shop.up()
    finished = [each for each in shop.events if isinstance(each, OperationFinished) and each.stage == "deploy"]
    assert finished[0].summary == "public at once"


def test_a_deployment_remembers_what_it_was_asked_to_be(shop: Shop) -> None:
    shop.write(app='strategy = "start-first"\nport = 8080\nhosts = ["a.example"]', top='config { env = { A = "1" } }')
    shop.up()
    facts = shop.last("deploy").facts
    assert facts is not None
    assert (facts["strategy"], facts["port"], facts["hosts"]) == ("start-first", 8080, ["a.example"])
    assert facts["env"] == {"A": "1"}


def test_the_result_of_this_run_is_handed_on_never_the_latest(shop: Shop) -> None:
    shop.up()
    assert shop.last("deploy").build == shop.last("build").id
    assert shop.last("release").target == shop.last("deploy").id


def test_the_app_gets_its_environment_in_clear(shop: Shop) -> None:
    secret = 'variable "password" {\nsensitive = true\ndefault = "hunter22"\n}\n'
    shop.write(top=secret + "config {\nenv = { PW = var.password }\n}")
    shop.up()
    assert [each["env"] for each in shop.world.read()["deployments"].values()] == [{"PW": "***"}]
    facts = shop.last("deploy").facts
    assert facts is not None
    assert facts["env"]["PW"]["$secret"] == [{"source": "var.password"}]


def test_after_the_deploy_it_is_said_that_it_is_cleaned_up(shop: Shop) -> None:
    shop.write(config='fail = "ready"')
    with pytest.raises(MilepostError):
        shop.up()
    assert "cleaning up what this deploy made" in shop.told(Said)
