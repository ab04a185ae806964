"""Protected workspaces: only what is committed gets there."""

from __future__ import annotations

from milepost.host.assembly import Host
from milepost.host.git import source_of
from milepost.host.lifecycle.goal import BY_RECORDS
from milepost.sdk.errors import RefusedError
from milepost.sdk.request import Request


def refuse_dirty(host: Host, request: Request) -> None:
    """Raise RefusedError if what is not committed would get into a protected workspace.

    What goes by records, such as a rollback, takes nothing of the folder. Where git knows nothing of the
    folder, nobody can tell.
    """
    project = host.project
    is_free = request.workspace not in project.protected or request.verb in BY_RECORDS
    if is_free or request.choices.allow_dirty:
        return
    if source_of(project.folder, host.environment).dirty:
        raise RefusedError(
            f"the workspace {request.workspace} is protected, and {project.folder} has changes that are not committed",
            hint="commit them, or add --allow-dirty",
        )
