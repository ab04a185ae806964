"""The last words of a run."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from milepost.host.inquiry import AppStatus
from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Deployment, Health, Release, Resource
from milepost.sdk.record import Evidence, Failure, Source

from .ended import Ended, a_run, an_operation, known, told

OLDEST = an_operation("01A", "deploy", 109, presence="destroyed")
OLD = an_operation("01B", "deploy", 112, presence="parked")
RELEASED = an_operation("01C", "release", 112, target="01B", release=Release(urls=("https://shop.example.com",)))
NEW = an_operation("01D", "deploy", presence="released")
HERE = Release(urls=("https://shop.example.com",))
RELEASE = an_operation("01F", "release", target="01D", previous="01B", release=HERE)
HISTORY = known(OLDEST, OLD, RELEASED, NEW)


def test_a_release_says_where_it_is_live_what_it_replaced_and_how_to_undo_it() -> None:
    pruned = an_operation("01G", "destroy", target="01A")
    assert told(Ended(a_run(), (NEW, RELEASE, pruned)), HISTORY) == [
        "LIVE  https://shop.example.com   #118 replaced #112   68s",
        "Kept  #112 (parked)   pruned #109",
        "Undo  milepost rollback -w production      to #112",
    ]


def test_what_was_destroyed_before_was_not_replaced() -> None:
    gone = an_operation("01CD", "destroy", 117, target="01B")
    assert told(Ended(a_run(), (NEW, RELEASE)), known(OLDEST, OLD, RELEASED, gone, NEW))[0] == (
        "LIVE  https://shop.example.com   #118   68s"
    )


def secret(fingerprint: str) -> dict[str, Any]:
    """Return a secret as the history has it."""
    return {"$secret": [{"source": "var.password"}], "fingerprint": fingerprint}


def test_a_release_says_what_is_new_in_it_and_never_a_value() -> None:
    sources = {name: a_run(id=name, source=Source(folder="/shop", commit=name * 8)) for name in ("01old", "01new")}
    before = {"HOST": "a", "SMTP": "smtp.example.com", "PASSWORD": secret("key-one"), "KEY": secret("key-same")}
    after = {"HOST": "b", "FROM": "x", "PASSWORD": secret("key-two"), "KEY": secret("key-same")}
    old = msgspec.structs.replace(OLD, run="01old", facts={"env": before}, config={"fields": {"replicas": 1}})
    new = msgspec.structs.replace(NEW, run="01new", facts={"env": after}, config={"fields": {"replicas": 2}})
    lines = told(Ended(a_run(), (new, RELEASE)), known(old, RELEASED, new, runs=sources))
    assert lines[1] == "New   3 commits · env +FROM -SMTP ~HOST · secret changed PASSWORD · deploy ~replicas"


def test_other_files_of_the_same_commit_are_told() -> None:
    one, two = (Artifact(kind="file-tree/1", reference="/t", digest=f"sha256:{each}") for each in "ab")
    old, new = msgspec.structs.replace(OLD, artifact=one), msgspec.structs.replace(NEW, artifact=two)
    assert told(Ended(a_run(), (new, RELEASE)), known(old, RELEASED, new))[1] == "New   other files"


def test_several_apps_are_named_with_what_became_of_each() -> None:
    worker = an_operation("01E", "release", app="worker", target="01W", release=Release())
    same = an_operation("01H", "release", app="site", status="unchanged", same_as="01S")
    site = an_operation("01S", "release", 110, app="site", release=Release(urls=("http://site",)))
    ended = Ended(a_run(apps=("web", "worker", "site")), (NEW, RELEASE, worker, same))
    assert told(ended, known(OLD, RELEASED, NEW, site))[:3] == [
        "LIVE  web      https://shop.example.com   #118 replaced #112   68s",
        "      worker                              #118",
        "      site     http://site                unchanged, #110",
    ]


def test_the_way_back_says_what_it_does_not_undo() -> None:
    task = an_operation("01D0", "task", label="migrate")
    lines = told(Ended(a_run(), (task, NEW, RELEASE)), known(OLD, RELEASED, task, NEW))
    assert lines[-1] == "Undo  milepost rollback -w production      to #112; does not undo the task migrate"


def test_after_a_rollback_the_way_forward_is_named() -> None:
    back = an_operation("01Z", "release", 119, target="01B", release=HERE)
    lines = told(Ended(a_run(verb="rollback", number=119), (back,)), known(OLD, RELEASED, NEW, RELEASE))
    assert lines[0] == "LIVE  https://shop.example.com   #112 replaced #118   68s"
    assert lines[-1] == "Undo  milepost rollback --to 118 -w production"


def test_an_app_that_was_closed_is_not_replaced() -> None:
    closed = an_operation("01C1", "destroy", 113, target="01C", label="close")
    assert told(Ended(a_run(), (NEW, RELEASE)), known(OLD, RELEASED, closed, NEW))[0] == (
        "LIVE  https://shop.example.com   #118   68s"
    )


def test_what_a_run_without_changes_tidied_up_is_told() -> None:
    same = [an_operation(f"01{stage}", stage, status="unchanged", same_as="01B") for stage in ("deploy", "release")]
    lines = told(Ended(a_run(), (an_operation("01G", "destroy", target="01A"), *same)), HISTORY)
    assert lines == ["UNCHANGED  #112 is live as before   68s", "Clean pruned #109"]


def test_a_first_release_replaces_nothing() -> None:
    release = an_operation("01R", "release", target="01D", release=Release(urls=("http://127.0.0.1:4444",)))
    assert told(Ended(a_run(workspace="default"), (release,)), known(NEW)) == [
        "LIVE  http://127.0.0.1:4444   #118   68s",
    ]


def test_a_stop_says_how_to_start_again() -> None:
    assert told(Ended(a_run(verb="stop"), (an_operation("01P", "park", target="01D"),)), HISTORY) == [
        "STOPPED  web   68s",
        "Next     milepost start -w production",
    ]


def test_a_destroy_says_what_is_gone() -> None:
    gone = an_operation("01P", "destroy", target="01B")
    assert told(Ended(a_run(verb="destroy"), (gone,)), HISTORY) == ["DESTROYED  #112   68s"]
    assert told(Ended(a_run(verb="destroy"))) == ["DESTROYED  nothing was there   68s"]


def test_nothing_changed_says_what_is_live_still() -> None:
    build = an_operation("01B", "build")
    same = [an_operation(f"01{stage}", stage, status="unchanged", same_as="01B") for stage in ("deploy", "release")]
    assert told(Ended(a_run(), (build, *same)), HISTORY) == ["UNCHANGED  #112 is live as before   68s"]


def test_a_build_says_what_to_type_next() -> None:
    artifact = Artifact(kind="file-tree/1", reference="/t", digest="sha256:" + "9f2c41aa" * 8)
    ended = Ended(a_run(verb="build"), (an_operation("01B", "build", artifact=artifact),))
    assert told(ended) == ["BUILT  #118   sha256:9f2c41aa9f2c   68s", "Next   milepost deploy -w production"]


def test_a_staged_deployment_says_where_to_look_and_how_to_release_it() -> None:
    deploy = an_operation("01D", "deploy", deployment=Deployment(url="http://127.0.0.1:5001"))
    assert told(Ended(a_run(verb="deploy"), (deploy,))) == [
        "STAGED  #118   http://127.0.0.1:5001   68s",
        "Next    milepost release 118 -w production",
    ]


def test_a_failed_deploy_says_what_still_serves_why_and_what_to_type() -> None:
    failed = an_operation(
        "01D",
        "deploy",
        119,
        status="error",
        failure=Failure(code="not-ready", message="web exited 1 before /healthz answered", hint="look at mail.py"),
        evidence=(Evidence(title="last lines of web.1", text="Traceback\n\x1b[31mKeyError: 'SMTP_HOST'"),),
        presence="destroyed",
        resources=(Resource(kind="container", key="a"), Resource(kind="container", key="b")),
        facts={"env": {"SMTP_URL": "x"}},
    )
    serving = AppStatus(app="web", live=OLD, health=Health(name="ready", ready=2, wanted=2))
    history = known(OLD, RELEASED, released={"web": RELEASED}, runs={"01OLD": a_run()})
    assert told(Ended(a_run(number=119, status="error"), (failed,), 1), history, serving) == [
        "PRODUCTION IS UNCHANGED: web #112 serves, 2/2 ready",
        "Cause   web deploy: web exited 1 before /healthz answered",
        "  last lines of web.1",
        "  | Traceback",
        "  | KeyError: 'SMTP_HOST'",
        "Since   #112: env +SMTP_URL",
        "Clean   2 containers removed",
        "Hint    look at mail.py",
        "Next    milepost logs --run 119     milepost show 119     milepost diff 119",
        "        milepost deploy web -w production --keep-failed",
        "exit 1: failed, what is live is as before",
    ]


def test_what_nobody_could_ask_is_not_said_to_serve() -> None:
    failure = Failure(code="x", message="why")
    history = known(OLD, RELEASED, released={"web": RELEASED})
    assert told(Ended(a_run(failure=failure), (), 1), history)[0] == (
        "PRODUCTION IS UNCHANGED: web #112 is live as recorded"
    )
    down = AppStatus(app="web", live=OLD, health=Health(name="down", ready=0, wanted=2))
    assert told(Ended(a_run(failure=failure), (), 1), history, down)[0].endswith("web #112 is live, 0/2 down")


def test_what_was_closed_on_purpose_is_not_said_to_be_live() -> None:
    closed = an_operation("01Z", "destroy", 113, target="01C", label="close")
    history = known(OLD, RELEASED, closed, released={"web": RELEASED})
    lines = told(Ended(a_run(failure=Failure(code="x", message="why")), (), 1), history)
    assert lines[0] == "PRODUCTION IS UNCHANGED: nothing is live as recorded"


def test_what_a_failed_deploy_left_on_purpose_is_said_and_not_advised_again() -> None:
    left: dict[str, Any] = {"presence": "starting", "resources": (Resource(kind="folder", key="a"),)}
    kept = an_operation("01Z", "deploy", 119, status="error", failure=Failure(code="x", message="why"), **left)
    migrated = an_operation("01Y", "task", 119, label="migrate")
    lines = told(Ended(a_run(number=119), (migrated, kept), 1))
    assert "Clean   1 folder still there; the task migrate ran, and nothing undoes that" in lines
    assert "        milepost deploy web -w production" in lines


@pytest.mark.parametrize(
    ("status", "first", "last"),
    [
        (3, "PRODUCTION HAS CHANGED", "exit 3: what is live was changed, and then something failed"),
        (4, "PRODUCTION IS UNCHANGED: nothing is live as recorded", "exit 4: locked"),
        (130, "PRODUCTION IS UNCHANGED", "exit 130: cancelled"),
    ],
)
def test_each_way_to_fail_says_what_it_means(status: int, first: str, last: str) -> None:
    lines = told(Ended(a_run(status="error", failure=Failure(code="x", message="why")), (), status))
    assert lines[0].startswith(first)
    assert lines[-1] == last


def test_a_dry_run_shows_its_plan_alone() -> None:
    assert told(Ended(a_run(), plan=("web goes back to #112",))) == ["web goes back to #112"]
