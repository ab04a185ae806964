"""The survey: what the platforms have of a project, laid beside what the history knows; it only asks."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from milepost.host.assembly import Host
from milepost.host.cancel import Cancel
from milepost.host.history.journal import GONE, STANDING
from milepost.host.inquiry import quiet_bench
from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.elsewhere import elsewhere, is_elsewhere, machines
from milepost.host.lifecycle.labels import PROJECT
from milepost.host.lifecycle.sighting import (
    Sighting,
    identity,
    is_foreign,
    look,
    named_by,
    platforms,
    recorded_identity,
)
from milepost.host.lifecycle.workers import Worker
from milepost.host.recalling import Recall, recaller
from milepost.sdk.capabilities import Finds
from milepost.sdk.errors import MilepostError, UnknownNameError, UsageError
from milepost.sdk.record import Operation

if TYPE_CHECKING:
    from milepost.host.lifecycle.serving import Serves

LIMIT = 10.0
"""How long a platform may take for its answer, in seconds."""

SHORTEST_END = 4
"""How many characters of the end of an id are enough to name it."""


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """Objects that no record names as something that may stand."""

    sighting: Sighting
    serves: Serves
    is_foreign: bool
    """Whether another history made them."""
    record: Operation | None = None
    """The record of the operation that made them, which says that they are gone."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was found, and what could not be asked."""

    workspace: str
    asked: tuple[str, ...] = ()
    """The platforms that answered, by their words."""
    named: int = 0
    """How many of the objects a record names."""
    orphans: tuple[Orphan, ...] = ()
    missing: tuple[Operation, ...] = ()
    """The deployments that should stand and of which their platform has nothing."""
    interrupted: tuple[Operation, ...] = ()
    """The operations that were cut off and may have left something."""
    unasked: tuple[str, ...] = ()
    """What could not be asked, and why, a sentence each."""


_Places: TypeAlias = dict[tuple[str, str], list[Operation]]
"""The apps, each with its workspace, and the deploys of which something may stand there."""


@dataclass
class _Inquest:
    """A platform that is asked, and what it has answered so far."""

    about: About
    platform: Worker[Any]
    places: set[tuple[str, str]]
    """The apps, each with its workspace, that have it as their platform."""
    answer: tuple[Sighting, ...] | None = None
    trouble: str = ""

    @property
    def word(self) -> str:
        """What the platform is called."""
        return self.platform.entry.word

    def concerns(self, seen: Sighting) -> int:
        """Return how well it knows what was seen: best what is of its own apps and workspaces, then its apps."""
        is_own = (seen.app, seen.workspace) in self.places
        return 2 if is_own else int(seen.app in {app for app, _ in self.places})


def survey(
    host: Host, workspace: str, limit: float = LIMIT, bench: Bench | None = None, *, by_records: bool = False
) -> Survey:
    """Return what the platforms have of the project in all workspaces, beside what the history knows.

    Asked are the platforms of today's file, as it is for `workspace`, and those of records; `by_records`, today's only
    of apps of which nothing stands. Each has `limit` seconds. With a quiet `bench`, what was made there is used again.
    """
    bench = bench or quiet_bench(host)
    # Runs may go on meanwhile: what stood when we began is no orphan for having been destroyed since.
    standing = _standing(bench)
    before = {each.id for each in standing}
    places = _places(host, workspace, standing)
    inquests, unasked = _inquests(host, bench, places, by_records=by_records)
    away = _elsewhere(bench, places)
    unasked += [f"{app} in {where} stands on {host}, not asked from here" for (app, where), host in away.items()]
    _ask_all(bench, host, inquests, limit)
    unasked += [f"the platform {each.word} {each.trouble}" for each in inquests if each.answer is None]
    sightings = _apart(inquests)
    strays = [each for each in sightings if each.operation not in before and named_by(bench.history, each) is None]
    return Survey(
        workspace=workspace,
        asked=tuple(dict.fromkeys(each.word for each in inquests if each.answer is not None)),
        named=len(sightings) - len(strays),
        orphans=tuple(_orphans(host, bench, strays, limit)),
        missing=tuple(_missing(bench, inquests, sightings, standing)),
        interrupted=tuple(each for each in _interrupted(bench) if (each.app, each.workspace) not in away),
        unasked=tuple(dict.fromkeys(unasked)),
    )


