"""One run or operation with all that matters about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, columns, length, local, moment, taken
from milepost.cli.render_tables import ID_TAIL, result
from milepost.host.fingerprint import SECRET

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

_REST = ("target", "previous", "same_as", "build", "generation")


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
        yield from _timeline(document, operations)
    for each in operations:
        if each.get("failure"):
            yield ""
            yield from _failure(each)
    if document.get("failure") and not any(each.get("failure") for each in operations):
        yield from _failure(document)


def _timeline(run: Document, operations: Sequence[Document]) -> Iterator[str]:
    """Yield the operations by when they began after the run, each with its hooks and warnings below."""
    head = ("AT", "OPERATION", "STATUS", "RESULT", "TOOK", "ID")
    rows = [
        (
            f"+{_after(run, each)}",
            f"{each['app']}#{each['number']}/{each.get('label') or each['stage']}",
            str(each["status"]),
            result(each),
            taken(each),
            str(each["id"])[-ID_TAIL:].lower(),
        )
        for each in operations
    ]
    first, *lines = columns([head, *rows])
    yield first
    for line, each in zip(lines, operations, strict=True):
        yield line
        yield from (f"    {text}" for text in (*_hooks(each), *_warnings(each)))


def _after(run: Document, operation: Document) -> str:
    """Return how long after its run an operation began."""
    began, at = moment(run["started"]), moment(operation["started"])
    return length(max(0.0, (at - began).total_seconds())) if began and at else ""


def operation(document: Document, screen: Screen) -> Iterator[str]:
    """Yield an operation: what, by which plugin, what it made, how it failed, its config."""
    name = f"{document['app']}#{document['number']}/{document.get('label') or document['stage']}"
    yield screen.paint("strong", f"{name}   {document['workspace']}   {document['status']}")
    plugin = document.get("plugin") or {}
    artifact = document.get("artifact") or {}
    yield from _facts(
        {
            "Plugin": f"{plugin['word']} ({plugin['distribution']} {plugin['version']})" if plugin else None,
            "Source": _source(document.get("source") or {}),
            "Began": _when(document),
            "Result": result(document),
            "Artifact": artifact.get("reference"),
            "Digest": artifact.get("digest"),
            "Stands": document.get("presence"),
            "Url": (document.get("deployment") or {}).get("url"),
            "Labels": ", ".join(f"{name}={value}" for name, value in (document.get("labels") or {}).items()),
            **{name.capitalize(): document.get(name) for name in _REST},
            "Id": document["id"],
        }
    )
    facts = dict(document.get("facts") or {})
    yield from _values("Env", facts.pop("env", None) or {})
    yield from _values("File", {name: _first_line(each) for name, each in (facts.pop("files", None) or {}).items()})
    yield from _values("Terms", facts)
    yield from _values("Config", (document.get("config") or {}).get("fields") or {})
    yield from _details(document)


def _details(document: Document) -> Iterator[str]:
    """Yield resources, hooks, warnings and the failure."""
    for each in document.get("resources") or ():
        yield f"Resource  {each['kind']} {each['key']} {each.get('id') or ''}".rstrip()
    yield from _hooks(document)
    yield from _warnings(document)
    if document.get("failure"):
        yield ""
        yield from _failure(document)


def _hooks(document: Document) -> Iterator[str]:
    for each in document.get("hooks") or ():
        ended = f"FAILED: {each['error']}" if each.get("error") else "done"
        yield f"Hook      {each['when']}: {clean(' '.join(each['command']))}   {ended}   {length(each.get('seconds'))}"


def _warnings(document: Document) -> Iterator[str]:
    yield from (f"Warning   {clean(text)}" for text in document.get("warnings") or ())


def _values(name: str, values: Document) -> Iterator[str]:
    """Yield values of the project file that are set, each on its line; of a secret, only where it comes from."""
    known = {each: value for each, value in values.items() if value not in (None, "", [], {}, False)}
    for at, (each, value) in enumerate(known.items()):
        yield f"{'' if at else name:<10}{each} = {_value(value)}"


def _first_line(content: Any) -> Any:
    """Return a file's content as far as it fits on a line; a secret one as it is recorded."""
    line, end, _ = content.partition("\n") if isinstance(content, str) else (content, "", "")
    return f"{line} …" if end else line


def _value(value: object) -> str:
    """Return a recorded value as people read it."""
    if isinstance(value, dict) and "$credential" in value:
        return "(a credential, never recorded)"
    if isinstance(value, dict) and SECRET in value:
        sources = [str(part["source"]) for part in value[SECRET] or () if "source" in part]
        return f"(secret, {', '.join(sources) or 'written in the file'})"
    return clean(str(value) if isinstance(value, str) else json.dumps(_without_secrets(value), ensure_ascii=False))


def _without_secrets(value: Any) -> Any:
    """Return a value whose secrets are told as such, however deep they lie."""
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    if SECRET in value or "$credential" in value:
        return _value(value)
    return {name: _without_secrets(each) for name, each in value.items()}


def _failure(document: Document) -> Iterator[str]:
    """Yield why it did not succeed, with the evidence."""
    failure = document["failure"]
    where = f"{document['app']} {document.get('label') or document['stage']}: " if "stage" in document else ""
    yield f"Cause     {where}{clean(failure['message'])}"
    # To show this very run is no advice here.
    if failure.get("hint") and failure["hint"] != f"milepost show {document.get('number')}":
        yield f"Hint      {failure['hint']}"
    for each in document.get("evidence") or ():
        yield f"  {each['title']}"
        yield from (f"  | {clean(line)}" for line in str(each["text"]).splitlines())


def _facts(facts: dict[str, object]) -> Iterator[str]:
    """Yield those that are known, under each other."""
    for name, value in facts.items():
        if value not in (None, ""):
            yield f"{name:<9} {value}"


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
