"""What `status` says."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from milepost.cli.flags import Flags
from milepost.cli.render import Screen
from milepost.cli.render_status import workspace
from milepost.cli.surroundings import Surroundings
from milepost.host.inquiry import AppStatus, WorkspaceStatus
from milepost.sdk.deployment import Health
from milepost.sdk.record import Failure, Operation, Run, Source, Writer

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
ME = Writer(pid=1, started="1", boot="b", host="h")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def operation(id: str, stage: Any, number: int, **more: Any) -> Operation:
    """Return an operation of web in production that ended two hours ago."""
    facts: dict[str, Any] = {
        "id": id,
        "run": "01R",
        "number": number,
        "project": "shop",
        "workspace": "production",
        "app": "web",
        "stage": stage,
        "started": NOON - timedelta(hours=2),
        "writer": ME,
        "status": "success",
    }
    return Operation(**{**facts, **more})


RUN = Run(
    id="01R",
    number=118,
    project="shop",
    workspace="production",
    verb="up",
    apps=("web",),
    started=NOON,
    writer=ME,
    source=Source(folder="/shop", commit="a1b2c3d4e5"),
    user="ada",
    host="thinkpad",
)
WEB = AppStatus(
    app="web",
    live=operation("01D", "deploy", 118),
    release=operation("01R", "release", 118),
    run=RUN,
    health=Health(name="ready", ready=2, wanted=2),
    public=Health(name="ready", message="200 in 84 ms"),
    urls=("https://shop.example.com", "http://web.localhost"),
    kept=(operation("01K", "deploy", 112, presence="parked"),),
    failed=operation(
        "01F", "deploy", 119, status="error", failure=Failure(code="not-ready", message="KeyError 'SMTP_HOST'\nmore")
    ),
)


def shown(*apps: AppStatus, **more: Any) -> list[str]:
    """Return the lines of a status on a terminal without colours."""
    facts: dict[str, Any] = {"project": "shop", "workspace": "production", "locks": {}, "at": NOON, "interrupted": ()}
    surroundings = Surroundings(
        environment={"NO_COLOR": "1"},
        folder=Path(),
        out=Terminal(),
        err=Terminal(),
        input=io.StringIO(),
        now=lambda: NOON,
    )
    screen = Screen(Flags(folder=Path()), surroundings)
    return list(workspace(WorkspaceStatus(**{**facts, "apps": apps, **more}), screen))


def test_a_status_says_what_is_live_how_it_is_and_how_to_go_back() -> None:
    assert shown(WEB) == [
        "shop / production",
        "APP  LIVE  COMMIT   HEALTH     SINCE   RELEASED BY",
        "web  #118  a1b2c3d  2/2 ready  2h ago  ada@thinkpad",
        "",
        "URL     https://shop.example.com   ready 200 in 84 ms",
        "Back    web #112 (parked)   milepost rollback -w production",
        "Failed  #119 web deploy: KeyError 'SMTP_HOST'   milepost show 119",
        "Lock    free   Staged nothing",
    ]


def test_an_app_that_is_down_says_what_its_platform_says() -> None:
    lines = shown(AppStatus(app="web", live=WEB.live, health=Health(name="down", message="exited 1; milepost start")))
    assert "Health  web: exited 1; milepost start" in lines
    assert "#118" in lines[2]


def test_an_app_that_was_never_released_is_shown_without_a_number() -> None:
    lines = shown(AppStatus(app="web", staged=(operation("01S", "deploy", 120),), note="nobody could be asked"))
    assert lines[2].split() == ["web", "-", "nothing", "live"]
    assert "Note    web: nobody could be asked" in lines
    assert lines[-1] == "Lock    free   Staged web#120"


def test_who_holds_a_lock_and_what_was_interrupted_is_shown() -> None:
    lines = shown(WEB, locks={"production/web": {"run": 120, "verb": "up"}}, interrupted=(RUN,))
    assert "Lock    production/web by #120 up   Staged nothing" in lines
    assert any(line.startswith("Broken  #118 was interrupted") for line in lines)
