"""`milepost functions`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from milepost.cli.complete import functions
from milepost.cli.phrasing import columns
from milepost.cli.session import Session
from milepost.sdk.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.host.language.handbook import Page
    from milepost.host.plugins.catalog import Catalog

Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="A function; none: list all, with those of plugins.", autocompletion=functions),
]


@dataclass(frozen=True)
class _Offered:
    """A function of an installed plugin, which is not imported for a list."""

    name: str
    distribution: str


def command(ctx: typer.Context, name: Name = None) -> int:
    """List the functions of the config language, or show how one is called, what it returns, and examples."""
    session: Session = ctx.obj
    catalog = session.host.catalog
    if name is not None:
        found = _page(catalog, name)
        session.screen.answer("function", {"function": _facts(found)}, _shown(session.screen, found))
        return 0
    from milepost.host.language.handbook import pages  # noqa: PLC0415 - help must stay quick

    own, offered = list(pages()), _offered(catalog)
    facts = [{"name": each.name, "family": each.family, "summary": each.summary} for each in own]
    facts += [{"name": each.name, "family": each.distribution, "summary": ""} for each in offered]
    session.screen.answer("functions", {"functions": facts}, _listed(session.screen, own, offered))
    return 0


def _offered(catalog: Catalog) -> list[_Offered]:
    from milepost.host.language.functions import BuiltinFunctions  # noqa: PLC0415 - help must stay quick
    from milepost.host.plugins.functions import InstalledFunctions, named  # noqa: PLC0415 - see above
    from milepost.host.plugins.load import Plugins  # noqa: PLC0415 - see above

    own = BuiltinFunctions()
    names = InstalledFunctions(own, Plugins(catalog)).names()
    return [_Offered(each, named(catalog, each)[0].distribution) for each in names if own.find(each) is None]


def _page(catalog: Catalog, name: str) -> Page:
    """Return what there is to know of a function. Raises UnknownNameError, UsageError and what a plugin raises."""
    from milepost.host.language.handbook import families, own_page, page  # noqa: PLC0415 - help must stay quick
    from milepost.host.plugins.functions import full_name, named  # noqa: PLC0415 - see above
    from milepost.host.plugins.load import Plugins  # noqa: PLC0415 - see above

    own = {each: family for family, names in families().items() for each in names}
    if name in own:
        return own_page(name, own[name])
    entries = named(catalog, name)
    if not entries:
        offered = tuple(each.name for each in _offered(catalog))
        raise UnknownNameError("function", name, (*own, *offered), hint="milepost functions")
    if len(entries) > 1:
        owners = " and by ".join(f"{each.distribution} {each.version}" for each in entries)
        message = f'the function "{name}" is offered by {owners}'
        raise UsageError(message, hint=f"milepost functions {full_name(entries[0])}")
    return page(Plugins(catalog).function(entries[0]), entries[0].distribution)


def _facts(found: Page) -> dict[str, Any]:
    return {
        **found._asdict(),
        "parameters": [{"name": name, "type": type_} for name, type_ in found.parameters],
        "examples": [{"call": each.call, "result": each.result or None} for each in found.examples],
    }


def _listed(screen: Screen, own: list[Page], offered: list[_Offered]) -> Iterator[str]:
    """Yield the functions by their families."""
    width = max(map(len, (*(each.name for each in own), *(each.name for each in offered))))
    family = ""
    for each in own:
        if each.family != family:
            yield from ([""] if family else [])
            family = each.family
            yield screen.paint("strong", family)
        yield f"  {each.name:<{width}}  {_first(each.summary)}"
    if offered:
        yield ""
        yield screen.paint("strong", "of plugins")
        yield from columns([(each.name, each.distribution) for each in offered], indent="  ")


def _first(text: str) -> str:
    """Return the first sentence."""
    sentence, dot, _ = text.partition(". ")
    return sentence + dot.strip()


def _shown(screen: Screen, found: Page) -> Iterator[str]:
    """Yield all that there is to know of one."""
    yield screen.paint("strong", found.signature)
    yield from columns(found.parameters, indent="  ")
    yield ""
    yield found.summary
    if found.text:
        yield ""
        yield found.text
    if found.examples:
        yield ""
        for each in found.examples:
            yield f"  {each.call}  {screen.paint('faint', '→')}  {each.result or 'an error'}"
