"""The tools that prepare apps, for real: each test needs its tool and nothing of the network."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Artifact, Recorded
from milepost.testing.bench import Bench
from milepost.testing.project import write_files
from milepost_local.config import LocalConfig

from .running import place

Build = Callable[..., Artifact]
Deploy = Callable[..., Recorded[Any]]

TOOLS = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
PYPROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
UV_LOCK = (
    'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n'
    '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n'
)
PACKAGE = '{"name": "shop", "version": "1.0.0", "dependencies": {"own": "file:own"}}'
PACKAGE_LOCK = """{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {
  "": {"name": "shop", "version": "1.0.0", "dependencies": {"own": "file:own"}},
  "node_modules/own": {"resolved": "own", "link": true},
  "own": {"version": "1.0.0"}}}"""


def environment(bench: Bench, **more: str) -> dict[str, str]:
    return {"PATH": TOOLS, "HOME": str(bench.folder / "home"), **more}


def reused(bench: Bench) -> bool:
    return any(each.startswith("prepared as before") for each in bench.steps[-1].noted("say"))


@pytest.mark.skipif(shutil.which("uv", path=TOOLS) is None, reason="uv: not installed")
def test_an_app_with_a_uv_lock_runs_in_its_own_environment(bench: Bench, build: Build, deploy: Deploy) -> None:
    write_files(bench.source, {"pyproject.toml": PYPROJECT, "uv.lock": UV_LOCK, ".python-version": "3.11\n"})
    command = ["python", "-c", "import sys, time; print(sys.prefix, flush=True); time.sleep(300)"]
    config = LocalConfig(command=command, worker=True, settle=0.5)
    env = environment(bench, UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never", UV_PYTHON=sys.executable)
    for again in (False, True):
        recorded = deploy(config, build(), environment=env)
        assert reused(bench) == again
        text = (place(recorded).log / "web.1.log").read_text()
        assert text.strip().endswith(str(place(recorded).app / ".venv"))


@pytest.mark.skipif(shutil.which("npm", path=TOOLS) is None, reason="npm: not installed")
def test_an_app_with_a_package_lock_finds_its_modules(bench: Bench, build: Build, deploy: Deploy) -> None:
    own = {"own/package.json": '{"name": "own", "version": "1.0.0"}', "own/index.js": "module.exports = 'own module'"}
    write_files(bench.source, {"package.json": PACKAGE, "package-lock.json": PACKAGE_LOCK, **own})
    command = ["node", "-e", "console.log(require('own')); setTimeout(() => 0, 300000)"]
    config = LocalConfig(command=command, worker=True, settle=1)
    env = environment(bench, npm_config_offline="true", npm_config_audit="false", npm_config_update_notifier="false")
    for again in (False, True):
        recorded = deploy(config, build(), environment=env)
        assert reused(bench) == again
        assert "own module" in (place(recorded).log / "web.1.log").read_text()
