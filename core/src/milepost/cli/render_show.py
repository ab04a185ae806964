"""One run or operation with all that matters about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from milepost.cli.phrasing import clean, local, moment, taken
from milepost.cli.render_tables import operations as operation_table
from milepost.cli.render_tables import result

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

_REST = ("target", "previous", "same_as", "build", "generation", "fingerprint")


def run(document: Document, operations: Sequence[Document], screen: Screen) -> Iterator[str]:
    """Yield a run: what, by whom, when, made of what, and each of its operations."""
    where = f"{document['project']} → {document['workspace']}"
    title = f"{where}   #{document['number']} {document['verb']} {', '.join(document['apps'])}"
    yield screen.paint("strong", f"{title}   {document['status']}")
    yield from _facts(
        {
            "By": _by(document),
            "Why": document.get("why"),
            "Source": _source(document.get("source") or {}),
            "Began": _when(document),
            "Exit": document.get("exit_status"),
            "Id": document["id"],
        }
    )
    if operations:
        yield ""
        yield from operation_table(operations, screen)
    for each in operations:
        if each.get("failure"):
            yield ""
            yield from _failure(each)
    if document.get("failure") and not any(each.get("failure") for each in operations):
        yield from _failure(document)


def operation(document: Document, screen: Screen) -> Iterator[str]:
    """Yield an operation: what, by which plugin, what it made, how it failed, its config."""
    name = f"{document['app']}#{document['number']}/{document.get('label') or document['stage']}"
    yield screen.paint("strong", f"{name}   {document['workspace']}   {document['status']}")
    plugin = document.get("plugin") or {}
    artifact = document.get("artifact") or {}
    yield from _facts(
        {
            "Plugin": f"{plugin['word']} ({plugin['distribution']} {plugin['version']})" if plugin else None,
            "Began": _when(document),
            "Result": result(document),
            "Artifact": artifact.get("reference"),
            "Digest": artifact.get("digest"),
            "Stands": document.get("presence"),
            **{name.capitalize(): document.get(name) for name in _REST},
            "Id": document["id"],
        }
    )
    if document.get("config"):
        yield f"Config    {json.dumps(document['config'], ensure_ascii=False)}"
    yield from _details(document)


def _details(document: Document) -> Iterator[str]:
    """Yield resources, hooks, warnings and the failure."""
    for each in document.get("resources") or ():
        yield f"Resource  {each['kind']} {each['key']} {each.get('id') or ''}".rstrip()
    for each in document.get("hooks") or ():
        yield f"Hook      {each['when']}: {' '.join(each['command'])} {each.get('error') or 'done'}"
    for text in document.get("warnings") or ():
        yield f"Warning   {text}"
    if document.get("failure"):
        yield ""
        yield from _failure(document)


def _failure(document: Document) -> Iterator[str]:
    """Yield why it did not succeed, with the evidence."""
    failure = document["failure"]
    where = f"{document['app']} {document.get('label') or document['stage']}: " if "stage" in document else ""
    yield f"Cause     {where}{clean(failure['message'])}"
    if failure.get("hint"):
        yield f"Hint      {failure['hint']}"
    for each in document.get("evidence") or ():
        yield f"  {each['title']}"
        yield from (f"  | {clean(line)}" for line in str(each["text"]).splitlines())


def _facts(facts: dict[str, object]) -> Iterator[str]:
    """Yield those that are known, under each other."""
    for name, value in facts.items():
        if value not in (None, ""):
            yield f"{name:<10}{value}"


def _by(document: Document) -> str:
    who = f"{document.get('user') or 'somebody'} on {document.get('host') or 'some machine'}"
    return f"CI job {document['ci']} ({who})" if document.get("ci") else who


def _source(source: Document) -> str:
    if not source.get("commit"):
        return str(source.get("folder") or "")
    dirty = source.get("dirty")
    state = "" if dirty is None else ", with changes not committed" if dirty else ", clean"
    return f"{str(source['commit'])[:12]} {source.get('subject') or ''}{state}"


def _when(document: Document) -> str:
    time = taken(document)
    return f"{local(moment(document['started']))}{f', took {time}' if time else ''}"
