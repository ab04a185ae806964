"""What must hold whatever has died: the history is true, what runs is named, what is said to serve serves."""

from __future__ import annotations

from typing import Any

from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, fetch, until
from tests.journeys.processes import Running

Document = dict[str, Any]


def operations(place: Place) -> list[Document]:
    """Return all operations of the history, newest first."""
    found: list[Document] = place.json("operation", "list", "--limit", "10000")["operations"]
    return found


def runs(place: Place) -> list[Document]:
    """Return all runs of the history, newest first."""
    found: list[Document] = place.json("history", "--limit", "10000")["runs"]
    return found


def check_records(place: Place) -> None:
    """See that all is told truly, and that a record names whatever runs."""
    known = operations(place)
    _check_told([*runs(place), *known])
    unnamed = [each for each in place.running() if not _is_named(each, known)]
    assert not unnamed, f"no record names {unnamed}"


def _check_told(records: list[Document]) -> None:
    """See that nobody is said to work who does not, and that what was cut off is said to be."""
    wrong = [each for each in records if each["status"] == "running" or not (each["ended"] or _was_cut(each))]
    assert not wrong, f"not true: {wrong}"


def _was_cut(record: Document) -> bool:
    """Return whether the record says that its writer died."""
    return bool(record["status"] == "interrupted")


def _is_named(process: Running, known: list[Document]) -> bool:
    """Return whether an operation tells of the process."""
    if any(each["pid"] == process.pid for operation in known for each in operation["processes"]):
        return True
    if process.kind == "caddy":
        return any(resource["kind"] == "route" for each in known for resource in each["resources"])
    return any(_tells_of(each, process.deployment) for each in known)


def _tells_of(operation: Document, deployment: str) -> bool:
    """Return whether the operation made that deployment, and does not say that it is gone."""
    if not deployment or operation["presence"] in (None, "destroyed", "forgotten"):
        return False
    return any(each["key"] == deployment for each in operation["resources"])


def check_serving(place: Place) -> str | None:
    """See that the public gets what status says; return the version that is live and serves."""
    return _serving(place, place.app_status())


def _serving(place: Place, app: Document) -> str | None:
    """Return the version that the public gets, which has to be what this status says; None where it says nothing."""
    public, health = app["public"], app["health"]
    if app["live"] is None or public is None:
        return None
    if (public["name"], health["name"]) != ("ready", "ready"):
        return None
    status, text = fetch(app["urls"][0])
    assert (status, text) == (200, _version(place, app["live"])), app
    return text


def _version(place: Place, deployment: Document) -> str:
    """Return the version that a deployment has in its folder."""
    name: str = deployment["state"]["fields"]["key"]
    folder = place.state / "plugins/milepost-local/deployments" / name
    return (folder / "app/version.txt").read_text()


def check_clean(place: Place, version: str) -> None:
    """See that after a good `up` only what is live runs, that it is right, and that only what is kept lies there."""
    at_rest(place)
    check_records(place)
    status = place.json("status", "--limit", "60")
    assert (status["locks"], status["interrupted"]) == ({}, [])
    (app,) = status["apps"]
    assert _serving(place, app) == version, app
    live = app["live"]["state"]["fields"]["key"]
    kinds = sorted((each.kind, each.deployment) for each in place.running())
    assert kinds == [("app", live), ("caddy", ""), ("supervisor", live)], kinds
    kept = {each["state"]["fields"]["key"] for each in (app["live"], *app["kept"], *app["staged"])}
    lying = {each.name for each in place.state.glob("plugins/milepost-local/deployments/*")}
    assert lying == kept, (lying, kept)


def check_gone(place: Place) -> None:
    """See that after `destroy --all` nothing runs and nothing lies there."""
    until("the end of what was destroyed", lambda: not place.running(), 10)
    assert list(place.state.glob("plugins/milepost-local/deployments/*")) == []
    assert list(place.state.glob("plugins/milepost-local/run/*")) == []
    left = [str(each) for each in place.state.glob("plugins/milepost-caddy/**/*")]
    assert left == [], left
    standing = [each for each in operations(place) if each["presence"] not in (None, "destroyed")]
    assert standing == []
