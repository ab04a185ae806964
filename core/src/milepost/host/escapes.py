"""Control characters in foreign output: colours may stay, what else steers a terminal goes."""

from __future__ import annotations

import re

COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
"""A sequence that changes colour or weight of what follows, and nothing else."""

RESET = "\x1b[0m"

UNENDED = "\x17"
"""Stands at the end of a recorded line that was still going on: the next one of its source and stream goes on with it.

As a control character it can stand in no line otherwise, and is removed wherever lines are cleaned.
"""

_SEQUENCE = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # to the screen: moves, clears
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # to the terminal: its title, a link, a string of its own
    r"|\x1b[ -/]*[0-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_UNWANTED = re.compile(r"(\x1b\[[0-9;:]*m)|" + _SEQUENCE + r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BEGUN = re.compile(r"(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c\n]*\x1b?|[ -/]*)|\x9b[0-?]*[ -/]*)\Z")

_CONTROLS = bytes([*range(9), *range(11, 32), 127])
_HIGHER = re.compile(r"[\x80-\x9f]")
LONGEST = 4096
"""Of an unfinished sequence, how much is waited for until it is taken for text."""


def is_tame(text: str) -> bool:
    """Return whether the text holds no control character but tabs and ends of lines."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _CONTROLS)) != len(data):
        return False
    return text.isascii() or _HIGHER.search(text) is None


def tame(text: str) -> str:
    """Return lines without what would steer a terminal, colours aside; of a line that was redrawn, the last state."""
    if is_tame(text):
        return text
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(_last_state(line) for line in text.split("\n"))
    return _UNWANTED.sub(r"\1", text)


def plain(text: str) -> str:
    """Return lines without any control character but tabs, colours included."""
    return text if is_tame(text) else _UNWANTED.sub("", text)


def coloured(text: str) -> str:
    """Return lines for a terminal: colours stay, but none goes on beyond its line to what others write there."""
    shown = tame(text)
    if "\x1b" not in shown:
        return shown
    lines, colours = [], ""
    for line in shown.split("\n"):
        begun = colours + line
        _, reset, after = begun.rpartition(RESET)
        colours = "".join(COLOUR.findall(after if reset else begun))
        lines.append(begun + RESET if colours else begun)
    return "\n".join(lines)


def begun(text: str) -> int:
    """Return where a sequence begins that the text breaks off in; its length if there is none."""
    found = _BEGUN.search(text, max(0, len(text) - LONGEST))
    return found.start() if found else len(text)


def _last_state(line: str) -> str:
    """Return what a line shows in the end, having been written over from its beginning."""
    states = (state for state in reversed(line.split("\r")) if _UNWANTED.sub("", state).strip())
    return next(states, "")
