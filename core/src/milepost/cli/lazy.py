"""Commands that are imported when they are used, and that all know the shared flags."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from milepost.cli.flags import TAKE_A_VALUE, flags_of
from milepost.cli.options import options
from milepost.cli.render_help import overview
from milepost.cli.session import Session
from milepost.cli.table import BEGINNING, CHANGING, LISTING, LISTING_RUNS, LOGGING, ROLLING_BACK, ROOT, SHARED, Entry
from milepost.sdk.errors import UnknownNameError
from milepost.sdk.problem import nearest

if TYPE_CHECKING:
    from milepost.cli.surroundings import Surroundings

_FLAGS_NOTE = "Flags that every command knows, such as -w, -C, --json, --var and -m: milepost --help"


class LazyCommand(TyperCommand):
    """A command that gets a session made of the flags, wherever on the line they stood."""

    own: frozenset[str] = frozenset()
    """The names of its function's own parameters."""

    def invoke(self, ctx: Any) -> Any:
        """Call the command with a session and return its exit status, or None for 0."""
        surroundings: Surroundings = ctx.find_root().obj
        given = _given(ctx)
        ctx.params = {name: value for name, value in ctx.params.items() if name in self.own}
        session = Session(flags_of(given, surroundings.folder), surroundings, given)
        ctx.obj = session
        try:
            return super().invoke(ctx)
        finally:
            session.close()


class LazyGroup(TyperGroup):
    """A group that knows its commands by a table."""

    def __init__(self, entry: Entry, **more: Any) -> None:
        """Make the group of the entries of `entry`."""
        settings = {"help_option_names": ["-h", "--help"]}
        super().__init__(name=entry.name, help=entry.help, context_settings=settings, rich_markup_mode=None, **more)
        self.entry = entry

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the table's order."""
        return [each.name for each in self.entry.entries]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return the command of that name, or None."""
        entry = _named(self.entry, cmd_name)
        if entry is None:
            return None
        return _command(entry) if entry.module else LazyGroup(entry, params=options(SHARED, hidden=True))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command of the first word. Raises UnknownNameError naming the nearest ones."""
        entry = _named(self.entry, args[0])
        if entry is None and not ctx.resilient_parsing:
            if args[0].startswith("-"):
                return super().resolve_command(ctx, args)
            raise _unknown(args[0], tuple(self.list_commands(ctx)), f"{ctx.command_path} --help")
        if entry and entry.entries and _first_word(args[1:]) in [each.name for each in entry.entries]:
            return entry.name, LazyGroup(entry, params=options(SHARED, hidden=True)), args[1:]
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """Return the page of help; the first one is made without the parser."""
        return "\n".join(overview()) if self.entry is ROOT else str(super().get_help(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands under their headings, from the table alone."""
        sections = dict.fromkeys(each.section for each in self.entry.entries)
        for section in sections:
            with formatter.section(section or "Commands"):
                formatter.write_dl([(each.name, each.help) for each in self.entry.entries if each.section == section])


def _command(entry: Entry) -> Any:
    """Import a command and give it the shared flags."""
    module = import_module(f"milepost.cli.commands.{entry.module}")
    typer = Typer(add_completion=False, rich_markup_mode=None)
    settings = {"help_option_names": ["-h", "--help"]}
    register = typer.command(entry.name, cls=LazyCommand, context_settings=settings, epilog=_FLAGS_NOTE)
    register(getattr(module, entry.function))
    command: Any = get_command(typer)
    taken = command.own = frozenset(each.name for each in command.params)
    changing = [each for each in CHANGING if entry.changes and each.name not in entry.without]
    own = [*_BESIDES.get(entry.name, ()), *entry.flags, *changing]
    names = {each.name for each in own}
    extra = [*options(own), *options((each for each in SHARED if each.name not in names), hidden=True)]
    command.params.extend(each for each in extra if each.name not in taken)
    return command


_BESIDES = {"rollback": ROLLING_BACK, "init": BEGINNING}
_SHARED = frozenset(
    each.name for each in (*SHARED, *CHANGING, *ROLLING_BACK, *BEGINNING, *LISTING, *LISTING_RUNS, *LOGGING)
)


def _named(group: Entry, name: str) -> Entry | None:
    """Return the entry of that name."""
    return next((each for each in group.entries if each.name == name), None)


def _given(ctx: Any) -> dict[str, Any]:
    """Return the shared values of this command line: those after the command win, repeatable ones add up."""
    given: dict[str, Any] = {}
    while ctx is not None:
        for name, value in ctx.params.items():
            if name in _SHARED:
                earlier = given.get(name)
                given[name] = (*value, *earlier) if earlier and isinstance(value, tuple | list) else (earlier or value)
        ctx = ctx.parent
    return given


def _unknown(word: str, known: tuple[str, ...], page: str) -> UnknownNameError:
    """Return that there is no such command, with the nearest one or else all of them, and the page of help."""
    close = nearest(word, known)
    hint = page if close else f"{page}; there is {', '.join(known)}"
    return UnknownNameError("command", word, (close,) if close else (), hint=hint)


def _first_word(args: Sequence[str]) -> str | None:
    """Return the first word that is neither a shared flag nor its value."""
    skip = False
    for word in args:
        if skip or word.startswith("-"):
            skip = not skip and word in TAKE_A_VALUE
            continue
        return word
    return None
