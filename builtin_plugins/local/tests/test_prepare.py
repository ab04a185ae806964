"""What is run before an app starts, and when what it made before is used again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Artifact, CommandFailedError, Recorded
from milepost.testing.bench import Bench
from milepost.testing.project import write_files
from milepost_local.config import LocalConfig
from milepost_local.environment import found_first
from milepost_local.prepare import KEPT, preparations, prepare
from milepost_local.relocate import relocate

Deploy = Callable[..., Recorded[Any]]
MAKE = ["sh", "-c", "echo ran >> $HOME/runs; mkdir -p node_modules/.bin; echo x > node_modules/dep; touch generated"]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    made = tmp_path / "app"
    write_files(made, {"server.py": "", "requirements.txt": "flask==3\n"})
    return made


def runs(bench: Bench) -> int:
    told = bench.folder / "home/runs"
    return told.read_text().count("ran") if told.exists() else 0


def prepared(bench: Bench, app: Path, config: LocalConfig) -> Path:
    import shutil

    fresh = app.with_name(f"{app.name}{len(bench.steps)}")
    shutil.copytree(app, fresh)
    prepare(config, fresh, bench.step("deploy"))
    return fresh


def test_with_the_same_lock_files_it_runs_once(bench: Bench, app: Path) -> None:
    config = LocalConfig(command=["x"], prepare=MAKE)
    one, two = prepared(bench, app, config), prepared(bench, app, config)
    assert runs(bench) == 1
    for made in (one, two):
        assert (made / "node_modules/dep").read_text() == "x\n"
        assert (made / "generated").exists()
    assert not os.path.samefile(one / "node_modules/dep", two / "node_modules/dep")


@pytest.mark.parametrize(
    "change",
    [
        lambda app, config: ((app / "requirements.txt").write_text("flask==4\n"), config)[1],
        lambda app, config: LocalConfig(command=["x"], prepare=[*MAKE, "more"]),
        lambda app, config: LocalConfig(command=["x"], prepare=MAKE, prepare_key=["server.py"]),
    ],
    ids=["lock file", "command", "key files"],
)
def test_it_runs_again_when_what_it_depends_on_changes(
    bench: Bench, app: Path, change: Callable[[Path, LocalConfig], LocalConfig]
) -> None:
    config = LocalConfig(command=["x"], prepare=MAKE)
    prepared(bench, app, config)
    prepared(bench, app, change(app, config))
    assert runs(bench) == 2


def test_without_a_lock_file_it_runs_each_time(bench: Bench, app: Path) -> None:
    (app / "requirements.txt").unlink()
    config = LocalConfig(command=["x"], prepare=MAKE)
    prepared(bench, app, config)
    prepared(bench, app, config)
    assert runs(bench) == 2


def test_a_failure_is_told_and_not_kept(bench: Bench, app: Path) -> None:
    config = LocalConfig(
        command=["x"], prepare=["sh", "-c", "echo ran >> $HOME/runs; touch half; echo broken >&2; exit 1"]
    )
    for _ in range(2):
        with pytest.raises(CommandFailedError, match="broken"):
            prepared(bench, app, config)
    assert runs(bench) == 2


def test_results_that_were_not_used_for_longest_are_forgotten(bench: Bench, app: Path) -> None:
    for number in range(KEPT + 3):
        prepared(bench, app, LocalConfig(command=["x"], prepare=[*MAKE, str(number)]))
    assert len(list((bench.data / "prepared").iterdir())) == KEPT


@pytest.mark.parametrize(
    ("files", "config", "expected"),
    [
        ({"uv.lock": ""}, {}, [("uv", "sync", "--frozen")]),
        ({"package-lock.json": "{}"}, {}, [("npm", "ci")]),
        ({"uv.lock": "", "package-lock.json": "{}"}, {}, [("uv", "sync", "--frozen"), ("npm", "ci")]),
        ({"uv.lock": ""}, {"prepare": []}, []),
        ({"uv.lock": ""}, {"prepare": ["make"]}, [("make",)]),
        ({"a": ""}, {}, []),
    ],
)
def test_lock_files_say_what_is_run(
    tmp_path: Path, files: dict[str, str], config: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    write_files(tmp_path, files)
    assert [each.argv for each in preparations(LocalConfig(**config), tmp_path)] == expected


def test_copied_programs_know_their_new_place(tmp_path: Path) -> None:
    import subprocess

    old, new = tmp_path / "old", tmp_path / "new"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", old / ".venv"], check=True)
    write_files(old, {".venv/bin/tool": f"#!{old}/.venv/bin/python\nimport sys; print(sys.prefix)\n", "link": ""})
    (old / ".venv/bin/tool").chmod(0o755)
    (old / ".venv/inside").symlink_to(old / "link")
    old.rename(new)
    relocate(new / ".venv", str(old), str(new))
    told = subprocess.run([new / ".venv/bin/tool"], check=True, capture_output=True, text=True).stdout
    assert told.strip() == str(new / ".venv")
    assert (new / ".venv/inside").exists()


def test_what_was_prepared_is_found_before_the_users_programs(tmp_path: Path) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / "node_modules/.bin").mkdir(parents=True)
    env = found_first(tmp_path, {"PATH": "/usr/bin"})
    assert env["PATH"] == f"{tmp_path}/.venv/bin:{tmp_path}/node_modules/.bin:/usr/bin"
    assert env["VIRTUAL_ENV"] == f"{tmp_path}/.venv"


def test_a_deployment_starts_with_what_was_prepared_and_a_task_has_it_too(
    bench: Bench, build: Callable[..., Artifact], deploy: Deploy
) -> None:
    from milepost.sdk import Task
    from milepost_local.platform import LocalPlatform

    write_files(bench.source, {"requirements.txt": ""})
    make = "mkdir -p .venv/bin; printf '#!/bin/sh\\nexec sleep 300\\n' > .venv/bin/worker; chmod +x .venv/bin/worker"
    config = LocalConfig(command=["worker"], worker=True, settle=0.2, prepare=["sh", "-c", make])
    artifact = build()
    step = bench.step("task")
    LocalPlatform(config).run_task(Task(name="look", command=("which", "worker")), artifact, step)
    deploy(config, artifact)
    assert step.noted("output")[-1].endswith("/task/.venv/bin/worker")
    assert "prepared as before: sh -c" in "\n".join(bench.steps[-1].noted("say"))


def test_a_secret_of_the_app_is_not_in_what_prepares_it(bench: Bench, app: Path) -> None:
    config = LocalConfig(command=["x"], prepare=["sh", "-c", "env > told"])
    made = prepared(bench, app, config)
    assert "PASSWORD" not in (made / "told").read_text()
