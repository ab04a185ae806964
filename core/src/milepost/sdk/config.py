"""What a plugin reads from the project file, and what it wants remembered: two versioned documents."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct


class PluginConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arguments of a `use` block, as a class of its own for each plugin.

    Each field is `name: Annotated[TYPE, Meta(description="…")] = DEFAULT`; the description is its
    documentation. Types: str, int, float, bool, Secret, Credential, lists, dicts, optional and nested
    structs. Raise ValueError in `__post_init__` for what types cannot say.
    """

    version: ClassVar[int] = 1
    """Raise it when a recorded config of before can no longer be read as it is."""

    @classmethod
    def upgrade(cls, version: int, document: dict[str, Any]) -> dict[str, Any]:
        """Return a recorded `document` of the older `version` as one of today's: rollback uses recorded config."""
        return document


class PluginState(Struct, frozen=True, kw_only=True):
    """What a plugin needs to find again what it made: ids, names, folders. Never a secret.

    It is saved with `step.save` and handed back, exactly so, for status, logs, exec, release and destroy.
    """

    version: ClassVar[int] = 1
    """Raise it when a recorded state of before can no longer be read as it is."""

    @classmethod
    def upgrade(cls, version: int, document: dict[str, Any]) -> dict[str, Any]:
        """Return a recorded `document` of the older `version` as one of today's."""
        return document
