"""Loading plugins: the module behind a word is imported when the project names it, and not before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, overload

import pluggy

from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.module import broken, load_module, require_hook, suspect
from milepost.host.plugins.observers import OBSERVER_HOOKS, Observer
from milepost.host.plugins.offers import Offer, Role, mistake
from milepost.host.plugins.scan import Entry
from milepost.sdk.errors import PluginBrokenError
from milepost.sdk.functions import Function
from milepost.sdk.offer import (
    BuilderOffer,
    ConfigSourceOffer,
    HistoryStoreOffer,
    PlatformOffer,
    RegistryOffer,
    ReleaserOffer,
)

OfferT_co = TypeVar("OfferT_co", bound=Offer, covariant=True)


@dataclass(frozen=True)
class Offered(Generic[OfferT_co]):
    """What a word of the project file stands for."""

    entry: Entry
    """Who offers it."""
    offer: OfferT_co


class Plugins:
    """The plugins that a project uses, each loaded once, at the first question about it.

    All methods raise PluginNotFoundError, PluginAmbiguousError and PluginBrokenError; a plugin that
    broke once is not tried again.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._loaded: dict[str, pluggy.PluginManager | PluginBrokenError] = {}
        self._offered: dict[Entry, Offered[Offer]] = {}

    @overload
    def offer(self, role: Literal["builder"], word: str) -> Offered[BuilderOffer]: ...
    @overload
    def offer(self, role: Literal["registry"], word: str) -> Offered[RegistryOffer]: ...
    @overload
    def offer(self, role: Literal["platform"], word: str) -> Offered[PlatformOffer]: ...
    @overload
    def offer(self, role: Literal["releaser"], word: str) -> Offered[ReleaserOffer]: ...
    @overload
    def offer(self, role: Literal["config_source"], word: str) -> Offered[ConfigSourceOffer]: ...
    @overload
    def offer(self, role: Literal["history_store"], word: str) -> Offered[HistoryStoreOffer]: ...
    @overload
    def offer(self, role: Role, word: str) -> Offered[Offer]: ...

    def offer(self, role: Role, word: str) -> Offered[Offer]:
        """Return what `word` (or `distribution:word`) offers for a role, each field checked."""
        entry = self.catalog.find(role, word)
        if entry not in self._offered:
            self._offered[entry] = self._asked(entry, role)
        return self._offered[entry]

    def _asked(self, entry: Entry, role: Role) -> Offered[Offer]:
        """Return what the plugin answers, each field checked."""
        manager = self._manager(entry)
        hook = f"milepost_{role}"
        require_hook(entry, manager, (hook,))
        with suspect(entry, f"{entry.module}.{hook}({entry.word!r})"):
            offer = getattr(manager.hook, hook)(word=entry.word)
        if wrong := mistake(role, offer):
            raise broken(entry, f"{entry.module}.{hook}({entry.word!r}) {wrong}")
        return Offered(entry, offer)

    def observer(self, word: str) -> Observer:
        """Return the observer that a `plugin "word" {}` block names."""
        entry = self.catalog.find("observer", word)
        manager = self._manager(entry)
        require_hook(entry, manager, OBSERVER_HOOKS)
        return Observer(entry, manager)

    def function(self, entry: Entry) -> Function:
        """Return the function that an entry of the role `functions` is named after."""
        manager = self._manager(entry)
        hook = "milepost_functions"
        require_hook(entry, manager, (hook,))
        with suspect(entry, f"{entry.module}.{hook}()"):
            offered = getattr(manager.hook, hook)()
        functions = offered if isinstance(offered, list | tuple) else ()
        found = next((each for each in functions if isinstance(each, Function) and each.name == entry.word), None)
        if found is None:
            raise broken(entry, f"{entry.module}.{hook}() has no function {entry.word!r}, as its entry says")
        return found

    def _manager(self, entry: Entry) -> pluggy.PluginManager:
        """Return the manager of the entry's module, or raise what its first load raised."""
        loaded = self._loaded.get(entry.module)
        if loaded is None:
            try:
                loaded = load_module(entry)
            except PluginBrokenError as error:
                loaded = error
            self._loaded[entry.module] = loaded
        if isinstance(loaded, PluginBrokenError):
            raise loaded
        return loaded
