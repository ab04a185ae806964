"""Waypoint's own example file for `pack` runs as it stands, by the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.engines.buildpacks import Buildpacks

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "waypoint" / "pack"


def test_waypoints_file_for_pack_goes_live_unchanged(current_buildpacks: Buildpacks, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    shutil.copytree(EXAMPLE, folder)
    own = {name: str(tmp_path / "user") for name in ("HOME", "MILEPOST_STATE", "MILEPOST_CACHE")}
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{current_buildpacks.environment['PATH']}"
    environment = {**current_buildpacks.environment, **own, "PATH": path}

    def milepost(*words: str) -> dict[str, Any]:
        argv = (str(programs / "milepost"), *words, "--json")
        ended = subprocess.run(argv, cwd=folder, env=environment, check=False, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        document: dict[str, Any] = json.loads(ended.stdout)
        return document

    try:
        document = milepost("up", "--var", f"builder={current_buildpacks.builder}")
        stages = {each["stage"]: each for each in document["operations"]}
        details = stages["build"]["artifact"]["details"]
        assert details["buildpacks"] == [{"id": "test/pages", "version": "1.2.3"}]
        with urllib.request.urlopen(stages["release"]["release"]["urls"][0]) as page:
            assert b"nobody wrote a Dockerfile" in page.read()
    finally:
        milepost("destroy", "--all", "--yes")
