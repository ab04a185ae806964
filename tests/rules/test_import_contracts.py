"""Imports run downhill: the contracts of the root pyproject.toml are kept, types counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.rules.repository import ROOT, check_none, settings


def test_the_import_contracts_are_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run((program, "--no-cache"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_contract_has_an_exception() -> None:
    importlinter = settings(ROOT)["tool"]["importlinter"]
    assert importlinter["exclude_type_checking_imports"] is False
    check_none([each["id"] for each in importlinter["contracts"] if "ignore_imports" in each])


def test_no_source_is_left_out_of_coverage() -> None:
    assert "omit" not in settings(ROOT)["tool"].get("coverage", {}).get("run", {})
