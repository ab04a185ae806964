"""What the tests of running deployments share: questions to apps, and looks at processes."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from milepost.sdk import Recorded
from milepost_local.control import SupervisorStatus, ask_status
from milepost_local.place import Place, Record, read_record


def get(recorded: Recorded[Any], path: str = "/", replica: int = 0) -> str:
    """Return what a replica of the deployment answers."""
    status = supervised(recorded)
    connection = http.client.HTTPConnection("127.0.0.1", status.replicas[replica].port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def place(recorded: Recorded[Any]) -> Place:
    return Place(Path(recorded.state.folder))


def record(recorded: Recorded[Any]) -> Record:
    found = read_record(place(recorded))
    assert found is not None
    return found


def supervised(recorded: Recorded[Any]) -> SupervisorStatus:
    status = ask_status(recorded.state.socket)
    assert status is not None
    return status


def until(what: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait for something that comes by itself; give up after long."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def rewrite_record(recorded: Recorded[Any], change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a supervisor wrote down."""
    path = place(recorded).record
    known = json.loads(path.read_text())
    change(known)
    path.write_text(json.dumps(known))
