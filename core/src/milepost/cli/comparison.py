"""What is new in a deployment, in the words of a line: commits, environment, secrets, what the platform is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from milepost.cli.lineage import Look, source
from milepost.host.fingerprint import SECRET, has_changed

if TYPE_CHECKING:
    from milepost.host.git import Distance
    from milepost.sdk.record import Operation, Source

Count = Callable[[str, str], "Distance | None"]
"""Tells how far two commits are from each other."""


def difference(old: Operation, new: Operation, look: Look, count: Count) -> str:
    """Return what is not in the new deployment as in the old one; empty when nothing is known to be."""
    parts = [_commits(source(old, look), source(new, look), count)]
    if not parts[0] and old.artifact and new.artifact and old.artifact.digest != new.artifact.digest:
        parts = ["other files"]
    for kind, word in (("env", "env"), ("files", "file")) if new.facts is not None else ():
        before, after = (dict((each.facts or {}).get(kind) or {}) for each in (old, new))
        parts += _named(word, before, after)
    if new.config is not None and old.config is not None:
        parts += _named("deploy", old.config.get("fields") or {}, new.config.get("fields") or {})
    return " · ".join(part for part in parts if part)


def commits(old: Operation, made_of: Source | None, look: Look, count: Count) -> str:
    """Return how far a source is from that of a deployment."""
    return _commits(source(old, look), made_of, count)


def _commits(old: Source | None, new: Source | None, count: Count) -> str:
    """Return the way from one commit to another."""
    if old is None or new is None or not old.commit or not new.commit or old.commit == new.commit:
        return ""
    way = count(old.commit, new.commit)
    if way is None or not any(way):
        return f"commit {old.commit[:7]} → {new.commit[:7]}"
    parts = [_many(way.forward)] if way.forward else []
    parts += [f"{_many(way.back)} back"] if way.back else []
    return ", ".join(parts)


def _many(commits: int) -> str:
    return f"{commits} commit{'' if commits == 1 else 's'}"


def _named(what: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield which names were added, removed and changed; of secrets, only that they are others."""
    both = [name for name in new if name in old]
    secrets = [name for name in both if _fingerprint(old[name]) and _fingerprint(new[name])]
    signs = [f"+{name}" for name in new if name not in old]
    signs += [f"-{name}" for name in old if name not in new]
    signs += [f"~{name}" for name in both if name not in secrets and old[name] != new[name]]
    if signs:
        yield f"{what} {' '.join(signs)}"
    changed = [name for name in secrets if has_changed(_fingerprint(old[name]), _fingerprint(new[name]))]
    if changed:
        yield f"secret changed {' '.join(changed)}"


def _fingerprint(value: Any) -> str:
    """Return the fingerprint of a recorded secret; empty for what is none."""
    return str(value.get("fingerprint", "")) if isinstance(value, dict) and SECRET in value else ""
