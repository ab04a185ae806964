"""The files of the example plugin, as the guides show them."""

from __future__ import annotations

from collections.abc import Callable

from read import ROOT

PLUGIN = ROOT / "docs" / "examples" / "plugin"
SHOWN = {
    "example-pyproject": ("toml", "pyproject.toml"),
    "example-plugin": ("python", "src/milepost_webroot/plugin.py"),
    "example-config": ("python", "src/milepost_webroot/config.py"),
    "example-platform": ("python", "src/milepost_webroot/platform.py"),
    "example-test": ("python", "tests/test_contract.py"),
}
"""For each name in a guide: the language and the file."""


def example(name: str) -> Callable[[], str]:
    """Return what shows the file of that name."""
    language, file = SHOWN[name]
    return lambda: f"```{language} {file}\n{(PLUGIN / file).read_text(encoding='utf-8').rstrip()}\n```"
