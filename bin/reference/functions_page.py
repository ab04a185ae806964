"""The page about the functions of the config language, by family."""

from __future__ import annotations

from collections.abc import Iterator

from write import code, page, paragraph, table

from milepost.host.language.handbook import Page, families, pages

INTRO = """The functions that expressions in a project file may call. Arguments are converted to the types that are
named here, as the language converts; what does not fit is an error with its place. A parameter in brackets
may be left out, and the last one with `…` takes any number. A function whose argument is not known yet is
not called, and what comes of a secret is a secret. `milepost functions NAME` says the same of one function,
of those of installed plugins, too."""


def functions_page() -> str:
    """Return the page."""
    known = {each.name: each for each in pages()}
    parts = []
    for family, names in families().items():
        parts.append(f"## {family}")
        for name in names:
            parts += _function(known[name])
    return page("Functions", INTRO, parts)


def _function(found: Page) -> Iterator[str]:
    """Yield the parts about one function."""
    yield f"### `{found.signature}`"
    yield found.summary
    if found.text:
        yield paragraph(found.text) if "- `" not in found.text else found.text
    if found.parameters:
        yield "Takes " + ", ".join(f"{code(name)} ({kind})" for name, kind in found.parameters) + "."
    if found.examples:
        yield table(
            ("example", "result"), [(code(each.call), code(each.result) or "an error") for each in found.examples]
        )
