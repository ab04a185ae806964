"""When a deployment counts as ready, and how early it is known that it will not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from milepost.sdk import HealthCheck, NotReadyError, Recorded
from milepost.testing.bench import Bench
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.inside import look_from_inside
from milepost_docker.platform.platform import DockerPlatform
from milepost_docker.platform.settings import ContainerCheck, Resources
from milepost_docker.platform.site import at

Config = Callable[..., DockerConfig]
Deploy = Callable[..., Recorded[Any]]
LONG = HealthCheck(timeout=60)
IDLE = ["sh", "-c", "trap 'exit 0' TERM; sleep 60 & wait $!"]


def failed(deploy: Deploy, bench: Bench, config: DockerConfig, **facts: Any) -> tuple[NotReadyError, str]:
    """Return the error of a deploy that does not become ready, and the evidence."""
    with pytest.raises(NotReadyError) as caught:
        deploy(config, **{"health": LONG, **facts})
    step = [each for each in bench.steps if each.facts.stage == "deploy"][-1]
    return caught.value, "\n".join(step.noted("evidence"))


def test_a_container_that_ends_again_and_again_is_not_waited_for(config: Config, deploy: Deploy, bench: Bench) -> None:
    error, evidence = failed(deploy, bench, config(command=["sh", "-c", "echo no database >&2; exit 7"]))
    assert "web.1 ended with status 7" in str(error)
    assert "no database" in evidence
    assert "ended with status 7" in evidence
    assert "the engine has restarted it" in evidence
    assert "{" not in evidence


def test_without_restarts_the_first_end_is_the_last(config: Config, deploy: Deploy, bench: Bench) -> None:
    error, _ = failed(deploy, bench, config(command=["sh", "-c", "exit 3"], restart="no"))
    assert str(error) == "web.1 ended with status 3, before it was ready"


def test_a_container_killed_for_memory_is_told_as_that(config: Config, deploy: Deploy, bench: Bench) -> None:
    eater = "x=a; while true; do x=$x$x; done"
    limits = Resources(memory="8m", memory_swap="8m")
    error, _ = failed(deploy, bench, config(command=["sh", "-c", eater], resources=limits, restart="no"))
    assert "was killed for memory" in str(error)


def test_a_program_that_is_not_in_the_image_is_told_in_the_engines_words(
    config: Config, deploy: Deploy, bench: Bench
) -> None:
    error, evidence = failed(deploy, bench, config(command=["nothing-here"]))
    assert "could not be started" in str(error)
    assert "nothing-here" in str(error)
    assert evidence


def test_what_listens_on_no_port_is_told_how_to_do_so(config: Config, deploy: Deploy, bench: Bench) -> None:
    error, _ = failed(deploy, bench, config(command=IDLE), health=HealthCheck(timeout=1.5))
    assert "web.1 does not listen on port 3000: not ready within 1.5 s" in str(error)
    assert "worker = true" in error.hint


def test_a_path_must_answer_well(config: Config, deploy: Deploy, bench: Bench) -> None:
    error, _ = failed(deploy, bench, config(), health=HealthCheck(path="/missing", timeout=1.5))
    assert "answered 404 on /missing" in str(error)
    assert deploy(config(), health=HealthCheck(path="/missing", status=(404,))).deployment is not None


def test_a_check_in_the_container_is_asked_at_once(config: Config, deploy: Deploy, bench: Bench) -> None:
    check = ContainerCheck(command=["sh", "-c", "test -e /tmp/ready"], interval=300)
    late = ["sh", "-c", "trap 'exit 0' TERM; (sleep 0.5; echo > /tmp/ready; sleep 60) & wait $!"]
    recorded = deploy(config(worker=True, command=late, health_check=check, settle=600.0), health=LONG)
    assert DockerPlatform(config()).status(recorded, bench.step("status")).name == "ready"


def test_a_check_in_the_container_that_fails_tells_its_status(config: Config, deploy: Deploy, bench: Bench) -> None:
    check = ContainerCheck(command=["sh", "-c", "exit 4"], interval=300)
    error, _ = failed(deploy, bench, config(health_check=check), health=HealthCheck(timeout=1.5))
    assert "has a check that ends with status 4" in str(error)


def test_where_there_is_no_way_from_outside_the_container_asks_itself(
    config: Config, deploy: Deploy, bench: Bench
) -> None:
    recorded = deploy(config())
    with at(config(), recorded, bench.step("status")) as site:
        (replica,) = site.state.replicas
        looks = [look_from_inside(site, replica, *each) for each in ((3000, "/"), (3000, "/none"), (3000, None))]
        deaf = look_from_inside(site, replica, 3001, None)
    assert [each is not None and each.is_healthy for each in (*looks, deaf)] == [True, False, True, False]


def test_all_replicas_must_be_ready_and_each_is_told(config: Config, deploy: Deploy, bench: Bench) -> None:
    only_first = ["sh", "-c", "case $(cat /etc/hostname) in first) httpd -f -p $PORT;; *) sleep 60;; esac"]
    error, _ = failed(deploy, bench, config(command=only_first, replicas=2), health=HealthCheck(timeout=1))
    assert "web.1 does not listen" in str(error)
    assert "web.2 does not listen" in str(error)
