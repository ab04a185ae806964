"""Wishes to cancel that others leave in the history: looked for while a run goes on, and never in its way."""

from __future__ import annotations

import threading
from contextlib import suppress

from milepost.host.cancel import Cancel
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import HistoryStore

LOOK_EVERY = 1.0
"""How often a store elsewhere is asked, in seconds."""


class Wishes:
    """Hears that somebody asked a run to end. A store elsewhere is asked in a thread: it may be slow to answer."""

    def __init__(self, store: HistoryStore, run: str, cancel: Cancel) -> None:
        self._store, self._run, self._cancel = store, run, cancel
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Pass on a wish, if there is one: one of this machine now, one of elsewhere as soon as it is heard."""
        if self._store.lease_seconds is None:
            self._pass_on()
        elif self._thread is None:
            self._thread = threading.Thread(target=self._listen, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _listen(self) -> None:
        while not self._over.is_set() and not self._cancel.is_asked:
            # One that fails can only be asked again; whoever writes is told what is wrong with it.
            with suppress(HistoryError):
                self._pass_on()
            self._over.wait(LOOK_EVERY)

    def _pass_on(self) -> None:
        if not self._cancel.is_asked and self._store.cancel_asked(self._run):
            self._cancel.ask("milepost cancel")
