"""`milepost config docs|schema`: what may stand in a project file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from milepost.cli.complete import blocks
from milepost.cli.session import Session
from milepost.sdk.errors import MilepostError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from milepost.host.plugins.catalog import Catalog
    from milepost.sdk.config import PluginConfig

Block = Annotated[
    str | None, typer.Argument(metavar="BLOCK", help="A block such as hook; none: all.", autocompletion=blocks)
]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]


def show_docs(ctx: typer.Context, block: Block = None, markdown: Markdown = False) -> int:
    """Show the blocks and arguments of a project file: type, default and meaning of each."""
    # Only who asks needs the classes behind the blocks.
    from milepost.cli import render_docs  # noqa: PLC0415 - help must stay quick
    from milepost.host.project.reference import pages  # noqa: PLC0415 - see above

    session: Session = ctx.obj
    known = pages()
    found = [each for each in known if block in (None, each.name)]
    if not found:
        raise UnknownNameError("block", block or "", tuple(each.name for each in known), hint="milepost config docs")
    if markdown:
        session.screen.raw("\n\n".join(render_docs.markdown(found)))
        return 0
    document = {"blocks": [render_docs.facts(each) for each in found]}
    session.screen.answer("config-docs", document, render_docs.lines(found, session.screen))
    return 0


def show_schema(ctx: typer.Context) -> int:
    """Print the JSON Schema of milepost.hcl.json, with the arguments of the installed plugins."""
    from milepost.host.project.json_schema import json_schema  # noqa: PLC0415 - help must stay quick

    session: Session = ctx.obj
    catalog = session.host.catalog
    session.screen.raw(json.dumps(json_schema(lambda role: _configs(catalog, role)), indent=2, ensure_ascii=False))
    return 0


def _configs(catalog: Catalog, role: str) -> Mapping[str, type[PluginConfig]]:
    """Return what the plugins of a role take; one that cannot be loaded is left out, and anything may be given it."""
    from milepost.host.plugins.load import Plugins  # noqa: PLC0415 - help must stay quick

    plugins = Plugins(catalog)
    found: dict[str, type[PluginConfig]] = {}
    for word in catalog.words(role):
        try:
            found[word] = plugins.offer(cast(Any, role), word).offer.config
        except MilepostError:
            # `milepost plugin doctor` says what is wrong with it; the schema is of use without it.
            continue
    return found
