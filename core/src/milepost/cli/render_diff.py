"""What differed between two deployments, as people read it and as programs do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import counted, line_of, short
from milepost.cli.render_tables import run_name

if TYPE_CHECKING:
    from milepost.cli.between import Commit, Compared
    from milepost.cli.differences import Change, Side
    from milepost.cli.render import Screen

WIDEST = 60
"""How much of a value is shown."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
SIGNS = {"added": "+", "removed": "-", "changed": "~", "unknown": "?"}
_STYLES = {"added": "good", "removed": "bad", "changed": "warning", "unknown": "faint"}
_HEADS = {"file": "Files", "env": "Env"}


def lines(found: Sequence[Compared], screen: Screen) -> Iterator[str]:
    """Yield what differed, app by app."""
    for each in found:
        names = " → ".join(run_name(side.run) if side else "nothing" for side in (each.old, each.new))
        said = "" if each.changes or each.differ else "   the same"
        yield f"{screen.paint('strong', line_of(each.app))}   {names}{said}"
        head = ""
        for change in each.changes:
            name = _HEADS.get(change.part, change.part.capitalize())
            yield f"  {'' if name == head else name:<9}{screen.paint(_STYLES[change.how], change_line(change))}"
            head = name
            if change.part == "commit":
                yield from (_commit(commit) for commit in each.commits)


def documents(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """Return what differed, app by app, for programs."""
    return [
        {
            "app": each.app,
            "old": _side(each.old),
            "new": _side(each.new),
            "same": not each.differ,
            "commits": [commit._asdict() for commit in each.commits],
            "changes": [change._asdict() for change in each.changes],
        }
        for each in found
    ]


def _commit(commit: Commit) -> str:
    """Return a commit of one side in a line."""
    return f"{'':<13}{'-' if commit.side == 'old' else '+'} {line_of(commit.commit)} {line_of(commit.subject)}"


def _side(side: Side | None) -> Mapping[str, Any] | None:
    """Return which records a side is made of."""
    if side is None:
        return None
    operations = {stage: operation["id"] for stage, operation in side.operations.items()}
    return {"run": side.run.get("id"), "number": side.run.get("number"), "operations": operations}


def change_line(change: Change) -> str:
    """Return a change in a line."""
    name = f"{SIGNS[change.how]} {line_of(change.name)}"
    if change.part == "commit" and change.how == "changed":
        return f"{_value(change.old)} → {_value(change.new)}"
    if change.secret:
        said = {"changed": "the secret has changed", "unknown": "a secret; whether it has changed is unknown"}
        return f"{name}   {said.get(change.how, 'a secret')}"
    if change.how == "added":
        return f"{name} = {_value(change.new)}"
    if change.how == "removed":
        return f"{name} = {_value(change.old)}"
    return f"{name} = {_value(change.old)} → {_value(change.new)}"


def _value(value: Any) -> str:
    """Return a recorded value in a few words."""
    if isinstance(value, str) and "\n" in value.strip():
        return counted(len(value.strip().splitlines()), "line")
    text = line_of(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    text = short(text) if text.startswith("sha256:") else text[:7] if _COMMIT.fullmatch(text) else text
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
