"""Where a route's requests go: a value, and the folder of small files in which Caddy reads it at each request."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct, json

from milepost.sdk import HTTP_ENDPOINT, STATIC_FILES, OperationError, Recorded
from milepost_caddy import disk

SLOTS = 60
"""Upstreams per route. Replicas share them in turn: 60 divides evenly by 1 to 6, 10, 12, 15, 20 and 30."""

Kind = Literal["http", "static"]


class Traffic(Struct, frozen=True, kw_only=True):
    """What gets the requests of a route."""

    deployment: Annotated[str, Meta(description="The operation id of the deployment.")]
    kind: Annotated[Kind, Meta(description="Whether the targets are upstreams or a folder.")]
    targets: Annotated[tuple[str, ...], Meta(description="`HOST:PORT` of each replica, or the one folder.")]

    @property
    def upstreams(self) -> tuple[str, ...]:
        """The addresses that requests are passed on to; none for a folder."""
        return self.targets if self.kind == "http" else ()


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
    before = read(route)
    turn = turns / str(int(live) + 1 if live.isdigit() else 1)
    turn.mkdir(parents=True)
    _write(turn, traffic, before)
    disk.settle(turns)
    disk.link(route / "live", f"turns/{turn.name}")


def _write(turn: Path, traffic: Traffic, before: Traffic | None) -> None:
    """Write the files of one turn.

    A request may read its kind before a switch and its target after it: where the kind changes, the
    target of the kind before stays readable for it.
    """
    disk.write(turn / "traffic.json", json.encode(traffic).decode())
    for each in (before, traffic):
        if each is None or (each is before and each.kind == traffic.kind):
            continue
        for number, target in enumerate(each.targets):
            disk.write(turn / f"{each.kind}-{number}", target)
        if each.kind == "http":
            for slot in range(SLOTS):
                (turn / f"slot-{slot:02}").symlink_to(f"http-{slot % len(each.targets)}")
    disk.write(turn / "kind", traffic.kind)
    disk.settle(turn)
