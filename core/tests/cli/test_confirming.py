"""What has to be typed before data goes: at a terminal it is asked for, and `--yes` does not answer it."""

from __future__ import annotations

from core.tests.cli.conftest import Milepost


def test_the_name_of_what_loses_its_data_is_asked_for_even_with_yes(milepost: Milepost) -> None:
    ended = milepost("destroy", "web", "-w", "production", "--volumes", "--yes", answers="production\n")
    assert ended.status == 5
    assert "with all data in its volumes, for ever. Type production/web to go on:" in ended.err
    assert "expected production/web, found 'production'; nothing was changed" in ended.err


def test_of_several_apps_it_is_the_workspace(milepost: Milepost) -> None:
    ended = milepost("destroy", "--all", "-w", "production", "--volumes", answers="no\n")
    assert "This removes every app from production" in ended.err
    assert "Type production to go on:" in ended.err
    assert ended.status == 5
