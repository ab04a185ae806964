"""What differed between two runs or deployments, as the records tell."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from milepost.host.history.sqlite import SqliteStore

PASSWORD = {"$secret": [{"source": "var.password"}], "fingerprint": "key1-aaaa"}


SIDES: list[dict[str, Any]] = [
    {
        "commit": "a" * 40,
        "env": {"HOST": "mail", "PORT": "80", "PASSWORD": PASSWORD, "KEY": PASSWORD, "OLD_KEY": PASSWORD},
        "replicas": 2,
        "version": "0.1.0",
        "labels": {"team": "red"},
    },
    {
        "commit": "b" * 40,
        "env": {
            "URL": "smtp://mail",
            "PORT": "81",
            "PASSWORD": {**PASSWORD, "fingerprint": "key1-bbbb"},
            "KEY": {**PASSWORD, "fingerprint": "key2-aaaa"},
            "OLD_KEY": PASSWORD,
        },
        "replicas": 3,
        "version": "0.2.0",
        "labels": {"team": "blue"},
    },
]
"""What two deploys were told."""


def plugin(version: str) -> dict[str, str]:
    """Return the stamp of a platform."""
    return {"role": "platform", "word": "local", "distribution": "milepost-local", "version": version, "api": "1"}


@pytest.fixture
def two(store: SqliteStore, make_run: Any, make_operation: Any) -> SqliteStore:
    """A history of two runs whose builds and deploys differ in all that can."""
    for at, side in enumerate(SIDES, 1):
        run = make_run(f"01RUN{at}", source={"folder": "/shop", "commit": side["commit"]})
        number = store.append(run)
        artifact = {"kind": "file-tree/1", "reference": "/t", "digest": f"sha256:{str(at) * 64}", "details": {}}
        store.append(make_operation(f"01BLD{at}", run, number, artifact=artifact, source=run["source"]))
        deploy = make_operation(f"01DEP{at}", run, number, stage="deploy", label="deploy", artifact=artifact)
        store.append({**deploy, "build": f"01BLD{at}", "presence": "released", **terms(at, side)})
        release = make_operation(f"01REL{at}", run, number, stage="release", label="release", target=f"01DEP{at}")
        store.append({**release, "previous": "01DEP1" if at == 2 else None})
    return store


def terms(at: int, side: dict[str, Any]) -> dict[str, Any]:
    """Return what a deploy was told, as it is recorded."""
    return {
        "facts": {"env": side["env"], "files": {"a.ini": "one\ntwo" * at}, "strategy": "blue-green"},
        "config": {"version": 1, "fields": {"replicas": side["replicas"], "token": {"$credential": "x"}}},
        "plugin": plugin(side["version"]),
        "labels": side["labels"],
    }


def changes(milepost: Any, *refs: str) -> dict[tuple[str, str], tuple[str, Any, Any]]:
    """Return what differed of web: part and name, how, the values."""
    [app] = milepost("diff", *refs, "--json").document["apps"]
    return {(each["part"], each["name"]): (each["how"], each["old"], each["new"]) for each in app["changes"]}


def test_all_that_differs_between_two_runs_is_told(milepost: Any, two: SqliteStore) -> None:
    assert changes(milepost, "1", "2") == {
        ("commit", "commit"): ("changed", "a" * 40, "b" * 40),
        ("artifact", "digest"): ("changed", f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"),
        ("plugin", "deploy"): ("changed", "local (milepost-local 0.1.0)", "local (milepost-local 0.2.0)"),
        ("config", "deploy.replicas"): ("changed", 2, 3),
        ("env", "HOST"): ("removed", "mail", None),
        ("env", "PORT"): ("changed", "80", "81"),
        ("env", "URL"): ("added", None, "smtp://mail"),
        ("env", "PASSWORD"): ("changed", None, None),
        ("env", "KEY"): ("unknown", None, None),
        ("file", "a.ini"): ("changed", "one\ntwo", "one\ntwoone\ntwo"),
        ("label", "team"): ("changed", "red", "blue"),
    }


def test_people_read_a_line_for_each_difference_and_no_secret(milepost: Any, two: SqliteStore) -> None:
    shown = milepost("diff", "1", "2").out
    assert shown.startswith("web   #1 → #2\n  Commit   aaaaaaa → bbbbbbb\n")
    assert "  Env      - HOST = mail\n           ~ PORT = 80 → 81\n" in shown
    assert "~ PASSWORD   the secret has changed" in shown
    assert "? KEY   a secret; whether it has changed is unknown" in shown
    assert "  Files    ~ a.ini = 2 lines → 3 lines" in shown
    assert "fingerprint" not in milepost("diff", "1", "2", "--json").out
    assert "key1" not in shown


def test_the_same_is_the_same(milepost: Any, two: SqliteStore) -> None:
    assert milepost("diff", "2", "2").out == "web   #2 → #2   the same\n"
    assert milepost("diff", "web#1/deploy", "01REL1", "--json").document["same"] is True


def test_only_a_check_ends_with_1_when_something_differs(milepost: Any, two: SqliteStore) -> None:
    assert milepost("diff", "1", "2").status == 0
    assert milepost("diff", "1", "2", "--check").status == 1
    assert milepost("diff", "2", "2", "--check").status == 0


def test_one_ref_is_compared_with_what_it_replaced(milepost: Any, two: SqliteStore) -> None:
    assert changes(milepost, "2") == changes(milepost, "1", "2")
    assert milepost("diff", "1").out == "web   nothing → #1\n"


def test_without_a_ref_what_is_live_is_compared_with_what_a_rollback_goes_to(milepost: Any, two: SqliteStore) -> None:
    [app] = milepost("diff", "-w", "production", "--json").document["apps"]
    assert (app["old"]["number"], app["new"]["number"]) == (1, 2)
    ended = milepost("diff", "-w", "staging")
    assert (ended.status, ended.err) == (
        2,
        "error: nothing is live in staging that could be compared\nhint: milepost diff 118 119\n",
    )


def test_without_a_ref_it_says_what_a_rollback_would_not_do(
    milepost: Any, two: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    for at, fields in enumerate(({}, {"previous": "01DEP1"}, {"target": "01DEP1", "restores": "01REL3"}), 3):
        run = make_run(f"01RUN{at}")
        number = two.append(run)
        release = make_operation(
            f"01REL{at}", run, number, stage="release", label="release", target=f"01DEP{(at + 1) % 2 + 1}"
        )
        two.append({**release, "release": {"urls": []}, **fields})
    said = milepost("diff", "-w", "production")
    why = "#3 is live again since #5, and nothing of web was live before #3 in production"
    assert f"Note    {why}   milepost rollback web --to 4 -w production" in said.out
    assert "Note" not in milepost("diff", "1", "2").out


def test_an_operation_that_changed_nothing_stands_for_the_one_it_found(
    milepost: Any, two: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN3")
    operation = make_operation("01DEP3", run, two.append(run), stage="deploy", label="deploy", same_as="01DEP2")
    two.append({**operation, "status": "unchanged"})
    assert set(changes(milepost, "2", "3")) == {("outcome", "deploy")}


def test_what_milepost_labels_objects_with_is_no_difference(milepost: Any, two: SqliteStore) -> None:
    before = changes(milepost, "1", "2")
    deploy = two.get("01DEP1")
    assert deploy is not None
    two.amend([{**deploy, "labels": {**deploy["labels"], "milepost/run": "01RUN1", "milepost/project": "shop"}}])
    assert changes(milepost, "1", "2") == before


def test_an_app_of_one_side_alone_differs(milepost: Any, two: SqliteStore, make_run: Any, make_operation: Any) -> None:
    run = make_run("01RUN3", apps=["web", "api"])
    number = two.append(run)
    two.append(make_operation("01APIDEP", run, number, app="api", stage="deploy"))
    document = milepost("diff", "2", "3", "--json").document
    assert [(each["app"], each["same"], each["new"] is None) for each in document["apps"]] == [
        ("web", False, True),
        ("api", False, False),
    ]


def test_a_run_that_made_nothing_and_too_many_refs_are_errors(milepost: Any, two: SqliteStore, make_run: Any) -> None:
    two.append(make_run("01RUN3", verb="freeze"))
    assert "there is no build, deployment or release in '3'" in milepost("diff", "2", "3").err
    assert "two things can be compared, not more" in milepost("diff", "1", "2", "3").err


def test_commits_between_both_are_told_where_git_knows_them(
    milepost: Any, tmp_path: Path, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=ada", "-c", "user.email=ada@example.com")
        done = subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q")
    for at, subject in enumerate(("First", "Second", "Third"), 1):
        git("commit", "-q", "--allow-empty", "-m", subject)
        run = make_run(f"01RUN{at}", source={"folder": str(tmp_path), "commit": git("rev-parse", "HEAD")})
        store.append(make_operation(f"01DEP{at}", run, store.append(run), stage="deploy", label="deploy"))
    [app] = milepost("diff", "1", "3", "--json").document["apps"]
    assert [(each["side"], each["subject"]) for each in app["commits"]] == [("new", "Third"), ("new", "Second")]
    assert " Second\n" in milepost("diff", "1", "3").out
    [app] = milepost("diff", "3", "2", "--json").document["apps"]
    assert [(each["side"], each["subject"]) for each in app["commits"]] == [("old", "Third")]


def test_a_deploy_that_failed_is_compared_with_the_last_one_that_did_not(
    milepost: Any, two: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    for at, status in ((3, "error"), (4, "error")):
        run = make_run(f"01RUN{at}", status=status)
        deploy = make_operation(f"01DEP{at}", run, two.append(run), stage="deploy", label="deploy", status=status)
        two.append({**deploy, **terms(2, SIDES[1])})
    [app] = milepost("diff", "4", "--json").document["apps"]
    assert app["old"]["number"] == 2
    assert ("outcome", "deploy") in changes(milepost, "4")
