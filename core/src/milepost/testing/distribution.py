"""Real distributions in a temporary folder, installed and removed without an installer."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path

from milepost.testing.project import write_files


def write_distribution(
    folder: Path,
    name: str,
    version: str,
    entry_points: Mapping[str, Mapping[str, str]],
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write what an installer would leave in `folder` and return the metadata folder.

    `entry_points` is group → name → module; `files` are the modules, by path.
    """
    write_files(folder, files or {})
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    groups = [
        "\n".join([f"[{group}]", *(f"{word} = {module}" for word, module in entries.items())])
        for group, entries in entry_points.items()
    ]
    documents = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}
    if groups:
        documents["entry_points.txt"] = "\n\n".join(groups) + "\n"
    write_files(metadata, documents)
    return metadata


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Make the modules in `folder` importable for a while; afterwards none of them is left imported."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]
