"""Other numbers of containers of a deployment that runs."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from milepost.sdk import OperationError
from milepost_docker.platform import picture, replica
from milepost_docker.platform.files import needed_mounts
from milepost_docker.platform.readiness import start_all, wait_ready
from milepost_docker.platform.site import Site


def scaled(site: Site, replicas: int) -> Site:
    """Have so many containers, the new ones ready; those that are to go run on until `trimmed`."""
    if site.config.publish and replicas > 1:
        raise OperationError(f"publish gives {site.config.publish[0]} to one container only, so there cannot be more")
    site = site.with_(structs.replace(site.state, wanted=replicas))
    there = {each.number for each in site.state.replicas}
    more = [number for number in range(1, replicas + 1) if number not in there]
    if more:
        picture.on_engine(site.engine, picture.needed(site.artifact), site.config, site.step)
    site = replace(site, mounts=needed_mounts(site))
    for number in more:
        site.step.check()
        site = replica.make(site, number)
    site.step.save(site.state)
    fresh = tuple(each for each in site.state.replicas if each.number in more)
    site = start_all(site, fresh)
    wait_ready(site, tuple(each for each in site.state.replicas if each.number in more))
    return site


def trimmed(site: Site) -> Site:
    """Remove the containers that are no longer wanted, each after it was asked to end."""
    for each in [each for each in site.state.replicas if each.number > site.state.wanted]:
        replica.stop(site, each)
        replica.remove(site, each.name)
        kept = tuple(other for other in site.state.replicas if other.number != each.number)
        site = site.with_(structs.replace(site.state, replicas=kept))
        site.step.save(site.state)
    return site
