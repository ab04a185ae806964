"""What applies of a project file, as lines or a document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.cli.session import Session
    from milepost.host.explaining import Argument, Explained, Explanation
    from milepost.sdk.problem import Position


def explained(session: Session, found: Sequence[Explanation]) -> None:
    """Show what applies to some apps."""
    document = {
        "project": session.host.project.name,
        "workspace": session.workspace,
        "apps": [_app(each) for each in found],
    }
    session.screen.answer("config-explanation", document, _lines(session.screen, session.workspace, found))


def _app(found: Explanation) -> dict[str, Any]:
    return {"app": found.app, "labels": dict(found.labels), "blocks": [_block(each) for each in found.blocks]}


def _block(block: Explained) -> dict[str, Any]:
    bodies = [
        {"scope": each.title, "applies": each.applies, "why": each.why, "position": place(each.position)}
        for each in block.considered
    ]
    arguments = [
        {"name": each.name, "value": each.value, "pending": each.pending, "position": place(each.position)}
        for each in block.arguments
    ]
    return {"block": block.place, "bodies": bodies, "arguments": arguments}


def place(position: Position) -> dict[str, Any]:
    """Return a place in a file as programs read it."""
    return dict(position._asdict())


def _lines(screen: Screen, workspace: str, found: Sequence[Explanation]) -> Iterator[str]:
    for app in found:
        labels = ", ".join(f"{name}={value}" for name, value in sorted(app.labels.items())) or "none"
        yield f"{app.app} in the workspace {workspace}; its labels: {labels}"
        for block in app.blocks:
            yield ""
            yield screen.paint("strong", block.place)
            yield from _bodies(screen, block)
            yield from (f"    {name:<{_width(block)}}  {at:<12} {value}" for name, at, value in _arguments(block))
        yield ""


def _bodies(screen: Screen, block: Explained) -> Iterator[str]:
    for each in block.considered:
        mark = screen.paint("good", "applies") if each.applies else screen.paint("faint", "not here")
        space = " " * (8 - len("applies" if each.applies else "not here"))
        yield f"  {mark}{space}  {each.title}, line {each.position.line}: {each.why}"


def _width(block: Explained) -> int:
    return min(48, max((len(each.name) for each in block.arguments), default=0))


def _arguments(block: Explained) -> Iterator[tuple[str, str, str]]:
    for each in block.arguments:
        yield each.name, f"line {each.position.line}", _value(each)


def _value(argument: Argument) -> str:
    if not argument.pending:
        return json.dumps(argument.value, ensure_ascii=False)
    return f"{argument.written}  ({argument.pending})"
