"""Signals, locks and readers that go away, with real processes."""

from __future__ import annotations

import signal
import subprocess
from typing import Any


def test_ctrl_c_cancels_and_ends_with_130(shop: Any) -> None:
    shop.world.trouble("deploy", "hang")
    process = subprocess.Popen(
        shop.argv("up"),
        cwd=shop.folder,
        env=shop.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    seen = []
    while "hanging at deploy" not in (line := process.stdout.readline()):
        assert line, seen
        seen.append(line)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert "exit 130: cancelled" in out
    assert shop.document("show", "last")["run"]["status"] == "cancelled"


def test_who_waits_for_a_lock_too_long_ends_with_4(shop: Any) -> None:
    shop.world.trouble("deploy", "hang")
    first = subprocess.Popen(shop.argv("up"), cwd=shop.folder, env=shop.environment, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    while "hanging at deploy" not in first.stdout.readline():
        assert first.poll() is None
    try:
        second = shop("up", "--lock-timeout", "0", status=4)
        assert "is locked by" in second.stdout + second.stderr
        assert "up" in shop("lock", "list").stdout
        assert shop("cancel", "1", "-m", "the wrong branch").stdout.startswith("asked #1 to end")
    finally:
        first.communicate()
    assert first.returncode == 130
    [cancel, *_, up] = shop.document("history")["runs"]
    assert (cancel["verb"], cancel["why"], cancel["target"]) == ("cancel", "the wrong branch", up["id"])
    assert "Target    #1 up" in shop("show", str(cancel["number"])).stdout


def test_a_reader_that_goes_away_does_not_stop_the_run(shop: Any) -> None:
    line = " ".join(shop.argv("up")) + " | head -1; echo ${PIPESTATUS[0]}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=shop.folder, env=shop.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert shop.document("show", "last")["run"]["status"] == "success"


def test_a_process_that_cannot_even_begin_is_heard(shop: Any) -> None:
    hook = 'import sys\nif "milepost.host.lifecycle.child" in sys.orig_argv:\n    sys.modules["pluggy"] = None\n'
    (shop.folder.parent / "plugins" / "sitecustomize.py").write_text(hook)
    done = subprocess.run(
        shop.argv("up"), cwd=shop.folder, env=shop.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Cause   web: its process died: ModuleNotFoundError" in done.stdout
    assert "import pluggy" in done.stdout, "the traceback is a bug report"


def test_a_variable_without_a_value_keeps_nobody_from_what_goes_by_records(shop: Any) -> None:
    place = shop.folder / "milepost.hcl"
    place.write_text(place.read_text().replace('  default = "one"\n', ""))
    shop("up", "--var", "tag=one")
    shop("up", "--var", "tag=two")
    assert "no default" in shop("up", status=2).stderr
    assert shop.document("status")["apps"][0]["health"]["name"] == "ready"
    for words in (("stop",), ("start",), ("rollback",), ("restart",), ("destroy", "--all", "--yes")):
        shop(*words)


def test_an_app_that_has_left_the_file_can_still_be_destroyed(shop: Any) -> None:
    place = shop.folder / "milepost.hcl"
    whole = place.read_text()
    other = 'app "old" {\n  build {\n    use "fake" {}\n  }\n  deploy {\n    use "fake" {}\n  }\n}\n'
    for named in (("old",), ("--all",)):
        place.write_text(whole + other)
        shop("up", "old")
        place.write_text(whole)
        assert "there is no app 'old'" in shop("up", "old", status=2).stderr
        assert "DESTROYED" in shop("destroy", *named, "--yes").stdout
        assert shop.document("deployment", "list")["deployments"][0]["presence"] == "destroyed"
    assert "there is no app 'wbe'" in shop("destroy", "wbe", "--yes", status=2).stderr
