"""`milepost config`: what the project file says here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.complete import apps
from milepost.cli.render_config import explained
from milepost.cli.render_values import alone, document, table
from milepost.cli.session import Session
from milepost.cli.variables import variables
from milepost.host.explaining import explain
from milepost.host.inspecting import config_of
from milepost.sdk.errors import UnknownNameError

if TYPE_CHECKING:
    from milepost.host.project.config import ConfigValue

App = Annotated[str | None, typer.Argument(metavar="APP", help="The app; none: all.", autocompletion=apps)]
Name = Annotated[str | None, typer.Argument(metavar="NAME", help="One value alone; none: all.")]
NoSources = Annotated[bool, typer.Option("--no-sources", help="Ask no source; what comes from one is not known.")]


def explain_config(ctx: typer.Context, app: App = None) -> int:
    """Show which bodies of the project file apply in this workspace, why, and the arguments that come of them."""
    session: Session = ctx.obj
    host, labels = session.host, dict(session.flags.labels)
    names = [host.app(app)] if app else list(host.project.apps)
    given = variables(session)
    found = [explain(host, session.workspace, name, given, labels) for name in names]
    explained(session, found)
    return 0


def get_config(ctx: typer.Context, app: App = None, name: Name = None, no_sources: NoSources = False) -> int:
    """Show the config that the apps would get: variables, files and internal values; secrets as `secret`."""
    session: Session = ctx.obj
    host, labels = session.host, dict(session.flags.labels)
    names = [host.app(app)] if app else list(host.project.apps)
    given = variables(session)
    found = {each: config_of(host, session.workspace, each, given, labels, asks=not no_sources) for each in names}
    if app is None or name is None:
        documents = [{"app": each, "values": document(values)} for each, values in found.items()]
        lines = [line for each, values in found.items() for line in _table(each, values, titled=len(found) > 1)]
    else:
        chosen = [each for each in found[app] if each.name == name]
        if not chosen:
            raise UnknownNameError("config value", name, tuple(each.name for each in found[app]))
        documents, lines = [{"app": app, "values": document(chosen)}], [alone(each) for each in chosen]
    session.screen.answer("config", {"workspace": session.workspace, "apps": documents}, lines)
    return 0


def _table(app: str, values: tuple[ConfigValue, ...], *, titled: bool) -> list[str]:
    """Return the values of one app of several below its name."""
    return [app, *(f"  {each}" for each in table(values, app)), ""] if titled else list(table(values, app))
