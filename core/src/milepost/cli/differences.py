"""What differed between two deployments of an app, read from records alone: nothing is asked and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from milepost.host.fingerprint import CREDENTIAL, SECRET, has_changed
from milepost.host.lifecycle.labels import PREFIX

if TYPE_CHECKING:
    from milepost.sdk.store import Document

Values = Mapping[str, Any]
"""Values by name; what is nested has dots in its name."""

STAGES = ("build", "push", "deploy", "release")


class Side(NamedTuple):
    """One app as a run had it: what it was made of, and the operations that made it what it was."""

    app: str
    run: Document
    source: Document
    operations: Mapping[str, Document]
    """By stage: build, push, deploy, release."""


class Change(NamedTuple):
    """One thing that is not the same on both sides."""

    part: str
    """What it is of; the names of PARTS."""
    name: str
    how: str
    """`added`, `removed`, `changed`; `unknown` for a secret of which nobody can tell."""
    old: Any = None
    new: Any = None
    """The values; none for a secret."""
    secret: bool = False


def differences(old: Side, new: Side) -> list[Change]:
    """Return what differed, in the order in which people ask: the source first, then what was made of it."""
    both = [stage for stage in STAGES if stage in old.operations and stage in new.operations]
    found: list[Change] = []
    for part, values in PARTS.items():
        before, after = (
            {name: value for stage in both for name, value in values(stage, side.operations[stage]).items()}
            for side in (old, new)
        )
        found += _compared(part, before, after)
    return [*_compared("commit", _commit(old), _commit(new)), *_compared("source", _state(old), _state(new)), *found]


def _compared(part: str, old: Values, new: Values) -> Iterator[Change]:
    """Yield which values were added, removed and changed."""
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if _is(CREDENTIAL, before) or _is(CREDENTIAL, after):
            continue  # never recorded: nothing can be told
        secret = _is(SECRET, before) or _is(SECRET, after)
        how = _how(name, old, new)
        if how and secret:
            yield Change(part, name, how, secret=True)
        elif how:
            yield Change(part, name, how, before, after)


def _how(name: str, old: Values, new: Values) -> str:
    """Return how a value differs; empty when it does not."""
    if name not in old:
        return "added"
    if name not in new:
        return "removed"
    before, after = old[name], new[name]
    if _is(SECRET, before) and _is(SECRET, after):
        return _secretly(str(before.get("fingerprint") or ""), str(after.get("fingerprint") or ""))
    return "changed" if before != after else ""


def _secretly(before: str, after: str) -> str:
    """Return how a secret differs: fingerprints of different keys, or none, tell nothing."""
    if not before or not after or before.partition("-")[0] != after.partition("-")[0]:
        return "" if before and before == after else "unknown"
    return "changed" if has_changed(before, after) else ""


def _is(mark: str, value: Any) -> bool:
    return isinstance(value, dict) and mark in value


def _flat(values: Any, name: str = "") -> dict[str, Any]:
    """Return values by name, those inside of others with dots; empty ones are left out."""
    if isinstance(values, dict) and not _is(SECRET, values) and not _is(CREDENTIAL, values):
        parts = list(values.items())
    elif isinstance(values, list) and any(isinstance(each, dict | list) for each in values):
        parts = [(str(at), each) for at, each in enumerate(values)]
    else:
        return {} if values in (None, "", [], {}) else {name: values}
    found: dict[str, Any] = {}
    for each, value in parts:
        found |= _flat(value, f"{name}.{each}" if name else str(each))
    return found


def _commit(side: Side) -> Values:
    return _known({"commit": side.source.get("commit")})


def _state(side: Side) -> Values:
    dirty = side.source.get("dirty")
    state = None if dirty is None else "with changes not committed" if dirty else "clean"
    return _known({"branch": side.source.get("branch"), "state": state})


def _artifact(stage: str, operation: Document) -> Values:
    artifact = operation.get("artifact") or {}
    return _known({"digest": artifact.get("digest"), "kind": artifact.get("kind")}) if stage != "release" else {}


def _plugin(stage: str, operation: Document) -> Values:
    plugin = operation.get("plugin") or {}
    return {stage: f"{plugin['word']} ({plugin['distribution']} {plugin['version']})"} if plugin else {}


def _config(stage: str, operation: Document) -> Values:
    return _flat((operation.get("config") or {}).get("fields") or {}, stage)


def _facts(kind: str) -> Callable[[str, Document], Values]:
    """Return what gives one kind of what else of the app's config was recorded."""

    def values(stage: str, operation: Document) -> Values:
        return ((operation.get("facts") or {}).get(kind) or {}) if stage == "deploy" else {}

    return values


def _terms(stage: str, operation: Document) -> Values:
    facts = dict(operation.get("facts") or {}) if stage == "deploy" else {}
    return _flat({name: value for name, value in facts.items() if name not in ("env", "files")})


def _labels(stage: str, operation: Document) -> Values:
    # Most are those of the run or the project, the same in each stage; ours, on what was rebuilt, say nothing new.
    labels: Values = dict(operation.get("labels") or {})
    return {name: value for name, value in labels.items() if not name.startswith(PREFIX)}


def _hooks(stage: str, operation: Document) -> Values:
    hooks = operation.get("hooks") or ()
    named = [f"{each.get('when')}: {' '.join(map(str, each.get('command') or ()))}" for each in hooks]
    return {
        f"{stage}.{name}": "failed" if each.get("error") else "done" for name, each in zip(named, hooks, strict=True)
    }


def _outcome(stage: str, operation: Document) -> Values:
    return _known({stage: operation.get("status")})


def _known(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


PARTS: dict[str, Callable[[str, Document], Values]] = {
    "artifact": _artifact,
    "plugin": _plugin,
    "config": _config,
    "env": _facts("env"),
    "file": _facts("files"),
    "terms": _terms,
    "label": _labels,
    "hook": _hooks,
    "outcome": _outcome,
}
"""What gives the values of each part of an operation; `commit` and `source` come before them."""
