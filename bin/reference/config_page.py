"""The page about the project file: every block and every argument."""

from __future__ import annotations

from write import page

from milepost.cli.render_docs import markdown
from milepost.host.project.reference import pages

INTRO = """Everything that may stand in a `milepost.hcl`. `milepost config docs BLOCK` says the same on the command
line, and `milepost config schema` gives it as a JSON Schema for editors, for files that are written as
`milepost.hcl.json`. What may stand in a `use` block is on the page about [plugins](plugins.md), and what
expressions may call on the page about [functions](functions.md).

A *duration* is a number of seconds, or a text such as `"30s"`, `"5m"`, `"1h30m"` or `"500ms"`. Some
arguments are read before anything is evaluated, and must be plain: no `${…}`, no names."""

PLAIN = "## Plain arguments"


def config_page() -> str:
    """Return the page."""
    plain = [
        f"`{each.name if block.name == 'project file' else f'{block.name} > {each.name}'}`"
        for block in pages()
        for each in block.arguments
        if each.plain
    ]
    listed = ", ".join(dict.fromkeys(plain))
    return page(
        "The project file",
        INTRO,
        [*markdown(pages()), PLAIN, f"These are read before anything is evaluated: {listed}."],
    )
