"""The page about the history's documents: runs and operations."""

from __future__ import annotations

from read import SDK, Class, Field, read_module
from write import code, page, paragraph, table

INTRO = """A run and its operations are JSON documents; `milepost show REF --json` and `milepost operation inspect REF
--json` print them as they are kept. Times are in UTC, as ISO 8601. `schema` is the version of the document's form."""

MEANINGS = {
    "Writer.pid": "The process id.",
    "Writer.host": "The machine's name.",
    "Source.folder": "The folder of the project file.",
    "Source.commit": "The commit that is checked out; none outside a git repository.",
    "Source.branch": "The branch.",
    "Source.subject": "The first line of the commit's message.",
    "Source.dirty": "Whether files differ from the commit.",
    "PluginStamp.role": "`builder`, `registry`, `platform` or `releaser`.",
    "PluginStamp.word": "The word after `use`.",
    "PluginStamp.distribution": "The distribution that has the plugin.",
    "PluginStamp.version": "Its version.",
    "PluginStamp.api": "The version of the plugin API.",
    "Failure.code": "The error's code, see [errors](errors.md).",
    "Failure.message": "What was found, where, what was expected.",
    "Failure.hint": "What to type next.",
    "Evidence.title": "What it is, such as `web.1 exited 1`.",
    "Evidence.text": "The lines, secrets masked.",
    "HookRun.when": "`before`, `after`, `failure` or `always`.",
    "HookRun.seconds": "How long it took.",
    "HookRun.error": "Why it failed; empty when it did not.",
    "Run.id": "Made by the one who asks; sorts by time.",
    "Run.project": "The project's name.",
    "Run.workspace": "The workspace's name.",
    "Run.verb": "What was asked for: `up`, `deploy`, `rollback`, …; also `exec`, `cancel`, `break`, `freeze`, `thaw`.",
    "Run.apps": "The apps it is about.",
    "Run.started": "When it began.",
    "Run.writer": "The process that carries it out.",
    "Run.source": "What the project's folder was, as git knows it.",
    "Run.kind": "What the document is.",
    "Run.schema": "The version of the document's form.",
    "Run.status": "How far it is.",
    "Run.ended": "When it ended; none while it runs.",
    "Run.request": "What was asked, in full; no value of a secret.",
    "Run.user": "Who asked.",
    "Run.host": "On which machine.",
    "Run.ci": "The CI job it was asked from.",
    "Run.why": "The reason that was given with `-m`.",
    "Run.labels": "The labels that were given with `--label`.",
    "Run.failure": "Why it did not succeed.",
    "Run.exit_status": "The exit status of its command, of an `exec` that of its program; none while it runs.",
    "Operation.id": "Sorts by time; names of outside objects are made from it.",
    "Operation.project": "The project's name.",
    "Operation.workspace": "The workspace's name.",
    "Operation.app": "The app's name.",
    "Operation.stage": "What it does.",
    "Operation.started": "When it began.",
    "Operation.writer": "The process that carries it out.",
    "Operation.kind": "What the document is.",
    "Operation.schema": "The version of the document's form.",
    "Operation.status": "How far it is.",
    "Operation.ended": "When it ended; none while it runs.",
    "Operation.plugin": "Which plugin did it.",
    "Operation.labels": "The labels of project, app, stage and run.",
    "Operation.failure": "Why it did not succeed.",
    "Operation.evidence": "What explains a failure, kept before anything was cleaned up.",
    "Operation.hooks": "The hooks that were run around it.",
    "Operation.warnings": "What was not as it should be, and did not make it fail.",
}
"""What the names alone do not say, for fields that have no description in the sources."""


def records_page() -> str:
    """Return the page. Raises KeyError for a field that nobody describes."""
    module = read_module(SDK / "record.py")
    by_name = {each.name: each for each in module.classes}
    first = ("Run", "Operation")
    ordered = [by_name[name] for name in first] + [each for each in module.classes if each.name not in first]
    words = [(code(each.name), each.value, each.meaning) for each in module.values if each.value.startswith("Literal")]
    parts = [part for each in ordered for part in _document(each)]
    parts += ["## Words", table(("name", "is one of", "meaning"), [(a, _choices(b), c) for a, b, c in words])]
    return page("Records", INTRO, parts)


def _choices(literal: str) -> str:
    """Return the words of a Literal."""
    inner = literal.removeprefix("Literal[").rstrip("]").split(",")
    return ", ".join(f"`{each.strip().strip(chr(34))}`" for each in inner if each.strip())


def _document(each: Class) -> list[str]:
    rows = [(code(field.name), code(field.type), _meaning(each.name, field)) for field in each.fields]
    return [f"## {each.name}", paragraph(each.meaning), table(("field", "type", "meaning"), rows)]


def _meaning(owner: str, field: Field) -> str:
    return field.meaning or MEANINGS[f"{owner}.{field.name}"]
