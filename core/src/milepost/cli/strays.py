"""Histories that lie elsewhere than where one looks: moved ones, and those left in the project's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.keeping.pointer import left_behind, moved
from milepost.sdk.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from milepost.host.assembly import Host


def strays(host: Host) -> Iterator[str]:
    """Yield that the history that was used was moved, or that another one lies in the project's folder.

    Nothing is said where no history was opened.
    """
    used = vars(host).get("whereabouts")
    if used is None:
        return
    here = Path(used.folder) if used.folder else None
    try:
        word = moved(here) if here else None
        beside = left_behind(host.project.folder)
    except HistoryError as error:
        yield str(error)
        return
    if here and word and word.done:
        yield f"the history at {here} was moved to {word.to}; what it shows is as it was then"
    if beside and beside != here:
        yield f"an older history lies in {beside}; bring it here  milepost store move --from .milepost"
