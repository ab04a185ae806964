"""The forms that an app can take: the default, and one for each scoped body in it."""

from __future__ import annotations

from milepost.host.language.tree import Block, Label
from milepost.host.project.blocks import Blocks
from milepost.host.project.project import Project
from milepost.host.project.scoping import is_scoped, variants
from milepost.host.project.stages import App


def forms(project: Project, app: App) -> tuple[App, ...]:
    """Return an app by default, then with each of its scoped bodies; what is wrong in these is told elsewhere."""
    if not is_scoped(app.body, "app"):
        return (app,)
    blocks = Blocks(project.folder, lenient=project.whole)
    bodies = variants(app.body, "app", whole=project.whole)
    label = Label(app.name, app.position)
    return tuple(blocks.app(Block("app", (label,), each, app.position), may_be_empty=True) for each in bodies)