def _inquests(host: Host, bench: Bench, places: _Places, *, by_records: bool) -> tuple[list[_Inquest], list[str]]:
    """Return whom to ask, each platform once, and who cannot be asked at all."""
    found: dict[str, _Inquest] = {}
    recorded: dict[str, _Inquest] = {}
    recall: dict[str, Recall] = {}
    unasked: list[str] = []
    for (app, where), standing in places.items():
        # Apps that were deployed alike are on one platform: it is made once.
        alike = {recorded_identity(each) for each in standing} if by_records else set()
        if alike and alike <= recorded.keys():
            for each in alike:
                recorded[each].places.add((app, where))
            continue
        try:
            about = recall.setdefault(where, recaller(host, where, bench))(app)
            asked = [_inquest(about, each) for each in platforms(bench, about, standing if by_records else ())]
        except MilepostError as error:
            asked = [f"what {app} has in {where} cannot be asked: {error}"]
        for one in asked:
            if isinstance(one, str):
                unasked.append(one)
                continue
            inquest = found.setdefault(identity(bench, one.platform), one)
            inquest.places.add((app, where))
            if len(alike) == len(asked) == 1:
                recorded[alike.pop()] = inquest
    return list(found.values()), unasked


def _inquest(about: About, platform: Worker[Any] | MilepostError) -> _Inquest | str:
    """Return how a platform is to be asked, or why it cannot be."""
    if isinstance(platform, MilepostError):
        return f"a platform of {about.name} in {about.workspace} cannot be asked: {platform}"
    if not isinstance(platform.role, Finds):
        return f"the platform {platform.entry.word} cannot look for what it has"
    return _Inquest(about, platform, set())


def _places(host: Host, workspace: str, standing: Iterable[Operation]) -> _Places:
    """Return the apps with their workspaces: those of the file here, and those of which something may stand."""
    places: _Places = {(app, workspace): [] for app in host.project.apps}
    for each in standing:
        places.setdefault((each.app, each.workspace), []).append(each)
    return places


