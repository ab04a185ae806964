"""What `show` tells of a run and of an operation: who, why, when, what came from what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from milepost.cli.ancestry import Node, ancestry
from milepost.host.history.sqlite import SqliteStore

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
ARTIFACT = {"kind": "file-tree/1", "reference": "/trees/9f", "digest": f"sha256:{'9f' * 32}", "details": {}}


@pytest.fixture
def chain(store: SqliteStore, make_run: Any, make_operation: Any) -> SqliteStore:
    """A history of an up, another up, and a rollback to the first; the first was promoted, too."""
    first, second, back, promoted = (make_run(f"01RUN{at}") for at in range(1, 5))

    def operation(id: str, run: dict[str, Any], stage: str, **more: Any) -> None:
        number = int((store.get(run["id"]) or {})["number"])
        store.append(make_operation(id, run, number, stage=stage, label=stage, **more))

    for run in (first, second):
        at = run["id"][-1]
        store.append(run)
        operation(f"01BLD{at}", run, "build", artifact=ARTIFACT)
        operation(f"01DEP{at}", run, "deploy", build=f"01BLD{at}", presence="released" if at == "1" else "parked")
        former = {"previous": "01DEP1"} if at == "2" else {}
        operation(f"01REL{at}", run, "release", target=f"01DEP{at}", release={"urls": []}, **former)
    store.append({**back, "verb": "rollback"})
    operation("01REL3", back, "release", target="01DEP1", restores="01REL1", release={"urls": []})
    store.append({**promoted, "verb": "promote", "workspace": "live"})
    operation(
        "01DEP4", {**promoted, "workspace": "live"}, "deploy", build="01BLD1", workspace="live", presence="staged"
    )
    return store


def test_an_operation_shows_what_it_came_from_and_what_it_became(milepost: Any, chain: SqliteStore) -> None:
    lines = milepost("show", "web#1/deploy").out.splitlines()
    assert [" ".join(line.split()) for line in lines[lines.index("") + 1 :]] == [
        "web#1/build production sha256:9f9f9f9f9f9f",
        "├─ web#1/deploy ◀ production released",
        "│ ├─ web#1/release production replaced by web#2/release",
        "│ └─ web#3/release production restores web#1/release, LIVE",
        "└─ web#4/deploy live staged",
    ]


def test_a_run_says_which_deployment_of_another_run_an_operation_was_about(
    milepost: Any, chain: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    clean = make_run("01RUN5")
    number = chain.append({**clean, "verb": "destroy"})
    chain.append(make_operation("01DES5", clean, number, stage="destroy", label="destroy", target="01DEP2"))
    for ref, name in (("3", "web#1/deploy"), ("5", "web#2/deploy")):
        row = next(line for line in milepost("show", ref).out.splitlines() if line.startswith("+"))
        assert row.split()[3] == name
    assert "web#1/deploy" not in milepost("show", "1").out.replace("+0.0s  web#1/deploy", "")


def test_the_tree_is_the_same_from_wherever_it_is_looked_at(milepost: Any, chain: SqliteStore) -> None:
    trees = [milepost("show", ref, "--json").document["lineage"] for ref in ("web#1/build", "web#3/release")]
    assert trees[0] == trees[1]
    assert [each["name"] for each in trees[0]["children"]] == ["web#1/deploy", "web#4/deploy"]


def test_a_release_says_what_it_replaced_by_name(milepost: Any, chain: SqliteStore) -> None:
    shown = milepost("release", "inspect", "2").out
    assert "Previous  web#1/deploy" in shown
    assert "Target    web#2/deploy" in shown
    assert "Run       #2 up" in shown
    assert "Sequence  v2, the releases of web counted" in shown


def test_an_artifact_that_was_used_very_often_shows_the_last_uses_and_the_one_that_is_meant(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN")
    number = store.append(run)
    store.append(make_operation("01BLD", run, number, artifact=ARTIFACT))
    for at in range(30):
        store.append(make_operation(f"01DEP{at:02}", run, number, stage="deploy", label=f"d{at}", build="01BLD"))
    shown = milepost("show", "01DEP03").out
    assert "web#1/d3 ◀" in shown
    assert "web#1/d29" in shown
    assert "└─ 9 more" in shown
    assert len(milepost("show", "01DEP03", "--json").document["lineage"]["children"]) == 30


def test_a_run_is_a_timeline_with_bars_on_a_terminal(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    began = NOON - timedelta(hours=2)
    run = make_run("01RUN", ended=(began + timedelta(seconds=40)).isoformat())
    number = store.append(run)
    for app, first, last in (("web", 0, 20), ("api", 0, 10), ("web", 20, 40)):
        times = {"started": (began + timedelta(seconds=first)).isoformat()}
        times["ended"] = (began + timedelta(seconds=last)).isoformat()
        store.append(make_operation(f"01{app}{first}", run, number, app=app, **times))
    lines = milepost("show", "1", "--no-color", tty=True).out.splitlines()
    bars = [line for line in lines if "━" in line]
    assert [line.count("━") for line in bars] == [12, 6, 12]
    assert bars[2].index("━") == bars[0].index("━") + 12
    assert "━" not in milepost("show", "1").out
    assert "+20s" in milepost("show", "1").out


def test_a_run_says_what_was_asked_and_why(milepost: Any, store: SqliteStore, make_run: Any) -> None:
    request = {"target": "112", "choices": {"force": True, "prune": False, "dry_run": False, "grace": 60.0}}
    labels = {"team": "red"}
    store.append(make_run("01RUN", why="mails were lost", request=request, labels=labels, ci="9913", verb="rollback"))
    shown = milepost("show", "1").out
    assert "By        CI job 9913 (ada on thinkpad)" in shown
    assert "Why       mails were lost" in shown
    assert "Asked     target 112, --force, --no-prune" in shown
    assert "Labels    team=red" in shown


def test_what_was_run_beside_an_app_and_a_freeze_are_shown(milepost: Any, store: SqliteStore, make_run: Any) -> None:
    store.append(make_run("01RUN1", verb="exec", command=["rails", "console"], target="01DEP"))
    store.append(make_run("01RUN2", verb="freeze", until="2026-03-06T12:00:00Z", why="fair"))
    assert "Command   rails console" in milepost("show", "1").out
    assert "Target    01DEP" in milepost("show", "1").out
    assert "Until     2026-03-06T12:00:00Z" in milepost("show", "2").out
    assert "Source" not in milepost("show", "2").out
    holder = {"run": 118, "verb": "up", "user": "bob", "host": "ci"}
    broken = make_run("01RUN3", verb="break", target="app/production/web", holder=holder)
    store.append({**broken, "request": {"choices": {"force": True}}})
    lines = milepost("show", "3").out.splitlines()
    assert {"Asked     --force", "Holder    #118 up of bob@ci"} <= set(lines)
    lines = milepost("history").out.splitlines()[1:]
    assert [line.split()[1] for line in lines] == ["break", "freeze", "exec"]
    assert [line.rpartition("  ")[2] for line in lines] == ["app/production/web", "fair", "rails console"]


def test_an_operation_shows_its_parts_reports_hooks_and_what_was_not_kept(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN")
    operation = make_operation(
        "01DEP",
        run,
        store.append(run),
        stage="deploy",
        timings=[{"part": "plugin", "seconds": 12.0}, {"part": "hook", "seconds": 0.2}],
        reports=[{"at": "2026-03-03T10:00:05Z", "health": {"name": "ready", "ready": 2, "wanted": 2, "message": "up"}}],
        hooks=[{"when": "after", "command": ["mail"], "seconds": 0.2, "error": "no host", "status": 3}],
        evidence=[{"title": "tail", "text": "\x1b[31mboom\x1b[0m"}],
        failure={"code": "x", "message": "it failed", "hint": ""},
        unkept=7,
        plugin={"role": "platform", "word": "moon", "distribution": "milepost-moon", "version": "9", "api": "1"},
    )
    store.append(operation)
    shown = milepost("show", "web#1/build").out
    for expected in (
        "Plugin    moon (milepost-moon 9, API 1)",
        "Report    2026-03-03T10:00:05Z   2/2 ready up",
        "Took      plugin 12s\n          hook 0.2s",
        "Hook      after: mail   FAILED with exit status 3: no host   0.2s",
        "Output    7 lines were too many and were not kept",
        "  | boom",
    ):
        assert expected in shown
    assert "    Parts     plugin 12s · hook 0.2s" in milepost("show", "1").out


def test_a_run_that_was_cut_off_names_what_it_made_and_what_it_meant_to_make(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01CUT", status="interrupted")
    store.append(run)
    resources = [
        {"kind": "folder", "key": "milepost-01cut", "id": "/srv/01cut"},
        {"kind": "processes", "key": "milepost-01cut-processes", "id": None},
    ]
    deploy = make_operation("01DEP", run, 1, stage="deploy", label="deploy", status="interrupted", resources=resources)
    store.append({**deploy, "presence": "starting"})
    told = ["Made folder milepost-01cut", "Meant processes milepost-01cut-processes"]
    assert _outside(milepost("show", "1").out) == told
    store.amend([{**deploy, "presence": "destroyed"}])
    assert _outside(milepost("show", "1").out) == [f"{each}, removed since" for each in told]


def _outside(shown: str) -> list[str]:
    """Return the lines that tell what was made outside."""
    lines = (" ".join(line.split()) for line in shown.splitlines())
    return [line for line in lines if line.startswith(("Made", "Meant"))]


def test_why_a_run_failed_that_did_nothing_stands_apart(milepost: Any, store: SqliteStore, make_run: Any) -> None:
    failure = {"code": "locked", "message": "it is locked by bob", "hint": "milepost lock list"}
    store.append(make_run("01LOCKED", status="error", failure=failure))
    assert milepost("show", "1").out.splitlines()[-3:] == [
        "",
        "Cause     it is locked by bob",
        "Hint      milepost lock list",
    ]


def test_what_would_steer_the_terminal_is_not_shown(milepost: Any, store: SqliteStore, make_run: Any) -> None:
    store.append(make_run("01RUN", why="nice\x1b]0;owned\x07 try\nRUN #99", user="a\x1b[2Jda"))
    shown = milepost("history", tty=True, NO_COLOR="1").out + milepost("show", "1", tty=True, NO_COLOR="1").out
    assert "\x1b" not in shown
    assert "\nRUN #99" not in shown


def test_a_narrow_window_has_narrow_tables(milepost: Any, filled: SqliteStore) -> None:
    lines = milepost("history", tty=True, NO_COLOR="1", COLUMNS="60").out.splitlines()
    assert max(map(len, lines)) <= 76
    assert len(lines[1]) < len(milepost("history", tty=True, NO_COLOR="1").out.splitlines()[1])


def test_what_another_store_released_is_not_live_here(
    milepost: Any, chain: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01OTHER", number=7, store="laptop")
    deploy = make_operation("01ODEP", run, 7, store="laptop", stage="deploy", label="deploy", presence="released")
    release = make_operation("01OREL", run, 7, store="laptop", stage="release", label="release", target="01ODEP")
    chain.admit([run, deploy, release])
    assert "web#3/release   production   restores web#1/release, LIVE" in milepost("show", "web#1/build").out
    assert "web#7@laptop/release   production   the last that laptop knew of" in milepost("show", "01ODEP").out
    assert milepost("workspace", "list", "--json").document["workspaces"][1]["live"] == {"web": 1}


def names(node: Node) -> list[str]:
    """Return the operations of a tree, from the top on."""
    return [str(node.operation["id"]), *(name for each in node.children for name in names(each))]


def test_the_way_to_an_operation_is_there_however_many_came_before(chain: SqliteStore) -> None:
    promoted = chain.get("01DEP4") or {}
    found = ancestry(chain, promoted, look_at=1)
    assert names(found.root) == ["01BLD1", "01DEP1", "01REL1", "01REL3", "01DEP4"]
    assert not found.whole


def test_one_that_changed_nothing_stands_below_the_one_it_found(
    milepost: Any, chain: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN5")
    number = chain.append(run)
    chain.append(make_operation("01DEP5", run, number, stage="deploy", status="unchanged", same_as="01DEP1"))
    shown = milepost("show", "01DEP5").out
    assert "web#5/build ◀" in shown
    assert "unchanged, the same as web#1/deploy" in shown


def test_what_is_no_longer_in_the_history_is_said_to_be_so(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN")
    store.append(make_operation("01REL", run, store.append(run), stage="release", target="01OLDDEP"))
    assert "Target    01OLDDEP, which is no longer in the history" in milepost("show", "01REL").out
