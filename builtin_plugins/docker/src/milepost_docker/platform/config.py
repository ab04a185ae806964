"""What the `use` block may say."""

from __future__ import annotations

import signal
from typing import Annotated, Any, Literal

from msgspec import Meta, field
from msgspec.structs import force_setattr

from milepost.sdk import PluginConfig, Secret
from milepost_docker.engine.config import Auth, ClientConfig
from milepost_docker.platform import measure
from milepost_docker.platform.settings import Attachment, ContainerCheck, Log, Proxy, Resources, TaskSettings, plain
from milepost_docker.platform.state import DockerState, ReplicaState

__all__ = ["DockerConfig", "DockerState", "ReplicaState"]

Port = Annotated[int, Meta(ge=1, le=65535)]


class ProcessConfig(PluginConfig, frozen=True, kw_only=True):
    """What runs in a container, and as whom."""

    command: Annotated[list[str], Meta(description="What takes the place of the image's CMD.")] = field(
        default_factory=list
    )
    entrypoint: Annotated[
        list[str] | None, Meta(description="What takes the place of the image's ENTRYPOINT; an empty list: none.")
    ] = None
    workdir: Annotated[str | None, Meta(description="The working folder in the container.")] = None
    user: Annotated[str | None, Meta(description="The user, and group, it runs as: `1000`, `app`, `1000:1000`.")] = None
    group_add: Annotated[list[str], Meta(description="More groups of that user.")] = field(default_factory=list)
    init: Annotated[bool, Meta(description="A small init is process 1: it reaps children and passes signals on.")] = (
        False
    )
    stop_signal: Annotated[
        str | None, Meta(description="The signal that asks it to end, such as `SIGQUIT`; the image's when not given.")
    ] = None
    stop_timeout: Annotated[float, Meta(description="Seconds it has to do so before it is killed.", ge=0, le=3600)] = (
        10.0
    )
    restart: Annotated[
        str,
        Meta(description="When the engine starts it again: `no`, `on-failure[:TIMES]`, `always`, `unless-stopped`."),
    ] = "unless-stopped"
    static_environment: Annotated[
        dict[str, str | Secret], Meta(description="Environment variables; the app's config is stronger.")
    ] = field(default_factory=dict)
    env: Annotated[dict[str, str | Secret], Meta(description="The same, stronger than `static_environment`.")] = field(
        default_factory=dict
    )
    secrets: Annotated[
        dict[str, Secret],
        Meta(
            description="Files with secrets: a name below `/run/secrets` or an absolute path, and its content. They "
            "are in no image and no environment."
        ),
    ] = field(default_factory=dict)


class NetworkConfig(ProcessConfig, frozen=True, kw_only=True):
    """Where a container can be reached, and what it reaches."""

    worker: Annotated[bool, Meta(description="It listens on no port, so nothing is exposed.")] = False
    service_port: Annotated[Port, Meta(description="The port it listens on, which it gets as PORT.")] = 3000
    extra_ports: Annotated[
        list[Port], Meta(description="More TCP ports, each on a loopback port of the engine's machine.")
    ] = field(default_factory=list)
    publish: Annotated[
        list[str],
        Meta(
            description="Fixed ports of the engine's machine, `[ADDRESS:]PORT:CONTAINER_PORT[/udp]`; only one "
            'container can have them, so this needs `strategy = "stop-first"`. Without an address: 127.0.0.1.'
        ),
    ] = field(default_factory=list)
    networks: Annotated[
        list[str], Meta(description="Networks to join besides the one of project and workspace; they must be there.")
    ] = field(default_factory=list)
    network: Annotated[dict[str, Attachment], Meta(description='The same with aliases: `network "NAME" { … }`.')] = (
        field(default_factory=dict)
    )
    alias: Annotated[
        Literal["released", "started"],
        Meta(
            description="From when on containers answer to the app's name on the network of project and workspace. "
            "What is staged runs before its release, so with `released` an app with blue-green has no such name: "
            "others reach it by its public URL. With `started` what is staged gets a share of what is sent there."
        ),
    ] = "released"
    hostname: Annotated[str | None, Meta(description="The name it has for itself.")] = None
    proxy: Annotated[
        Proxy | None,
        Meta(
            description="Labels for a reverse proxy of your own. What runs is public at once, so this needs "
            '`strategy = "start-first"` or `"stop-first"`; there is no releaser.'
        ),
    ] = None
    extra_hosts: Annotated[
        list[str], Meta(description="Names for its hosts file, `NAME:ADDRESS`; `host-gateway` is the engine's machine.")
    ] = field(default_factory=list)
    dns: Annotated[list[str], Meta(description="Addresses of name servers.")] = field(default_factory=list)
    dns_search: Annotated[list[str], Meta(description="Domains in which names are looked up.")] = field(
        default_factory=list
    )


