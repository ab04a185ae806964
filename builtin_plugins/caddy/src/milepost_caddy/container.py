"""The place that is a container on an engine: Caddy's files lie in a volume, and commands inside switch them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.json import encode
from msgspec.structs import replace

from milepost.sdk import CommandFailedError, OperationError, Step
from milepost_caddy.document import document
from milepost_caddy.engine import LABEL, Engine
from milepost_caddy.place import Json
from milepost_caddy.route import ANY, Route, at
from milepost_caddy.scripts import FORGET, KEEP, LOOK, MAKE, RELOAD, SWITCH, UPSTREAMS
from milepost_caddy.site import Site, packed
from milepost_caddy.traffic import Traffic, turn_of

ADMIN = "localhost:2019"
"""Where Caddy's admin API listens inside the container, which nobody outside reaches."""
HOME = "/milepost"
"""Where the volume is inside the container."""
_START_LIMIT = 60.0
"""How long Caddy may take until it serves, in seconds."""
_STOP_GRACE = 10
"""How long open connections may hold up the end of Caddy, in seconds."""


class ContainerPlace:
    """The Caddy in a container, seen from one operation: what was looked at once is known from then on."""

    def __init__(self, name: str, engine: Engine, step: Step, *, shared: bool) -> None:
        self.name, self.shared = name, shared
        self._engine, self._step = engine, step
        self._found: Site | None = None
        self._listed: tuple[dict[str, Any] | None] | None = None
        self._known: frozenset[str] | None = None

    def routes(self) -> tuple[Route, ...]:
        """Return all routes, in the order of their keys."""
        return self._site().routes()

    def find(self, key: str) -> Route | None:
        """Return the route with that key; None if there is none."""
        return next((route for route in self.routes() if route.key == key), None)

    def others(self) -> Iterator[tuple[str, Route]]:
        """Yield nothing: the engine itself tells of a port that is taken."""
        yield from ()

    def traffic(self, key: str) -> Traffic | None:
        """Return what gets a route's requests now; None if nothing does."""
        return self._site().traffic(key)

    def keep(self, route: Route, pem: Mapping[str, bytes]) -> None:
        """Remember a route and files beside it; the volume is made where there is none."""
        if self._container() is None and not self._engine.has_volume(self.name):
            self._step.say(f"Caddy is put on {self._engine.name}, as {self.name} of {self._engine.image}")
            self._step.intend("volume", self.name)
            self._engine.run("volume", "create", "--label", f"{LABEL}={self.name}", self.name)
            self._step.created(self.name, self.name)
            self._found = Site()
        files = {f"routes/{route.key}/{name}": content for name, content in pem.items()}
        self._sh(KEEP, route.key, stdin=packed({**files, f"routes/{route.key}/.route.json.new": encode(route)}))
        self._site().keep(route)

    def forget(self, key: str) -> None:
        """Remove a route with its files, and leave the networks that no other one needs."""
        gone = self.find(key)
        if not self._is_there():
            return
        self._sh(FORGET, key)
        self._site().forget(key)
        still = {network for route in self.routes() for network in route.networks}
        if not self.routes() and self._container() is None:
            self.remove()
            return
        for network in gone.networks if gone else ():
            if network not in still:
                self._engine.run("network", "disconnect", "--force", network, self.name, check=False)

    def switch(self, key: str, to: Traffic) -> None:
        """Send the requests of a route elsewhere, by the renaming of one link in the volume."""
        site = self._site()
        before, number = site.turn(key), site.turn(key) + 1
        turn = turn_of(to, site.traffic(key))
        # What Caddy needs comes first: an archive that was cut short has no `traffic.json`, and is not switched to.
        names = sorted(turn.files, key=lambda name: name == "traffic.json")
        files = {f"{number}/{name}": turn.files[name].encode() for name in names}
        links = {f"{number}/{name}": target for name, target in turn.links.items()}
        self._found = None
        self._sh(SWITCH, key, str(number), str(before), stdin=packed(files, links))

    def document(self, routes: Iterable[Route]) -> Json:
        """Return the configuration that serves the routes: inside the container, on all its addresses."""
        made = document(replace(route, listen=ANY) for route in routes)
        made["admin"]["listen"] = ADMIN
        made["storage"]["root"] = f"{HOME}/storage"
        made["logging"]["logs"]["default"]["writer"]["filename"] = f"{HOME}/caddy.log"
        return made

    def running(self) -> Json | None:
        """Return the configuration that Caddy runs with; None if no Caddy runs, an empty one if it must be remade."""
        found = self._container()
        if found is None or found["State"] != "running":
            return None
        return self._site().document() if self._fits(found) else {}

    def obstacle(self, route: Route, bound: frozenset[str]) -> tuple[int, str] | None:
        """Return None: the engine itself tells of a port that is taken."""
        return None

    def requests(self, addresses: frozenset[str]) -> int:
        """Return how many requests are with the replicas at these addresses."""
        found = self._container()
        if found is None or found["State"] != "running":
            return 0
        said = self._sh(UPSTREAMS, ADMIN)
        return sum(each["num_requests"] for each in json.loads(said or b"[]") or () if each["address"] in addresses)

    def start(self, wanted: Json) -> None:
        """Make the container where there is none that fits, start it, and wait until it serves."""
        self._sh(MAKE, stdin=packed({".caddy.json.new": json.dumps(wanted).encode()}))
        self._site().give(wanted)
        found = self._container()
        self._sweep()
        if found is not None and not self._fits(found):
            self._renew()
        elif found is None:
            self._begin()
        else:
            self._start()
        self._step.wait("the start of Caddy", _START_LIMIT, self._serves, 0.2)

    def reload(self, wanted: Json, bound: frozenset[str]) -> None:
        """Give Caddy another configuration; where other ports or another image are wanted, another container."""
        found = self._container()
        if found is None or not self._fits(found):
            self.start(wanted)
            return
        self._join()
        self._sh(RELOAD, ADMIN, stdin=json.dumps(wanted).encode())
        self._found = None
        again = self.document(self.routes())
        if again != wanted:
            # Somebody on another machine, whom no lock of this one stops, has changed a route meanwhile.
            self._sh(RELOAD, ADMIN, stdin=json.dumps(again).encode())
            self._site().give(again)

    def remove(self) -> None:
        """Let Caddy end, and remove the container and its volume."""
        if self._container() is not None:
            self._engine.run("container", "stop", "-t", str(_STOP_GRACE), self.name)
            self._engine.run("container", "rm", "--force", self.name)
        self._sweep()
        self._engine.run("volume", "rm", "--force", self.name)
        self._found = self._listed = None

    def _sweep(self) -> None:
        """Remove containers that a change left which died in the middle."""
        left = [str(each["ID"]) for each in self._engine.containers(self.name) if each["Names"] != self.name]
        if left:
            self._engine.run("container", "rm", "--force", *left)

    def _renew(self) -> None:
        """Let another container take the place of the one that does not fit: what cannot start changes nothing."""
        self._step.say(
            f"Caddy on {self._engine.name} is made anew, with other ports or another image; "
            "for a moment nobody can connect"
        )
        before, after = f"{self.name}-before", f"{self.name}-after"
        self._create(after)
        self._engine.run("container", "stop", "-t", str(_STOP_GRACE), self.name)
        self._engine.run("container", "rename", self.name, before)
        self._engine.run("container", "rename", after, self.name)
        self._listed = None
        try:
            self._start()
        except CommandFailedError:
            self._engine.run("container", "rm", "--force", self.name)
            self._engine.run("container", "rename", before, self.name)
            self._engine.run("container", "start", self.name)
            self._listed = None
            raise
        self._sweep()

    def _begin(self) -> None:
        """Make the first container and start it; one that cannot start does not stay."""
        self._create(self.name)
        try:
            self._start()
        except CommandFailedError:
            self._engine.run("container", "rm", "--force", self.name)
            self._listed = None
            raise

    def _start(self) -> None:
        """Start the container that was made."""
        self._join()
        self._engine.run("container", "start", self.name)
        self._listed = None

    def _create(self, name: str) -> None:
        """Make the container under that name, not yet started."""
        ports = sorted(self._published())
        networks = sorted(self._networks())
        key = f"container {name}"
        self._step.intend("container", key)
        made = self._engine.run(
            *("container", "create", "--name", name, "--restart", "unless-stopped"),
            *("--label", f"{LABEL}={self.name}", "--label", f"{LABEL}.ports={' '.join(ports)}"),
            *("--label", f"{LABEL}.image={self._engine.image}"),
            *("--volume", f"{self.name}:{HOME}", "--workdir", f"{HOME}/site", "--env", f"XDG_DATA_HOME={HOME}"),
            *(word for port in ports for word in ("--publish", port)),
            *(("--network", networks[0]) if networks else ()),
            *("--entrypoint", "caddy", self._engine.image, "run", "--config", "caddy.json"),
        )
        self._step.created(key, made.stdout.decode().strip())
        self._listed = None

    def _join(self) -> None:
        """Be on all networks on which apps are reached."""
        found = self._container()
        on = set(str(found["Networks"]).split(",")) if found else set()
        for network in sorted(self._networks() - on):
            self._engine.run("network", "connect", network, self.name)
            self._listed = None

    def _networks(self) -> frozenset[str]:
        """Return the networks on which apps are reached, those that are still there."""
        wanted = frozenset(network for route in self.routes() for network in route.networks)
        if wanted and self._known is None:
            self._known = self._engine.networks()
        return wanted & (self._known or frozenset())

    def _published(self) -> frozenset[str]:
        """Return what the container has to publish, as `docker` wants it; HTTP/3 comes by UDP."""
        ports = {(route.listen, port, route.is_secure(port)) for route in self.routes() for port in route.ports}
        kinds = {(listen, port, kind) for listen, port, secure in ports for kind in ("tcp", "udp")[: 1 + secure]}
        return frozenset(f"{at(listen, port).lstrip(':')}:{port}/{kind}" for listen, port, kind in kinds)

    def _fits(self, found: Mapping[str, Any]) -> bool:
        """Return whether a container is of the image that is wanted and publishes all ports that are."""
        labels = dict(each.partition("=")[::2] for each in str(found["Labels"]).split(","))
        published = frozenset(labels.get(f"{LABEL}.ports", "").split())
        return labels.get(f"{LABEL}.image") == self._engine.image and self._published() <= published

    def _serves(self) -> bool:
        """Return whether Caddy answers inside. Raises OperationError if the container has ended instead."""
        self._listed = None
        found = self._container()
        if found is not None and found["State"] == "running":
            asked = ("container", "exec", self.name, "wget", "-q", "-O", "-", f"http://{ADMIN}/config/")
            return self._engine.run(*asked, check=False).status == 0
        said = self._engine.run("container", "logs", "--tail", "20", self.name, check=False)
        text = (said.stdout + said.stderr).decode(errors="replace").strip()
        self._step.evidence("what Caddy said when it was started", text)
        last = next(reversed(text.splitlines()), "it said nothing")
        raise OperationError(f"Caddy ended as soon as it was started on {self._engine.name}: {last}")

    def _container(self) -> dict[str, Any] | None:
        """Return what the engine tells of the container."""
        if self._listed is None:
            self._listed = (self._engine.container(self.name),)
        return self._listed[0]

    def _is_there(self) -> bool:
        """Return whether there is anything of ours on the engine."""
        return self._container() is not None or self._engine.has_volume(self.name)

    def _site(self) -> Site:
        """Return the files in the volume."""
        if self._found is None:
            self._found = Site(self._sh(LOOK) if self._is_there() else b"")
        return self._found

    def _sh(self, script: str, *words: str, stdin: bytes = b"") -> bytes:
        """Run a script in the volume: inside Caddy's container while it runs, else in one that goes again at once."""
        found = self._container()
        shell = ("-ec", f"mkdir -p {HOME}/site && cd {HOME}/site\n{script}", "sh", *words)
        if found is not None and found["State"] == "running":
            result = self._engine.run("container", "exec", "--interactive", self.name, "sh", *shell, stdin=stdin)
        else:
            alone = ("--rm", "--interactive", "--network", "none", "--volume", f"{self.name}:{HOME}")
            result = self._engine.run("run", *alone, "--entrypoint", "sh", self._engine.image, *shell, stdin=stdin)
        return result.stdout
