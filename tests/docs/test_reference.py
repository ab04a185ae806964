"""The reference, and the generated tables of the guides, say what the sources say."""

from __future__ import annotations

import subprocess
import sys

from tests.docs.page import ROOT


def test_the_generated_pages_are_what_the_sources_say() -> None:
    argv = (sys.executable, "bin/reference", "--check")
    ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_another_word_than_check_is_refused() -> None:
    argv = (sys.executable, "bin/reference", "--chek")
    ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "--check" in ended.stderr
