"""The world of the process, as one value: environment, folder, streams, the clock and the way to a host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from milepost.host.assembly import Host


def system_host(folder: Path, environment: Mapping[str, str]) -> Host:
    """Open the host of this machine."""
    from milepost.host.assembly import open_host  # noqa: PLC0415 - help and version need no host

    return open_host(folder, environment)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def browse(url: str) -> bool:
    """Open a URL in the user's browser; return False where there is none."""
    import webbrowser  # noqa: PLC0415 - one command alone needs it

    return webbrowser.open(url)


class Surroundings(NamedTuple):
    """The world of the process: what a test puts its own in place of."""

    environment: Mapping[str, str]
    folder: Path
    out: TextIO
    err: TextIO
    input: TextIO
    open_host: Callable[[Path, Mapping[str, str]], Host] = system_host
    now: Callable[[], datetime] = utc_now
    browse: Callable[[str], bool] = browse
