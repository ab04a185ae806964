"""The last words of a run of several apps, and of one that failed or was cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from milepost.cli.background import Background
from milepost.cli.summary import summary
from milepost.host.git import Distance
from milepost.host.inquiry import AppStatus
from milepost.sdk.deployment import Release
from milepost.sdk.record import Evidence, Failure, Operation, Run, Source, Writer

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


OLD = an_operation("01B", "deploy", 112, presence="parked")
RELEASED = an_operation("01C", "release", 112, target="01B", release=Release())
NEW = an_operation("01D", "deploy", presence="released")
RELEASE = an_operation("01F", "release", target="01D", previous="01B", release=Release())


def test_after_a_rollback_to_several_runs_each_app_has_its_way_forward() -> None:
    mine = [
        an_operation("01V1", "deploy", 110, app="api", presence="parked"),
        an_operation("01V2", "release", 110, app="api", target="01V1", release=Release()),
        an_operation("01V3", "deploy", 115, app="api"),
        an_operation("01V4", "release", 115, app="api", target="01V3", release=Release()),
    ]
    api = an_operation("01Z1", "release", 119, app="api", target="01V1", release=Release())
    web = an_operation("01Z", "release", 119, target="01B", release=Release())
    ended = Ended(a_run(verb="rollback", number=119, apps=("web", "api")), (web, api))
    lines = told(ended, known(OLD, RELEASED, NEW, RELEASE, *mine))
    assert lines[-2:] == [
        "Undo  milepost rollback web --to 118 -w production",
        "      milepost rollback api --to 115 -w production",
    ]


def test_a_traceback_is_told_once_and_only_its_end() -> None:
    trace = "\n".join(f"line {number}" for number in range(20))
    evidence = tuple(Evidence(title=f"last lines of web.{number}", text=trace) for number in (1, 2))
    failure = Failure(code="x", message=f"web ended\n{trace}")
    failed = an_operation("01D", "deploy", 119, status="error", failure=failure, evidence=evidence)
    lines = told(Ended(a_run(number=119, status="error"), (failed,), 1))
    assert [line.split()[-1] for line in lines if "line " in line] == [str(number) for number in range(8, 20)]
    assert not [line for line in lines if "last lines" in line]


def test_a_cancelled_deploy_is_not_to_be_kept() -> None:
    failure = Failure(code="cancelled", message="cancelled by Ctrl-C")
    failed = an_operation("01D", "deploy", 119, status="cancelled", failure=failure)
    assert not [line for line in told(Ended(a_run(number=119), (failed,), 130)) if "--keep-failed" in line]
