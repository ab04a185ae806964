"""The page about the command line: the help of each command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from write import page, table

from milepost.cli.start import root

INTRO = """The help of each command, as `milepost COMMAND --help` prints it. Flags may stand anywhere on the line;
those of `milepost --help` are known by every command. A REF names a run or an operation."""

REFS = (
    ("`118`, `#118`", "a run by its number"),
    ("`web#118`", "the same, of which the app `web` is meant"),
    ("`web#118/deploy`", "an operation of it, by its stage or its task's name"),
    ("`last`, `previous`", "the newest run of the workspace, and the one before it"),
    ("`last-failed`", "the newest run of the workspace that failed"),
    ("`7k2q`", "the end of an id, 4 characters or more"),
)
ENVIRONMENT = (
    ("`MILEPOST_STATE`", "the folder for what must last: histories, locks, plugins' data", "`~/.local/state/milepost`"),
    ("`MILEPOST_CACHE`", "the folder for what can be made again", "`~/.cache/milepost`"),
    (
        "`MILEPOST_HISTORY`",
        "the folder of this project's history, or the URL of a shared one",
        "below `MILEPOST_STATE`",
    ),
    ("`MILEPOST_TIME`", "how times are shown: `relative`, `local` or `utc`", "relative on a terminal, else UTC"),
    ("`MILEPOST_WORKSPACE`", "the workspace, where no `-w` is given", "`default`"),
    ("`MILEPOST_VAR_NAME`", "a value for the variable NAME of the project file", ""),
    ("`MILEPOST_FINGERPRINT_KEY`", "the key that tells whether a secret has changed", "made once for each user"),
    (
        "`CI`",
        "set: nobody watches; a lock is waited for at most 10 minutes, a cancelled run has 6 seconds",
        "the same where output is piped",
    ),
    ("`NO_COLOR`", "set: no colours", ""),
)
OUTPUT = """On a terminal, `up` and the other changing commands draw what goes on; piped, they print a line for each
thing that happens. `--json` prints one document at the end on standard output, with a `schema` number and a `kind`, and
the text for people on standard error. `--json=events` prints each event as a line of JSON."""
WIDTH = 100


def cli_page() -> str:
    """Return the page."""
    parts = [
        "## REFs",
        table(("REF", "names"), REFS),
        "## Output",
        OUTPUT,
        "## Environment",
        table(("variable", "meaning", "without it"), ENVIRONMENT),
        "## Commands",
    ]
    widths: Any = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    with root().make_context("milepost", [], resilient_parsing=True, **widths) as top:
        parts += [f"### milepost\n\n{_help(top)}"]
        parts += [f"### {context.command_path}\n\n{_help(context)}" for context in _below(top)]
    return page("The command line", INTRO, parts)


def _below(above: Any) -> Iterator[Any]:
    """Yield a context for each command below a group, depth first."""
    for entry in above.command.entry.entries:
        if entry.module:
            yield from _opened(above, entry.name, above.command.get_command(above, entry.name))
        if entry.entries:
            _, group, _ = above.command.resolve_command(above, [entry.name, entry.entries[0].name])
            if not entry.module:
                yield from _opened(above, entry.name, group)
            for context in _opened(above, entry.name, group):
                yield from _below(context)


def _opened(above: Any, name: str, command: Any) -> Iterator[Any]:
    """Yield the context of one command."""
    with command.make_context(name, [], parent=above, resilient_parsing=True) as context:
        yield context


def _help(context: Any) -> str:
    return f"```text\n{context.command.get_help(context).rstrip()}\n```"
