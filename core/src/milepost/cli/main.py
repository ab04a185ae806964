"""Start-up of the command line: what must be quick is answered here, the rest is imported."""

import sys

from milepost import __version__


def main() -> None:
    """Carry out the command line of this process and end it with the exit status."""
    if sys.platform == "win32":
        sys.stderr.write("error: milepost runs on Linux and macOS; on Windows use it inside WSL\n")
        raise SystemExit(2)
    argv = sys.argv[1:]
    if argv == ["--version"]:
        sys.stdout.write(f"milepost {__version__}\n")
        return
    try:
        from milepost.cli.start import run_process  # noqa: PLC0415 - --version must not wait for it

        status = run_process(argv)
    except KeyboardInterrupt:
        status = 130
    raise SystemExit(status)
