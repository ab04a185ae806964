"""One command line from its words to its exit status: parsing, errors, the last word."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from typer.core import TyperOption

from milepost import __version__
from milepost.cli.flags import flags_of, glance, with_values
from milepost.cli.lazy import LazyGroup
from milepost.cli.options import options
from milepost.cli.render import Screen
from milepost.cli.render_error import tell_bug, tell_error
from milepost.cli.surroundings import Surroundings
from milepost.cli.table import ROOT, SHARED
from milepost.sdk.errors import MilepostError, UsageError


def run_process(argv: Sequence[str]) -> int:
    """Carry out the command line of this process and return its exit status. Raises BrokenPipeError."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a character that the terminal lacks is no reason to fail
    try:
        surroundings = Surroundings(
            environment=os.environ, folder=Path.cwd(), out=sys.stdout, err=sys.stderr, input=sys.stdin
        )
        status = run(argv, surroundings)
        sys.stdout.flush()
    except FileNotFoundError:
        sys.stderr.write("error: the current folder does not exist any more\n")
        return 2
    return status


def run(argv: Sequence[str], surroundings: Surroundings) -> int:
    """Carry out a command line and return its exit status; raises BrokenPipeError when nobody reads any more."""
    flags = glance(argv)
    try:
        return _dispatch(list(argv), surroundings)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return 130
    except MilepostError as error:
        tell_error(error, flags, surroundings)
        return error.exit_status
    except Exception as error:
        tell_bug(error, argv, flags, surroundings)
        return 1


def root() -> LazyGroup:
    """Return the parser of the whole command line."""
    version = TyperOption(param_decls=["version", "--version"], is_flag=True, help="Show the version.")
    return LazyGroup(ROOT, params=[*options(SHARED), version])


def _dispatch(argv: list[str], surroundings: Surroundings) -> int:
    """Parse and carry out. What the parser finds wrong is raised as UsageError of ours."""
    # The parser's own class of errors has no public name in all its versions.
    wrong_usage = typer.BadParameter.__mro__[1]
    group = root()
    if "_MILEPOST_COMPLETE" in surroundings.environment:
        return _complete(group)
    try:
        with group.make_context("milepost", with_values(_asking(argv)), obj=surroundings) as context:
            if context.params.get("version"):
                Screen(flags_of({}, surroundings.folder), surroundings).line(f"milepost {__version__}")
                return 0
            return int(group.invoke(context) or 0)
    except typer.Exit as end:
        return int(end.exit_code)
    except typer.Abort as end:
        raise KeyboardInterrupt from end
    except Exception as error:
        if not isinstance(error, wrong_usage):
            raise
        raise _usage_error(error) from error


def _asking(argv: list[str]) -> list[str]:
    """Return the command line with `help` as the flag that it is elsewhere; alone, both show the first page."""
    return [*argv[1:], "--help"] if not argv or argv[0] == "help" else argv


def _usage_error(error: Exception) -> UsageError:
    """Return what the parser found, in our words."""
    context = getattr(error, "ctx", None)
    said = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    path = context.command_path if context else "milepost"
    return UsageError(said[:1].lower() + said[1:].rstrip("."), hint=f"{path} --help")


def _complete(group: LazyGroup) -> int:
    """Answer a shell that asks how a line may go on."""
    from typer.completion import get_completion_inspect_parameters  # noqa: PLC0415 - only a shell needs it

    get_completion_inspect_parameters()  # makes the shells known
    group.main(prog_name="milepost", complete_var="_MILEPOST_COMPLETE", standalone_mode=False)
    return 0
