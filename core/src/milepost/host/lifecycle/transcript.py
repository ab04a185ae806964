"""The transcript of an operation: what is said and printed in it, in order, told at once and kept soon after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from milepost.host.escapes import UNENDED
from milepost.host.feed import Feed
from milepost.host.lifecycle.kept import Kept
from milepost.host.mask import Masker
from milepost.sdk.errors import HistoryError
from milepost.sdk.step import Stream

TICK = 0.05
"""How often it is looked whether something has waited long enough, while anything waits, in seconds."""

FLUSH_AFTER = 0.1
"""How long output may wait in memory before it is kept, in seconds."""

RETRY_AFTER = 1.0
"""The same after the store could not take it."""


class Hearers(NamedTuple):
    """Who is told what happens."""

    printed: Callable[[str, Stream], None]
    """Called with lines that were printed, without the end of the last one; `UNENDED` stands at a piece of a line."""
    said: Callable[[str], None]
    """Called with what was said."""
    troubled: Callable[[HistoryError], None]
    """Called once, when output cannot be kept."""


class Transcript:
    """Takes what programs and plugins print, from several threads. Nothing is told or kept with a secret in it."""

    def __init__(self, kept: Kept, masker: Masker, hearers: Hearers) -> None:
        self.source = "plugin"
        """What prints: it stands at each line."""
        self.trouble: HistoryError | None = None
        """Why not all of it could be kept."""
        self._kept, self._masker, self._hearers = kept, masker, hearers
        self._feeds: dict[tuple[int, str, str], Feed] = {}
        # Held while something is told, which may take long; what is kept has a guard of its own.
        self._telling = threading.RLock()
        self._something = threading.Event()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None

    def say(self, text: str) -> None:
        """Tell people, and keep it with the output."""
        masked = self._masker.text(text)
        with self._telling:
            self._kept.add(f"{masked}\n", self.source, "say")
            self._watch()
            self._hearers.said(masked)

    def output(self, text: str, stream: Stream) -> None:
        """Take what was printed: lines with their ends, or a piece of one.

        What one thread prints on a stream belongs together: the beginning of a line and its end.
        """
        with self._telling:
            if self._closed.is_set():
                return  # it comes from a program that outlived its operation
            key = (threading.get_ident(), stream, self.source)
            feed = self._feeds.get(key) or Feed(self._masker)
            self._told(feed.take(text), stream, self.source)
            if feed.is_empty:
                self._feeds.pop(key, None)
            else:
                self._feeds[key] = feed
                self._watch()

    def flush(self) -> None:
        """Keep what can be kept by now."""
        self._kept.flush()
        self._look_for_trouble()

    def close(self) -> None:
        """Tell and keep all that is left; nothing more is taken."""
        with self._telling:
            self._closed.set()
            self._something.set()
            for (_, stream, source), feed in self._feeds.items():
                self._told(feed.end(), "stderr" if stream == "stderr" else "stdout", source)
            self._feeds.clear()
        self._kept.finish()
        self._look_for_trouble()
        if self._watcher is not None:
            self._watcher.join()

    @property
    def taken(self) -> int:
        """How many lines were said and printed."""
        return self._kept.taken

    @property
    def unkept(self) -> int:
        """How many lines were not kept."""
        return self._kept.unkept

    def _told(self, text: str, stream: Stream, source: str) -> None:
        """Keep and tell what can be shown."""
        if not text:
            return
        self._kept.add(text, source, stream)
        self._watch()
        self._hearers.printed(text[:-1] if text.endswith("\n") else text + UNENDED, stream)

    def _look_for_trouble(self) -> None:
        """Say it, the first time that output cannot be kept."""
        trouble = self._kept.trouble
        if trouble is not None and self.trouble is None:
            self.trouble = trouble
            self._hearers.troubled(trouble)

    def _watch(self) -> None:
        """Have somebody look after what waits."""
        if self._watcher is None and not self._closed.is_set():
            self._watcher = threading.Thread(target=self._look_after, daemon=True)
            self._watcher.start()
        self._something.set()

    def _look_after(self) -> None:
        """Tell pieces of lines and keep what waits, in time, for as long as anything waits."""
        kept_at = 0.0
        while not self._closed.is_set():
            self._something.wait()
            self._something.clear()
            while not self._closed.wait(TICK) and (self._kept.waits or self._feeds):
                self._tell_late()
                patience = RETRY_AFTER if self._kept.trouble else FLUSH_AFTER
                if self._kept.waits and time.monotonic() - kept_at >= patience:
                    self.flush()
                    kept_at = time.monotonic()

    def _tell_late(self) -> None:
        """Tell the lines that have not ended for a while as far as they have come."""
        # Whoever is telling at this moment may be held up by a slow reader, and what is kept must not wait for that.
        if not self._telling.acquire(timeout=TICK):
            return
        try:
            for (_, stream, source), feed in list(self._feeds.items()):
                self._told(feed.late(), "stderr" if stream == "stderr" else "stdout", source)
        finally:
            self._telling.release()
