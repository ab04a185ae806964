"""Examining: what each plugin of each app says of all that it needs, asked at once; nothing is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

from milepost.host.assembly import Host
from milepost.host.cancel import Cancel
from milepost.host.doctor import Finding, Level, place_of
from milepost.host.gathering import gather
from milepost.host.inquiry import quiet_bench
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.hiding import hide_variables
from milepost.host.lifecycle.live import inquiry
from milepost.host.lifecycle.sighting import question
from milepost.host.lifecycle.staffing import roles_of, terms_ahead, worker_for
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.todays import Given, subject_of
from milepost.host.lifecycle.workers import RoleName
from milepost.host.outside import User, world
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.variable_sources import ByHand
from milepost.host.rounds import in_time
from milepost.host.secret_check import secrets_of
from milepost.sdk.capabilities import Examined, Examines
from milepost.sdk.errors import MilepostError, OperationError, ProjectFileError
from milepost.sdk.request import Variable

LIMIT = 10.0
"""How long a plugin may take for all that it looks at, in seconds; the config sources may take as long."""

NOTHING_GIVEN = ByHand()


@dataclass
class _Look:
    """What somebody looks at, and what was found so far."""

    bench: Bench
    app: str
    what: str
    """The role, and the word of its plugin once that is known; or what else is looked at."""
    found: list[Finding] = field(default_factory=list)

    def add(self, level: Level, what: str, hint: str = "") -> None:
        """Note what was found."""
        mask = self.bench.masker.text
        self.found.append(Finding(level, mask(what), mask(hint), (self.app,) if self.app else (), self.what))


def needs(
    host: Host, workspace: str | None, by_hand: ByHand = NOTHING_GIVEN, limit: float = LIMIT
) -> tuple[Finding, ...]:
    """Return what the plugins of the apps say of what they need, and which secrets can be read.

    Nothing is returned where there is no project to look at: the doctor tells why.
    """
    try:
        bench = quiet_bench(host)
        place = place_of(host, workspace)
        variables = gather(host, place, by_hand, lenient=True).variables
        subjects = _subjects(host, bench, place, variables)
    except MilepostError:
        return ()
    secrets = _Look(bench, "", "secrets")
    looks = [(_Look(bench, each.app.name, role), each, role) for each in subjects for role in roles_of(each.app)]
    # Sources first: what they have answered is known to all that is asked then.
    _ask([(secrets, partial(_ask_sources, secrets, subjects, variables))], limit)
    _ask([(look, partial(_ask_role, look, subject, role)) for look, subject, role in looks], limit)
    return tuple(_together([secrets, *(look for look, _, _ in looks)]))


def _subjects(host: Host, bench: Bench, workspace: str, variables: tuple[Variable, ...]) -> list[Subject]:
    """Return the apps that are asked about from here, all in one world, so that each source is asked once."""
    outside = world(host.project, bench.plugins, User(host.environment, host.folder, None, bench.masker.add))
    given = Given(host.environment, host.folder, bench.plugins, variables, outside=outside)
    found = [subject_of(host.project, app, workspace, 0, given, by_records=True) for app in host.project.apps]
    for each in found:
        hide_variables(bench, each)
    return found


def _ask(looks: Iterable[tuple[_Look, Any]], limit: float) -> None:
    """Look at all at once; that something was not done in time is found, too."""

    def guarded(look: _Look, ask: Any, cancel: Cancel) -> None:
        try:
            ask(cancel)
        except ProjectFileError:
            # What is wrong with the file, or could not be read for it, is told where it was looked for.
            look.add("warning", "it was not asked, since its config cannot be had")
        except MilepostError as error:
            look.add("problem", str(error), error.hint)
        except Exception as error:  # what one look stumbles over must not keep the others from being told
            look.add("problem", f"{type(error).__name__}: {error}")

    all_looks = list(looks)
    ended = in_time([partial(guarded, look, ask) for look, ask in all_looks], limit)
    for (look, _), is_over in zip(all_looks, ended, strict=True):
        if not is_over:
            look.add("problem", f"gave no answer within {limit:g} s", f"milepost doctor --limit {limit * 6:g}")


def _ask_sources(look: _Look, subjects: list[Subject], variables: tuple[Variable, ...], cancel: Cancel) -> None:
    """Look whether each secret can be read."""
    for read in secrets_of(subjects, variables):
        cancel.check()
        each = dataclasses.replace(look, app=read.app)
        each.add("ok" if read.is_readable else "problem", read.what, read.hint)


def _ask_role(look: _Look, subject: Subject, role: RoleName, cancel: Cancel) -> None:
    """Have the plugin of a role look at what it needs, if it can."""
    bench = dataclasses.replace(look.bench, cancel=cancel)
    worker = worker_for(bench, subject, role)
    if worker is None or not isinstance(worker.role, Examines):
        return
    look.what = f"{role} {worker.entry.word}"
    asked = question(bench, subject, worker)
    doing = "examining"
    with inquiry(bench, subject, worker, asked, terms_ahead(bench, subject)) as step, blame(worker.entry, doing):
        for each in worker.role.examine(step):
            seen = demand(worker.entry, each, Examined, doing)
            if seen.level not in get_args(Level):
                raise OperationError(f"{look.what} found something of the level {seen.level!r}")
            look.add(seen.level, seen.what, seen.hint)


def _together(looks: Iterable[_Look]) -> Iterator[Finding]:
    """Yield what was found, once where the same is true of several apps."""
    apps: dict[Finding, tuple[str, ...]] = {}
    for each in (finding for look in looks for finding in tuple(look.found)):
        key = dataclasses.replace(each, apps=())
        apps[key] = tuple(dict.fromkeys((*apps.get(key, ()), *each.apps)))
    for key, named in apps.items():
        yield dataclasses.replace(key, apps=named)
