"""Make docs/reference and the generated tables of guides and READMEs; `--check` only says what is not as made."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from cli_page import cli_page
from config_page import config_page
from errors_page import errors_page
from functions_page import functions_page
from hooks_page import hooks_page
from plugins_page import plugins_page
from project_tables import TABLES
from read import ROOT
from records_page import records_page
from sdk_page import sdk_page
from use_tables import offers, use_tables
from write import COMMAND

PAGES = {
    "cli": cli_page,
    "config": config_page,
    "errors": errors_page,
    "functions": functions_page,
    "hooks": hooks_page,
    "plugins": plugins_page,
    "records": records_page,
    "sdk": sdk_page,
}
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(<!-- table: (?P<name>[\w-]+) -->)\n.*?(<!-- end of the table -->)", re.DOTALL)


def made() -> Iterator[tuple[Path, str]]:
    """Yield each file that is made, or has a part that is, with its text as it should be."""
    for name, make in PAGES.items():
        yield DOCS / "reference" / f"{name}.md", make()
    for file in sorted((DOCS / "guides").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        yield file, BLOCK.sub(lambda found: f"{found[1]}\n{TABLES[found['name']]()}\n{found[3]}", text)
    for file in sorted((ROOT / "builtin_plugins").glob("*/README.md")):
        yield file, _with_arguments(file.read_text(encoding="utf-8"))


def _with_arguments(text: str) -> str:
    """Return a README with its tables of `use` blocks; what it describes once is not described again."""
    told: dict[str, str] = {}
    known = {f"{each.role}-{each.word}": each for each in offers()}
    return BLOCK.sub(lambda found: "\n\n".join([found[1], *use_tables(known[found["name"]], told), found[3]]), text)


def main(words: list[str]) -> int:
    """Write what is not as it should be, or only name it."""
    if words not in ([], ["--check"]):
        print(f"usage: {COMMAND} [--check]", file=sys.stderr)
        return 2
    other = [(file, text) for file, text in made() if not file.is_file() or file.read_text(encoding="utf-8") != text]
    for file, text in other:
        if words:
            print(f"{file.relative_to(ROOT)} is not what the sources say; run {COMMAND}", file=sys.stderr)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {file.relative_to(ROOT)}")
    return 1 if other and words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
