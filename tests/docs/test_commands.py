"""What the documentation tells people to type works, page by page, in a folder of its own, and prints what it shows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.page import ROOT, Block, Typed, agrees, blocks, needs_containers, pages, run, typed
from tests.docs.quay import Quay
from tests.engines.docker import Engine
from tests.engines.registries import Registry

pytestmark = [pytest.mark.serial, pytest.mark.slow]


def _runs(page: Path) -> list[Block]:
    """Return the blocks of a page that make files or type commands."""
    return [block for block in blocks(page) if not block.excused and (block.language == "console" or block.file)]


def _pages(*, containers: bool = False) -> list[Path]:
    """Return the pages on which something is typed, by whether that needs containers."""
    return [
        page
        for page in pages()
        if any(block.language == "console" for block in _runs(page)) and needs_containers(page) is containers
    ]


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


@pytest.fixture
def quay(folder: Path, docker_engine: Engine, registry: Registry) -> Iterator[Quay]:
    """The same folder with an engine and a registry; what the page left there is removed at the end."""
    quay = Quay(folder, docker_engine, registry)
    yield quay
    quay.clear()


@pytest.mark.parametrize("page", _pages() or [None], ids=lambda page: page and str(page.relative_to(ROOT)))
def test_what_a_page_says_can_be_typed(page: Path | None, folder: Path) -> None:
    assert page is not None or _pages() == []
    _type(page, folder, None)


@pytest.mark.parametrize("page", _pages(containers=True), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_of_containers_can_be_typed(page: Path, folder: Path, quay: Quay) -> None:
    _type(page, folder, quay)


def _type(page: Path | None, folder: Path, quay: Quay | None) -> None:
    """Make the files of a page and type its commands."""
    here = folder
    for block in _runs(page) if page else ():
        if block.file:
            (here / block.file).parent.mkdir(parents=True, exist_ok=True)
            (here / block.file).write_text(quay.ours(block.text) if quay else block.text, encoding="utf-8")
            continue
        for each in typed(block):
            if each.command.startswith("cd "):
                here = (here / each.command[3:].strip()).resolve()
                continue
            _check_command(block, each, here, folder, quay)


def _check_command(block: Block, each: Typed, here: Path, folder: Path, quay: Quay | None) -> None:
    """Type one command and compare; a page that shows a failure shows `error:`, `FAILED` or `exit 1:` too."""
    command = quay.ours(each.command) if quay else each.command
    ended = run(each._replace(command=f"cd '{here}'\n{command}"), folder, quay.environment if quay else None)
    printed = quay.theirs(ended.stdout) if quay else ended.stdout
    told = f"{block.place}\n$ {each.command}\n{printed}"
    shows_failure = any(line.startswith(("error", "exit ")) or "FAILED" in line for line in each.expected)
    assert (ended.returncode != 0) is shows_failure, told
    assert agrees(each.expected, printed), f"{told}\nthe page shows:\n" + "\n".join(each.expected)
