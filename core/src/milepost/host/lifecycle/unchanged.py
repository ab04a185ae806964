"""Whether there is anything to do: the live release has the same artifact and config, and is healthy."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.live import Live, ask_health
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.reports import keep_report
from milepost.host.lifecycle.staging import Order
from milepost.host.lifecycle.subject import Subject
from milepost.sdk.deployment import Health
from milepost.sdk.events import Decided
from milepost.sdk.record import Operation


@dataclass(frozen=True)
class Verdict:
    """Whether an order has to be carried out."""

    reason: str | None
    """Why; None when what is live is just that, and healthy."""
    health: Health | None = None
    """How what is live is, where it was asked."""


def why_changed(bench: Bench, subject: Subject, live: Live, order: Order) -> Verdict:
    """Return whether the order has to be carried out, and why."""
    reason = _difference(live, order)
    if reason is not None or live.deployment is None:
        return Verdict(reason)
    health = ask_health(bench, subject, live.deployment)
    return Verdict(None if health.name == "ready" else f"what is live is {health.name}", health)


def _difference(live: Live, order: Order) -> str | None:
    """Return how an order differs from what is live; None when it does not."""
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
    return None


def decide(bench: Bench, part: Part, subject: Subject, live: Live, order: Order) -> Verdict:
    """Return whether anything is to be done, and say why."""
    found = Verdict("--force") if part.request.choices.force else why_changed(bench, subject, live, order)
    why = found.reason
    text = f"deploys, since {why}" if why else "unchanged: the live release has this artifact and config"
    bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))
    return found


def is_closed(bench: Bench, subject: Subject, public: Health | None) -> bool:
    """Return whether the public cannot reach what is live, by what its releaser says of it, and tell so."""
    if public is None or public.name not in ("down", "missing"):
        return False
    text = f"releases it again, since for the public it is {public.name}: {public.message}"
    bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))
    return True


def note_unchanged(bench: Bench, part: Part, subject: Subject, same: Operation, health: Health | None) -> Operation:
    """Record a stage that had nothing to do, pointing at the operation that holds and saying how that was found."""
    record = draft(
        bench,
        part,
        subject,
        same.stage,
        same_as=same.id,
        target=same.target if same.stage == "release" else None,
        artifact=same.artifact,
        fingerprint=same.fingerprint,
    )

    def work(operation: OpenOperation) -> None:
        if health is not None:
            keep_report(operation, same, "releaser" if same.stage == "release" else "platform", health)
        operation.change(status="unchanged")
        operation.result, operation.summary = "unchanged", f"as #{same.number}"

    return perform(bench, record, (), hook_context(part, subject), work)
