"""Waypoint's own example file for `pack` is built as it stands, by the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.engines.buildpacks import Buildpacks

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "waypoint" / "pack"


def test_waypoints_file_for_pack_is_built_unchanged(current_buildpacks: Buildpacks, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "pages")
    own = {name: str(tmp_path / "user") for name in ("HOME", "MILEPOST_STATE", "MILEPOST_CACHE")}
    program = Path(sys.executable).with_name("milepost")
    argv = (str(program), "build", "--json", "--var", f"builder={current_buildpacks.builder}")
    ended = subprocess.run(
        argv,
        cwd=tmp_path / "pages",
        env={**current_buildpacks.environment, **own},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    operation = next(iter(json.loads(ended.stdout)["operations"]))
    assert operation["artifact"]["kind"] == "container-image/1"
    assert operation["artifact"]["details"]["image"] == "milepost/pages/web"
    assert operation["artifact"]["details"]["buildpacks"] == [{"id": "test/pages", "version": "1.2.3"}]
