"""The environment that an app gets: its own configuration, and little else of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from milepost.sdk import Secret, Step

PASSED = ("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER", "XDG_RUNTIME_DIR")
"""What every app gets of the user's environment; besides, what begins with LC_."""


def app_environment(app: Path, passed: list[str], step: Step) -> dict[str, str | Secret]:
    """Return the variables of the app in folder `app`: the user's that are passed, then its own, which win.

    What `prepare` made is found first: the programs of a virtual environment and of node_modules.
    """
    wanted = {*PASSED, *passed}
    env: dict[str, str | Secret] = {
        name: value for name, value in step.facts.environment.items() if name in wanted or name.startswith("LC_")
    }
    env.update(found_first(app, step.facts.environment))
    # Else what an app printed last before it was killed is lost in its buffer.
    env["PYTHONUNBUFFERED"] = "1"
    env.update(step.facts.env)
    return env


def found_first(app: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which the programs that belong to the app are found before others."""
    env = {}
    folders = [folder for folder in (app / ".venv" / "bin", app / "node_modules" / ".bin") if folder.is_dir()]
    usual = environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    env["PATH"] = ":".join([*map(str, folders), usual])
    if app / ".venv" / "bin" in folders:
        env["VIRTUAL_ENV"] = str(app / ".venv")
    return env
