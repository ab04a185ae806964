"""What lies ahead of an app: the stages, hooks and changes of a run that nobody has begun."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from milepost.sdk.capabilities import Planned
from milepost.sdk.errors import MilepostError
from milepost.sdk.record import Operation, Stage


@dataclass(frozen=True, kw_only=True)
class StageAhead:
    """A stage that would run."""

    stage: Stage
    name: str = ""
    """The word of the plugin; of a task, its name."""
    detail: str = ""
    steps: tuple[Planned, ...] = ()
    """What the plugin says that it would do."""
    error: str = ""
    """Why it would fail, or why that cannot be told."""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class HookAhead:
    """A hook that would run, if what it waits for comes about."""

    stage: Stage
    when: str
    command: str


@dataclass(kw_only=True)
class AppAhead:
    """What an `up` would do for one app."""

    app: str
    live: Operation | None = None
    """The deployment that is live now."""
    release: Operation | None = None
    stages: list[StageAhead] = field(default_factory=list)
    """In the order of the phases."""
    hooks: list[HookAhead] = field(default_factory=list)
    strategy: str = ""
    public_at_once: bool = False
    """Whether the deployment would be public before its release."""
    today: dict[str, Any] | None = None
    """What the record of the deploy would have: plugin, config, facts; secrets by their fingerprints."""
    unasked: frozenset[str] = frozenset()
    """The names in the app's config whose values are not known, since no source was asked."""
    prunes: tuple[Operation, ...] = ()
    """The deployments that would be destroyed afterwards, oldest first."""
    waits_for: tuple[str, ...] = ()
    troubles: list[MilepostError] = field(default_factory=list)
    """What is in the way of all of it."""

    @property
    def is_possible(self) -> bool:
        """Whether nothing is known to be in the way."""
        return not self.troubles and not any(each.error for each in self.stages)
