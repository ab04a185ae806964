"""Each changing command in a process of its own, on fake plugins: exit status, text, document, one failure."""

from __future__ import annotations

import json
from typing import Any

from milepost.host.assembly import open_host


def statuses(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return stage and status of each operation of a run."""
    return [(each["stage"], each["status"]) for each in document["operations"]]


def test_up_builds_deploys_releases_and_says_so_line_by_line(shop: Any) -> None:
    out = shop("up").stdout
    stages = [line.split()[1:4] for line in out.splitlines() if line.count(":") >= 2 and " web " in line]
    assert ["web", "build", "done"] in stages
    assert ["web", "deploy", "staged"] in stages
    assert ["web", "release", "live"] in stages
    assert "LIVE  http://" in out


def test_up_of_the_same_is_unchanged_unless_forced(shop: Any) -> None:
    shop("up")
    assert ("release", "unchanged") in statuses(shop.document("up"))
    assert ("release", "success") in statuses(shop.document("up", "--force"))


def test_a_run_is_one_document_and_its_progress_is_for_people(shop: Any) -> None:
    done = shop("up", "--json")
    document = json.loads(done.stdout)
    assert (document["kind"], document["run"]["number"], document["exit_status"]) == ("run", 1, 0)
    assert document["urls"]
    assert "web build done" in done.stderr


def test_ci_hears_that_its_history_is_its_own(shop: Any) -> None:
    shop.more["CI"] = "true"
    assert "nobody else sees it" in shop("build").stderr
    assert "nobody else sees it" not in shop("build").stderr


def test_events_are_lines_of_json(shop: Any) -> None:
    lines = [json.loads(line) for line in shop("up", "--json=events").stdout.splitlines()]
    assert lines[0]["type"] == "RunStarted"
    assert lines[-1]["type"] == "RunFinished"
    assert {each["schema"] for each in lines} == {1}


def test_build_deploy_and_release_go_step_by_step(shop: Any) -> None:
    assert "Next   milepost deploy" in shop("build").stdout
    assert "milepost release 2" in shop("deploy").stdout
    assert ("release", "success") in statuses(shop.document("release", "2"))


def test_a_failed_deploy_ends_with_1_and_says_that_nothing_changed(shop: Any) -> None:
    shop("up")
    shop.world.trouble("deploy", "fail")
    out = shop("up", "--force", status=1).stdout
    assert "DEFAULT IS UNCHANGED: web #1 serves" in out
    assert "Cause   web deploy: the fake was told to fail at deploy" in out
    assert "exit 1: " in out
    failed = shop.document("up", "--force", status=1)
    assert failed["run"]["status"] == "error"


def test_variables_come_from_the_line_or_from_the_environment(shop: Any) -> None:
    shop("up")
    assert ("release", "success") in statuses(shop.document("up", "--var", "tag=two"))
    missing = shop("up", "--var-env", "tag=NOT_SET", status=2)
    assert "the environment has no NOT_SET" in missing.stderr
    unknown = shop("up", "--var", "tga=two", status=2)
    assert "tga" in unknown.stderr
    assert "tag" in unknown.stderr


def test_rollback_goes_back_to_the_release_before(shop: Any) -> None:
    shop("up")
    first = shop.document("status")["apps"][0]["live"]["id"]
    shop("up", "--var", "tag=two")
    shop("rollback", "--dry-run")
    assert shop.document("status")["apps"][0]["live"]["id"] != first
    assert "Undo" in shop("up", "--force", "--quiet").stdout
    shop("rollback", "--to", "1")
    assert "LIVE" in shop("status").stdout


def test_rollback_with_nothing_to_go_back_to_says_so(shop: Any) -> None:
    assert shop("rollback", status=1).stderr.startswith("error: nothing was released in default yet\nhint: ")
    assert shop.document("rollback", status=1)["error"]["exit_status"] == 1


def test_stop_start_restart_and_redeploy_say_what_they_did(shop: Any) -> None:
    shop("up")
    assert "milepost start" in shop("stop").stdout
    assert "LIVE" in shop("start").stdout
    assert "LIVE" in shop("restart").stdout
    assert shop.document("redeploy")["run"]["verb"] == "redeploy"


def test_promote_takes_a_run_to_another_workspace(shop: Any) -> None:
    shop("up")
    promoted = shop.document("promote", "last", "--to", "staging")
    assert promoted["run"]["workspace"] == "staging"
    assert ("release", "success") in statuses(promoted)
    assert "needs the workspace to promote to" in shop("promote", "1", status=2).stderr


def test_the_data_of_an_app_goes_only_when_its_name_is_given(shop: Any) -> None:
    text = (shop.folder / "milepost.hcl").read_text()
    (shop.folder / "milepost.hcl").write_text(text.replace('use "fake" {}', 'use "fake" { volume = true }'))
    shop("up")
    refused = shop("destroy", "web", "--volumes", "--yes", status=5).stderr
    assert "add --confirm default/web" in refused
    wrong = shop("destroy", "web", "--volumes", "--confirm", "staging/web", status=5).stderr
    assert "expected default/web, found 'staging/web'" in wrong
    assert "no REF" in shop("destroy", "1", "--volumes", "--confirm", "default/web", status=2).stderr
    assert "--confirm is for --volumes" in shop("destroy", "web", "--confirm", "x", status=2).stderr
    assert shop.world.read()["deployments"]
    assert "Note       web: the volume default-web-data stays" in shop("destroy", "web", "--yes").stdout
    shop("destroy", "web", "--volumes", "--confirm", "default/web")
    assert shop.world.read()["volumes"] == {}
    assert shop.document("show", "last")["run"]["request"]["choices"]["volumes"] is True


def test_destroy_needs_a_target_and_a_yes(shop: Any) -> None:
    shop("up")
    assert "needs a target" in shop("destroy", status=2).stderr
    assert "nobody is there to answer" in shop("destroy", "web", status=5).stderr
    assert shop.world.read()["deployments"]
    assert "DESTROYED  #1" in shop("destroy", "web", "--yes").stdout
    assert not shop.world.read()["deployments"]
    assert "nothing was there" in shop("destroy", "--all", "--yes").stdout


def test_a_dry_run_with_no_way_back_ends_as_the_rollback_would(shop: Any) -> None:
    shop("up")
    assert "nothing of web was live before #1" in shop("rollback", "--dry-run", status=1).stdout
    shop("rollback", status=1)


def test_a_workspace_without_runs_is_told_with_those_that_have_some(shop: Any) -> None:
    assert "Note    no run was ever made in default; milepost up makes the first" in shop("status").stdout
    shop("up")
    assert "no run was ever made in stagin; there is default" in shop("status", "-w", "stagin").stdout
    assert "no run was ever made" not in shop("status").stdout


def test_a_failure_is_forgotten_when_the_app_is_found_to_be_as_it_should(shop: Any) -> None:
    shop("up")
    shop.world.trouble("deploy", "fail")
    shop("up", "--force", status=1)
    assert "Failed" in shop("status").stdout
    shop("up")
    assert "Failed" not in shop("status").stdout


def test_a_flag_that_would_mean_nothing_is_not_known(shop: Any) -> None:
    for flag in ("--force", "--no-prune", "--keep-failed"):
        assert f"no such option: {flag}" in shop("build", flag, status=2).stderr
    assert "--independent" in shop("build", "--help").stdout


def test_a_build_that_failed_is_no_artifact(shop: Any) -> None:
    shop("build")
    shop.world.trouble("build", "fail")
    shop("build", status=1)
    assert [each["number"] for each in shop.document("artifact", "list")["artifacts"]] == [1]


def test_a_frozen_workspace_refuses_all_but_a_rollback_until_it_is_thawed(shop: Any) -> None:
    shop("up")
    assert "a freeze says why" in shop("freeze", status=2).stderr
    assert "no length of time" in shop("freeze", "-m", "sale", "--for", "soon", status=2).stderr
    assert "is no length of a freeze" in shop("freeze", "-m", "sale", "--for", "0", status=2).stderr
    assert "is no length of a freeze" in shop("freeze", "-m", "sale", "--for", "999999999d", status=2).stderr
    assert "no run was ever made in typo" in shop("freeze", "-w", "typo", "-m", "sale").stderr
    told = shop("freeze", "-m", "sale", "--for", "3d").stdout
    assert "default is frozen until " in told
    assert "milepost thaw -w default" in told
    refused = shop("up", "--force", status=5)
    assert "by ada@" in refused.stderr
    assert "(#3): sale" in refused.stderr
    shop("up", "-w", "staging")
    shop("rollback", "--to", "1")
    assert "can be changed again" in shop("thaw").stdout
    shop("up", "--force")
    assert "is not frozen" in shop("thaw", status=1).stderr


def test_a_lock_is_taken_away_by_force_and_the_history_says_from_whom(shop: Any) -> None:
    shop("up")
    host = open_host(shop.folder, shop.environment)
    lock = host.writable_store().lock("app/default/web")
    assert lock.acquire({"run": 7, "run_id": "01DEAF", "verb": "up", "user": "bob", "host": "ci"})
    asked = shop("lock", "break", "app/default/web", "--force", status=5).stderr
    assert "This takes app/default/web from #7 up of bob@ci, which may be going on." in asked
    told = shop.document("lock", "break", "app/default/web", "--force", "--yes", "-m", "it is gone")
    assert (told["owner"]["user"], told["run"]["number"], told["run"]["why"]) == ("bob", 2, "it is gone")
    assert "no lock is held" in shop("lock", "list").stdout
    assert shop.document("history")["runs"][0]["verb"] == "break"
    host.close()


def test_breaking_a_lock_asks_its_run_to_end_and_the_history_says_who_asked(shop: Any) -> None:
    shop("up")
    host = open_host(shop.folder, shop.environment)
    lock = host.writable_store().lock("app/default/web")
    assert lock.acquire({"run": 7, "run_id": "01DEAF", "verb": "up", "user": "bob", "host": "ci"})
    deaf = shop("lock", "break", "app/default/web", "--yes", "--wait", "0", "-m", "it hangs", status=4).stderr
    assert "milepost lock break app/default/web --force" in deaf
    assert host.store.cancel_asked("01DEAF")
    run = shop.document("history")["runs"][0]
    assert (run["verb"], run["status"], run["why"], run["holder"]["user"]) == ("break", "error", "it hangs", "bob")
    lock.release()
    host.close()


def test_an_exec_is_in_the_history(shop: Any) -> None:
    shop("up")
    shop("exec", "web", "-m", "orders hang", "--", "sh", "-c", "exit 3", status=3)
    run = shop.document("history")["runs"][0]
    assert (run["verb"], run["exit_status"], run["why"]) == ("exec", 3, "orders hang")
    assert run["command"] == ["sh", "-c", "exit 3"]
