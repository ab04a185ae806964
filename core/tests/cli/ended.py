"""Runs that have ended, with the records around them, for tests of the last words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from milepost.cli.background import Background
from milepost.cli.summary import summary
from milepost.host.git import Distance
from milepost.host.inquiry import AppStatus
from milepost.sdk.record import Operation, Run, Source, Writer

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
ME = Writer(pid=1, started="1", boot="b", host="h")


@dataclass
class Ended:
    """A run that has ended, as the host tells it."""

    run: Run
    operations: tuple[Operation, ...] = ()
    exit_status: int = 0
    plan: tuple[str, ...] = ()


@dataclass
class Known:
    """A history of a few operations."""

    documents: dict[str, Operation] = field(default_factory=dict)
    released: dict[str, Operation] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)

    def run(self, id: str) -> Run | None:
        return self.runs.get(id)

    def operation(self, id: str) -> Operation | None:
        return self.documents.get(id)

    def operations(
        self, where: Mapping[str, Any], limit: int | None = None, before: str | None = None
    ) -> list[Operation]:
        found = [each for each in self.documents.values() if all(getattr(each, k) == v for k, v in where.items())]
        older = [each for each in found if before is None or each.id < before]
        return sorted(older, key=lambda each: each.id, reverse=True)[:limit]

    def live(self, app: str, workspace: str) -> Operation | None:
        return self.released.get(app)


def a_run(**more: Any) -> Run:
    """Return run 118, which took 68 seconds."""
    facts: dict[str, Any] = {
        "id": "01R",
        "number": 118,
        "project": "shop",
        "workspace": "production",
        "verb": "up",
        "apps": ("web",),
        "started": NOON,
        "ended": NOON + timedelta(seconds=68),
        "writer": ME,
        "source": Source(folder="/shop"),
        "status": "success",
    }
    return Run(**{**facts, **more})


def an_operation(id: str, stage: Any, number: int = 118, **more: Any) -> Operation:
    """Return an operation of web that succeeded."""
    facts: dict[str, Any] = {
        "id": id,
        "run": "01R",
        "number": number,
        "project": "shop",
        "workspace": "production",
        "app": "web",
        "stage": stage,
        "started": NOON,
        "writer": ME,
        "status": "success",
    }
    return Operation(**{**facts, **more})


def told(ended: Ended, known: Known | None = None, standing: AppStatus | None = None) -> list[str]:
    """Return the last words without colours."""
    background = Background(
        look=known or Known(),
        paint=lambda style, text: text,
        count=lambda old, new: Distance(forward=3, back=0),
        standing={standing.app: standing} if standing else {},
    )
    return summary(ended, background)  # type: ignore[arg-type]  # a fake that has what is read


def known(*operations: Operation, **more: Any) -> Known:
    """Return a history of these operations."""
    return Known({each.id: each for each in operations}, **more)
