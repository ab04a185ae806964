"""Where a deployment can be reached, by whom."""

from __future__ import annotations

from milepost.sdk import HTTP_ENDPOINT, Deployment, Endpoint
from milepost_docker.platform.container import LOOPBACK
from milepost_docker.platform.state import DockerState


def deployment_of(state: DockerState) -> Deployment:
    """Return what the platform answers for a deployment in this state.

    On another machine's engine a container is reached by its name, by those who are on its network.
    """
    serving = [each for each in state.replicas if each.number <= state.wanted]
    details = {
        "containers": [each.name for each in serving],
        "network": state.network,
        "image": state.image,
        "engine": state.host,
        "ports": {each.name: each.ports for each in serving},
    }
    if state.port is None:
        return Deployment(details=details)
    near = [f"http://{LOOPBACK}:{each.ports[f'{state.port}/tcp']}" for each in serving]
    there = near if state.local else [f"http://{each.name}:{state.port}" for each in serving]
    endpoints = tuple(Endpoint(kind=HTTP_ENDPOINT, address=each) for each in there)
    return Deployment(endpoints=endpoints, url=state.url or (near[0] if state.local else None), details=details)
