"""A file is named after a concept of the field, not after a bag."""

from __future__ import annotations

from tests.rules.repository import ROOT, check_none, files, sources

BAGS = {"utils", "util", "helpers", "helper", "base", "common", "manager", "managers", "models", "types", "misc"}
LOCKS = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}


def test_no_module_is_a_bag() -> None:
    bags = [
        source.name
        for source in sources()
        if BAGS & {source.path.stem, *source.path.relative_to(ROOT).parent.parts}
        or source.path.stem.removeprefix("test_") in BAGS
    ]
    check_none(bags)


def test_no_lock_file_is_kept() -> None:
    check_none([str(path.relative_to(ROOT)) for path in files() if path.name in LOCKS])
