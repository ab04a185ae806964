"""Projects in a temporary folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from milepost.host.project.scope import Outside


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by their path below `folder`, making the folders they need, and return `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def outside(folder: Path = Path("/nowhere"), **environment: str) -> Outside:
    """Return a world for a project file in which nothing happens: noon of a day in May, no git, that environment."""
    return Outside(
        environment={"HOME": str(folder / "home"), **environment},
        pwd=folder,
        now=lambda: datetime(2025, 5, 17, 12, tzinfo=UTC),
        git=lambda *words: None,
    )
