"""How a deployment is at any time: cheap to ask, since `status` asks it of many."""

from __future__ import annotations

from milepost.sdk import Health, Step
from milepost.sdk.deployment import HealthName, Replica
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.examine import FULL, disk_used
from milepost_docker.engine.glance import glance
from milepost_docker.platform import naming
from milepost_docker.platform.condition import Condition, condition
from milepost_docker.platform.state import DockerState


def health(client: ClientConfig, state: DockerState, step: Step) -> Health:
    """Return how the deployment is right now."""
    with glance(client, step) as engine:
        used = disk_used(engine.address, engine.info())
        seen = {
            each.number: condition(engine.container(each.name), state.restart)
            for each in state.replicas[: state.wanted]
        }
    app = step.facts.app
    replicas = tuple(
        Replica(name=naming.replica_name(app, number), health=each.name, message=each.message, restarts=each.restarts)
        for number, each in seen.items()
    )
    ready, wanted = sum(each.name == "ready" for each in seen.values()), state.wanted
    name = overall(list(seen.values()))
    return Health(
        name=name,
        message=_message(name, replicas, app),
        ready=ready,
        wanted=wanted,
        replicas=replicas,
        warnings=warnings_of(used),
    )


def warnings_of(used: float | None) -> tuple[str, ...]:
    """Return what people should know though it serves."""
    if used is None or used < FULL:
        return ()
    return (f"the engine's disk is {used:.0f} % full; docker system df says of what",)


def overall(seen: list[Condition]) -> HealthName:
    """Return the condition of all containers together, in one word."""
    names = {each.name for each in seen}
    if len(names) == 1:
        return names.pop()
    if "ready" in names:
        return "partial"
    return "alive" if "alive" in names else "down" if names else "missing"


def _message(name: HealthName, replicas: tuple[Replica, ...], app: str) -> str:
    """Return why it is so, with what to type where it should be otherwise."""
    if name == "ready":
        return ""
    told = "; ".join(f"{each.name} {each.message}" for each in replicas if each.message and each.health != "ready")
    hint = {"parked": f"milepost start {app}", "missing": f"milepost redeploy {app}"}.get(name, f"milepost logs {app}")
    return f"{told}; {hint}" if told else hint
