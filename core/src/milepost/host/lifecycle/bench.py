"""The bench: all that an app's part works with, as one value, so that a test can put fakes on it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from milepost.host import processes
from milepost.host.cancel import Cancel, Deadline
from milepost.host.folders import Folders
from milepost.host.history.heartbeat import Holding
from milepost.host.history.journal import History
from milepost.host.lifecycle.kept import LIMIT
from milepost.host.mask import Masker
from milepost.host.plugins.load import Plugins
from milepost.host.plugins.observers import Observers
from milepost.host.step import Runner
from milepost.sdk.errors import MilepostError
from milepost.sdk.events import Event
from milepost.sdk.record import Writer
from milepost.sdk.store import Lock


class Reuse:
    """What one question leaves for the next: it is asked of many apps, and each must be quick."""

    def __init__(self) -> None:
        self.workers: dict[str, Any] = {}
        """Who was made for a recorded operation, by its id."""
        self.subjects: dict[tuple[str, str], Any] = {}
        """The apps that were looked at, by workspace and name."""
        self.scratch: list[Path] = []
        """Folders that were empty when a question was over."""
        weakref.finalize(self, _remove, self.scratch)


def _remove(folders: list[Path]) -> None:
    """Remove the folders that nobody uses any more."""
    for each in folders:
        with suppress(OSError):
            each.rmdir()


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the lifecycle needs of the world."""

    history: History
    plugins: Plugins
    observers: Observers
    folders: Folders
    environment: Mapping[str, str]
    emit: Callable[[Event], None]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    lock: Callable[[str], Lock]
    """Returns the lock on an outside object, which projects of the same user share."""
    identify: Callable[[int], Writer]
    """Returns what tells a process from all others, now and later."""
    writer: Writer
    key: bytes
    """The key of the fingerprints of secrets."""
    masker: Masker = field(default_factory=Masker)
    cancel: Cancel = field(default_factory=Cancel)
    runner: Runner = processes.run
    holding: Holding | None = None
    """The locks that all is done under; None where nothing is changed."""
    output_limit: int = LIMIT
    """How much of an operation's output is kept, in characters."""
    only_asks: bool = False
    """Whether nothing is to be written into the history."""
    reuse: Reuse | None = None
    """What several questions share, where nothing changes between them."""
    patience: float | None = None
    """How long a plugin may take for what it is asked now, in seconds; None: as long as it takes."""

    def deadline(self) -> Deadline:
        """Return the limit of the step that begins now."""
        return Deadline("the answer", self.patience, self.monotonic)

    def lost(self) -> MilepostError | None:
        """Return why nothing more may be done under the locks; None while they are held."""
        try:
            self.uncancelled()
        except MilepostError as error:
            return error
        return None

    def uncancelled(self) -> Bench:
        """Return a bench for cleaning up: a wish to end has been heard and must not stop that too.

        Raises LockLostError, HistoryUnreachableError when what was begun may be another's to clean up by now.
        """
        if self.holding is not None:
            self.holding.check()
        return replace(self, cancel=Cancel())
