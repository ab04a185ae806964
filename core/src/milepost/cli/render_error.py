"""How a failure is told: an error of ours with its hint, anything else as a bug with a log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from milepost.cli.render import Screen
from milepost.cli.runlog import write_log
from milepost.host.folders import folders
from milepost.sdk.errors import MilepostError, ProjectFileError

if TYPE_CHECKING:
    from milepost.cli.flags import Flags
    from milepost.cli.surroundings import Surroundings

_STYLES = {"message": "strong", "mark": "bad", "hint": "faint"}


def tell_error(error: MilepostError, flags: Flags, surroundings: Surroundings) -> None:
    """Tell people the message and what to do; give programs a document too."""
    screen = Screen(flags, surroundings)
    first, *rest = _lines(error, screen) or [error.code]
    lines = [f"{screen.paint('bad', 'error:')} {first}", *rest]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    _to_err(lines, surroundings)
    if flags.debug:
        _traceback(error, surroundings)
    if flags.output != "text":
        facts = {"code": error.code, "message": str(error), "hint": error.hint, "exit_status": error.exit_status}
        screen.document("error", {"error": facts | _problems(error)})


def _lines(error: MilepostError, screen: Screen) -> list[str]:
    """Return the lines of an error's text; what is meant in a file is underlined, in colour where there are colours."""
    if not isinstance(error, ProjectFileError):
        return str(error).splitlines()
    lines = []
    for each in error.problems:
        for kind, text in each.lines():
            lines += [screen.paint(_STYLES[kind], line) for line in text.splitlines()] if kind in _STYLES else [text]
    return lines


def _problems(error: MilepostError) -> dict[str, Any]:
    """Return what is wrong in a file, each with its place, for programs."""
    if not isinstance(error, ProjectFileError):
        return {}
    from milepost.cli.render_json import problem_document  # noqa: PLC0415 - other errors do without what it imports

    return {"problems": [problem_document(each) for each in error.problems]}


def tell_bug(error: Exception, argv: Sequence[str], flags: Flags, surroundings: Surroundings) -> None:
    """Tell people that milepost itself is wrong, and keep what a report needs."""
    place = _keep(error, argv, surroundings)
    where = f"; the log is at {place}" if place else ""
    said = str(error).splitlines()[0] if str(error) else ""
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    advice = "" if flags.debug else "; run with --debug for the traceback"
    _to_err([f"error: this is a bug in milepost: {what}{where}{advice}"], surroundings)
    if flags.debug:
        _traceback(error, surroundings)
    if flags.output != "text":
        facts = {"code": "bug", "message": what, "hint": "", "exit_status": 1}
        Screen(flags, surroundings).document("error", {"error": facts})


def _keep(error: Exception, argv: Sequence[str], surroundings: Surroundings) -> Path | None:
    """Write where it happened, without any value that may be secret; None where nothing can be written."""
    import traceback  # noqa: PLC0415 - only a bug needs it

    commands = [word for word in argv[:2] if word.isalpha()]
    text = [f"milepost {' '.join(commands)}", type(error).__name__, *traceback.format_tb(error.__traceback__)]
    try:
        return write_log(folders(surroundings.environment).state, surroundings.now(), "bug", "\n".join(text))
    except (OSError, MilepostError):
        # The bug is told all the same; that it could not be kept changes nothing for the reader.
        return None


def _traceback(error: BaseException, surroundings: Surroundings) -> None:
    """Print the traceback with its causes."""
    import traceback  # noqa: PLC0415 - only a bug needs it

    _to_err("".join(traceback.format_exception(error)).splitlines(), surroundings)


def _to_err(lines: Sequence[str], surroundings: Surroundings) -> None:
    """Write lines to standard error; a terminal that has gone is not told."""
    try:
        surroundings.err.write("".join(f"{line}\n" for line in lines))
        surroundings.err.flush()
    except BrokenPipeError:
        return
