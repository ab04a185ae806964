"""The files of an app's config: where they are put, who may read them, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from milepost.sdk import Artifact, OperationError, Recorded, Secret, Task
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost_local.config import LocalConfig
from milepost_local.platform import LocalPlatform

from .running import place, until

Deploy = Callable[..., Recorded[Any]]

TEXT = "sekret-of-the-file"
SECRET = Secret([Part("password = "), Part(TEXT, 'secret("env", "PASSWORD")'), Part("\n")])


def test_files_are_among_the_apps_own_and_only_its_user_may_read_them(deploy: Deploy, serving: LocalConfig) -> None:
    app = place(deploy(serving, files={"conf/app.ini": SECRET, "README": "new"})).app
    written = app / "conf" / "app.ini"
    assert written.read_text() == f"password = {TEXT}\n"
    assert (written.stat().st_mode & 0o777, (app / "conf").stat().st_mode & 0o777) == (0o600, 0o700)
    assert (app / "README").read_text() == "new"


def test_files_are_there_before_the_app_starts_and_no_log_tells_what_is_secret_in_them(
    deploy: Deploy, serving: LocalConfig
) -> None:
    code = "import sys; print(open('conf').read(), flush=True); exec(open(sys.argv[1]).read())"
    command = [serving.command[0], "-c", code, serving.command[-1]]
    recorded = deploy(msgspec.structs.replace(serving, command=command), files={"conf": SECRET})
    log = place(recorded).log / "web.1.log"
    until(lambda: "password = ***" in log.read_text())
    assert TEXT not in log.read_text()


def test_a_piece_of_a_secret_variable_is_in_no_log(deploy: Deploy, serving: LocalConfig) -> None:
    code = f"import sys; print('{TEXT[:9]}' + '{TEXT[9:]}', flush=True); exec(open(sys.argv[1]).read())"
    command = [serving.command[0], "-c", code, serving.command[-1]]
    recorded = deploy(msgspec.structs.replace(serving, command=command), env={"URL": SECRET})
    log = place(recorded).log / "web.1.log"
    until(lambda: "***" in log.read_text())
    assert TEXT not in log.read_text()


@pytest.mark.parametrize("name", ["/etc/app.ini", "../app.ini", "conf/../../app.ini"])
def test_a_file_outside_of_the_apps_folder_is_refused(deploy: Deploy, serving: LocalConfig, name: str) -> None:
    with pytest.raises(OperationError, match="is not in the app's folder"):
        deploy(serving, files={name: "x"})


def test_a_folder_that_leads_elsewhere_is_not_written_into(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    config = msgspec.structs.replace(serving, prepare=["ln", "-s", str(bench.source), "link"])
    with pytest.raises(OperationError, match="is not in the app's folder"):
        deploy(config, files={"link/app.ini": "x"})
    assert not (bench.source / "app.ini").exists()


def test_a_link_of_the_app_is_replaced_and_not_followed(
    bench: Bench, deploy: Deploy, serving: LocalConfig, build: Callable[..., Artifact]
) -> None:
    (bench.source / "outside").write_text("kept")
    (bench.source / "conf").symlink_to("outside")
    app = place(deploy(serving, build(), files={"conf": "new"})).app
    assert ((app / "conf").read_text(), (app / "outside").read_text()) == ("new", "kept")


def test_a_static_site_is_refused_files_that_everybody_would_see(deploy: Deploy) -> None:
    with pytest.raises(OperationError, match="which a static site would show to everybody"):
        deploy(LocalConfig(), files={"conf": "x"})


def test_a_task_has_the_files_too(bench: Bench, build: Callable[..., Artifact]) -> None:
    task = Task(name="migrate", command=(sys.executable, "-c", "print(open('conf').read())"))
    step = bench.step("task", files={"conf": "hello"})
    LocalPlatform(LocalConfig()).run_task(task, build(), step)
    assert "hello" in step.noted("output")