def _elsewhere(bench: Bench, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the apps and workspaces of which something stands on other machines, with the names of these."""
    found = {(app, where): elsewhere(bench, app, where) for app, where in places}
    return {place: machines(deployments) for place, deployments in found.items() if deployments}


def _standing(bench: Bench) -> list[Operation]:
    """Return the deploys of which something may stand, in all workspaces."""
    return bench.history.operations({"stage": "deploy", "presence": STANDING})


def _ask_all(bench: Bench, host: Host, inquests: Iterable[_Inquest], limit: float) -> None:
    """Ask all at once, each in a thread of its own; who takes too long is told to stop and not waited for."""
    labels = {PROJECT: host.project.name}

    def ask(each: _Inquest, cancel: Cancel) -> None:
        try:
            asking = dataclasses.replace(bench, cancel=cancel)
            each.answer = look(asking, each.about, each.platform, labels)
        except Exception as error:  # one that cannot answer must not keep the others from being heard
            each.trouble = f"cannot be asked: {error or type(error).__name__}"

    asked = [(each, Cancel()) for each in inquests]
    threads = [threading.Thread(target=ask, args=pair, daemon=True) for pair in asked]
    for thread in threads:
        thread.start()
    end = bench.monotonic() + limit
    for thread, (each, cancel) in zip(threads, asked, strict=True):
        thread.join(max(0.0, end - bench.monotonic()))
        if thread.is_alive():
            cancel.ask("it took too long")
            each.trouble = f"gave no answer within {limit:g} s"


def _apart(inquests: Iterable[_Inquest]) -> list[Sighting]:
    """Return each sighting once, although several platforms may see it: as the platform of its own app has it.

    Only that one's config tells whether anything of it is exposed, and so who says whether it serves.
    """
    seen = [(inquest.concerns(each), each) for inquest in inquests for each in inquest.answer or ()]
    found: dict[tuple[str, str], Sighting] = {}
    for _, each in sorted(seen, key=lambda pair: pair[0], reverse=True):
        found.setdefault((each.platform.entry.distribution, each.key), each)
    return sorted(found.values(), key=lambda each: (each.workspace, each.app, each.operation))


def _orphans(host: Host, bench: Bench, strays: list[Sighting], limit: float) -> Iterator[Orphan]:
    """Yield what no record names, with whether it serves."""
    patient = dataclasses.replace(bench, patience=limit)
    for each in strays:
        yield Orphan(
            sighting=each,
            serves=_serves(host, patient, each),
            is_foreign=is_foreign(bench, each),
            record=bench.history.operation(each.operation) if each.operation else None,
        )


def _serves(host: Host, bench: Bench, stray: Sighting) -> Serves:
    """Return whether it serves; `unknown` where even its app cannot be looked at."""
    from milepost.host.lifecycle.serving import serves  # noqa: PLC0415 - most surveys find no orphan
    from milepost.host.subjects import app_subject  # noqa: PLC0415 - see above

    try:
        return serves(bench, app_subject(host, bench, stray.app, stray.workspace), stray)
    except MilepostError:
        return "unknown"


def _missing(
    bench: Bench, inquests: list[_Inquest], sightings: list[Sighting], standing: list[Operation]
) -> Iterator[Operation]:
    """Yield the deployments that should stand, then and now, and of which a platform that answered has nothing."""
    keys = {key.key for each in sightings for key in each.resources}
    ids = {each.operation for each in sightings}
    answered = {(each.platform.entry.distribution, each.word) for each in inquests if each.answer is not None}
    for deploy in standing:
        stamp = deploy.plugin
        if stamp is None or (stamp.distribution, stamp.word) not in answered:
            continue
        if deploy.id in ids or keys & {each.key for each in deploy.resources} or is_elsewhere(bench, deploy):
            continue
        now = bench.history.operation(deploy.id)
        if now is not None and now.status == "success" and now.presence in STANDING:
            yield now


def _interrupted(bench: Bench) -> Iterator[Operation]:
    """Yield what was cut off and may have left something: what nobody has settled yet, and half deployments."""
    for each in bench.history.interrupted():
        if isinstance(each, Operation):
            yield each
    where: Mapping[str, Any] = {"stage": "deploy", "status": "interrupted", "presence": STANDING}
    yield from (each for each in bench.history.operations(where) if each.presence not in GONE)


def chosen(found: Survey, names: Iterable[str]) -> tuple[Orphan, ...]:
    """Return the orphans of the survey's workspace that were named: by key, by `web#7`, or by the end of an id.

    Raises UnknownNameError, UsageError for a name that several have.
    """
    here = [each for each in found.orphans if each.sighting.workspace == found.workspace]
    picked: dict[str, Orphan] = {}
    for name in names:
        fits = [each for each in here if _is_called(each.sighting, name)]
        if not fits:
            known = tuple(each.sighting.key for each in here)
            raise UnknownNameError("orphan", name, known, hint="milepost orphans list")
        if len(fits) > 1:
            keys = ", ".join(each.sighting.key for each in fits)
            raise UsageError(f"{name!r} may be {keys}", hint=f"milepost orphans list -w {found.workspace}")
        picked[fits[0].sighting.key] = fits[0]
    return tuple(picked.values())


def _is_called(sighting: Sighting, name: str) -> bool:
    """Return whether a name means these objects."""
    is_end = len(name) >= SHORTEST_END and sighting.operation.endswith(name.upper())
    return name in {each.key for each in sighting.resources} or name == f"{sighting.app}#{sighting.number}" or is_end
