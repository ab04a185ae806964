"""The pytest plugin counts contract tests, alone and with several workers."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from milepost.testing.project import write_files

SUITE = """
import pytest

from milepost.testing.contracts.builder import BuilderContract
from milepost.testing.fakes import plugin
from milepost.testing.fakes.builder import FakeBuilderConfig


class TestFake(BuilderContract):
    lacks = {"keeps": "on purpose", "reproducible": "on purpose", "failing": "nothing fails"}

    @pytest.fixture
    def offer(self):
        return plugin.milepost_builder("fake")

    @pytest.fixture
    def config(self):
        return FakeBuilderConfig()


def test_of_its_own():
    assert True
"""


# Where the distribution has the entry point already, naming the module would register it twice.
KNOWN = any(each.name == "milepost" for each in metadata.entry_points(group="pytest11"))
PLUGIN = () if KNOWN else ("-p", "milepost.testing.pytest_plugin")


def outcome(folder: Path, *options: str) -> str:
    write_files(folder, {"test_suite.py": SUITE, "pytest.ini": "[pytest]\n"})
    argv = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, ".")
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_contract_tests_are_counted_and_what_is_lacking_is_named(tmp_path: Path, workers: tuple[str, ...]) -> None:
    text = outcome(tmp_path, *PLUGIN, *workers)
    told = [line for line in text.splitlines() if line.startswith("contract: ")]
    assert told == [
        "contract: 8 ran, 3 not applicable; 1 without failing: nothing fails; "
        "1 without keeps: on purpose; 1 without reproducible: on purpose"
    ]
    assert "9 passed" in text
    assert "skipped" not in text


def test_a_run_without_contract_tests_says_nothing_of_them(tmp_path: Path) -> None:
    text = outcome(tmp_path, *PLUGIN, "-k", "of_its_own")
    assert "1 passed" in text
    assert "contract:" not in text
