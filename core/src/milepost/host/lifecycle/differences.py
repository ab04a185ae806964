"""What differs between a deployment as it was recorded and today, which a rollback says before it begins."""

from __future__ import annotations

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.stepping import plain_terms
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.recording import changed_secrets
from milepost.sdk.errors import ProjectFileError, RefusedError
from milepost.sdk.events import Said, Warned
from milepost.sdk.record import Operation


def tell_differences(bench: Bench, part: Part, subject: Subject, deployment: Operation) -> None:
    """Say what is not today as it was: secrets, routing, tasks. Raises RefusedError where the request asks for that."""
    changed = secrets_changed_since(bench, subject, deployment)
    if changed and part.request.choices.require_same_secrets:
        since = f"changed since #{deployment.number}, and --require-same-secrets is given"
        raise RefusedError(f"{_counted(changed)} {since}", hint=f"milepost rollback --app {subject.app.name}")
    now, app = bench.clock(), subject.app.name
    if changed:
        text = f"{_counted(changed)} changed since #{deployment.number}: today's value is used"
        bench.emit(Warned(at=now, app=app, text=text))
    for text in (*_routing(subject, deployment), *_not_undone(bench, subject, deployment)):
        bench.emit(Said(at=now, app=app, stage=part.request.verb, text=text))


def secrets_changed_since(bench: Bench, subject: Subject, deployment: Operation) -> tuple[str, ...]:
    """Return the names of the secrets of a recorded deployment whose value today is another."""
    facts = deployment.facts or {}
    fields = (deployment.config or {}).get("fields", {})
    config = worker_of(bench, subject, deployment).config
    terms = terms_of(deployment, subject)
    return (
        *changed_secrets(facts.get("env", {}), terms.env, bench.key, "config.env"),
        *changed_secrets(facts.get("files", {}), terms.files, bench.key, "config.file"),
        *changed_secrets(fields, config, bench.key, "deploy"),
    )


def _counted(names: tuple[str, ...]) -> str:
    """Return the names with the verb that fits."""
    return f"{', '.join(names)} {'have' if len(names) > 1 else 'has'}"


def _routing(subject: Subject, deployment: Operation) -> list[str]:
    """Return what of the routing is not as today's project file says; the recorded one is used."""
    try:
        today = subject.with_artifact(deployment.artifact).settings()
    except ProjectFileError:
        return ["today's project file is wrong, so its routing could not be compared"]
    was = plain_terms(deployment)
    pairs = (("port", was.port, today.port), ("hosts", was.hosts, today.hosts))
    return [
        f"{name}: {_shown(then)}, as it was for #{deployment.number}; today's project file says {_shown(now)}"
        for name, then, now in pairs
        if then != now
    ]


def _shown(value: int | tuple[str, ...] | None) -> str:
    """Return a port or hosts for people."""
    return (", ".join(value) if isinstance(value, tuple) else str(value or "")) or "none"


def _not_undone(bench: Bench, subject: Subject, deployment: Operation) -> list[str]:
    """Return which tasks have run since, such as migrations, that a rollback leaves as they are."""
    where = {"app": subject.app.name, "workspace": subject.workspace, "stage": "task", "status": "success"}
    later = [each for each in bench.history.operations(where, limit=20) if each.number > deployment.number]
    return [f"not undone: the task {each.label} of #{each.number}" for each in reversed(later)]
