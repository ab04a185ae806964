"""`milepost fmt`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.session import Session
from milepost.host.folders import folders
from milepost.sdk.errors import UsageError

if TYPE_CHECKING:
    from milepost.cli.render import Screen

Files = Annotated[
    list[str] | None, typer.Argument(metavar="FILE…", help="The files; none: all of the folder; -: standard input.")
]
Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if a file would be changed.")]
STANDARD_INPUT = "-"


def command(ctx: typer.Context, files: Files = None, check: Check = False) -> int:
    """Set the blanks of project files and files of values in the one way; all else in them stays as it is."""
    session: Session = ctx.obj
    cache = folders(session.environment).cache
    if files == [STANDARD_INPUT]:
        return _filter(session, cache, check=check)
    # Only who formats needs the parser.
    from milepost.host.project.formatting import format_file, written_files  # noqa: PLC0415 - help must stay quick

    folder = session.flags.folder
    named = [folder / each for each in files or ()] or list(written_files(folder))
    if not named:
        raise UsageError(f"there is no project file in {folder}", hint="name the files, or use -C FOLDER")
    changed = [each for each in named if format_file(each, cache, write=not check)]
    return _told(session.screen, [_name(each, folder) for each in changed], check=check)


def _told(screen: Screen, changed: list[str], *, check: bool) -> int:
    screen.answer("fmt", {"changed": changed, "written": bool(changed) and not check}, changed)
    return 1 if check and changed else 0


def _filter(session: Session, cache: Path, *, check: bool) -> int:
    """Format what comes on standard input; with `check`, only say whether that would change it."""
    from milepost.host.project.formatting import format_text  # noqa: PLC0415 - help must stay quick

    before = session.surroundings.input.read()
    after = format_text("standard input", before.encode(errors="surrogateescape"), cache).decode()
    if check:
        return _told(session.screen, ["standard input"] if after != before else [], check=True)
    session.screen.raw(after.removesuffix("\n"))
    return 0


def _name(file: Path, folder: Path) -> str:
    """Return a file's name as people would type it."""
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)
