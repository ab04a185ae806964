"""Shared stores: the plugin that a project file or MILEPOST_HISTORY names, its config evaluated, its store opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from milepost.host.history.outbox import Outbox
from milepost.host.history.whereabouts import SHARED, VARIABLE, Means, Whereabouts, outbox_folder, undelivered
from milepost.host.language.values import Value
from milepost.host.outside import User, world
from milepost.host.plugins.faults import blame
from milepost.host.plugins.load import Plugins
from milepost.host.project.fields import check, decode
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside, Scope, project_scope
from milepost.host.project.variable_sources import ByHand, gathered
from milepost.host.project.variables import variables
from milepost.host.recording import convert
from milepost.sdk.config import PluginConfig
from milepost.sdk.errors import HistoryUnreachableError, PluginError, UsageError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Secret
from milepost.sdk.store import HistoryStore, Opening


def shared_config(
    project: Project, environment: Mapping[str, str], cwd: Path, plugins: Plugins, by_hand: Callable[[], ByHand]
) -> dict[str, Any]:
    """Return the config of the project's shared store as JSON values, in clear.

    Raises PluginError for a word that is not installed, UsageError for a URL that cannot be one, ProjectFileError for
    what is wrong with the block.
    """
    named = environment.get(VARIABLE, "")
    if url := re.fullmatch(SHARED, named):
        offer = plugins.offer("history_store", url["word"].lower()).offer
        if "url" not in offer.config.__struct_fields__:
            word = url["word"].lower()
            raise UsageError(
                f"{VARIABLE}: the history store {word!r} cannot be named by a URL alone",
                hint=f'write history {{ use "{word}" {{ … }} }} in the project file',
            )
        return {"url": named}
    assert project.history_use is not None
    outside = world(project, plugins, User(environment, cwd))
    given = gathered(project, "default", by_hand(), outside, lenient=True).variables
    known = variables(project, given, outside, lenient=True)
    offer = plugins.offer("history_store", project.history_use.word).offer
    config = decode(project.history_use, offer.config, history_scope(project, known, outside))
    values: dict[str, Any] = msgspec.to_builtins(config, enc_hook=_in_clear)
    return values


def history_scope(project: Project, variables: Mapping[str, Value], outside: Outside) -> Scope:
    """Return what the names in the `history` block mean: one history is for all apps and workspaces."""
    return replace(project_scope(project, "", outside), variables=variables, locals=project.locals)


def wrong_history(project: Project, plugins: Plugins, scope: Scope) -> tuple[Problem, ...]:
    """Return what is wrong with the plugin that the `history` block names, and with its arguments."""
    use = project.history_use
    if use is None:
        return ()
    try:
        offer = plugins.offer("history_store", use.word).offer
    except PluginError as error:
        return (Problem(str(error), use.position, use.body.source.line(use.position.line), error.hint),)
    return check(use, offer.config, scope)


def open_shared(where: Whereabouts, opening: Opening, means: Means) -> HistoryStore:
    """Return the store of a plugin, opened; what cannot be written to it meanwhile is kept on this machine."""
    offered = means.plugins().offer("history_store", where.word)
    config: PluginConfig = convert(where.config, offered.offer.config)
    for secret in _secrets(config):
        means.hide(secret)
    with blame(offered.entry, "opening the history"):
        try:
            store = offered.offer.load()(config, opening)
        except HistoryUnreachableError as error:
            if waiting := undelivered(means.folders, opening.project):
                error.hint = f"{error.hint}; {waiting} entries of this machine wait to be delivered to it".lstrip("; ")
            raise
    if store.lease_seconds is None:
        return store
    outbox = Outbox(store, outbox_folder(means.folders, opening.project), means.new_id, pause=means.pause)
    if opening.create:
        outbox.deliver_left()
    return outbox


def _in_clear(value: Any) -> Any:
    """Return a secret's text, which goes to another process of this run alone."""
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(f"cannot send {type(value).__name__}")


def _secrets(config: PluginConfig) -> Iterator[str]:
    """Yield what must not be shown of a config: the secrets in it, and the password of each that is a URL."""
    for value in msgspec.structs.asdict(config).values():
        if isinstance(value, Secret):
            yield value.reveal()
            yield from _password(value.reveal())
        elif isinstance(value, str):
            yield from _password(value)


def _password(text: str) -> Iterator[str]:
    """Yield the password of a URL, as it stands there and as it is meant, also where it has unescaped characters."""
    after = text.partition("://")[2]
    for before in (after.partition("@")[0], after.rpartition("@")[0]):
        password = before.partition(":")[2] if "@" in after else ""
        if password:
            yield password
            yield unquote(password)
