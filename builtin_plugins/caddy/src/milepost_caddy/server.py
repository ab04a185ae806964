"""What one Caddy serves, wherever it runs: routes come and go, and none is in another one's way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from milepost.sdk import MilepostError, OperationError, Step
from milepost_caddy import port
from milepost_caddy.document import addresses
from milepost_caddy.place import Place
from milepost_caddy.route import Route


def open_route(place: Place, route: Route, pem: Mapping[str, bytes], step: Step) -> None:
    """Let Caddy listen for the route; where it cannot, what was known of the route stands as before.

    Raises OperationError naming who has its port or what it claims.
    """
    ensure_own(route, place)
    known = place.find(route.key)
    try:
        if route != known:
            place.keep(route, pem)
        serve(place, step, route)
    except MilepostError:
        place.forget(route.key) if known is None else place.keep(known, {})
        raise


def close_route(place: Place, key: str, step: Step) -> None:
    """Remove the route; the last one takes Caddy along."""
    place.forget(key)
    if not place.routes():
        place.remove()
    elif place.running() is not None:
        serve(place, step)


def serve(place: Place, step: Step, mine: Route | None = None) -> None:
    """Let Caddy run and serve all routes; nothing happens if it does already.

    The ports of `mine` must be free or Caddy's own, or OperationError says why they are not. Another
    route whose port was taken meanwhile is left out and named.
    """
    running = place.running()
    bound = addresses(running)
    wanted = place.document(route for route in place.routes() if _can_listen(place, route, bound, (step, mine)))
    if running is None:
        place.start(wanted)
    elif running != wanted:
        place.reload(wanted, bound)


def _can_listen(place: Place, route: Route, bound: frozenset[str], context: tuple[Step, Route | None]) -> bool:
    """Return whether a route can be served; raise if it is ours and cannot."""
    found, (step, mine) = place.obstacle(route, bound), context
    if found is None:
        return True
    number, why = found
    if mine is not None and route.key == mine.key:
        where = f"on {route.listen}" if route.listen else "on this machine"
        raise OperationError(
            f"port {number} {where}, where {route.name} is to be public, cannot be used: {why}",
            hint=f"{port.way_out(route.listen, number)}, or set another port in the project file",
        )
    step.say(f"{route.name} is not served: port {number}: {why}")
    return False


def ensure_own(route: Route, place: Place) -> None:
    """Raise OperationError naming the other route, of whichever project, that has this route's port or claims."""
    for where, other in place.others():
        _refuse_port(route, other, route.ports & other.ports, where)
    for other in place.routes():
        if other.key == route.key or not route.ports & other.ports:
            continue
        if not _side_by_side(route, other):
            _refuse_port(route, other, route.ports & other.ports, place.name.rpartition("/")[2])
        taken = sorted(set(route.claims()) & set(other.claims()))
        if taken:
            raise OperationError(
                f"{taken[0]} belongs to {other.name} already",
                hint=f"give {route.name} other hosts or paths or another port, or {_destroy(other)}",
            )


def _side_by_side(one: Route, other: Route) -> bool:
    """Return whether two routes on the same port can be told apart by host or path, and listen in the same manner."""
    tellable = bool(one.hosts or one.paths or other.hosts or other.paths)
    return (
        tellable
        and one.listen == other.listen
        and all(one.is_secure(port) == other.is_secure(port) for port in one.ports & other.ports)
    )


def _refuse_port(route: Route, other: Route, ports: Iterable[int], where: str) -> None:
    """Raise OperationError if there are such ports."""
    for number in sorted(ports):
        raise OperationError(
            f"port {number} is the public port of {other.name} ({where})",
            hint=f"give {route.name} another port, or {_destroy(other)}",
        )


def _destroy(route: Route) -> str:
    """Return the command that makes room."""
    there = f" in the folder of {route.project}" if route.project else ""
    return f"milepost destroy {route.app} -w {route.workspace}{there}"
