"""What is not as it is live now: today's project file and folder laid beside the record of what is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from milepost.cli import lineage
from milepost.cli.differences import Change, Side, differences

if TYPE_CHECKING:
    from milepost.cli.lineage import Look
    from milepost.host.lifecycle.ahead import AppAhead
    from milepost.sdk.record import Operation, Source


class Outlook(NamedTuple):
    """What a run would change of an app, as far as that can be told before its build."""

    verdict: str
    """`first`, `changed`, `same` (unless the build gives another artifact), `unknown`."""
    changes: tuple[Change, ...] = ()


def outlook(app: AppAhead, here: Source, look: Look) -> Outlook:
    """Return what differs from what is live."""
    if app.live is None or app.release is None:
        return Outlook("unknown" if app.troubles else "first")
    if app.today is None:
        return Outlook("unknown")
    made_of = lineage.source(app.live, look)
    changes = tuple(differences(*_sides(app, app.live, made_of, here)))
    if any(each.how != "unknown" for each in changes):
        return Outlook("changed", changes)
    is_same = bool(here.commit) and made_of is not None and here.commit == made_of.commit and here.dirty is False
    return Outlook("same" if is_same else "unknown", changes)


def _sides(app: AppAhead, live: Operation, made_of: Source | None, here: Source) -> tuple[Side, Side]:
    """Return what is live and what would be deployed, as records have them."""
    # Through JSON, as a record goes: what is a tuple here is a list there.
    old, today = (msgspec.json.decode(msgspec.json.encode(each)) for each in (live, app.today or {}))
    new: dict[str, Any] = {**old, **today}
    new["facts"] = _known(app, old.get("facts") or {}, new["facts"])
    sources = [msgspec.to_builtins(each) if each else {} for each in (made_of, here)]
    before, after = (
        Side(app.app, {}, source, {"deploy": each}) for source, each in zip(sources, (old, new), strict=True)
    )
    return before, after


def _known(app: AppAhead, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of today, where values that nobody was asked for are taken to be as they are live."""
    kept = {
        kind: {**new.get(kind, {}), **{name: value for name, value in old.get(kind, {}).items() if name in app.unasked}}
        for kind in ("env", "files")
    }
    return {**new, **kept}
