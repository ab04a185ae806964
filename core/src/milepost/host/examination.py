"""The doctor's look at the platforms: what they have beside what the history knows, as findings; it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.assembly import Host
from milepost.host.doctor import Finding, place_of
from milepost.host.orphans import LIMIT, Orphan, Survey, survey
from milepost.sdk.errors import MilepostError
from milepost.sdk.record import Operation


def examine(host: Host, workspace: str | None = None, limit: float = LIMIT) -> Survey | None:
    """Return what the platforms have; None where there is no project or no history to compare it with."""
    try:
        return survey(host, place_of(host, workspace), limit)
    except MilepostError:
        return None  # the doctor has told why already


def object_findings(found: Survey) -> Iterator[Finding]:
    """Yield what is to be said of it, all workspaces together."""
    for each in found.orphans:
        yield _of_orphan(each)
    for deployment in found.missing:
        yield _of_missing(deployment)
    for operation in found.interrupted:
        yield _of_interrupted(operation)
    for text in found.unasked:
        yield Finding("warning", text)
    if found.asked:
        words = ", ".join(found.asked)
        orphans = f", {len(found.orphans)} without" if found.orphans else ""
        yield Finding("ok", f"asked {words}: {found.named} with a record{orphans}")


def _of_orphan(orphan: Orphan) -> Finding:
    """Return what is to be said of objects that no record names."""
    seen = orphan.sighting
    made = f", made as #{seen.number}" if seen.number else ""
    who = f" by {seen.labels['milepost/user']}" if seen.labels.get("milepost/user") else ""
    what = f"{seen.app} in {seen.workspace}: no record names {seen.resources[0].kind} {seen.key}{made}{who}"
    if orphan.is_foreign:
        hint = f"use that history, by MILEPOST_HISTORY; if it is lost, milepost history rebuild -w {seen.workspace}"
        return Finding("warning", f"{what}; it is of the history {seen.store or 'unknown'}", hint)
    if orphan.record is not None:
        what += f"; its record says {orphan.record.presence or orphan.record.status}"
    if orphan.serves == "no":
        return Finding("warning", what, f"milepost orphans destroy {seen.key} -w {seen.workspace}")
    told = "it serves" if orphan.serves == "yes" else "whether it serves could not be asked"
    return Finding("warning", f"{what}; {told}", f"milepost orphans adopt {seen.key} -w {seen.workspace}")


def _of_missing(deployment: Operation) -> Finding:
    """Return what is to be said of a record whose objects are gone."""
    name = f"{deployment.app}#{deployment.number}"
    what = f"{deployment.app} in {deployment.workspace}: #{deployment.number} is recorded as {deployment.presence}"
    word = deployment.plugin.word if deployment.plugin else "its platform"
    return Finding(
        "warning", f"{what}, and {word} has nothing of it", f"milepost destroy {name} -w {deployment.workspace}"
    )


def _of_interrupted(operation: Operation) -> Finding:
    """Return what is to be said of an operation that was cut off: what it made, and what it only meant to make."""
    made = [f"{each.kind} {each.key}" for each in operation.resources if each.id is not None]
    meant = [f"{each.kind} {each.key}" for each in operation.resources if each.id is None]
    parts = [f"made {', '.join(made)}"] if made else []
    parts += [f"meant to make {', '.join(meant)}"] if meant else []
    what = f"{operation.app} in {operation.workspace}: #{operation.number}'s {operation.label} was interrupted"
    hint = f"milepost up {operation.app} -w {operation.workspace}, or milepost destroy, cleans it up"
    return Finding("warning", f"{what}; it {' and '.join(parts) or 'made nothing'}", hint)
