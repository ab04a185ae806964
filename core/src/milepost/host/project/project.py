"""The project: all that a project file says, ready to be asked, and able to travel to another process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from milepost.host.language.document import FORMAT, decode, encode
from milepost.host.language.tree import Block, Body, Expression
from milepost.host.project import top
from milepost.host.project.file import named_source
from milepost.host.project.keep import Keep, keep
from milepost.host.project.on_demand import OnDemand
from milepost.host.project.output_limit import output_limit
from milepost.sdk.problem import Problem

if TYPE_CHECKING:
    from milepost.host.project.blocks import Blocks
    from milepost.host.project.stages import App, PluginBlock, Use, VariableBlock


class Project(NamedTuple):
    """A project file, read and checked as far as it can be without a plugin."""

    name: str
    file: Path
    """Absolute."""
    folder: Path
    """The folder of the file, absolute."""
    apps: Mapping[str, App]
    variables: Mapping[str, VariableBlock]
    locals: Mapping[str, Expression]
    """What `local.NAME` means: the arguments of all `locals` blocks."""
    labels: Expression | None
    env: Expression | None
    """The `env` of the `config` block."""
    workspaces: tuple[str, ...]
    """The workspaces that there may be; none named: any."""
    protected: tuple[str, ...]
    """The workspaces where one is asked before something is changed, and only what is committed is deployed."""
    readable: tuple[Path, ...]
    """The folders that functions may read files of, absolute: its own, and those that the file names besides."""
    history_path: str | None
    """The place of the history that the file names, absolute."""
    history_use: Use | None
    """The plugin that opens the history, which several machines share."""
    keep: Keep
    output_limit: int
    """How much of the history is to be kept."""
    observers: tuple[PluginBlock, ...]
    warnings: tuple[Problem, ...]
    """What is odd and does no harm, with source lines."""
    body: Body

    @property
    def whole(self) -> bool:
        """Whether a scoped body replaces the default one, as in each `waypoint.hcl`."""
        return is_waypoint(self.file)

    def document(self) -> bytes:
        """Return the project as a document, to be sent to another process: a line of JSON, and the tree."""
        about = {"format": FORMAT, "file": str(self.file), "text": self.body.source.text}
        return json.dumps(about, separators=(",", ":")).encode() + b"\n" + encode(self.body)

    @staticmethod
    def of_document(data: bytes) -> Project:
        """Return the project of a document made by the same version. Raises ValueError for another format."""
        first, _, tree = data.partition(b"\n")
        about = json.loads(first)
        if about["format"] != FORMAT:
            raise ValueError(f"a project document of format {about['format']}; this milepost reads {FORMAT}")
        file = Path(about["file"])
        # It was checked by the one who made it.
        return project_of(file, decode(tree, named_source(file.name, about["text"])), checked=True)


def departed(project: Project, name: str) -> App:
    """Return an app that is no longer in the file, of which only records tell: a block with nothing in it."""
    from milepost.host.project.stages import App  # noqa: PLC0415 - lists look at no app

    return App(
        name=name,
        path=project.folder,
        depends_on=(),
        build=None,
        deploy=None,
        release=None,
        labels=None,
        env=None,
        body=project.body.part(lambda name: False),
        position=project.body.position,
    )


Besides: TypeAlias = Callable[["Project", Sequence[Problem]], Sequence[Problem]]
"""Returns what else is wrong with a project that has problems, and does not follow from them."""


def project_of(file: Path, body: Body, *, checked: bool = False, besides: Besides | None = None) -> Project:
    """Return the project whose tree is `body`. Raises ProjectFileError with all that is wrong.

    A tree that was `checked` before is taken to have only what may stand in a project file; its apps and
    variables are read when they are asked for, and what reads them is imported then.
    """
    folder = file.parent
    blocks = None if checked and not is_waypoint(file) else _blocks(file)
    body = _with_safe_names(body, blocks) if blocks and blocks.lenient else body
    problems = [] if checked else _misfits(body)
    apps, declared = _parts(file, body, blocks, problems)
    project = Project(
        name=top.name(body, problems),
        file=file,
        folder=folder,
        apps=apps,
        variables=declared,
        locals={name: each.value for block in body.of_type("locals") for name, each in block.body.attributes.items()},
        labels=body.value("labels"),
        env=top.env(body),
        workspaces=top.workspaces(body, problems),
        protected=top.protected(body, problems),
        readable=top.readable(body, folder, problems),
        history_path=top.history(body, folder, problems),
        history_use=top.shared_history(body, problems),
        keep=keep(body, problems),
        output_limit=output_limit(body, problems),
        observers=top.plugins(body),
        warnings=body.source.error(blocks.warnings).problems if blocks and blocks.warnings else (),
        body=body,
    )
    if blocks:
        problems += [*(() if checked else _wrong_parts(body, blocks, project)), *blocks.problems]
    if problems:
        raise body.source.error([*problems, *(besides(project, problems) if besides else ())])
    return project


def _blocks(file: Path) -> Blocks:
    """Return what reads the blocks of a file."""
    from milepost.host.project.blocks import Blocks  # noqa: PLC0415 - lists look at no app

    return Blocks(file.parent, lenient=is_waypoint(file))


def _parts(
    file: Path, body: Body, blocks: Blocks | None, problems: list[Problem]
) -> tuple[Mapping[str, App], Mapping[str, VariableBlock]]:
    """Return the apps and the variables; with `blocks` all at once, for what is wrong in them is told with the file."""

    def app(block: Block) -> App:
        return (blocks or _blocks(file)).app(block)

    def variable(block: Block) -> VariableBlock:
        from milepost.host.project.declared import variable_block  # noqa: PLC0415 - lists look at no variable

        return variable_block(block, problems)

    apps, declared = OnDemand(body.of_type("app"), app), OnDemand(body.of_type("variable"), variable)
    return (dict(apps), dict(declared)) if blocks else (apps, declared)


def _misfits(body: Body) -> list[Problem]:
    """Return what may not stand in the file."""
    from milepost.host.project.misfits import misfits  # noqa: PLC0415 - a file that was checked does not pay for it

    return misfits(body)


def _wrong_parts(body: Body, blocks: Blocks, project: Project) -> list[Problem]:
    """Return what is wrong with parts of a file."""
    from milepost.host.project.checking import wrong_parts  # noqa: PLC0415 - see above

    return wrong_parts(body, blocks, project.workspaces)


def _with_safe_names(body: Body, blocks: Blocks) -> Body:
    """Return a file's body with names that can be used."""
    from milepost.host.project.safe_names import with_safe_names  # noqa: PLC0415 - only files of Waypoint's need it

    return with_safe_names(body, blocks.warnings)


def is_waypoint(file: Path) -> bool:
    """Return whether a project file is one of Waypoint's, so that its blocks mean what they meant there."""
    return file.name.startswith("waypoint.")
