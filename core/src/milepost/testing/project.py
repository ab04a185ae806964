"""Projects in a temporary folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by their path below `folder`, making the folders they need, and return `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def write_project(folder: Path, hcl: str, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Write a project: its `milepost.hcl`, and the files of its apps. Returns `folder`."""
    return write_files(folder, {"milepost.hcl": hcl, **(files or {})})
