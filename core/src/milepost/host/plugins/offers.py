"""Checking offers: whether each field of what a plugin offers is what the host will rely on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Literal

from milepost.sdk.config import PluginConfig, PluginState
from milepost.sdk.offer import (
    BuilderOffer,
    ConfigSourceOffer,
    DefaultReleaser,
    HistoryStoreOffer,
    PlatformOffer,
    RegistryOffer,
    ReleaserOffer,
)
from milepost.sdk.source import OPTIONS

Role = Literal["builder", "registry", "platform", "releaser", "config_source", "history_store"]
Offer = BuilderOffer | RegistryOffer | PlatformOffer | ReleaserOffer | ConfigSourceOffer | HistoryStoreOffer

OFFERS: dict[Role, type[Offer]] = {
    "builder": BuilderOffer,
    "registry": RegistryOffer,
    "platform": PlatformOffer,
    "releaser": ReleaserOffer,
    "config_source": ConfigSourceOffer,
    "history_store": HistoryStoreOffer,
}
"""The class of offer that each role's hook returns."""


def mistake(role: Role, value: object) -> str:
    """Return what is wrong with the value that a role's hook returned; empty when it is a sound offer."""
    wanted = OFFERS[role]
    if not isinstance(value, wanted):
        return f"returned {_kind(value)}, expected a {wanted.__name__}"
    for field in fields(wanted):
        claim, holds = _CLAIMS[field.name]
        given = getattr(value, field.name)
        if not holds(given):
            return f"returned a {wanted.__name__} whose {field.name} is {_kind(given)}, expected {claim}"
    return _taken_names(value) if isinstance(value, ConfigSourceOffer) else ""


def _taken_names(offer: ConfigSourceOffer) -> str:
    """Return what is wrong with the names of a source's arguments."""
    taken = [name for name in offer.config.__struct_fields__ if name in OPTIONS]
    return f"has an argument {taken[0]!r}, which is an option of every value" if taken else ""


def _kind(value: object) -> str:
    """Return what a value is, for people."""
    if value is None:
        return "None"
    return f"the class {value.__name__}" if isinstance(value, type) else f"{value!r:.60} ({type(value).__name__})"


def _subclass(of: type) -> Callable[[Any], bool]:
    """Return the check that a value is a class below `of`."""
    return lambda value: isinstance(value, type) and issubclass(value, of)


def _are_kinds(value: Any) -> bool:
    """Return whether the value is a tuple of kinds, each with the version of its schema."""
    return isinstance(value, tuple) and all(map(_is_kind, value))


def _is_kind(value: Any) -> bool:
    """Return whether the value is a name, a slash and a number."""
    if not isinstance(value, str):
        return False
    name, _, number = value.rpartition("/")
    return bool(name) and number.isdecimal()


def _is_default_releaser(value: Any) -> bool:
    """Return whether the value names a releaser, or is a function that does, or None."""
    if value is None or callable(value):
        return True
    return isinstance(value, DefaultReleaser) and isinstance(value.word, str) and isinstance(value.config, dict)


_CLAIMS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "config": ("a subclass of PluginConfig", _subclass(PluginConfig)),
    "state": ("a subclass of PluginState", _subclass(PluginState)),
    "produces": ("a function", callable),
    "exposes": ("a function", callable),
    "load": ("a function", callable),
    "accepts": ('a tuple of kinds such as ("file-tree/1",)', _are_kinds),
    "stages": ("a bool", lambda value: isinstance(value, bool)),
    "parks": ("a bool", lambda value: isinstance(value, bool)),
    "files": ("a bool", lambda value: isinstance(value, bool)),
    "one_machine": ("a bool or a function", lambda value: isinstance(value, bool) or callable(value)),
    "wants_targets": ("a bool or a function", lambda value: isinstance(value, bool) or callable(value)),
    "settled": ("a function or None", lambda value: value is None or callable(value)),
    "default_releaser": ("a DefaultReleaser, a function or None", _is_default_releaser),
}
"""What each field of an offer must be, in words and as a check."""
