"""Importing a plugin's module: one at a time, quietly, with everything that can go wrong put down to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module

import pluggy

from milepost.host.plugins.scan import Entry
from milepost.sdk import hooks
from milepost.sdk.errors import MilepostError, PluginBrokenError
from milepost.sdk.problem import nearest


def load_module(entry: Entry) -> pluggy.PluginManager:
    """Import the entry's module and return a manager that has its hooks and no others.

    Raises PluginBrokenError, the cause kept, for all that is wrong with the module.
    """
    if not entry.module or ":" in entry.module:
        raise broken(entry, f"its entry {entry.word!r} is {entry.module!r}, expected the name of a module")
    with suspect(entry, f"importing {entry.module}"):
        module = import_module(entry.module)
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    try:
        manager.register(module, name=entry.module)
    except pluggy.PluginValidationError as error:
        raise broken(entry, " ".join(str(error).split())) from error
    _refuse_unknown_hooks(entry, manager)
    return manager


def require_hook(entry: Entry, manager: pluggy.PluginManager, names: tuple[str, ...]) -> None:
    """Raise PluginBrokenError unless the module implements at least one of the hooks."""
    if any(getattr(manager.hook, name).get_hookimpls() for name in names):
        return
    module = manager.get_plugin(entry.module)
    bare = next((name for name in names if hasattr(module, name)), None)
    if bare:
        raise broken(entry, f"{entry.module}.{bare} is there, but is not marked with @hookimpl of milepost.sdk")
    raise broken(entry, f"{entry.module} has no hook {' or '.join(names)}, which its {entry.role} needs")


def broken(entry: Entry, what: str) -> PluginBrokenError:
    """Return the error that names the plugin."""
    return PluginBrokenError(entry.distribution, entry.version, what)


@contextmanager
def suspect(entry: Entry, doing: str) -> Iterator[None]:
    """Turn what goes wrong while `doing` into PluginBrokenError: exceptions, exits, and printing.

    What is printed here would stand in the middle of a JSON document.
    """
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            yield
    except MilepostError as error:
        raise broken(entry, f"{doing} raised {error}") from error
    except (Exception, SystemExit) as error:
        told = " ".join(str(error).split())
        raise broken(entry, f"{doing} raised {type(error).__name__}{': ' if told else ''}{told}") from error
    if printed.getvalue():
        raise broken(entry, f"{doing} printed {printed.getvalue().strip():.80}; it must do nothing but define")


def _refuse_unknown_hooks(entry: Entry, manager: pluggy.PluginManager) -> None:
    """Raise PluginBrokenError for a hook that milepost does not have, with the nearest that it has."""
    known = tuple(name for name in vars(hooks) if name.startswith(f"{hooks.PROJECT}_"))
    callers = manager.get_hookcallers(manager.get_plugin(entry.module)) or []
    for unknown in sorted(caller.name for caller in callers if not caller.has_spec()):
        close = nearest(unknown, known)
        advice = f"did you mean {close!r}?" if close else f"milepost has {', '.join(known)}"
        raise broken(entry, f"{entry.module} has a hook {unknown!r} that milepost does not know; {advice}")
