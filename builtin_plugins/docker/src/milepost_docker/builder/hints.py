"""What may help when BuildKit fails: told by what was asked for, since what it says differs from version to version."""

from __future__ import annotations

from milepost_docker.builder.foreign import fits
from milepost_docker.builder.order import Order


def failure_hint(order: Order, runs: str | None) -> str:
    """Return what may help, where the order asks for what not every BuildKit can do; nothing where it does not.

    `runs` is the platform that the engine runs without emulation; None where another builder instance is used.
    """
    config = order.config
    if config.builder is not None:
        return f"docker buildx inspect {config.builder}"
    if config.provenance is not False or config.sbom is not False:
        return _instance("attach provenance and sbom")
    if len(order.platforms) > 1:
        return _instance("make several platforms at once")
    if runs and any(not fits(each, runs) for each in order.platforms):
        return (
            f"if it is a RUN step: the engine runs {runs}, and others by emulation only: "
            "docker run --privileged --rm tonistiigi/binfmt --install all"
        )
    if order.access is not None and order.access.insecure:
        return (
            f"if it is the push: the engine must have {order.access.server} among the `insecure-registries` of its "
            "daemon.json, a builder instance in its buildkitd.toml; on loopback neither is needed"
        )
    return ""


def _instance(what: str) -> str:
    """Return how to get a BuildKit that can do it."""
    return (
        f"an engine without the containerd image store cannot {what}: docker buildx create --name many, "
        'then builder = "many", with a registry'
    )
