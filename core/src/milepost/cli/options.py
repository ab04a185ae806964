"""The flags of the table as options of the parser."""

from __future__ import annotations

from collections.abc import Iterable

from typer.core import TyperOption

from milepost.cli.complete import lazily
from milepost.cli.table import Flag


def options(flags: Iterable[Flag], *, hidden: bool = False) -> list[TyperOption]:
    """Return new options for the flags; hidden where a page of help would repeat them."""
    return [_option(each, hidden) for each in flags]


def _option(flag: Flag, hidden: bool) -> TyperOption:
    """Return a flag as an option."""
    takes_value = bool(flag.metavar)
    return TyperOption(
        param_decls=[flag.name, *flag.words],
        help=flag.help,
        hidden=hidden,
        is_flag=not takes_value,
        multiple=flag.many,
        default=None if takes_value else False,
        type=str if takes_value else None,
        metavar=flag.metavar or None,
        autocompletion=lazily(flag.completes) if flag.completes else None,
    )
