"""The files of an app's config, put among the app's own files for its user's eyes only."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from milepost.sdk import OperationError, Step, reveal
from milepost_local.disk import explained
from milepost_local.place import write_text


def write_config_files(app: Path, step: Step) -> None:
    """Write the files into the app's folder; one that stands there is replaced. Raises OperationError."""
    for name, content in step.facts.files.items():
        target = _target(app, name)
        with explained(f"writing {name} of the app's config"):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Links of the artifact may lead anywhere.
            if not target.parent.resolve().is_relative_to(app.resolve()):
                raise _outside(name)
            write_text(target, reveal(content))


def refuse_config_files(step: Step) -> None:
    """Raise OperationError if there are files: what is served as it is would be served with them."""
    if step.facts.files:
        raise OperationError(
            f"config has the file {next(iter(step.facts.files))}, which a static site would show to everybody",
            hint="give the app a command, or write the file in build",
        )


def _target(app: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise _outside(name)
    return app.joinpath(*path.parts)


def _outside(name: str) -> OperationError:
    return OperationError(
        f'the file "{name}" of config is not in the app\'s folder',
        hint="write a path from there, such as config/app.toml; the app's working folder is that folder",
    )
