"""One run or operation with all that matters about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from milepost.cli import render_record
from milepost.cli.legible import left_out, legible
from milepost.cli.phrasing import line_of, moment
from milepost.cli.render_lineage import tree
from milepost.cli.render_record import by, failure, first_line, pairs, source, values, when
from milepost.cli.render_tables import doing, holder, operation_name, result, run_name
from milepost.cli.render_timeline import hooks, timeline, warnings
from milepost.host.history.ref import NOTED

if TYPE_CHECKING:
    from milepost.cli.ancestry import Ancestry
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

Names = Mapping[str, str]
"""The REFs of the operations that a document names, by their ids."""

RELATED = ("target", "previous", "restores", "same_as", "build")
"""The fields that name another operation."""


def run(given: Document, recorded: Sequence[Document], screen: Screen, names: Names) -> Iterator[str]:
    """Yield a run: what, by whom, when, made of what, and each of its operations."""
    document, operations = legible(given), [legible(each) for each in recorded]
    where = f"{document.get('project')} → {document.get('workspace')}"
    what = f"{run_name(document)} {document.get('verb')} {', '.join(map(str, document.get('apps') or ()))}"
    yield _title(screen, where, what, document.get("status"))
    yield from render_record.facts(_of_run(given, screen, names))
    if operations:
        yield ""
        yield from timeline(document, operations, screen, names)
    for each in operations:
        if each.get("failure"):
            yield ""
            yield from failure(each)
    if document.get("failure") and not any(each.get("failure") for each in operations):
        yield ""
        yield from failure(document)


def _title(screen: Screen, *parts: object) -> str:
    """Return the first line."""
    return screen.paint("strong", "   ".join(line_of(each) for each in parts if each))


def _of_run(given: Document, screen: Screen, names: Names) -> dict[str, object]:
    """Return the facts of a run that are told above its operations."""
    document = legible(given)
    made_of = source(document.get("source") or {})
    return {
        "By": by(document),
        "Why": document.get("why"),
        "Source": made_of if document.get("verb") not in NOTED else "",
        "Labels": pairs(document.get("labels")),
        "Asked": _asked(document.get("request") or {}),
        "Command": " ".join(map(str, document.get("command") or ())),
        "Target": names.get(str(document.get("target")), document.get("target")),
        "Holder": _holder(document.get("holder") or {}),
        "Until": screen.at(moment(document.get("until"))),
        "Began": when(document, screen),
        "Exit": document.get("exit_status"),
        "Milepost": document.get("milepost"),
        "Unknown": left_out(given),
        "Id": document["id"],
    }


def _holder(owner: Document) -> str:
    """Return who held the lock that was broken, and for what."""
    return " of ".join(part for part in (doing(owner), holder(owner)) if part)


def _asked(request: Document) -> str:
    """Return what was asked for besides the verb and the apps: target, choices that differ from the usual."""
    found = [f"target {request['target']}"] if request.get("target") else []
    for name, value in (request.get("choices") or {}).items():
        usual = name == "prune"
        if isinstance(value, bool) and value != usual:
            found.append(f"--{'' if value else 'no-'}{name.replace('_', '-')}")
    return ", ".join(found)


def operation(given: Document, screen: Screen, names: Names, found: Ancestry) -> Iterator[str]:
    """Yield an operation: what, by which plugin, what it came from and became, how it failed, its config."""
    document = legible(given)
    yield _title(screen, operation_name(document), document.get("workspace"), document.get("status"))
    yield from render_record.facts(_of_operation(given, screen, names))
    terms = dict(document.get("facts") or {})
    yield from values("Env", terms.pop("env", None) or {})
    yield from values("File", {name: first_line(each) for name, each in (terms.pop("files", None) or {}).items()})
    yield from values("Terms", terms)
    yield from values("Config", (document.get("config") or {}).get("fields") or {})
    yield from render_record.details(document, screen)
    yield from hooks(document)
    yield from warnings(document)
    if document.get("failure"):
        yield ""
        yield from failure(document)
    if found.root.children:
        yield ""
        yield from tree(found, str(document["id"]), screen)


def _of_operation(given: Document, screen: Screen, names: Names) -> dict[str, object]:
    """Return the facts of an operation that are told first."""
    document = legible(given)
    plugin, artifact = document.get("plugin") or {}, document.get("artifact") or {}
    sequence = document.get("sequence")
    of_plugin = f"{plugin.get('word')} ({plugin.get('distribution')} {plugin.get('version')}, API {plugin.get('api')})"
    return {
        "Run": names.get(str(document.get("run"))),
        "By": by(document) if document.get("user") or document.get("ci") else None,
        "Why": document.get("why"),
        "Plugin": of_plugin if plugin else None,
        "Source": source(document.get("source") or {}),
        "Began": when(document, screen),
        "Result": result(document) if result(document) != document.get("presence") else None,
        "Artifact": artifact.get("reference"),
        "Digest": artifact.get("digest"),
        "Stands": document.get("presence"),
        "Url": (document.get("deployment") or {}).get("url"),
        "Labels": pairs(document.get("labels")),
        **{name.replace("_", " ").capitalize(): names.get(str(document.get(name))) for name in RELATED},
        "Object": document.get("generation"),
        "Sequence": f"v{sequence}, the {document.get('stage')}s of {document.get('app')} counted" if sequence else None,
        "Milepost": document.get("milepost"),
        "Unknown": left_out(given),
        "Id": document["id"],
    }
