"""How long a thread of this process may keep the interpreter to itself before another one gets its turn."""

import sys

TURN = 1.0
"""In seconds. Whoever waits for something gives its turn away at once, so nobody is held up by this."""


def take_long_turns() -> None:
    """Let no thread be put off in the middle of a computation, from now on and in the whole process.

    When a class of msgspec is used for the first time, what is known of it is put together in several steps, and a
    second thread that uses the class in between crashes the process. Plugins are asked in threads of their own.
    """
    sys.setswitchinterval(TURN)
