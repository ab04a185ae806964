"""The source `command`: what programs print, such as a password manager's."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.sdk import Command, CommandFailedError
from milepost.sdk.errors import DeadlineError
from milepost.sdk.source import SourceStep, ValueRequest, ValueResult, failed
from milepost_config_sources.arguments import CommandArguments


class CommandSource:
    """Runs programs, one after the other; a line end at the end of what one prints is no part of the value."""

    def read(self, requests: Sequence[ValueRequest[CommandArguments]], step: SourceStep) -> Sequence[ValueResult]:
        """Return what each program printed on its standard output."""
        return [_value(each, step) for each in requests]


def _value(request: ValueRequest[CommandArguments], step: SourceStep) -> ValueResult:
    argv = tuple(request.arguments.argv)
    try:
        result = step.run(Command(argv=argv, quiet=True, check=False, timeout=request.timeout))
    except CommandFailedError:
        return failed(f"the program {argv[0]} could not be started", f"command -v {argv[0]}")
    except DeadlineError:
        hint = "does it wait for somebody to log in? Give it longer with timeout = …"
        return failed(f"{argv[0]} took longer than {request.timeout:g} s", hint)
    if result.status != 0:
        return failed(_why(argv[0], result.status, result.stderr))
    try:
        text = result.stdout.decode()
    except UnicodeDecodeError:
        return failed(f"{argv[0]} printed what is no text in UTF-8")
    return ValueResult(value=text.removesuffix("\n").removesuffix("\r"))


def _why(program: str, status: int, stderr: bytes) -> str:
    """Return how a program failed, with its last line on standard error: standard output may hold the secret."""
    lines = stderr.decode(errors="replace").strip().splitlines()
    return f"{program} ended with status {status}{f': {lines[-1].strip():.200}' if lines else ''}"