class StorageConfig(NetworkConfig, frozen=True, kw_only=True):
    """What lasts, and what a container sees of the machine."""

    volumes: Annotated[
        list[str],
        Meta(
            description="`NAME:/PATH[:ro]`: a volume of this project and workspace, which deployments hand on; only "
            "`milepost destroy --volumes` removes it. `/HOST/PATH:/PATH` mounts a folder of the engine's machine."
        ),
    ] = field(default_factory=list)
    binds: Annotated[
        list[str], Meta(description="Mounts `SOURCE:TARGET[:OPTIONS]` as the engine takes them; never removed.")
    ] = field(default_factory=list)
    tmpfs: Annotated[
        dict[str, str], Meta(description="Folders in memory: path → options such as `size=64m,mode=1777`, or nothing.")
    ] = field(default_factory=dict)
    scratch_path: Annotated[
        str | None, Meta(description="A folder in memory for temporary data: short for one of `tmpfs`.")
    ] = None
    read_only: Annotated[bool, Meta(description="Its own files cannot be written; volumes and tmpfs can.")] = False
    devices: Annotated[list[str], Meta(description="Devices, `/dev/HOST[:/dev/CONTAINER[:rwm]]`.")] = field(
        default_factory=list
    )
    gpus: Annotated[str | None, Meta(description="Graphics processors: `all`, a number, or `device=ID,ID`.")] = None
    resources: Annotated[Resources, Meta(description="Limits of memory and processors.")] = Resources()
    log: Annotated[Log, Meta(description="Where the engine keeps what it prints.")] = Log()


class DockerConfig(StorageConfig, frozen=True, kw_only=True):
    """What stands in `use "docker"` of a `deploy` block."""

    replicas: Annotated[int, Meta(description="How many containers run.", ge=1, le=100)] = 1
    health_check: Annotated[
        ContainerCheck | None, Meta(description="How to tell that a container is healthy; else the app's `health`.")
    ] = None
    settle: Annotated[
        float, Meta(description="Seconds that one without port and check must stay up to count as ready.", ge=0, le=600)
    ] = 1.0
    labels: Annotated[dict[str, str], Meta(description="Labels of its containers; milepost's own are stronger.")] = (
        field(default_factory=dict)
    )
    platform: Annotated[
        str | None,
        Meta(description="Which of an image for several platforms runs, such as `linux/arm64`; else the engine's own."),
    ] = None
    force_pull: Annotated[bool, Meta(description="The image is pulled though the engine has it.")] = False
    auth: Annotated[Auth | None, Meta(description="Who we are to the registry, where no `registry` block says it.")] = (
        None
    )
    client_config: Annotated[ClientConfig, Meta(description="The engine to run on.")] = ClientConfig()
    cap_add: Annotated[list[str], Meta(description="Capabilities to add, such as `NET_ADMIN`.")] = field(
        default_factory=list
    )
    cap_drop: Annotated[list[str], Meta(description="Capabilities to take away; `ALL` takes all.")] = field(
        default_factory=list
    )
    security_opt: Annotated[list[str], Meta(description="Security options, such as `no-new-privileges:true`.")] = field(
        default_factory=list
    )
    ulimits: Annotated[dict[str, str], Meta(description='Limits, `nofile = "1024:2048"` (soft and hard).')] = field(
        default_factory=dict
    )
    sysctls: Annotated[dict[str, str], Meta(description="Settings of the kernel for its namespaces.")] = field(
        default_factory=dict
    )
    privileged: Annotated[bool, Meta(description="It may do what root on the machine may.")] = False
    pid: Annotated[str | None, Meta(description="Whose processes it sees: `host`, `container:NAME`.")] = None
    ipc: Annotated[str | None, Meta(description="Whose shared memory it has: `private`, `host`, `shareable`.")] = None
    task: Annotated[TaskSettings, Meta(description="What is different for the containers of tasks.")] = TaskSettings()
    options: Annotated[
        dict[str, Any],
        Meta(description="Any other fields of the engine's container API, as it names them; merged last."),
    ] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what the types let through."""
        force_setattr(self, "options", plain(self.options))
        measure.restart_policy(self.restart)
        for each in self.publish:
            measure.published(each)
        for each in (*self.volumes, *self.binds):
            measure.mounted(each)
        for each in self.devices:
            measure.device(each)
        for name, text in self.ulimits.items():
            measure.ulimit(name, text)
        if self.gpus is not None:
            measure.gpus(self.gpus)
        _refuse_odd(self)


def _refuse_odd(config: DockerConfig) -> None:
    """Raise ValueError for values that do not go together or mean nothing."""
    if config.publish and config.replicas > 1:
        raise ValueError("publish: only one container can have a fixed port, and replicas is more than 1")
    if config.stop_signal is not None and not _is_signal(config.stop_signal):
        raise ValueError(f"stop_signal {config.stop_signal!r} is no signal; expected one such as SIGTERM or SIGQUIT")
    folders = (*config.tmpfs, *([config.scratch_path] if config.scratch_path else []))
    for each in folders:
        if not each.startswith("/"):
            raise ValueError(f"{each!r} is no folder of the container; expected a path that begins with /")
    for each in config.extra_hosts:
        if ":" not in each and "=" not in each:
            raise ValueError(f"extra_hosts: {each!r}; expected NAME:ADDRESS")


def _is_signal(text: str) -> bool:
    """Whether the text names a signal, or is a number of one."""
    name = text if text.startswith("SIG") else f"SIG{text}"
    return name in signal.Signals.__members__ or text.isdecimal()
