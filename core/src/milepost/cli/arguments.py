"""The arguments that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.complete import apps, apps_and_refs, refs

Apps = Annotated[
    list[str] | None,
    typer.Argument(metavar="[APP]...", help="The apps; all when none is named.", autocompletion=apps),
]
App = Annotated[str, typer.Argument(metavar="APP", help="The app.", autocompletion=apps)]
OneApp = Annotated[
    str | None,
    typer.Argument(metavar="[APP]", help="The app; may be left away when there is one.", autocompletion=apps),
]
_REF_HELP = "118, web#118, last, last-failed, previous or the end of an id."
Ref = Annotated[str, typer.Argument(metavar="REF", help=_REF_HELP, autocompletion=refs)]
AppsOrRef = Annotated[
    list[str] | None,
    typer.Argument(metavar="[APP|REF]...", help="Apps, or one REF.", autocompletion=apps_and_refs),
]
OnlyApp = Annotated[
    str | None, typer.Option("--app", "-a", metavar="APP", help="Only of this app.", autocompletion=apps)
]
