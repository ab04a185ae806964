"""The first page of help, from the tables alone: it is asked for often, and no parser need be imported for it."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.cli.table import ABOUT, COMMANDS, SHARED, Flag


def overview() -> Iterator[str]:
    """Yield what milepost is, its commands under their headings, and the flags that all of them know."""
    yield "Usage: milepost COMMAND [ARGS]... [FLAGS]..."
    yield ""
    yield f"  {ABOUT}"
    width = max(len(each.name) for each in COMMANDS)
    for section in dict.fromkeys(each.section for each in COMMANDS):
        yield ""
        yield f"{section}:"
        yield from (f"  {each.name:<{width}}  {each.help}" for each in COMMANDS if each.section == section)
    yield ""
    yield "Flags, anywhere on the line:"
    rows = [(_words(each), each.help) for each in SHARED]
    rows += [("--version", "Show the version."), ("-h, --help", "Show this, or the help of a command.")]
    indent = max(len(words) for words, _ in rows)
    yield from (f"  {words:<{indent}}  {meaning}" for words, meaning in rows)


def _words(flag: Flag) -> str:
    """Return a flag as people type it."""
    words = ", ".join(flag.words)
    value = f"{flag.metavar}" if flag.metavar.startswith("[") else f" {flag.metavar}"
    return f"{words}{value}".rstrip()
