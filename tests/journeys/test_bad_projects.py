"""Project files and command lines as people get them wrong: exit status 2, where it is, what was expected."""

from __future__ import annotations

import pytest

from tests.journeys.place import Place
from tests.journeys.programs import DEPLOY, PROJECT, project

FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "an unknown block": (project(app="  helth {\n  }"), ("milepost.hcl:4", "helth", "health")),
    "an unknown argument": (project(app="  prot = 80"), ("milepost.hcl:4", "prot", "port")),
    "an unknown argument of a plugin": (project(DEPLOY.replace("command", "comand")), ("comand", "command")),
    "an unknown plugin": (project(DEPLOY.replace('"local"', '"lokal"')), ("lokal", "local")),
    "a wrong type": (project(app='  port = "eighty"'), ("milepost.hcl:4", "port", "eighty")),
    "a wrong type in a plugin": (project(DEPLOY.replace('["python3", "server.py"]', "7")), ("command", "list")),
    "a variable that is not there": (project(app="  port = var.prot"), ("milepost.hcl:4", "prot")),
    "a syntax error": ('project = "shop"\napp "web" {\n  build {\n', ("milepost.hcl:",)),
    "an app twice": (PROJECT + PROJECT.split("\n", 1)[1], ("web",)),
    "nothing at all": ("", ("project",)),
    "nesting of 1,000": (
        f'project = "shop"\nvariable "a" {{\n default = {"[" * 1000}{"]" * 1000}\n}}\n',
        ("milepost.hcl",),
    ),
    "10 MB": (f'project = "shop"\n# {"x" * 10_000_000}\n', ("milepost.hcl", "1")),
}

LINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "an unknown command": (("upp",), ("upp", "up")),
    "an unknown flag": (("up", "--forse"), ("--forse",)),
    "an unknown app": (("up", "wob"), ("wob", "web")),
    "an unknown REF": (("show", "77"), ("77",)),
    "a REF that is no REF": (("show", "web#x"), ("web#x",)),
    "an unknown variable": (("up", "--var", "gret=1"), ("gret",)),
    "a folder that is not there": (("up", "-C", "nowhere"), ("nowhere",)),
    "no length of time": (("up", "--lock-timeout", "soon"), ("soon",)),
    "a release of nothing": (("rollback", "--to", "99"), ("99",)),
}


@pytest.mark.parametrize("what", FILES)
def test_a_project_file_that_is_wrong_is_told_with_its_place_and_nothing_is_done(shop: Place, what: str) -> None:
    text, facts = FILES[what]
    shop.write(milepost__hcl=text)
    for command in ("validate", "up"):
        answer = shop.run(command, status=2)
        for fact in facts:
            assert fact in answer.told, answer.told
    shop.write(milepost__hcl=PROJECT)
    assert shop.json("history")["runs"] == []


@pytest.mark.parametrize("what", LINES)
def test_a_command_line_that_is_wrong_is_told_and_nothing_is_done(shop: Place, what: str) -> None:
    words, facts = LINES[what]
    answer = shop.run(*words, status=2)
    for fact in facts:
        assert fact in answer.told, answer.told
    assert answer.err.startswith("error: ")
    assert shop.json("history")["runs"] == []


def test_binary_bytes_are_no_project(shop: Place) -> None:
    (shop.folder / "milepost.hcl").write_bytes(bytes(range(256)))
    assert "milepost.hcl" in shop.run("up", status=2).err


def test_a_byte_order_mark_does_no_harm(shop: Place) -> None:
    (shop.folder / "milepost.hcl").write_bytes(b"\xef\xbb\xbf" + PROJECT.encode())
    assert shop.run("validate").status == 0


def test_a_folder_without_a_project_file_says_how_to_get_one(empty: Place) -> None:
    assert "milepost init" in empty.run("up", status=2).err


def test_of_two_project_files_the_first_of_ours_counts(shop: Place) -> None:
    shop.write(waypoint__hcl='project = "other"\n')
    assert shop.json("status")["project"] == "shop"


def test_a_workspace_that_is_not_listed_is_refused_with_those_that_are(shop: Place) -> None:
    shop.write(milepost__hcl=PROJECT.replace("\n", '\nworkspaces = ["staging", "production"]\n', 1))
    answer = shop.run("up", status=2)
    assert "production" in answer.err
    assert "staging" in answer.err
    assert "did you mean 'production'" in shop.run("up", "-w", "prodution", status=2).err
