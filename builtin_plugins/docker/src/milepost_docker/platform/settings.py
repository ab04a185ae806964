"""The nested blocks of the platform's config."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from milepost.sdk import Secret
from milepost_docker.platform.measure import mounted, size


class Resources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a container may use of the machine."""

    memory: Annotated[
        str | None, Meta(description="The most memory, such as `512m`; what needs more is killed, and that is told.")
    ] = None
    memory_reservation: Annotated[
        str | None, Meta(description="The memory it is pushed back to when the machine runs short, such as `256m`.")
    ] = None
    memory_swap: Annotated[
        str | None, Meta(description="Memory and swap together; the same as `memory`: no swap; `-1`: any.")
    ] = None
    cpu: Annotated[
        Annotated[int, Meta(ge=2)] | None,
        Meta(description="Its share of the processors where they are all busy; others have 1024."),
    ] = None
    cpus: Annotated[
        Annotated[float, Meta(gt=0)] | None, Meta(description="The most processors, such as `1.5`; a hard limit.")
    ] = None
    cpuset: Annotated[str | None, Meta(description="The processors it may run on, such as `0-2,4`.")] = None
    pids: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="The most processes and threads.")] = None
    shm_size: Annotated[str | None, Meta(description="The size of `/dev/shm`, such as `256m`.")] = None

    def __post_init__(self) -> None:
        """Refuse what is no size."""
        for each in (self.memory, self.memory_reservation, self.shm_size):
            if each is not None:
                size(each)
        if self.memory_swap not in (None, "-1"):
            size(str(self.memory_swap))


class ContainerCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to tell that a container is healthy: an HTTP path, a command in it, or just its port."""

    path: Annotated[
        str | None, Meta(description="HTTP path on `port` that must answer 200 to 399; milepost asks it from beside.")
    ] = None
    tcp: Annotated[bool, Meta(description="That `port` accepts connections is enough.")] = False
    command: Annotated[
        list[str],
        Meta(description="A command in the container that must end with 0; the engine runs it too, all the time."),
    ] = field(default_factory=list)
    port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        Meta(description="The container's port to ask; `service_port` when not given."),
    ] = None
    interval: Annotated[float, Meta(description="Seconds between two looks of the engine.", ge=1)] = 10.0
    timeout: Annotated[float, Meta(description="Seconds that one look may take.", ge=1)] = 5.0
    retries: Annotated[int, Meta(description="Failures in a row that make it unhealthy.", ge=1)] = 3
    start_period: Annotated[
        float, Meta(description="Seconds after its start in which failures do not count.", ge=0)
    ] = 0.0

    def __post_init__(self) -> None:
        """Refuse two ways at once, and a path that is none."""
        ways = (self.path is not None) + self.tcp + bool(self.command)
        if ways != 1:
            raise ValueError("health_check needs exactly one of path, tcp and command")
        if self.path is not None and not self.path.startswith("/"):
            raise ValueError(f"path {self.path!r} must begin with /")


class Log(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the engine keeps what a container prints."""

    driver: Annotated[
        str, Meta(description="The engine's log driver; `milepost logs` can read json-file, local, journald.")
    ] = "json-file"
    options: Annotated[
        dict[str, str],
        Meta(description="The driver's options; json-file and local rotate at 10 MB and keep 5 files unless told."),
    ] = field(default_factory=dict)

    def settled(self) -> dict[str, str]:
        """Return the options with the rotation that keeps a disk from filling up."""
        usual = {"max-size": "10m", "max-file": "5"} if self.driver in ("json-file", "local") else {}
        return {**usual, **self.options}


class Attachment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network that containers join besides the one of their project and workspace; it must be there."""

    aliases: Annotated[
        list[str],
        Meta(description="Names they answer to on it, at once: those that are staged too."),
    ] = field(default_factory=list)
    ip: Annotated[str | None, Meta(description="A fixed IPv4 address there, for one replica without blue-green.")] = (
        None
    )


class Proxy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reverse proxy of your own that finds containers by their labels; it takes the place of a releaser."""

    kind: Annotated[
        Literal["traefik", "nginx-proxy", "caddy-docker-proxy"], Meta(description="Whose labels are written.")
    ]
    network: Annotated[str | None, Meta(description="The network on which it is, which containers join.")] = None
    entrypoints: Annotated[list[str], Meta(description="Traefik's entry points; all when none is given.")] = field(
        default_factory=list
    )
    tls: Annotated[bool, Meta(description="It serves HTTPS.")] = False
    cert_resolver: Annotated[str | None, Meta(description="Traefik's resolver of certificates.")] = None


class TaskSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for the containers of tasks; all else is as for the app's own."""

    binds: Annotated[list[str], Meta(description="Mounts `SOURCE:TARGET[:ro]`, besides the app's.")] = field(
        default_factory=list
    )
    networks: Annotated[list[str], Meta(description="Networks to join, besides the app's.")] = field(
        default_factory=list
    )
    labels: Annotated[dict[str, str], Meta(description="Labels, besides the app's.")] = field(default_factory=dict)
    resources: Annotated[Resources | None, Meta(description="Its own limits, in the place of the app's.")] = None
    static_environment: Annotated[dict[str, str | Secret], Meta(description="Variables, besides the app's.")] = field(
        default_factory=dict
    )
    force_pull: Annotated[bool, Meta(description="The image is pulled though it is there.")] = False
    debug_containers: Annotated[bool, Meta(description="The container is kept after its end, to look into it.")] = False
    keep_entrypoint: Annotated[
        bool | None,
        Meta(
            description="The command is given to the image's entrypoint, not run in its place; when not given: for "
            "images of buildpacks, whose entrypoint prepares the environment."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what is no mount."""
        for each in self.binds:
            mounted(each)


def plain(value: Any) -> Any:
    """Return a value of the project file as JSON has it: whole numbers as int, others as float."""
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number
