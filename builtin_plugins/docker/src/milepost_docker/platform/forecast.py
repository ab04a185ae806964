"""What a deploy would do, and whether all that it needs is there: asked quickly, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.sdk import Artifact, Step
from milepost.sdk.capabilities import Examined, Planned
from milepost_docker.engine.address import locate
from milepost_docker.engine.examine import examine_engine
from milepost_docker.engine.glance import Glance, glance
from milepost_docker.engine.trouble import MissingError
from milepost_docker.platform import measure, naming
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.exposed import mismatch
from milepost_docker.platform.network import missing_network, others, refuse_foreign
from milepost_docker.platform.port import is_free


def plan(config: DockerConfig, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
    """Return what a deploy would make. Raises OperationError for networks that are not there, or somebody else's."""
    with glance(config.client_config, step) as engine:
        for name in others(config):
            if _network(engine, name) is None:
                raise missing_network(name)
        own = naming.network_name(step.facts)
        found = _network(engine, own)
        if found is not None:
            refuse_foreign(own, found, step)
        planned = [Planned(action="keep" if found else "make", kind="network", name=own)]
        planned += [_volume(engine, each, step) for each in config.volumes if measure.mounted(each).is_volume]
        if artifact is not None:
            planned.append(_image(engine, artifact, config))
        odd = mismatch(config, engine.image(_name(artifact))) if artifact is not None else ""
    return (*planned, _containers(config, step, odd))


def _network(engine: Glance, name: str) -> dict[str, object] | None:
    try:
        found: dict[str, object] = engine.get(f"/networks/{name}")
    except MissingError:
        return None
    return found


def _volume(engine: Glance, text: str, step: Step) -> Planned:
    """Return whether a volume of the app is there already."""
    name = naming.volume_name(step.facts, measure.mounted(text).source)
    try:
        engine.get(f"/volumes/{name}")
    except MissingError:
        return Planned(action="make", kind="volume", name=name, detail=f"at {measure.mounted(text).target}")
    return Planned(action="keep", kind="volume", name=name, detail=f"at {measure.mounted(text).target}")


def _image(engine: Glance, artifact: Artifact, config: DockerConfig) -> Planned:
    """Return whether the image is on the engine already."""
    is_there = engine.image(_name(artifact)) is not None and not (config.force_pull and not artifact.provisional)
    how = "is there" if is_there else "is sent there" if artifact.provisional else "is pulled"
    return Planned(action="keep" if is_there else "make", kind="image", name=artifact.reference, detail=how)


def _name(artifact: Artifact) -> str:
    """Return what the engine knows the image by."""
    return artifact.digest if artifact.provisional else artifact.reference


def _containers(config: DockerConfig, step: Step, odd: str) -> Planned:
    """Return the containers that would be made."""
    many = "a container" if config.replicas == 1 else f"{config.replicas} containers"
    serves = "listening on no port" if config.worker else f"listening on port {config.service_port}"
    starts = "" if step.facts.strategy == "blue-green" else "; started at release"
    return Planned(
        action="make",
        kind="container",
        name=step.facts.app,
        detail=f"{many}, {serves}{starts}{f'; {odd}' if odd else ''}",
    )


def examine(config: DockerConfig, step: Step) -> Iterator[Examined]:
    """Yield what is found of the engine, of the networks to join and of the ports to publish."""
    reachable = True
    for each in examine_engine(config.client_config, step):
        reachable = reachable and each.level != "problem"
        yield each
    if not reachable:
        return
    with glance(config.client_config, step) as engine:
        for name in others(config):
            there = _network(engine, name) is not None
            error = missing_network(name)
            yield Examined(
                level="ok" if there else "problem",
                what=f"the network {name} is there" if there else str(error),
                hint="" if there else error.hint,
            )
        yield from _ports(config, engine, step)


def _ports(config: DockerConfig, engine: Glance, step: Step) -> Iterator[Examined]:
    """Yield whether the fixed ports are free, or the app's own, where that can be seen."""
    mine = {
        port.get("PublicPort")
        for each in engine.containers(f"{naming.PROJECT}={step.facts.project}", f"{naming.APP}={step.facts.app}")
        for port in each.get("Ports") or ()
    }
    for each in map(measure.published, config.publish):
        if each.host in mine:
            yield Examined(level="ok", what=f"port {each.host} is the app's already")
        elif locate(config.client_config, step.facts.environment, step.facts.home).local and not is_free(each.host):
            what = f"port {each.host}, which is to be published, is taken by something else"
            yield Examined(level="problem", what=what, hint=f"ss -ltnp 'sport = :{each.host}'")
