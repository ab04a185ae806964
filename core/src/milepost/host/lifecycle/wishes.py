"""Wishes to cancel that others leave in the history: looked for while a run goes on, and never in its way."""

from __future__ import annotations

import threading
from contextlib import suppress

from milepost.host.cancel import Cancel
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import HistoryStore

COMMANDS = {"cancel": "milepost cancel", "break": "milepost lock break"}
"""The verbs of the runs that ask another one to end, and what was typed."""

NEWEST = 20
"""Among how many of those it is looked for: whoever asks writes that down right before."""

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
            self._cancel.ask(asked_by(self._store, self._run))


def asked_by(store: HistoryStore, run: str) -> str:
    """Return which command asked a run to end, whose it was, and why, as far as the history tells."""
    with suppress(HistoryError):  # that nobody can say who it was must not keep the run from ending
        for each in store.latest("run", {"verb": tuple(COMMANDS)}, limit=NEWEST):
            if run in (each.get("target"), (each.get("holder") or {}).get("run_id")):
                who = "@".join(str(name) for name in (each.get("user"), each.get("host")) if name) or "somebody"
                why = " ".join(str(each.get("why") or "").split())
                return f"{COMMANDS[each['verb']]} by {who}" + (f": {why}" if why else "")
    return COMMANDS["cancel"]
