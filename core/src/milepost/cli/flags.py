"""The flags that every command knows, as one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from milepost.sdk.errors import UsageError

OutputForm = Literal["text", "document", "events"]
"""`document` is one JSON document at the end, `events` is JSON lines as things happen."""

TimeForm = Literal["relative", "local", "utc"]
"""How times are shown: how long ago, by the clock of this machine, or as ISO 8601 in UTC."""

TAKE_A_VALUE = (
    "-w",
    "--workspace",
    "-C",
    "--chdir",
    "--var",
    "--var-env",
    "--var-file",
    "--label",
    "-m",
    "--message",
    "--time",
)
"""The shared flags whose next word is their value."""


class Flags(NamedTuple):
    """What was asked of every command alike."""

    folder: Path
    """Where to look for the project file; absolute."""
    workspace: str | None = None
    output: OutputForm = "text"
    debug: bool = False
    quiet: bool = False
    yes: bool = False
    color: bool | None = None
    """None: as the terminal and NO_COLOR say."""
    variables: tuple[tuple[str, str], ...] = ()
    """Names and values of `--var`."""
    variable_environments: tuple[tuple[str, str], ...] = ()
    """Names and environment variables of `--var-env`."""
    variable_files: tuple[str, ...] = ()
    """Files of `--var-file`, as typed."""
    labels: tuple[tuple[str, str], ...] = ()
    why: str = ""
    time: TimeForm | None = None
    """None: as MILEPOST_TIME says, else relative on a terminal and in UTC elsewhere."""


def flags_of(given: dict[str, Any], folder: Path) -> Flags:
    """Return the flags from the values that the parser found. Raises UsageError for what cannot be meant."""
    return Flags(
        folder=_folder(folder, given.get("chdir") or ""),
        workspace=given.get("workspace") or None,
        output=_output(given.get("output") or "text"),
        debug=bool(given.get("debug")),
        quiet=bool(given.get("quiet")),
        yes=bool(given.get("yes")),
        color=False if given.get("no_color") else None,
        variables=_pairs("--var", given.get("variable") or ()),
        variable_environments=_pairs("--var-env", given.get("variable_environment") or ()),
        variable_files=tuple(given.get("variable_file") or ()),
        labels=_pairs("--label", given.get("label") or ()),
        why=given.get("message") or "",
        time=time_form("--time", given.get("time") or ""),
    )


def _folder(folder: Path, asked: str) -> Path:
    """Return the folder of `--chdir`. Raises UsageError: the project around one that is not there is another one."""
    chosen = (folder / asked).absolute()
    if asked and not chosen.is_dir():
        raise UsageError(f"--chdir {asked}: there is no folder {chosen}")
    return chosen


def _output(asked: str) -> OutputForm:
    """Return the form of output that is asked for. Raises UsageError."""
    for known in get_args(OutputForm):
        if known == asked:
            return cast(OutputForm, known)
    raise UsageError(f"--json={asked} is not known; there is --json and --json=events")


def time_form(where: str, asked: str) -> TimeForm | None:
    """Return the form of times that is asked for; None for none. Raises UsageError."""
    for known in get_args(TimeForm):
        if known == asked:
            return cast(TimeForm, known)
    if asked:
        raise UsageError(f"{where} {asked!r} is not known", hint=f"expected {', '.join(get_args(TimeForm))}")
    return None


def glance(argv: Sequence[str]) -> Flags:
    """Return what decides how an error is told, from a command line that may not even be parsed."""
    words = before_command(argv)
    output: OutputForm = "events" if "--json=events" in words else "text"
    if "--json" in words or "--json=document" in words:
        output = "document"
    color = False if "--no-color" in words else None
    return Flags(folder=Path(), output=output, debug="--debug" in words, color=color)


def with_values(argv: Sequence[str]) -> list[str]:
    """Return the command line with a bare `--json` spelt out, since its value may be left away."""
    ours = before_command(argv)
    return ["--json=document" if word == "--json" else word for word in ours] + list(argv[len(ours) :])


def before_command(argv: Sequence[str]) -> list[str]:
    """Return the words before `--`: what follows belongs to a program that is to be run."""
    words = list(argv)
    return words[: words.index("--")] if "--" in words else words


def seconds(flag: str, text: str) -> float | None:
    """Return a length of time given as `90`, `10m`, `1h30m` or `3d`, in seconds; None for `none`."""
    if text == "none":
        return None
    parts = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", text)
    if not text or not parts:
        raise UsageError(f"{flag} {text!r} is no length of time", hint=f"{flag} 90, {flag} 10m or {flag} none")
    days, hours, minutes, rest = (float(part or 0) for part in parts.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + rest


def _pairs(flag: str, words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return `name=value` words as pairs."""
    for word in words:
        if "=" not in word[1:]:
            raise UsageError(f"{flag} {word!r} has no value", hint=f"{flag} {word}=VALUE")
    return tuple((name, value) for name, _, value in (word.partition("=") for word in words))
