"""The last words of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from milepost.cli.summary import summary
from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Deployment, Release
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

    operations: dict[str, Operation] = field(default_factory=dict)
    released: dict[str, Operation] = field(default_factory=dict)

    def operation(self, id: str) -> Operation | None:
        return self.operations.get(id)

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


def told(ended: Ended, known: Known | None = None, **notes: str) -> list[str]:
    """Return the last words without colours."""
    return summary(ended, known or Known(), lambda style, text: text, {"01REL": notes.get("said", "")})  # type: ignore[arg-type]  # has what is read


OLD = an_operation("01OLD", "deploy", 112)
NEW = an_operation("01NEW", "deploy")
OLDEST = an_operation("01OLDEST", "deploy", 109)
HISTORY = Known({each.id: each for each in (OLD, NEW, OLDEST)})


def test_a_release_says_where_it_is_live_what_it_replaced_and_how_to_undo_it() -> None:
    release = an_operation(
        "01REL", "release", target="01NEW", previous="01OLD", release=Release(urls=("https://shop.example.com",))
    )
    parked = an_operation("01PARK", "park", target="01OLD")
    pruned = an_operation("01PRUNE", "destroy", target="01OLDEST")
    assert told(Ended(a_run(), (NEW, release, parked, pruned)), HISTORY, said="replaced #112") == [
        "LIVE  https://shop.example.com   #118 replaced #112   68s",
        "Kept  #112 (parked)   pruned #109",
        "Undo  milepost rollback -w production",
    ]


def test_a_first_release_replaces_nothing() -> None:
    release = an_operation("01REL", "release", target="01NEW", release=Release(urls=("http://127.0.0.1:4444",)))
    assert told(Ended(a_run(workspace="default"), (release,)), HISTORY) == [
        "LIVE  http://127.0.0.1:4444   #118   68s",
    ]


def test_a_stop_says_how_to_start_again() -> None:
    assert told(Ended(a_run(verb="stop"), (an_operation("01P", "park", target="01NEW"),)), HISTORY) == [
        "STOPPED  web   68s",
        "Next     milepost start -w production",
    ]


def test_a_destroy_says_what_is_gone() -> None:
    gone = an_operation("01P", "destroy", target="01OLD")
    assert told(Ended(a_run(verb="destroy"), (gone,)), HISTORY) == ["DESTROYED  #112   68s"]
    assert told(Ended(a_run(verb="destroy"))) == ["DESTROYED  nothing was there   68s"]


def test_nothing_changed_says_what_is_live_still() -> None:
    build = an_operation("01B", "build")
    same = [an_operation(f"01{stage}", stage, status="unchanged", same_as="01OLD") for stage in ("deploy", "release")]
    assert told(Ended(a_run(), (build, *same)), HISTORY) == ["UNCHANGED  #112 is live as before   68s"]


def test_a_build_says_what_to_type_next() -> None:
    artifact = Artifact(kind="file-tree/1", reference="/t", digest="sha256:" + "9f2c41aa" * 8)
    ended = Ended(a_run(verb="build"), (an_operation("01B", "build", artifact=artifact),))
    assert told(ended) == ["BUILT  #118   sha256:9f2c41aa9f2c   68s", "Next   milepost deploy -w production"]


def test_a_staged_deployment_says_where_to_look_and_how_to_release_it() -> None:
    deploy = an_operation("01D", "deploy", deployment=Deployment(url="http://127.0.0.1:5001"))
    assert told(Ended(a_run(verb="deploy"), (deploy,))) == [
        "STAGED  #118   http://127.0.0.1:5001   68s",
        "Next    milepost release 118 -w production",
    ]


def test_a_failed_deploy_says_what_still_serves_why_and_what_to_type() -> None:
    failed = an_operation(
        "01D",
        "deploy",
        119,
        status="error",
        failure=Failure(code="not-ready", message="web exited 1 before /healthz answered", hint="look at mail.py"),
        evidence=(Evidence(title="last lines of web.1", text="Traceback\n\x1b[31mKeyError: 'SMTP_HOST'"),),
    )
    known = Known({"01OLD": OLD}, {"web": an_operation("01REL", "release", 112, target="01OLD")})
    assert told(Ended(a_run(number=119, status="error"), (failed,), 1), known) == [
        "PRODUCTION IS UNCHANGED: web #112 serves",
        "Cause   web deploy: web exited 1 before /healthz answered",
        "  last lines of web.1",
        "  | Traceback",
        "  | KeyError: 'SMTP_HOST'",
        "Hint    look at mail.py",
        "Next    milepost logs --run 119     milepost show 119",
        "        milepost deploy web -w production --keep-failed",
        "exit 1: failed, what is live is as before",
    ]


@pytest.mark.parametrize(
    ("status", "first", "last"),
    [
        (3, "PRODUCTION HAS CHANGED", "exit 3: what is live was changed, and then something failed"),
        (4, "PRODUCTION IS UNCHANGED: nothing is live", "exit 4: locked"),
        (130, "PRODUCTION IS UNCHANGED", "exit 130: cancelled"),
    ],
)
def test_each_way_to_fail_says_what_it_means(status: int, first: str, last: str) -> None:
    lines = told(Ended(a_run(status="error", failure=Failure(code="x", message="why")), (), status))
    assert lines[0].startswith(first)
    assert lines[-1] == last


def test_a_dry_run_shows_its_plan_alone() -> None:
    assert told(Ended(a_run(), plan=("web goes back to #112",))) == ["web goes back to #112"]
