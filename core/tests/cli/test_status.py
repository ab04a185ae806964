"""What `status` says."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from milepost.cli.beside import Beside
from milepost.cli.flags import Flags
from milepost.cli.render import Screen
from milepost.cli.render_status import Told, workspace
from milepost.cli.surroundings import Surroundings
from milepost.host.inquiry import AppStatus, WorkspaceStatus
from milepost.sdk.deployment import Health, Replica
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
    status="success",
    started=NOON,
    writer=ME,
    source=Source(folder="/shop", commit="a1b2c3d4e5"),
    user="ada",
    host="thinkpad",
)
OLDER = msgspec.structs.replace(RUN, id="01O", number=112, source=Source(folder="/shop", commit="9e8d7c6b5a"))
FAILED = msgspec.structs.replace(RUN, id="01F", number=120, status="error")
GOES_ON = msgspec.structs.replace(RUN, id="01G", number=122, status="running")
FORMER = operation(
    "01K", "deploy", 112, run="01O", presence="parked", ended=NOON - timedelta(hours=2) + timedelta(seconds=5)
)
WEB = AppStatus(
    app="web",
    live=operation("01D", "deploy", 118),
    release=operation("01RL", "release", 118, previous="01K"),
    run=RUN,
    health=Health(name="ready", ready=2, wanted=2),
    public=Health(name="ready", message="200 in 84 ms"),
    urls=("https://shop.example.com", "http://web.localhost"),
    kept=(FORMER,),
    failed=operation(
        "01F", "deploy", 119, status="error", failure=Failure(code="not-ready", message="KeyError 'SMTP_HOST'\nmore")
    ),
)


class Known:
    """A history of a live and a former deployment."""

    def run(self, id: str) -> Run | None:
        return {"01R": RUN, "01O": OLDER, "01F": FAILED, "01G": GOES_ON}.get(id)

    def operation(self, id: str) -> Operation | None:
        return {"01D": WEB.live, "01K": FORMER}.get(id)

    def operations(
        self, where: Mapping[str, Any], limit: int | None = None, before: str | None = None
    ) -> list[Operation]:
        return []

    def live(self, app: str, workspace: str) -> Operation | None:
        return WEB.release


ALONE = Beside()


def shown(*apps: AppStatus, beside: Beside = ALONE, **more: Any) -> list[str]:
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
    status = WorkspaceStatus(**{**facts, "apps": apps, **more})
    return list(workspace(status, screen, Known(), Told("asked just now", beside)))


def test_a_status_says_what_is_live_how_it_is_and_how_to_go_back() -> None:
    assert shown(WEB) == [
        "shop / production   asked just now",
        "APP  LIVE  COMMIT   HEALTH     SINCE   RELEASED BY",
        "web  #118  a1b2c3d  2/2 ready  2h ago  ada@thinkpad",
        "",
        "URL     https://shop.example.com   ready 200 in 84 ms",
        "Back    web #112 (9e8d7c6, parked, about 5.0s)   milepost rollback -w production",
        "Failed  #119 2h ago, web deploy: KeyError 'SMTP_HOST'   milepost show 119",
        "Lock    free   Freeze none   Staged nothing",
    ]


def test_an_app_that_is_down_says_what_its_platform_says() -> None:
    lines = shown(
        AppStatus(app="web", live=WEB.live, health=Health(name="down", message="exited 1; milepost start")),
    )
    assert "Health  web: exited 1; milepost start" in lines
    assert "#118" in lines[2]


def test_only_the_replicas_that_tell_more_than_the_sum_are_shown() -> None:
    replicas = (
        Replica(name="web.1", health="ready"),
        Replica(name="web.2", health="ready", restarts=3),
        Replica(name="web.3", health="down", message="killed for memory, 64 MiB allowed", restarts=1),
    )
    health = Health(name="partial", ready=2, wanted=3, replicas=replicas)
    lines = [line for line in shown(dataclasses.replace(WEB, health=health)) if line.startswith("Replica")]
    assert lines == [
        "Replica web.2   ready, 3 restarts",
        "Replica web.3   down, 1 restart     killed for memory, 64 MiB allowed",
    ]
    alike = Health(name="parked", replicas=(Replica(name="web.1", health="parked"),))
    assert not any(line.startswith("Replica") for line in shown(dataclasses.replace(WEB, health=alike)))


def test_what_apps_are_warned_of_together_is_said_once() -> None:
    disk = Health(name="ready", warnings=("the disk of the engine is 91 % full",))
    apps = [dataclasses.replace(WEB, app=app, health=disk, public=disk) for app in ("web", "api")]
    assert "Warning web, api: the disk of the engine is 91 % full" in shown(*apps)


def test_an_app_that_was_never_released_is_shown_without_a_number() -> None:
    lines = shown(AppStatus(app="web", staged=(operation("01S", "deploy", 120),), note="nobody could be asked"))
    assert lines[2].split() == ["web", "-", "nothing", "live"]
    assert "Note    web: nobody could be asked" in lines
    assert lines[-1] == "Lock    free   Freeze none   Staged web#120   milepost release -w production"


def test_who_holds_a_lock_and_what_was_interrupted_is_shown() -> None:
    locks = {f"app/{name}": {"run": 120, "verb": "up"} for name in ("production/web", "staging/web")}
    lines = shown(WEB, locks=locks, interrupted=(RUN, WEB.live))
    assert "Lock    web by #120 up   Freeze none   Staged nothing" in lines
    assert [line for line in lines if line.startswith("Broken")] == [
        "Broken  #118's web deploy was interrupted; the next run of web cleans up   milepost show 118"
    ]
    (line,) = (each for each in shown(WEB, interrupted=(RUN,)) if each.startswith("Broken"))
    assert line == "Broken  #118 was interrupted; the next run cleans up   milepost show 118"


def test_half_of_a_run_that_failed_is_not_advised_to_be_released_alone() -> None:
    half = operation("01S", "deploy", 120, app="worker", run="01F", presence="staged")
    worker = AppStatus(app="worker", staged=(half,))
    assert shown(WEB, worker)[-1] == (
        "Lock    free   Freeze none   Staged worker#120 (of #120, which failed)"
        "   milepost up -w production   milepost destroy worker#120 -w production"
    )
    both = dataclasses.replace(WEB, staged=(operation("01T", "deploy", 121),))
    assert shown(both, worker)[-1].endswith(
        "Staged web#121, worker#120 (of #120, which failed)   milepost release web -w production"
        "   milepost up -w production   milepost destroy worker#120 -w production"
    )


def test_what_a_run_has_staged_that_goes_on_is_left_to_it() -> None:
    worker = AppStatus(app="worker", staged=(operation("01S", "deploy", 122, app="worker", run="01G"),))
    assert shown(worker)[-1].endswith("Staged worker#122 (of #122, which has not ended)")


def test_several_apps_have_their_addresses_by_name_and_none_twice() -> None:
    there = Health(name="ready", message="public at 127.0.0.1:24020")
    apps = [dataclasses.replace(WEB, app=app, urls=("http://127.0.0.1:24020",), public=there) for app in ("web", "api")]
    lines = [line for line in shown(*apps) if line.startswith("URL")]
    assert lines == [
        "URL     web   http://127.0.0.1:24020   ready",
        "URL     api   http://127.0.0.1:24020   ready",
    ]


def test_only_the_apps_of_the_last_release_go_back_without_a_name() -> None:
    release = operation("01RM", "release", 117, previous="01K")
    api = dataclasses.replace(WEB, app="api", release=release)
    lines = [line for line in shown(WEB, api) if line.startswith("Back")]
    assert [line.rpartition("   ")[2] for line in lines] == [
        "milepost rollback -w production",
        "milepost rollback api -w production",
    ]


def test_after_a_rollback_the_deployment_it_left_can_be_taken_again() -> None:
    back = dataclasses.replace(WEB, live=FORMER, release=operation("01RN", "release", 121), kept=(WEB.live,))
    lines = shown(back)
    assert not [line for line in lines if line.startswith("Back")]
    assert [line for line in lines if line.startswith("Kept")] == [
        "Kept    web #118 (a1b2c3d)   milepost rollback web --to 118 -w production"
    ]


def test_a_freeze_says_who_why_until_when_and_what_ends_it() -> None:
    freeze = {"number": 130, "user": "ada", "host": "thinkpad", "why": "fair\non Friday", "until": None}
    lines = shown(WEB, beside=Beside(freeze=freeze))
    assert (
        "Freeze  until somebody thaws it, by ada@thinkpad (#130): fair on Friday   milepost thaw -w production" in lines
    )
    assert lines[-1] == "Lock    free   Staged nothing"
    until = (NOON + timedelta(hours=1)).isoformat()
    [line] = [each for each in shown(WEB, beside=Beside(freeze={**freeze, "until": until})) if "Freeze" in each]
    assert line.startswith("Freeze  until 2026-03-0")


def test_orphans_are_counted_only_when_somebody_was_asked() -> None:
    assert shown(WEB, beside=Beside(orphans=()))[-1].endswith("Staged nothing   Orphans none")
    assert shown(WEB, beside=Beside(orphans=("web-1", "web-2")))[-1].endswith("Orphans 2   milepost orphans list")
    assert "Orphans" not in shown(WEB)[-1]


def test_entries_that_were_not_delivered_are_told() -> None:
    assert "3 of this machine's entries could not be written" in shown(WEB, beside=Beside(undelivered=3))[-1]


def test_what_was_not_asked_is_not_said_to_be_unknown() -> None:
    assert "not asked" in shown(dataclasses.replace(WEB, health=Health(name="unknown")))[2]
