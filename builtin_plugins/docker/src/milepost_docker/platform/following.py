"""New lines of all replicas as they come, over restarts, until somebody has seen enough."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from milepost.sdk import Step
from milepost.sdk.capabilities import LogLine
from milepost.sdk.step import Stream
from milepost_docker.engine.connect import Engine
from milepost_docker.engine.trouble import ConflictError, MissingError
from milepost_docker.platform import naming
from milepost_docker.platform.logs import SHOWN, lines, stamped
from milepost_docker.platform.site import heeding
from milepost_docker.platform.state import ReplicaState

_LOOK_AGAIN = 0.3
"""Seconds between two looks whether a container that has ended runs again."""
_WAIT = 0.2


def follow(engine: Engine, seen: list[tuple[ReplicaState, datetime]], step: Step) -> Iterator[LogLine]:
    """Yield each line that comes after the last ones seen, until cancelled or all containers are gone.

    A thread for each container: the engine tells of each by a stream of its own.
    """
    heard: queue.SimpleQueue[LogLine | Exception | None] = queue.SimpleQueue()
    for replica, since in seen:
        threading.Thread(target=_listen, args=(engine, replica, since, step, heard), daemon=True).start()
    left = len(seen)
    while left:
        try:
            line = heard.get(timeout=_WAIT)
        except queue.Empty:
            step.check()
            continue
        if isinstance(line, Exception):
            raise line
        if line is None:
            left -= 1
        else:
            yield line
        step.check()


def _listen(
    engine: Engine,
    replica: ReplicaState,
    since: datetime,
    step: Step,
    heard: queue.SimpleQueue[LogLine | Exception | None],
) -> None:
    """Put the lines of one container into the queue; at its end None, or what went wrong."""
    try:
        with heeding(engine, step) as own:
            for line in _lines(own, replica, since, step):
                heard.put(line)
        heard.put(None)
    except Exception as error:  # whatever it is, it is raised where the lines are waited for
        heard.put(error)


def _lines(engine: Engine, replica: ReplicaState, since: datetime, step: Step) -> Iterator[LogLine]:
    """Yield the lines of one container over its restarts: the engine ends its stream with each run."""
    who = naming.replica_name(step.facts.app, replica.number)
    while (found := engine.container(replica.name)) is not None:
        query = {**SHOWN, "follow": True, "since": f"{since.timestamp():.6f}"}
        pieces = engine.pieces(f"/containers/{replica.name}/logs", query)
        for stream, text in _until_refused(lines(pieces, tty=bool(found["Config"].get("Tty")))):
            line = stamped(text, stream, who)
            if line.at is None or line.at > since:
                since = line.at or since
                yield line
        step.sleep(_LOOK_AGAIN)


def _until_refused(told: Iterator[tuple[Stream, str]]) -> Iterator[tuple[Stream, str]]:
    """Yield what is told; between a container's end and its removal the engine refuses to tell any more."""
    with suppress(ConflictError, MissingError):
        yield from told
