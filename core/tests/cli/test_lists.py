"""The commands that read the history: lists, show, inspect, locks, recorded output."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import OutputLine


def test_history_lists_runs_newest_first(milepost: Any, filled: SqliteStore) -> None:
    ended = milepost("history")
    first, second, third = ended.out.splitlines()
    assert first.split()[:5] == ["RUN", "VERB", "WORKSPACE", "APPS", "STATUS"]
    assert second.split()[:5] == ["#2", "up", "production", "web", "error"]
    assert third.split()[0] == "#1"
    assert "68s" in third
    assert ended.status == 0


def test_how_long_an_interrupted_run_took_is_not_told_since_nobody_saw_its_end(
    milepost: Any, filled: SqliteStore
) -> None:
    (run,) = filled.latest("run", {"number": 1})
    filled.amend([{**run, "status": "interrupted"}])
    assert "68s" not in milepost("history").out.splitlines()[-1]
    assert ", took" not in next(each for each in milepost("show", "1").out.splitlines() if each.startswith("Began"))


def test_an_empty_history_says_what_makes_the_first_run(milepost: Any) -> None:
    assert milepost("history").out == "no run yet; milepost up makes the first\n"


def test_history_shows_relative_times_on_a_terminal_and_utc_elsewhere(milepost: Any, filled: Any) -> None:
    assert "2h ago" in milepost("history", tty=True).out
    assert "2h ago" not in milepost("history").out
    assert "2026-03-03T10:00:00Z" in milepost("history").out
    assert "2026-03-03T10:00:00Z" in milepost("history", "--time", "utc", tty=True).out
    assert "2h ago" in milepost("--time=relative", "history", MILEPOST_TIME="utc").out
    assert "T10:00:00Z" not in milepost("history", MILEPOST_TIME="local").out


def test_a_form_of_time_that_is_not_known_is_named_with_those_that_are(milepost: Any, filled: Any) -> None:
    ended = milepost("history", MILEPOST_TIME="swatch")
    assert (ended.status, ended.err) == (
        2,
        "error: MILEPOST_TIME 'swatch' is not known\nhint: expected relative, local, utc\n",
    )
    assert "--time 'swatch' is not known" in milepost("history", "--time", "swatch").err


def test_lists_show_one_workspace_when_it_is_named(milepost: Any, filled: SqliteStore) -> None:
    assert milepost("history", "-w", "staging").out == "no run like that\n"
    assert "#1" in milepost("-w", "production", "history").out
    assert milepost("operation", "list", MILEPOST_WORKSPACE="staging").out == "no operations like that\n"


def test_history_goes_on_before_an_id(milepost: Any, filled: SqliteStore) -> None:
    page = milepost("history", "--limit", "1", "--json").document["runs"]
    rest = milepost("history", "--json", "--before", page[-1]["id"]).document["runs"]
    assert [each["number"] for each in (*page, *rest)] == [2, 1]


def test_a_list_that_was_cut_says_on_a_terminal_how_to_go_on(milepost: Any, filled: SqliteStore) -> None:
    assert "older ones: --before 2" in milepost("history", "--limit", "1", tty=True).out
    assert "older" not in milepost("history", "--limit", "1").out
    assert milepost("history", "--before", "2").out.splitlines()[1].startswith("#1 ")
    assert milepost("operation", "list", "--before", "web#1/deploy", "--json").document["operations"][0]["stage"] == (
        "build"
    )


def test_history_says_the_commit_of_what_brought_one_and_why(milepost: Any, store: SqliteStore, make_run: Any) -> None:
    store.append(make_run("01A"))
    store.append(make_run("01B", verb="rollback", why="mails were lost"))
    rollback, up = milepost("history").out.splitlines()[1:]
    assert up.endswith("a1b2c3d  Add invoices")
    assert rollback.endswith("mails were lost")
    assert "a1b2c3d" not in rollback


def test_show_of_an_operation_has_its_terms_and_where_its_secrets_come_from(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN")
    secret = {"$secret": [{"source": "var.password"}], "fingerprint": "f1f2f3"}
    hook = {"when": "before", "command": ["make", "css"], "seconds": 1.2, "error": ""}
    number = store.append(run)
    store.append(
        make_operation(
            "01DEPLOY9",
            run,
            number,
            stage="deploy",
            label="deploy",
            facts={"strategy": "blue-green", "env": {"HELLO": "Hi", "PASSWORD": secret}, "port": None},
            config={"version": 1, "fields": {"command": ["python3"], "mounts": [{"key": secret}]}},
            hooks=[hook],
            warnings=["slow"],
        )
    )
    shown = milepost("show", "web#1/deploy").out
    assert "Env       HELLO = Hi\n          PASSWORD = (secret, var.password)" in shown
    assert "Terms     strategy = blue-green" in shown
    assert 'Config    command = ["python3"]' in shown
    assert "Hook      before: make css   done   1.2s" in shown
    assert "f1f2f3" not in shown
    timeline = milepost("show", "1").out
    assert "+0.0s  web#1/deploy" in timeline
    assert "    Hook      before: make css   done   1.2s" in timeline
    assert "    Warning   slow" in timeline


@pytest.mark.parametrize(
    ("words", "kind", "stages"),
    [
        (("artifact", "list"), "artifacts", ["build"]),
        (("deployment", "list"), "deployments", ["deploy", "deploy"]),
        (("release", "list"), "releases", ["release"]),
        (("release", "-w", "production", "list"), "releases", ["release"]),
        (("operation", "list"), "operations", ["deploy", "release", "deploy", "build"]),
    ],
)
def test_each_kind_of_result_has_its_list(
    milepost: Any, filled: SqliteStore, words: tuple[str, ...], kind: str, stages: list[str]
) -> None:
    document = milepost(*words, "--json").document
    assert document["schema"] == 1
    assert [each["stage"] for each in document[kind]] == stages
    assert milepost(*words).out.startswith("OPERATION")


def test_a_list_of_one_app_leaves_the_others_out(milepost: Any, filled: SqliteStore) -> None:
    assert milepost("operation", "list", "--app", "worker", "--json").document["operations"] == []


def test_inspect_shows_what_was_recorded_about_the_kind(milepost: Any, filled: SqliteStore) -> None:
    assert "sha256:9f2c41aa" in milepost("artifact", "inspect", "1").out
    assert milepost("release", "inspect", "1", "--json").document["release"]["stage"] == "release"
    assert "web#1/build" in milepost("operation", "inspect", "web#1/build").out
    assert milepost("deployment", "inspect", "web#1", "--json").document["deployment"]["presence"] == "released"


def test_show_of_a_run_has_its_operations_cause_and_evidence(milepost: Any, filled: SqliteStore) -> None:
    shown = milepost("show", "2").out
    assert "#2 up web   error" in shown
    assert "web#2/deploy" in shown
    assert "Cause     web deploy: web exited 1 before /healthz answered" in shown
    assert "  | KeyError: 'SMTP_HOST'" in shown


def test_show_tells_an_operation_from_its_run(milepost: Any, filled: SqliteStore) -> None:
    assert milepost("show", "web#1/release", "--json").document["kind"] == "operation"
    assert milepost("show", "01RELEASE000000000000000001", "--json").document["operation"]["stage"] == "release"
    assert milepost("show", "web#1", "--json").document["kind"] == "run"
    assert milepost("show", "01GOOD00000000000000000001", "--json").document["run"]["number"] == 1
    assert milepost("show", "last-failed", "-w", "production", "--json").document["run"]["number"] == 2


def test_an_unknown_ref_is_an_error_with_what_to_type(milepost: Any, filled: SqliteStore) -> None:
    ended = milepost("show", "99")
    assert ended.status == 2
    assert ended.err == "error: there is no run '99'\nhint: milepost history\n"


def test_logs_of_a_run_show_what_its_operations_printed(milepost: Any, filled: SqliteStore) -> None:
    lines = [
        OutputLine(number, "2026-03-03T10:00:00+00:00", "plugin", "stdout", text)
        for number, text in enumerate(["fetching", "\x1b[31mbuilt\x1b[0m"], 1)
    ]
    filled.write_output("01BUILD000000000000000001", lines)
    shown = milepost("logs", "--run", "1").out.splitlines()
    assert [line.partition(" ")[2] for line in shown] == ["web build | fetching", "web build | built"]
    assert [each["text"] for each in milepost("logs", "--run", "1", "--tail", "1", "--json").document["lines"]] == [
        "\x1b[31mbuilt\x1b[0m"
    ]


def test_lock_list_names_the_holder(milepost: Any, store: SqliteStore) -> None:
    assert milepost("lock", "list").out == "no lock is held\n"
    lock = store.lock("production/web")
    assert lock.acquire(
        {
            "run": 118,
            "run_id": "01GOOD",
            "verb": "up",
            "user": "ada",
            "host": "thinkpad",
            "since": "2026-03-03T10:00:00Z",
        }
    )
    shown = milepost("lock", "list", tty=True).out
    assert shown.splitlines()[1].split() == ["production/web", "ada@thinkpad", "2h", "ago", "#118", "up"]
    lock.release()


def test_lock_list_leaves_out_the_locks_that_runs_hold_for_themselves(milepost: Any, store: SqliteStore) -> None:
    lock = store.lock("run/01GOOD")
    assert lock.acquire({"run": 118, "run_id": "01GOOD", "verb": "up"})
    assert milepost("lock", "list").out == "no lock is held\n"
    lock.release()


@pytest.mark.parametrize("words", [("web", "-w", "production"), ("app/production/web",)], ids=" ".join)
def test_the_lock_of_an_app_can_be_named_after_the_app(
    milepost: Any, store: SqliteStore, words: tuple[str, ...]
) -> None:
    lock = store.lock("app/production/web")
    lock.acquire({"run": 118, "run_id": "01GOOD", "verb": "up", "user": "ada"})
    refused = milepost("lock", "break", *words)
    assert "This cancels #118 up of ada." in refused.out + refused.err
    assert refused.status == 5
    lock.release()


def test_breaking_a_lock_asks_first(milepost: Any, store: SqliteStore) -> None:
    lock = store.lock("production/web")
    lock.acquire({"run": 118, "run_id": "01GOOD", "verb": "up", "user": "ada"})
    refused = milepost("lock", "break", "production/web")
    assert refused.status == 5
    assert not store.cancel_asked("01GOOD")
    lock.release()


def test_breaking_a_lock_that_nobody_holds_is_an_error(milepost: Any) -> None:
    assert "there is no lock 'web'" in milepost("lock", "break", "web").err


def test_plugin_list_names_role_word_and_distribution(milepost: Any) -> None:
    assert milepost("plugin", "list").out.splitlines()[1].split() == [
        "builder",
        "files",
        "milepost-local",
        "0.1.0",
        "v1",
    ]
    assert milepost("plugin", "list", "--json").document["plugins"][0]["word"] == "files"


def test_plugin_show_of_an_unknown_one_names_the_nearest(milepost: Any) -> None:
    ended = milepost("plugin", "show", "fils")
    assert (ended.status, ended.err.splitlines()[0]) == (
        2,
        "error: there is no plugin 'fils'; did you mean 'files'?",
    )


def test_store_adopt_says_where_the_history_is(milepost: Any, store: SqliteStore) -> None:
    assert milepost("store", "adopt", "--json").document["place"] == store.place


def test_show_of_a_run_does_not_advise_to_show_it(
    milepost: Any, store: SqliteStore, make_run: Any, make_operation: Any
) -> None:
    run = make_run("01RUN")
    number = store.append(run)
    for stage, hint in (("build", f"milepost show {number}"), ("deploy", "milepost show 7")):
        failure = {"code": "x", "message": "why", "hint": hint}
        store.append(make_operation(f"01{stage}", run, number, stage=stage, label=stage, failure=failure))
    shown = milepost("show", str(number)).out
    assert [line for line in shown.splitlines() if line.startswith("Hint")] == ["Hint      milepost show 7"]
