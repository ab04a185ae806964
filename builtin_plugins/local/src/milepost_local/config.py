"""What the project file says to this plugin, and what the plugin wants remembered of a deployment."""

from __future__ import annotations

import re
import signal
from typing import Annotated

from msgspec import Meta, field

from milepost.sdk import PluginConfig, PluginState

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def size(text: str) -> int:
    """Return the bytes that a text such as `512M` means. Raises ValueError."""
    match = re.fullmatch(r"(\d+)([KMG]?)", text.strip().upper())
    if match is None or not int(match[1]):
        raise ValueError(f"{text!r} is no size; expected a number with K, M or G, such as 512M")
    return int(match[1]) * _UNITS[match[2]]


class FilesConfig(PluginConfig, frozen=True):
    """What stands in `use "files"` of a `build` block."""

    include: Annotated[
        list[str],
        Meta(description="Patterns, as in a `.gitignore`, of files to take although an ignore file leaves them out."),
    ] = field(default_factory=list)
    exclude: Annotated[
        list[str], Meta(description="Patterns, as in a `.gitignore`, of files to leave out; stronger than `include`.")
    ] = field(default_factory=list)
    command: Annotated[
        list[str], Meta(description="A program and its arguments, run in the app's folder before its files are taken.")
    ] = field(default_factory=list)
    output: Annotated[
        str,
        Meta(description="The folder to take, below the app's folder; ignore files above it do not count for it."),
    ] = ""

    def __post_init__(self) -> None:
        """Refuse an output folder that is not below the app's."""
        if self.output.startswith("/") or ".." in self.output.split("/"):
            raise ValueError(f"output {self.output!r} must be a folder below the app's folder")


class FilesRegistryConfig(PluginConfig, frozen=True):
    """What stands in `use "files"` of a `registry` block."""

    path: Annotated[
        str, Meta(description="The folder that keeps the trees; relative to the app's folder, `~` is the user's home.")
    ]

    def __post_init__(self) -> None:
        """Refuse an empty path: it would be the app's folder itself."""
        if not self.path:
            raise ValueError("path must name a folder")


class LocalConfig(PluginConfig, frozen=True):
    """What stands in `use "local"` of a `deploy` block."""

    command: Annotated[
        list[str],
        Meta(description="The program and its arguments, no shell; without it, the files are a static site."),
    ] = field(default_factory=list)
    worker: Annotated[bool, Meta(description="It listens on no port, so nothing is exposed.")] = False
    replicas: Annotated[int, Meta(description="How many processes run the command.", ge=1, le=100)] = 1
    prepare: Annotated[
        list[str] | None,
        Meta(
            description="A program run in the unpacked files before they start; none given: `uv sync --frozen` where "
            "there is a `uv.lock`, `npm ci` where there is a `package-lock.json`; an empty list: nothing."
        ),
    ] = None
    prepare_key: Annotated[
        list[str],
        Meta(
            description="Files that decide what `prepare` makes: while they are the same, what it made is used again; "
            "none given: the known lock files. Without any, it runs each time."
        ),
    ] = field(default_factory=list)
    stop_signal: Annotated[str, Meta(description="The signal that asks a process to end.")] = "TERM"
    stop_timeout: Annotated[float, Meta(description="Seconds it has to do so before it is killed.", ge=0, le=3600)] = (
        10.0
    )
    settle: Annotated[float, Meta(description="Seconds a worker must stay up to count as ready.", ge=0, le=600)] = 1.0
    restart_limit: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="How often in a row a process that ends is started again; none given: always."),
    ] = None
    memory: Annotated[
        str | None,
        Meta(description="The most data a process may hold, such as `512M`; Linux sees to it, macOS does not."),
    ] = None
    nofile: Annotated[
        Annotated[int, Meta(ge=16)] | None, Meta(description="How many files a process may have open.")
    ] = None
    cpu_time: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Seconds of processor time after which a process is ended."),
    ] = None
    log_size: Annotated[str, Meta(description="The size at which a log file is put aside.")] = "10M"
    log_files: Annotated[int, Meta(description="How many log files each replica has.", ge=1, le=100)] = 5
    pass_env: Annotated[
        list[str],
        Meta(description="Variables of the user's environment that the app gets, besides PATH, HOME and the like."),
    ] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse what the types let through."""
        if self.worker and not self.command:
            raise ValueError("a worker needs a command")
        if f"SIG{self.stop_signal}" not in signal.Signals.__members__:
            raise ValueError(f"stop_signal {self.stop_signal!r} is no signal; expected one such as TERM, INT or QUIT")
        size(self.log_size)
        if self.memory is not None:
            size(self.memory)

    @property
    def is_static(self) -> bool:
        """Whether the files are served as they are."""
        return not self.command


class LocalState(PluginState, frozen=True):
    """What is remembered of a deployment."""

    key: Annotated[str, Meta(description="The deployment's key, which names its folder.")]
    folder: Annotated[str, Meta(description="The deployment's folder.")]
    socket: Annotated[str, Meta(description="Where its supervisor listens.")]
    launch: Annotated[LocalConfig, Meta(description="How it is run: the config it was deployed with.")]
    ports: Annotated[tuple[int, ...], Meta(description="The ports of its replicas when they were last ready.")] = ()
