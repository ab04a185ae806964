"""Start-up of the command line: what must be quick is answered here, the rest is imported."""

import gc
import os
import sys

from milepost import __version__
from milepost.host.turns import take_long_turns


def main() -> None:
    """Carry out the command line of this process and end it with the exit status."""
    argv = sys.argv[1:]
    take_long_turns()
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    try:
        answer = _at_once(argv)
        if answer is None:
            gc.disable()  # most command lines end before a collection would pay; what lasts switches it on again
            from milepost.cli.start import run_process  # noqa: PLC0415 - --version must not wait for it

            status = run_process(argv)
        else:
            status = 0
            sys.stdout.write(answer)
            sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = 0
        # The reader has closed our output, as `head` does; Python must not complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gc.freeze()  # nor does Python look through all that there is before it ends
    raise SystemExit(status)


def _at_once(argv: list[str]) -> str | None:
    """Return the answer to what needs no parser; None for the rest. Exits where milepost does not run."""
    if sys.platform == "win32":
        sys.stderr.write("error: milepost runs on Linux and macOS; on Windows use it inside WSL\n")
        raise SystemExit(2)
    if argv == ["--version"]:
        return f"milepost {__version__}\n"
    if (not argv or argv in (["help"], ["--help"], ["-h"])) and "_MILEPOST_COMPLETE" not in os.environ:
        from milepost.cli.render_help import overview  # noqa: PLC0415 - --version must not wait for it

        return "\n".join([*overview(), ""])
    return None
