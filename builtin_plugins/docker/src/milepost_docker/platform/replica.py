"""One container of a deployment: made, started, stopped, removed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec import structs

from milepost.sdk import OperationError, Secret
from milepost_docker.engine.trouble import ConflictError, EngineError, MissingError
from milepost_docker.platform import measure, naming, proxy
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.container import Draft, body
from milepost_docker.platform.files import put_files
from milepost_docker.platform.network import join_others
from milepost_docker.platform.note import note
from milepost_docker.platform.port import chosen_ports, is_free
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

_ATTEMPTS = 4
"""How many ports are tried when the engine cannot have one."""
_AT_ONCE = 16


def environment(site: Site) -> dict[str, str | Secret]:
    """Return the variables of the app's containers, the strongest having won."""
    config = site.config
    port: dict[str, str | Secret] = {} if config.worker else {"PORT": str(config.service_port)}
    for_proxy = proxy.variables(config, site.step.facts)
    return {**port, **for_proxy, **config.static_environment, **config.env, **site.step.facts.env}


def own_labels(site: Site, part: str) -> dict[str, str]:
    """Return the labels of a container; milepost's are stronger than the user's."""
    read_by_proxy = proxy.labels(site.config, site.step.facts, site.state.network)
    return {**read_by_proxy, **site.config.labels, **site.step.facts.labels, naming.PART: part}


def make(site: Site, number: int, attempt: int = 0) -> Site:
    """Make a container that is not started, with its files in it."""
    name = naming.container_name(site.step, number)
    site.step.intend(naming.CONTAINER, name)
    ports = chosen_ports(site, name, attempt)
    made = created(site, name, _draft(site, number, ports))
    site.step.created(name, made)
    complete(site, name)
    return site.with_replica(ReplicaState(number=number, name=name, id=made, ports=ports))


def complete(site: Site, name: str) -> None:
    """Give a new container what it cannot be made with: its further networks and its files."""
    join_others(site, name)
    put_files(site, name)


def start(site: Site, replica: ReplicaState) -> Site:
    """Start a container, or one in its place where it cannot have its port any more.

    Raises EngineError with the engine's words for one that it cannot start.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        set_policy(site, replica, running=True)
        try:
            site.engine.post(f"/containers/{replica.id}/start")
            return site
        except EngineError:
            if attempt == _ATTEMPTS or not _may_be_its_port(site, replica):
                raise
        site.step.check()
        remove(site, replica.name)
        site = make(site, replica.number, attempt)
        replica = next(each for each in site.state.replicas if each.number == replica.number)
    return site


def stop(site: Site, replica: ReplicaState) -> None:
    """Stop a container; neither its end nor a new start of the engine brings it up again."""
    with suppress(MissingError):
        set_policy(site, replica, running=False)
        # An answer may take as long as the container needs; a post would not wait that long.
        list(site.engine.stream(f"/containers/{replica.name}/stop", {"t": round(site.config.stop_timeout)}))


def stop_all(site: Site) -> None:
    """Stop all containers, at the same time: each may take as long as the config allows."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  status stops nothing, and is to be quick

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        for ended in [pool.submit(stop, site, each) for each in site.state.replicas]:
            ended.result()


def remove(site: Site, name: str, *, volumes: bool = False) -> None:
    """Remove a container, running or not; one that is gone is no error."""
    with suppress(MissingError):
        site.engine.delete(f"/containers/{name}", {"force": True, "v": volumes})


def set_policy(site: Site, replica: ReplicaState, *, running: bool) -> None:
    """Have the engine start it again as the config says, or, when it is to be parked, not at all.

    The policy tells a parked container from one that has ended: it is not that of the config.
    """
    policy = measure.restart_policy(site.state.restart) if running else measure.parked_policy(site.state.restart)
    site.engine.post(f"/containers/{replica.name}/update", body={"RestartPolicy": policy})


def is_as_wanted(site: Site, found: Mapping[str, Any]) -> bool:
    """Whether a container's environment is what it would be made with now: a secret may have changed."""
    has = set(found["Config"].get("Env") or ())
    draft = body(site.config, _draft(site, 1, {}))
    return set(draft["Env"]) <= has and found["Image"] == site.state.image


def _draft(site: Site, number: int, ports: Mapping[str, int]) -> Draft:
    """Return what a replica's container is made of."""
    facts, state = site.step.facts, site.state
    # The engine can give a name only by cutting a container off its network for a moment, so it is not given later.
    is_named = facts.strategy != "blue-green" or site.config.alias == "started"
    aliases = (naming.alias(facts.app),) if is_named else ()
    labels = {**own_labels(site, "replica"), naming.STATE: _label(site, number, ports)}
    return Draft(
        image=state.image,
        labels=labels,
        env=environment(site),
        network=state.network,
        aliases=aliases,
        ports=ports,
        volumes=volume_names(site.config, site),
        mounts=site.mounts,
    )


def volume_names(config: DockerConfig, site: Site) -> dict[str, str]:
    """Return the app's own volumes: the name in the config → that on the engine."""
    found = [measure.mounted(each) for each in config.volumes]
    return {each.source: naming.volume_name(site.step.facts, each.source) for each in found if each.is_volume}


def _label(site: Site, number: int, ports: Mapping[str, int]) -> str:
    """Return what a history without a record must know of the deployment."""
    own = ReplicaState(number=number, name="", ports=dict(ports))
    return note(structs.replace(site.state, replicas=(own,)), site.artifact)


def created(site: Site, name: str, draft: Draft) -> str:
    """Return the id of a new container; one of this very operation that is in the way is what an attempt left."""
    query, document = {"name": name, "platform": site.config.platform}, body(site.config, draft)
    try:
        return str(site.engine.post("/containers/create", query, document)["Id"])
    except ConflictError:
        found = site.engine.container(name)
        labels = found["Config"]["Labels"] if found else {}
        if found and labels.get(naming.OPERATION) != site.step.facts.labels.get(naming.OPERATION):
            raise OperationError(
                f"the name {name} is taken by another container, {found['Id'][:12]} of {found['Config']['Image']}",
                hint=f"docker rm {name}, if nobody needs it",
            ) from None
        remove(site, name)
        return str(site.engine.post("/containers/create", query, document)["Id"])


def _may_be_its_port(site: Site, replica: ReplicaState) -> bool:
    """Whether the engine may have failed to get one of the ports that were chosen for the container."""
    if not site.engine.address.local:
        # From here nobody can see which ports are free there.
        return bool(replica.ports)
    return not all(is_free(each) for each in replica.ports.values())
