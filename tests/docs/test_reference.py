"""The reference, and the generated tables of the guides, say what the sources say."""

from __future__ import annotations

import re
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


def test_the_architecture_names_files_that_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:host|cli)/[\w/]+\.py)`", text))
    assert named
    assert [name for name in sorted(named) if not (ROOT / "core" / "src" / "milepost" / name).is_file()] == []
