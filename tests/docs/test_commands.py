"""What the documentation tells people to type works, page by page, in a folder of its own, and prints what it shows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.page import ROOT, Block, Typed, agrees, blocks, pages, run, typed

pytestmark = [pytest.mark.serial, pytest.mark.slow]


def _runs(page: Path) -> list[Block]:
    """Return the blocks of a page that make files or type commands."""
    return [block for block in blocks(page) if not block.excused and (block.language == "console" or block.file)]


def _pages() -> list[Path]:
    """Return the pages on which something is typed."""
    return [page for page in pages() if any(block.language == "console" for block in _runs(page))]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one page, with the examples in it; what the page left running is destroyed at the end."""
    with tempfile.TemporaryDirectory(prefix="page") as scratch:  # short, because sockets will have their place in it
        folder = Path(scratch) / "page"
        folder.mkdir()
        if (ROOT / "docs" / "examples").is_dir():
            shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
        try:
            yield folder
        finally:
            for file in sorted(folder.rglob("milepost.hcl")):
                run(Typed(f"milepost -C '{file.parent}' destroy --all --yes", ()), folder)


@pytest.mark.parametrize("page", _pages() or [None], ids=lambda page: page and str(page.relative_to(ROOT)))
def test_what_a_page_says_can_be_typed(page: Path | None, folder: Path) -> None:
    assert page is not None or _pages() == []
    here = folder
    for block in _runs(page) if page else ():
        if block.file:
            (here / block.file).parent.mkdir(parents=True, exist_ok=True)
            (here / block.file).write_text(block.text, encoding="utf-8")
            continue
        for each in typed(block):
            if each.command.startswith("cd "):
                here = (here / each.command[3:].strip()).resolve()
                continue
            _check_command(block, each, here, folder)


def _check_command(block: Block, each: Typed, here: Path, folder: Path) -> None:
    """Type one command and compare; a page that shows a failure shows `error:`, `FAILED` or `exit 1:` too."""
    located = each._replace(command=f"cd '{here}'\n{each.command}")
    ended = run(located, folder)
    told = f"{block.place}\n$ {each.command}\n{ended.stdout}"
    shows_failure = any(line.startswith(("error", "exit ")) or "FAILED" in line for line in each.expected)
    assert (ended.returncode != 0) is shows_failure, told
    assert agrees(each.expected, ended.stdout), f"{told}\nthe page shows:\n" + "\n".join(each.expected)
