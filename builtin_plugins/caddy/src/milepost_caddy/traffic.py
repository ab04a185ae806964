"""Where a route's requests go: a value, and the small files in which Caddy reads it at each request."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from msgspec import Meta, Struct, json

from milepost.sdk import HTTP_ENDPOINT, STATIC_FILES, OperationError, Recorded
from milepost_caddy import disk

SLOTS = 60
"""Upstreams per route. Replicas share them in turn: 60 divides evenly by 1 to 6, 10, 12, 15, 20 and 30."""

Kind = Literal["http", "static"]


class Share(Struct, frozen=True, kw_only=True):
    """A deployment that gets a part of the requests beside the one that is live."""

    deployment: Annotated[str, Meta(description="The operation id of the deployment.")]
    targets: Annotated[tuple[str, ...], Meta(description="`HOST:PORT` of each replica.")]
    weight: Annotated[int, Meta(description="How much it is to get, in percent.")]

    @property
    def slots(self) -> int:
        """How many slots it gets: what is nearest to its weight, but some, and not all."""
        return min(max(round(self.weight * SLOTS / 100), 1), SLOTS - 1)


class Traffic(Struct, frozen=True, kw_only=True):
    """What gets the requests of a route."""

    deployment: Annotated[str, Meta(description="The operation id of the deployment.")]
    kind: Annotated[Kind, Meta(description="Whether the targets are upstreams or a folder.")]
    targets: Annotated[tuple[str, ...], Meta(description="`HOST:PORT` of each replica, or the one folder.")]
    share: Annotated[Share | None, Meta(description="Who gets a part of the requests, if anybody does.")] = None

    @property
    def all_targets(self) -> tuple[str, ...]:
        """The targets, then those of the one that gets a part."""
        return self.targets + (self.share.targets if self.share else ())

    @property
    def upstreams(self) -> tuple[str, ...]:
        """The addresses that requests are passed on to; none for a folder."""
        return self.all_targets if self.kind == "http" else ()

    def slots(self) -> tuple[int, ...]:
        """Return for each slot which of all targets it leads to: replicas in turn, a part evenly among the rest."""
        whole, part = count(), count()
        portion, first = (self.share.slots, len(self.targets)) if self.share else (0, 0)
        return tuple(
            first + next(part) % len(self.all_targets[first:])
            if (slot + 1) * portion // SLOTS > slot * portion // SLOTS
            else next(whole) % len(self.targets)
            for slot in range(SLOTS)
        )


class Turn(NamedTuple):
    """The contents of the folder that says where requests go: files, and links to them."""

    files: dict[str, str]
    links: dict[str, str]


def traffic_to(deployment: Recorded[Any]) -> Traffic:
    """Return the traffic that opens a deployment. Raises OperationError for endpoints that Caddy cannot serve."""
    endpoints = deployment.deployment.endpoints if deployment.deployment else ()
    kinds = {endpoint.kind for endpoint in endpoints}
    if kinds == {HTTP_ENDPOINT}:
        dials = tuple(_dial(endpoint.address) for endpoint in endpoints)
        return Traffic(deployment=deployment.operation, kind="http", targets=dials)
    if kinds == {STATIC_FILES} and len(endpoints) == 1:
        return Traffic(deployment=deployment.operation, kind="static", targets=(endpoints[0].address,))
    found = ", ".join(sorted(kinds)) or "none"
    raise OperationError(
        f"the deployment's endpoints are {len(endpoints)} of {found}; "
        f"caddy serves one or more {HTTP_ENDPOINT} or one {STATIC_FILES}"
    )


def _dial(address: str) -> str:
    """Return `HOST:PORT` of an `http://HOST:PORT`."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname or parts.path not in {"", "/"}:
        raise OperationError(f"the endpoint's address is {address!r}; expected http://HOST:PORT")
    return parts.netloc if parts.port else f"{parts.netloc}:80"


def turn_of(traffic: Traffic, before: Traffic | None) -> Turn:
    """Return what Caddy is to read from the instant on in which `traffic` takes over from `before`.

    A request may read its kind before a switch and its target after it: where the kind changes, the
    target of the kind before stays readable for it.
    """
    files: dict[str, str] = {"traffic.json": json.encode(traffic).decode(), "kind": traffic.kind}
    links: dict[str, str] = {}
    for each in (before, traffic):
        if each is None or (each is before and each.kind == traffic.kind):
            continue
        files |= {f"{each.kind}-{number}": target for number, target in enumerate(each.all_targets)}
        if each.kind == "http":
            links |= {f"slot-{slot:02}": f"http-{number}" for slot, number in enumerate(each.slots())}
    return Turn(files, links)


def read(route: Path) -> Traffic | None:
    """Return what gets a route's requests now; None if nothing does."""
    found = disk.read(route / "live" / "traffic.json")
    return None if found is None else json.decode(found, type=Traffic)


def switch(route: Path, traffic: Traffic) -> None:
    """Send the requests of a route to `traffic`, all at the same instant and durably.

    The instant is the renaming of one symbolic link. What dies before it has changed nothing.
    """
    turns = route / "turns"
    live = (route / "live").resolve().name
    for old in turns.glob("*"):
        if old.name != live:
            shutil.rmtree(old)
    made = turn_of(traffic, read(route))
    turn = turns / str(int(live) + 1 if live.isdigit() else 1)
    turn.mkdir(parents=True)
    for name, text in made.files.items():
        disk.write(turn / name, text)
    for name, target in made.links.items():
        (turn / name).symlink_to(target)
    disk.settle(turn)
    disk.settle(turns)
    disk.link(route / "live", f"turns/{turn.name}")
