"""What a replica's process runs first: it waits for its record, takes its limits, and becomes the app.

Its text is read when the supervisor starts and handed to the interpreter, so that an app can be
started again after milepost was upgraded or removed. It stands alone: standard library only.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

_DIE_WITH_PARENT = 1
CANNOT_START = 127


def stay_with(parent: int) -> None:
    """See to it that this process ends when its supervisor does, where the system can."""
    if sys.platform.startswith("linux"):
        try:
            import ctypes  # noqa: PLC0415  not every interpreter has it
        except ImportError:
            # Without it, what is left of a killed supervisor's apps is found by its mark.
            return
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(CANNOT_START)


def limit(kind: int, value: str) -> None:
    """Set a limit of this process and of all that it starts; `-` leaves it."""
    if value != "-":
        resource.setrlimit(kind, (int(value), int(value)))


def main(argv: list[str]) -> None:
    """Become the command after `PARENT GATE MEMORY NOFILE CPU_TIME`."""
    parent, gate, memory, nofile, cpu_time, *command = argv
    stay_with(int(parent))
    if os.read(int(gate), 1) != b"g":
        os._exit(CANNOT_START)
    os.close(int(gate))
    try:
        limit(resource.RLIMIT_DATA, memory)
        limit(resource.RLIMIT_NOFILE, nofile)
        limit(resource.RLIMIT_CPU, cpu_time)
        # What is ignored here, by this interpreter or by who started it, would stay so in the program.
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execvp(command[0], command)  # noqa: S606  without a shell is what is wanted
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{command[0]} could not be started: {error}\n")
        sys.stderr.flush()
        os._exit(CANNOT_START)


if __name__ == "__main__":
    main(sys.argv[1:])
