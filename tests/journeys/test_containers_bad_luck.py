"""Bad luck with containers: what dies, is taken away or stands in the way is told, and the next run is clean."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.engines.docker import Daemon
from tests.engines.registries import Registry
from tests.journeys import truth
from tests.journeys.campaign import kill
from tests.journeys.flight import Flight, begins, says
from tests.journeys.leaving import at_rest
from tests.journeys.place import fetch, text_of, until
from tests.journeys.quay import Quay
from tests.journeys.quays import lone_quay, quay

__all__ = ["lone_quay", "quay"]

NEVER_READY = 'FROM %s\nCOPY index.html /www/index.html\nCMD ["sleep", "600"]\n'
OTHERS = 50
REGISTRY = """
    registry {
      use "docker" {
        image   = "%s/quay/web"
        retries = 0
      }
    }
"""


def base_of(quay: Quay) -> str:
    """Return what the app's Dockerfile begins with."""
    return (quay.place.folder / "Dockerfile").read_text().split()[1]


def runs_in(word: str) -> bool:
    """Return whether a process of this machine has that argument, in containers too."""
    commands = (_arguments(each) for each in Path("/proc").glob("[0-9]*/cmdline"))
    return any(word in each for each in commands)


def _arguments(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def many(quay: Quay, label: str) -> set[str]:
    """Make containers that are no business of milepost's, and return their ids."""
    making = f"for each in $(seq {OTHERS}); do docker create --label test.others={label} {base_of(quay)}; done"
    environment = dict(quay.engine.environment)
    made = subprocess.run(("sh", "-ec", making), env=environment, check=True, capture_output=True, text=True)
    return set(made.stdout.split())


def check_alone(quay: Quay, text: str) -> None:
    """See that what is live answers with that, and that no container is there but of what is live or kept."""
    app = quay.place.app_status()
    assert text_of(app["urls"][0]) == text
    named = [each["name"] for one in (app["live"], *app["kept"]) for each in one["state"]["fields"]["replicas"]]
    there = quay.engine.docker(
        *("container", "ls", "--all", "--format", "{{.Names}}", "--filter", f"label=milepost/project={quay.name}")
    )
    assert sorted(there.split()) == sorted(named)
    told = [*truth.runs(quay.place), *truth.operations(quay.place)]
    assert not [each for each in told if each["status"] == "running"]


@pytest.mark.slow
def test_a_daemon_that_dies_during_a_deploy_is_told_truly_and_the_next_run_is_clean(
    lone_quay: tuple[Quay, Daemon],
) -> None:
    quay, daemon = lone_quay
    url = quay.up("one")
    quay.says("two")
    flight = Flight(quay.place, "up")
    flight.until(begins("deploy"))
    daemon.kill()
    daemon.start()
    assert flight.end() in (0, 1), flight.err
    # Whether it starts again what ran when it died is the engine's affair; what is said of it is not.
    health = quay.place.app_status()["health"]["name"]
    assert (health == "ready") == (fetch(url)[0] == 200)
    assert truth.runs(quay.place)[0]["status"] in ("success", "error")
    quay.up("three")
    check_alone(quay, "three")
    quay.place.run("destroy", "--all", "--yes")
    assert quay.left("container", "network") == {}


def test_an_image_that_somebody_removed_is_told_before_a_rollback_and_after_a_build_all_is_well(quay: Quay) -> None:
    url = quay.up("one")
    first = quay.place.app_status()["live"]
    quay.up("two")
    quay.engine.docker("container", "rm", "--force", *(each["name"] for each in first["state"]["fields"]["replicas"]))
    quay.engine.docker("image", "rm", "--force", first["artifact"]["digest"])
    told = quay.place.run("rollback", status=1).told
    assert first["artifact"]["digest"][:19] in told or first["artifact"]["reference"] in told, told
    assert "milepost up" in told, told
    assert text_of(url) == "two"
    assert quay.up("one") == url


def test_a_registry_that_dies_before_a_push_is_named_and_the_next_push_goes_through(
    quay: Quay, fresh_registry: Registry
) -> None:
    quay.lay(base_of(quay), build="      buildkit = false", registry=REGISTRY % fresh_registry.host)
    flight = Flight(quay.place, "up")
    flight.until(begins("build"))
    fresh_registry.kill()
    assert flight.end() == 1
    assert fresh_registry.host in flight.err
    assert quay.left("container") == {}
    fresh_registry.start()
    url = quay.up("two")
    fresh_registry.kill()
    quay.says("three")
    quay.place.run("up", status=1)
    assert text_of(url) == "two"


@pytest.mark.parametrize("buildkit", ["true", "false"])
def test_ctrl_c_in_the_middle_of_a_build_leaves_nothing_that_works_on(quay: Quay, buildkit: str) -> None:
    seconds = "617" if buildkit == "true" else "618"
    quay.lay(base_of(quay), build=f"      buildkit = {buildkit}")
    (quay.place.folder / "Dockerfile").write_text(f"FROM {base_of(quay)}\nRUN sleep {seconds}\n")
    flight = Flight(quay.place, "build")
    flight.until(says(f"sleep {seconds}"))
    until("the step of the build", lambda: runs_in(seconds))
    flight.send(signal.SIGINT)
    assert flight.end() == 130
    until("the end of the step", lambda: not runs_in(seconds))
    at_rest(quay.place)
    assert truth.operations(quay.place)[0]["status"] == "cancelled"
    assert quay.left("container") == {}


def test_a_run_that_is_killed_while_it_waits_for_a_container_is_cleaned_up_by_the_next(quay: Quay) -> None:
    quay.up("one")
    sound = (quay.place.folder / "Dockerfile").read_text()
    (quay.place.folder / "Dockerfile").write_text(NEVER_READY % base_of(quay))
    flight = Flight(quay.place, "up")
    flight.until(begins("deploy"))
    until("two containers", lambda: len(quay.objects("container")) > 1)
    kill(quay.place, flight, "cli+part")
    flight.end()
    at_rest(quay.place)
    truth.check_records(quay.place)
    assert quay.place.json("status")["interrupted"] != []
    (quay.place.folder / "Dockerfile").write_text(sound)
    quay.up("two")
    check_alone(quay, "two")


def test_a_name_that_is_taken_is_told_and_nothing_of_others_is_touched(quay: Quay) -> None:
    network = f"milepost.{quay.name}.default"
    foreign = f"others-{quay.name}"
    mine = quay.engine.docker("network", "create", "--label", f"test.others={foreign}", network)
    others = many(quay, foreign)
    try:
        told = quay.place.run("up", status=1).told
        assert network in told
        assert "somebody else's" in told
        assert quay.engine.docker("network", "inspect", "--format", "{{.Id}}", network) == mine
        quay.engine.docker("network", "rm", network)
        quay.up("one")
        quay.up("two")
        quay.place.run("destroy", "--all", "--yes")
        assert quay.left("container", "network") == {}
        found = quay.engine.docker("container", "ls", "-aq", "--no-trunc", "--filter", f"label=test.others={foreign}")
        assert set(found.split()) == others
    finally:
        quay.engine.remove(f"test.others={foreign}")


def test_a_port_that_is_taken_is_named_and_once_it_is_free_the_app_gets_it(quay: Quay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        deploy = f'      publish = ["127.0.0.1:{port}:8080"]'
        quay.lay(base_of(quay), deploy=deploy, more='  strategy = "stop-first"')
        told = quay.place.run("up", status=1).told
        assert str(port) in told
    quay.place.run("up")
    assert text_of(f"http://127.0.0.1:{port}") == "one"
