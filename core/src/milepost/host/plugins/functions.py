"""Functions of plugins in the config language: found by their names alone, imported when one is called or checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import wraps
from typing import Any, NoReturn

from milepost.host.language.scope import Functions
from milepost.host.plugins.catalog import API, Catalog
from milepost.host.plugins.faults import blame
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.scan import Entry
from milepost.sdk.errors import MilepostError, PluginFaultError
from milepost.sdk.functions import Function, FunctionError
from milepost.sdk.secret import Secret

ROLE = "functions"
"""The role of the entries; each is named after the function that it stands for."""

_OURS = "milepost-"


class InstalledFunctions:
    """The functions that milepost has itself, and those of installed plugins.

    `plugin::function` names one always; the plugin is its distribution, whose `milepost-` may be left out. The bare
    name is enough where milepost has no function of it, and one plugin has.
    """

    def __init__(self, own: Functions, plugins: Plugins) -> None:
        self._own, self._plugins = own, plugins
        self._found: dict[str, Function] = {}

    def find(self, name: str) -> Function | None:
        """Return the function of that name; one that cannot be had says why when it is called."""
        own = self._own.find(name)
        if own is not None:
            return own
        if name not in self._found:
            entries = named(self._plugins.catalog, name)
            if not entries:
                return None
            self._found[name] = self._loaded(entries[0]) if len(entries) == 1 else _ambiguous(name, entries)
        return self._found[name]

    def names(self) -> Iterable[str]:
        """Return the names by which functions can be called, the shortest of each."""
        own = tuple(self._own.names())
        entries = _entries(self._plugins.catalog)
        words = [each.word for each in entries]
        bare = {each for each in words if words.count(each) == 1 and each not in own}
        return (*own, *sorted(each.word if each.word in bare else full_name(each) for each in entries))

    def _loaded(self, entry: Entry) -> Function:
        try:
            function = self._plugins.function(entry)
        except MilepostError as error:
            return _refusing(entry.word, str(error), error.hint)
        return Function(function.name, _guarded(entry, function.call), function.passes)


def named(catalog: Catalog, name: str) -> tuple[Entry, ...]:
    """Return the entries of plugins' functions that a name, with or without its plugin, means."""
    plugin, _, word = name.rpartition("::")
    owners = (plugin, f"{_OURS}{plugin}", "") if plugin else ()
    return tuple(
        each for each in _entries(catalog) if each.word == word and (not plugin or each.distribution in owners)
    )


def full_name(entry: Entry) -> str:
    """Return the name by which the function of an entry can be called whatever else is installed."""
    return f"{entry.distribution.removeprefix(_OURS)}::{entry.word}"


def _entries(catalog: Catalog) -> tuple[Entry, ...]:
    return tuple(each for each in catalog.entries if each.role == ROLE and each.api == API)


def _ambiguous(name: str, entries: tuple[Entry, ...]) -> Function:
    owners = " and by ".join(f"{each.distribution} {each.version}" for each in entries)
    return _refusing(name, f'the function "{name}" is offered by {owners}', f"write {full_name(entries[0])}(…)")


def _refusing(name: str, message: str, hint: str) -> Function:
    """Return a function that only says why it cannot be called."""

    def refuse(*arguments: Any) -> NoReturn:
        raise FunctionError(message, hint=hint)

    return Function(name, refuse, passes=True)


def _guarded(entry: Entry, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plugin's function whose faults are put down to the plugin."""
    doing = f"its function {entry.word}"

    @wraps(call)
    def guarded(*arguments: Any) -> Any:
        refused: FunctionError
        try:
            with blame(entry, doing):
                try:
                    return _value(entry, call(*arguments))
                except FunctionError as error:
                    refused = error
        except MilepostError as error:
            raise FunctionError(str(error), hint=error.hint) from error
        raise refused

    return guarded


def _value(entry: Entry, value: Any) -> Any:
    """Return what a function returned as a value of the language. Raises PluginFaultError for anything else."""
    if value is None or isinstance(value, (str, bool, int, Decimal, Secret)):
        return value
    if isinstance(value, (list, tuple)):
        return [_value(entry, each) for each in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {name: _value(entry, each) for name, each in value.items()}
    what = f"its function {entry.word} returned a value of type {type(value).__name__}, which the language has not"
    raise PluginFaultError(entry.distribution, entry.version, what)
