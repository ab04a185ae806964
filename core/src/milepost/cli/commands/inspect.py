"""`milepost artifact|deployment|release|operation inspect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from milepost.cli import render_show
from milepost.cli.ancestry import ancestry, as_document
from milepost.cli.arguments import Ref
from milepost.cli.legible import unknown
from milepost.cli.looking import names_in
from milepost.host.history.ref import resolve_operation
from milepost.host.history.writer import as_it_is
from milepost.sdk.errors import UnknownNameError

if TYPE_CHECKING:
    from milepost.cli.session import Session


def inspect_artifact(ctx: typer.Context, ref: Ref) -> int:
    """Show all that is recorded about an artifact."""
    return _inspect(ctx.obj, "artifact", ("push", "build"), ref)


def inspect_deployment(ctx: typer.Context, ref: Ref) -> int:
    """Show all that is recorded about a deployment."""
    return _inspect(ctx.obj, "deployment", ("deploy",), ref)


def inspect_release(ctx: typer.Context, ref: Ref) -> int:
    """Show all that is recorded about a release."""
    return _inspect(ctx.obj, "release", ("release",), ref)


def inspect_operation(ctx: typer.Context, ref: Ref) -> int:
    """Show all that is recorded about an operation."""
    return _inspect(ctx.obj, "operation", (None,), ref)


def _inspect(session: Session, kind: str, stages: tuple[str | None, ...], ref: str) -> int:
    """Show the operation that a REF means, of the first of the stages that has one."""
    store, screen, workspace = session.host.store, session.screen, session.workspace_of(ref)
    for last, stage in enumerate(stages, 1 - len(stages)):
        try:
            found = as_it_is(resolve_operation(store, ref, workspace, stage=stage), store)
        except UnknownNameError:
            if not last:
                raise
        else:
            tree = ancestry(store, found)
            lines = render_show.operation(found, screen, names_in(store, found), tree)
            screen.answer(kind, {kind: found, "lineage": as_document(tree.root), **unknown(found)}, lines)
            break
    return 0
