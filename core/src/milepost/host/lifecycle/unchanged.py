"""Whether there is anything to do: the live release has the same artifact and config, and is healthy."""

from __future__ import annotations

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.live import Live, ask_health, ask_public
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.staging import Order
from milepost.host.lifecycle.subject import Subject
from milepost.sdk.events import Decided
from milepost.sdk.record import Operation


def why_changed(bench: Bench, subject: Subject, live: Live, order: Order) -> str | None:
    """Return why the order has to be carried out; None when what is live is just that, and healthy."""
    current = live.deployment
    if current is None or live.release is None:
        return "nothing is live"
    if live.release.release is None:
        return "its release was interrupted"
    if order.fingerprint is None or current.fingerprint is None:
        return "whether anything changed cannot be known"
    if order.fingerprint != current.fingerprint:
        changed = current.artifact is None or order.artifact is None
        same = not changed and current.artifact.digest == order.artifact.digest  # type: ignore[union-attr]  # just checked
        return "the config is another" if same else "the artifact is another"
    health = ask_health(bench, subject, current)
    return None if health.name == "ready" else f"what is live is {health.name}"


def decide(bench: Bench, part: Part, subject: Subject, live: Live, order: Order) -> bool:
    """Return whether nothing is to be done, and say why."""
    if part.request.choices.force:
        reason: str | None = "--force"
    else:
        reason = why_changed(bench, subject, live, order)
    text = f"deploys, since {reason}" if reason else "unchanged: the live release has this artifact and config"
    bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))
    return reason is None


def is_closed(bench: Bench, subject: Subject, live: Live) -> bool:
    """Return whether the public cannot reach what is live, as its releaser says, and tell so."""
    public = ask_public(bench, subject, live)
    if public is None or public.name not in ("down", "missing"):
        return False
    text = f"releases it again, since for the public it is {public.name}: {public.message}"
    bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))
    return True


def note_unchanged(bench: Bench, part: Part, subject: Subject, stage: str, same: Operation) -> Operation:
    """Record a stage that had nothing to do, pointing at the operation that holds."""
    record = draft(
        bench,
        part,
        subject,
        "deploy" if stage == "deploy" else "release",
        same_as=same.id,
        target=same.target if stage == "release" else None,
        artifact=same.artifact,
    )

    def work(operation: OpenOperation) -> None:
        operation.change(status="unchanged")
        operation.result, operation.summary = "unchanged", f"as #{same.number}"

    return perform(bench, record, (), hook_context(part, subject), work)
