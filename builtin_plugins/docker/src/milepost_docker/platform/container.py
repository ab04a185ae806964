"""A container as the engine's API wants it: the config made into the body of `POST /containers/create`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.sdk import Secret, reveal
from milepost_docker.platform import measure
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.settings import Resources

LOOPBACK = "127.0.0.1"
_SECOND = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a container is made of besides the config: it differs from replica to replica, or from run to run."""

    image: str
    """Its id on the engine."""
    labels: Mapping[str, str]
    env: Mapping[str, str | Secret]
    """All variables; the strongest has won already."""
    network: str
    aliases: tuple[str, ...] = ()
    """The names it answers to on that network, besides its own."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """Its port, such as `3000/tcp` → the loopback port of the engine's machine."""
    volumes: Mapping[str, str] = field(default_factory=dict)
    """The name of a volume in the config → its name on the engine."""
    mounts: tuple[Mapping[str, Any], ...] = ()
    """More mounts, in the engine's form."""


def body(config: DockerConfig, draft: Draft) -> dict[str, Any]:
    """Return what is sent to the engine; its own restart policy comes when it is started."""
    made = {
        "Image": draft.image,
        "Env": [f"{name}={reveal(value)}" for name, value in draft.env.items()],
        "Labels": dict(draft.labels),
        "ExposedPorts": {port: {} for port in (*draft.ports, *_fixed(config))},
        "HostConfig": _host(config, draft),
        "NetworkingConfig": {"EndpointsConfig": {draft.network: {"Aliases": list(draft.aliases)}}},
        **_process(config),
    }
    return merged(made, config.options)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return one document laid over another; only maps are merged, all else is replaced."""
    both = {
        name: merged(under[name], value) if isinstance(value, Mapping) and isinstance(under[name], Mapping) else value
        for name, value in over.items()
        if name in under
    }
    return {**under, **{name: value for name, value in over.items() if name not in under}, **both}


def _process(config: DockerConfig) -> dict[str, Any]:
    """Return what runs, and as whom; what is not said is the image's."""
    said: dict[str, Any] = {
        "Cmd": config.command or None,
        "Entrypoint": config.entrypoint,
        "WorkingDir": config.workdir,
        "User": config.user,
        "Hostname": config.hostname,
        "StopSignal": config.stop_signal,
        "Healthcheck": _healthcheck(config),
    }
    return {
        "StopTimeout": round(config.stop_timeout),
        **{name: each for name, each in said.items() if each is not None},
    }


def _healthcheck(config: DockerConfig) -> dict[str, Any] | None:
    """Return the check that the engine runs: a command. A path or a port is asked from outside, by milepost."""
    check = config.health_check
    if check is None or not check.command:
        return None
    return {
        "Test": ["CMD", *check.command],
        "Interval": round(check.interval * _SECOND),
        "Timeout": round(check.timeout * _SECOND),
        "Retries": check.retries,
        "StartPeriod": round(check.start_period * _SECOND),
    }


def _host(config: DockerConfig, draft: Draft) -> dict[str, Any]:
    """Return the part that is about the engine's machine."""
    said: dict[str, Any] = {
        "NetworkMode": draft.network,
        # A container that was made and never started must not be revived when the engine starts again.
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "PortBindings": _bindings(config, draft),
        "Binds": list(config.binds),
        "Mounts": [*_mounts(config, draft), *draft.mounts],
        "Tmpfs": _tmpfs(config),
        "LogConfig": {"Type": config.log.driver, "Config": config.log.settled()},
        "Init": config.init or None,
        "ReadonlyRootfs": config.read_only,
        "Privileged": config.privileged,
        "PidMode": config.pid,
        "IpcMode": config.ipc,
        "Sysctls": config.sysctls,
        "ExtraHosts": config.extra_hosts,
        "Dns": config.dns,
        "DnsSearch": config.dns_search,
        **_rights(config),
        **limits(config.resources),
    }
    return {name: each for name, each in said.items() if each not in (None, [], {}, False)}


def _rights(config: DockerConfig) -> dict[str, Any]:
    """Return what it may do, and what it gets of the machine's devices."""
    return {
        "GroupAdd": config.group_add,
        "CapAdd": config.cap_add,
        "CapDrop": config.cap_drop,
        "SecurityOpt": config.security_opt,
        "Ulimits": [measure.ulimit(name, text) for name, text in config.ulimits.items()],
        "Devices": [measure.device(each) for each in config.devices],
        "DeviceRequests": [measure.gpus(config.gpus)] if config.gpus else [],
    }


def limits(resources: Resources) -> dict[str, Any]:
    """Return limits of memory and processors in the engine's words; what is not limited is left out."""
    swap = resources.memory_swap
    said = {
        "Memory": resources.memory and measure.size(resources.memory),
        "MemoryReservation": resources.memory_reservation and measure.size(resources.memory_reservation),
        "MemorySwap": swap and (-1 if swap == "-1" else measure.size(swap)),
        "CpuShares": resources.cpu,
        "NanoCpus": resources.cpus and round(resources.cpus * _SECOND),
        "CpusetCpus": resources.cpuset,
        "PidsLimit": resources.pids,
        "ShmSize": resources.shm_size and measure.size(resources.shm_size),
    }
    return {name: each for name, each in said.items() if each}


def _fixed(config: DockerConfig) -> dict[str, list[dict[str, str]]]:
    """Return the fixed ports: the container's → the machine's."""
    found: dict[str, list[dict[str, str]]] = {}
    for each in map(measure.published, config.publish):
        binding = {"HostIp": each.address or LOOPBACK, "HostPort": str(each.host)}
        found.setdefault(f"{each.port}/{each.kind}", []).append(binding)
    return found


def _bindings(config: DockerConfig, draft: Draft) -> dict[str, list[dict[str, str]]]:
    """Return all ports of the machine that lead to the container."""
    found = _fixed(config)
    for port, host in draft.ports.items():
        found.setdefault(port, []).append({"HostIp": LOOPBACK, "HostPort": str(host)})
    return found


def _mounts(config: DockerConfig, draft: Draft) -> list[dict[str, Any]]:
    """Return the volumes of the config; those of ours carry labels."""
    return [_mount(measure.mounted(each), draft) for each in config.volumes]


def _mount(each: measure.Mounted, draft: Draft) -> dict[str, Any]:
    """Return one mount in the engine's form."""
    common = {"Target": each.target, "ReadOnly": "ro" in each.options}
    if not each.is_volume:
        return {**common, "Type": "bind", "Source": each.source}
    return {**common, "Type": "volume", "Source": draft.volumes[each.source]}


def _tmpfs(config: DockerConfig) -> dict[str, str]:
    """Return the folders in memory."""
    scratch = {config.scratch_path: ""} if config.scratch_path else {}
    return {**scratch, **config.tmpfs}
