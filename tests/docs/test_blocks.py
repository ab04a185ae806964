"""Every code block of the documentation runs or is what it says it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.page import LANGUAGES, ROOT, Block, Typed, blocks, pages, run
from tests.docs.wrapping import whole_project

ALL = [block for page in pages() for block in blocks(page)]


def _of(*languages: str) -> list[Block]:
    """Return the blocks in these languages that nothing excuses."""
    return [block for block in ALL if block.language in languages and not block.excused]


def _each(*languages: str) -> pytest.MarkDecorator:
    """Make a test run once for each block in these languages."""
    return pytest.mark.parametrize("block", _of(*languages) or [None], ids=lambda each: each and each.place)


def test_every_block_names_its_language() -> None:
    unknown = [f"{block.place} {block.language!r}" for block in ALL if block.language not in LANGUAGES]
    assert unknown == []


@_each("python")
def test_python_runs(block: Block | None, tmp_path: Path) -> None:
    if block is None:
        assert _of("python") == []
        return
    code = compile(block.text, block.place, "exec")
    if not block.file:  # a block that is a file of its page is run by the page's commands
        argv = (sys.executable, "-W", "error", "-c", block.text)
        ended = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{block.place}\n{ended.stderr}"
    assert code


@_each("hcl")
def test_project_files_are_understood(block: Block | None, tmp_path: Path) -> None:
    from milepost.host.project.cache import read_project

    if block is None:
        assert _of("hcl") == []
        return
    file = tmp_path / "milepost.hcl"
    file.write_text(whole_project(block.text), encoding="utf-8")
    assert read_project(file, None).name


@pytest.mark.parametrize(
    "block",
    [each for each in _of("hcl") if 'use "docker"' in each.text and each.file != "waypoint.hcl"],
    ids=lambda each: each.place,
)
def test_project_files_with_containers_say_what_their_plugins_know(block: Block, tmp_path: Path) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "milepost.hcl").write_text(whole_project(block.text), encoding="utf-8")
    ended = run(Typed("milepost validate", ()), folder)
    assert ended.returncode == 0, ended.stdout


@_each("toml", "json")
def test_documents_can_be_read(block: Block | None) -> None:
    if block is None:
        assert _of("toml", "json") == []
        return
    read = tomllib.loads if block.language == "toml" else json.loads
    assert read(block.text) is not None, block.place


def test_every_link_to_a_file_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert broken == []
