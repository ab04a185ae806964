"""Offers: what the host must know of a plugin's role before it runs, and how to load what does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.sdk.config import PluginConfig, PluginState
from milepost.sdk.roles import Builder, ConfigSource, Platform, Registry, Releaser
from milepost.sdk.store import HistoryStore, Opening


@dataclass(frozen=True, kw_only=True)
class BuilderOffer:
    """A builder: its config, the kind of artifact it makes, and the way to its class."""

    config: type[PluginConfig]
    produces: Callable[[Any], str]
    """The artifact kind, given the config."""
    load: Callable[[], Callable[[Any], Builder]]
    """Imports and returns the class that is made with the config. Vendor SDKs may be imported here, not before."""
    wants_targets: bool | Callable[[Any], bool] = False
    """Whether the platform is asked for its `targets` before a build, which may be slow; a function is given the
    config."""

    def asks_targets(self, config: Any) -> bool:
        """Return whether a build with the config goes by what the platform runs."""
        return self.wants_targets(config) if callable(self.wants_targets) else self.wants_targets


@dataclass(frozen=True, kw_only=True)
class RegistryOffer:
    """A registry: its config, what it takes and gives, and the way to its class."""

    config: type[PluginConfig]
    accepts: tuple[str, ...]
    """The artifact kinds it takes; what it gives back is of the same kind."""
    load: Callable[[], Callable[[Any], Registry]]
    """Imports and returns the class that is made with the config."""


@dataclass(frozen=True, kw_only=True)
class DefaultReleaser:
    """The releaser that a platform uses when the project file has no `release` block."""

    word: str
    """The word after `use` of an installed releaser."""
    config: dict[str, Any] = field(default_factory=dict)
    """Its arguments, as in a `use` block."""


@dataclass(frozen=True, kw_only=True)
class PlatformOffer:
    """A platform: its config and state, what it takes and exposes, and the way to its class."""

    config: type[PluginConfig]
    state: type[PluginState]
    accepts: tuple[str, ...]
    """The artifact kinds it can run; empty: it needs no artifact."""
    exposes: Callable[[Any], tuple[str, ...]]
    """The endpoint kinds a deployment will have, given the config; empty for a worker."""
    load: Callable[[], Callable[[Any], Platform]]
    """Imports and returns the class that is made with the config."""
    stages: bool = True
    """Whether a deployment is not public before its release."""
    parks: bool = False
    """Whether the class has the capability Parks, which `start-first` and `stop-first` need."""
    files: bool = False
    """Whether a deployment gets the files of the app's config, `step.facts.files`."""
    one_machine: bool | Callable[[Any, Mapping[str, str]], bool] = False
    """Whether what it makes is on the machine where it was made alone: no other one asks about it or changes it.
    A function is given the config and the user's environment variables."""
    default_releaser: DefaultReleaser | Callable[[Any, Mapping[str, str]], DefaultReleaser | None] | None = None
    """What a release uses where the project file says nothing; a function as above."""
    settled: Callable[[Any, Any], Any] | None = None
    """Given the recorded config and state of a deployment, returns the config that leads to where it is: where the
    environment chose a place, such as an engine, that place is named. None: the recorded config says it all."""

    def is_on_one_machine(self, config: Any, environment: Mapping[str, str]) -> bool:
        """Return whether what is made with the config is on this machine alone."""
        return self.one_machine(config, environment) if callable(self.one_machine) else self.one_machine

    def releaser_for(self, config: Any, environment: Mapping[str, str]) -> DefaultReleaser | None:
        """Return the releaser of what is made with the config."""
        default = self.default_releaser
        return default(config, environment) if callable(default) else default


@dataclass(frozen=True, kw_only=True)
class ReleaserOffer:
    """A releaser: its config and state, what it can send traffic to, and the way to its class."""

    config: type[PluginConfig]
    state: type[PluginState]
    accepts: tuple[str, ...]
    """The endpoint kinds it can send traffic to."""
    load: Callable[[], Callable[[Any], Releaser]]
    """Imports and returns the class that is made with the config."""


@dataclass(frozen=True, kw_only=True)
class ConfigSourceOffer:
    """A source of config values: what says which value, and the way to its class."""

    config: type[PluginConfig]
    """The arguments of one value. In the project file they stand in this order, or by name in an object at the end."""
    load: Callable[[], Callable[[], ConfigSource]]
    """Imports and returns the class that is made without arguments. Vendor SDKs may be imported here, not before."""


@dataclass(frozen=True, kw_only=True)
class HistoryStoreOffer:
    """A history store: what says where it lies, and the way to what opens it."""

    config: type[PluginConfig]
    """The arguments in `history { use "WORD" { … } }`. One with a field `url` can be named by MILEPOST_HISTORY too."""
    load: Callable[[], Callable[[Any, Opening], HistoryStore]]
    """Imports and returns what opens the store with the config. Raises HistoryError and what is below it."""
