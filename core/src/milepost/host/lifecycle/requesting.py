"""Requests: made for this user on this machine, checked before they are carried out, recorded without secrets."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from milepost.host.assembly import Host
from milepost.host.lifecycle.goal import BY_RECORDS
from milepost.host.validation import validate
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.request import Choices, Request, Verb

CI_JOBS = ("MILEPOST_CI_JOB", "GITHUB_RUN_ID", "CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")
"""Where the usual CI systems say which job this is."""


class Asker(NamedTuple):
    """Who asks for something."""

    user: str
    host: str
    """The machine that it is asked from."""
    ci: str | None
    """The CI job that it is asked from, as far as it can be told; `CI` for one that cannot; None outside of CI."""


def who_asks(environment: Mapping[str, str]) -> Asker:
    """Return who asks on this machine, as the environment tells."""
    ci = next((environment[name] for name in CI_JOBS if environment.get(name)), None)
    return Asker(
        user=environment.get("USER") or environment.get("LOGNAME") or _account(),
        host=os.uname().nodename,
        ci=ci or ("CI" if environment.get("CI") else None),
    )


def new_request(host: Host, verb: Verb, **fields: Any) -> Request:
    """Return a request of this user on this machine; the fields are those of Request."""
    asker = who_asks(host.environment)
    return Request(
        id=host.new_id(),
        verb=verb,
        project=host.project.name,
        folder=str(host.project.folder),
        user=asker.user,
        host=asker.host,
        ci=asker.ci,
        choices=fields.pop("choices", Choices()),
        variables=tuple(fields.pop("variables", ())),
        **fields,
    )


def _account() -> str:
    """Return the name of the account that this process runs as; its number where it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def check_ready(host: Host, request: Request) -> None:
    """Return if the project file can be carried out. Raises ProjectFileError with all that is wrong."""
    if request.verb in BY_RECORDS:
        return
    problems = validate(host, request.workspace, request.variables, request.labels)
    if problems:
        raise ProjectFileError(problems)


def recorded_request(host: Host, request: Request) -> dict[str, Any]:
    """Return the request as the run's record keeps it; the value of a sensitive variable is left out."""
    known = host.project.variables
    plain = tuple(
        msgspec.structs.replace(each, value=None) if each.name in known and known[each.name].sensitive else each
        for each in request.variables
    )
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(request, variables=plain))
    return document
