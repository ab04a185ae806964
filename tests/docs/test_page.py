"""How pages are read: blocks, commands, and output that is compared loosely."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.page import ROOT, Block, Typed, agrees, blocks, run, typed
from tests.docs.wrapping import whole_project

FENCE = "`" * 3


def test_blocks_have_their_language_their_file_and_their_excuse(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    lines = ["text", f"{FENCE}hcl milepost.hcl", 'project = "p"', FENCE, "<!-- not run: it needs a network -->", ""]
    page.write_text("\n".join([*lines, f"{FENCE}console", "$ git pull", FENCE, f"{FENCE}toml", FENCE]), "utf-8")
    found = [(each.line, each.language, each.file, each.text, each.excused) for each in blocks(page)]
    assert found == [
        (2, "hcl", "milepost.hcl", 'project = "p"\n', False),
        (7, "console", "", "$ git pull\n", True),
        (10, "toml", "", "", False),
    ]


def test_commands_have_the_output_that_follows_them() -> None:
    block = Block(ROOT, 1, "console", "", "$ one \\\n  two\nout\n$ three\n", False)
    assert list(typed(block)) == [Typed("one \\\n  two", ("out",)), Typed("three", ())]


@pytest.mark.parametrize(
    ("expected", "same"),
    [
        (("web  live",), True),
        (("web ... in 3 s",), False),
        (("web build ... 41s", "web live"), True),
        (("web live", "web build …"), False),
        (("...", "web live"), True),
        ((), True),
        (("web",), False),
    ],
)
def test_output_is_compared_line_by_line_and_loosely(expected: tuple[str, ...], same: bool) -> None:
    assert agrees(expected, "16:02 start\nweb   build done 41s\nweb live\n") is same


def test_a_command_that_fails_is_seen_in_the_middle_of_a_pipe(tmp_path: Path) -> None:
    assert run(Typed("false | cat", ()), tmp_path).returncode == 1
    assert run(Typed("echo $MILEPOST_STATE", ()), tmp_path).stdout == f"{tmp_path.parent / 'state'}\n"


@pytest.mark.parametrize(
    ("piece", "place"),
    [
        ('project = "p"\n', 'project = "p"'),
        ('variable "tag" {}\n', 'project = "page"\nvariable "tag" {}\n\napp "web"'),
        ("locals {\n}\n", 'project = "page"\nlocals {\n}\n\napp "web"'),
        ("health {\n}\n", 'app "web" {\nhealth {\n}\ndeploy'),
        ('task "t" {\n}\n', 'deploy {\ntask "t" {\n}\nuse "local"'),
        ("hook {\n}\n", "build {\nhook {\n}\nuse"),
        ("verify {\n}\n", "release {\nverify {\n}\nuse"),
        ('use "local" {}\n', 'deploy {\nuse "local" {}\n}'),
    ],
)
def test_a_piece_of_a_project_file_is_put_in_its_place(piece: str, place: str) -> None:
    assert place in whole_project(piece)
