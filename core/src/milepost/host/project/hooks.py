"""The commands of an app's stages, evaluated and typed: hooks, tasks, the check after a release."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct

from milepost.host.project.fields import decode_body, read_body
from milepost.host.project.scope import Scope
from milepost.host.project.stages import App, HookBlock
from milepost.sdk.problem import Position, Problem
from milepost.sdk.secret import Secret, reveal
from milepost.sdk.step import Task

When = Literal["before", "after", "failure", "always"]
_Status = Annotated[int, Meta(ge=100, le=599)]
_Seconds = Annotated[float, Meta(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A command on this machine around a stage, its secrets in clear."""

    when: When
    command: tuple[str, ...]
    on_failure: Literal["fail", "continue"]
    timeout: float
    """In seconds."""
    mutex: str | None
    """The name of what no two hooks may use at a time."""
    on: tuple[str, ...]
    """What it also runs on: `rollback`."""
    position: Position
    secrets: tuple[Secret, ...]
    """Those in its command, to be masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """The check after a release: a path that must answer, a command that must succeed, or both."""

    path: str | None
    status: tuple[int, ...]
    """The statuses that count as well; none given: 200 to 399."""
    command: tuple[str, ...]
    timeout: float
    """In seconds."""
    on_failure: Literal["fail", "rollback"]


class _Hook(Struct, frozen=True, kw_only=True):
    """The `hook` block."""

    when: When
    command: Annotated[tuple[str | Secret, ...], Meta(min_length=1)]
    on_failure: Literal["fail", "continue"] = "fail"
    timeout: _Seconds = 600.0
    mutex: Annotated[str, Meta(min_length=1)] | None = None
    on: tuple[Literal["rollback"], ...] = ()


class _Task(Struct, frozen=True, kw_only=True):
    """The `task` block."""

    command: Annotated[tuple[str, ...], Meta(min_length=1)]
    timeout: _Seconds = 600.0


class _Verify(Struct, frozen=True, kw_only=True):
    """The `verify` block."""

    path: Annotated[str, Meta(pattern="^/")] | None = None
    status: tuple[_Status, ...] = ()
    command: tuple[str, ...] = ()
    timeout: _Seconds = 30.0
    on_failure: Literal["fail", "rollback"] | None = None


class _Release(Struct, frozen=True, kw_only=True):
    """What a `release` block itself says about its check."""

    on_verify_failure: Literal["fail", "rollback"] | None = None


def hooks(blocks: Iterable[HookBlock], scope: Scope) -> tuple[Hook, ...]:
    """Return the hooks of a stage in the file's order. Raises ProjectFileError with all that is wrong."""
    blocks = tuple(blocks)
    found: list[Hook] = []
    problems: list[Problem] = []
    for block in blocks:
        fields, wrong = read_body(block.body, _Hook, scope, "hook", tolerant=False)
        problems += wrong
        if fields:
            found.append(_hook(fields, block.position))
    if problems:
        raise blocks[0].body.source.error(problems)
    return tuple(found)


def _hook(fields: _Hook, position: Position) -> Hook:
    return Hook(
        when=fields.when,
        command=tuple(reveal(each) for each in fields.command),
        on_failure=fields.on_failure,
        timeout=fields.timeout,
        mutex=fields.mutex,
        on=fields.on,
        position=position,
        secrets=tuple(each for each in fields.command if isinstance(each, Secret)),
    )


def tasks(app: App, scope: Scope) -> tuple[Task, ...]:
    """Return the tasks of an app in the file's order. Raises ProjectFileError for what is wrong with one."""
    found = []
    for block in app.deploy.tasks if app.deploy else ():
        fields = decode_body(block.body, _Task, scope, f'deploy > task "{block.name}"')
        found.append(Task(name=block.name, command=fields.command, timeout=fields.timeout))
    return tuple(found)


def verify(app: App, scope: Scope) -> Verify | None:
    """Return the check after an app's release; None if it has none. Raises ProjectFileError for what is wrong."""
    release = app.release
    if release is None:
        return None
    source, chosen = release.body.source, release.body.attributes.get("on_verify_failure")
    outer = decode_body(
        release.body.part(lambda name: name == "on_verify_failure"), _Release, scope, "release"
    ).on_verify_failure
    if release.verify is None:
        if chosen:
            message = "on_verify_failure: there is no verify block that could fail"
            raise source.error([Problem(message, chosen.position, hint='add verify { path = "/" }')])
        return None
    fields = decode_body(release.verify, _Verify, scope, "release > verify")
    if fields.path is None and not fields.command:
        message = "release > verify: needs a path or a command"
        raise source.error([Problem(message, release.verify.position, hint='add path = "/"')])
    if chosen and fields.on_failure and fields.on_failure != outer:
        message = "on_verify_failure and the on_failure of verify say different things"
        raise source.error([Problem(message, chosen.position, hint="leave one of them out")])
    return Verify(
        path=fields.path,
        status=fields.status,
        command=fields.command,
        timeout=fields.timeout,
        on_failure=fields.on_failure or outer or "fail",
    )
