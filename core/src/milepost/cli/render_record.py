"""The parts of a record as people read them: who, why, of what, its values, its failure with the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, length, line_of, moment, taken
from milepost.host.fingerprint import CREDENTIAL, SECRET

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document


def facts(known: Mapping[str, object]) -> Iterator[str]:
    """Yield those that are known, under each other."""
    for name, value in known.items():
        if value not in (None, ""):
            yield f"{name:<9} {line_of(value)}"


def by(document: Document) -> str:
    """Return who asked, and from where."""
    who = f"{document.get('user') or 'somebody'}"
    host = document.get("host") or (document.get("writer") or {}).get("host")
    who += f" on {host}" if host else ""
    return f"CI job {document['ci']} ({who})" if document.get("ci") else who


def source(source: Document) -> str:
    """Return what an artifact was made of."""
    if not source.get("commit"):
        return str(source.get("folder") or "")
    dirty = source.get("dirty")
    state = "" if dirty is None else ", with changes not committed" if dirty else ", clean"
    branch = f" on {source['branch']}" if source.get("branch") else ""
    return f"{str(source['commit'])[:12]} {source.get('subject') or ''}{branch}{state}"


def when(document: Document, screen: Screen) -> str:
    """Return when it began, and how long it took."""
    time = taken(document)
    return f"{screen.at(moment(document.get('started')))}{f', took {time}' if time else ''}"


def pairs(values: Mapping[str, object] | None) -> str:
    """Return labels and the like on a line."""
    return ", ".join(f"{name}={value}" for name, value in (values or {}).items())


def values(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield values of the project file that are set, each on its line; of a secret, only where it comes from."""
    known = {each: value for each, value in given.items() if value not in (None, "", [], {}, False)}
    for at, (each, value) in enumerate(known.items()):
        yield f"{'' if at else name:<10}{each} = {_value(value)}"


def first_line(content: Any) -> Any:
    """Return a file's content as far as it fits on a line; a secret one as it is recorded."""
    line, end, _ = content.partition("\n") if isinstance(content, str) else (content, "", "")
    return f"{line} …" if end else line


def details(document: Document, screen: Screen) -> Iterator[str]:
    """Yield what an operation made outside, how its parts took, what was reported of it."""
    for each in document.get("resources") or ():
        named = (each.get("kind"), each.get("key"), each.get("id") or "")
        yield f"Resource  {line_of(' '.join(map(str, named)))}"
    for each in document.get("reports") or ():
        health = each.get("health") or {}
        count = f"{health['ready']}/{health['wanted']} " if health.get("wanted") is not None else ""
        told = f"{count}{health.get('name')} {health.get('message') or ''}"
        yield f"Report    {screen.at(moment(each.get('at')))}   {line_of(told)}"
    for at, each in enumerate(document.get("timings") or ()):
        yield f"{'' if at else 'Took':<10}{line_of(each.get('part'))} {length(each.get('seconds'))}"
    if document.get("unkept"):
        yield f"Output    {document['unkept']} lines were too many and were not kept"


def failure(document: Document) -> Iterator[str]:
    """Yield why it did not succeed, with the evidence."""
    found = document["failure"]
    where = f"{document['app']} {document.get('label') or document['stage']}: " if "stage" in document else ""
    yield f"Cause     {where}{clean(str(found.get('message') or ''))}"
    # To show this very run is no advice here.
    if found.get("hint") and found["hint"] != f"milepost show {document.get('number')}":
        yield f"Hint      {found['hint']}"
    for each in document.get("evidence") or ():
        yield f"  {line_of(each.get('title') or '')}"
        yield from (f"  | {clean(line)}" for line in str(each.get("text") or "").splitlines())


def _value(value: object) -> str:
    """Return a recorded value as people read it."""
    if isinstance(value, dict) and CREDENTIAL in value:
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
    if SECRET in value or CREDENTIAL in value:
        return _value(value)
    return {name: _without_secrets(each) for name, each in value.items()}
