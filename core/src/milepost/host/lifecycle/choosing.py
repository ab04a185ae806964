"""Choosing: which platform, releaser, strategy and terms an app's deployment gets, today or as it was recorded."""

from __future__ import annotations

from typing import Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.live import Live
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.staging import Order
from milepost.host.lifecycle.stepping import Terms
from milepost.host.lifecycle.subject import Subject, terms_document, terms_of, terms_today
from milepost.host.lifecycle.workers import Worker, config_document, default_releaser, todays
from milepost.host.plugins.chain import no_files
from milepost.host.recording import digest_of
from milepost.sdk.artifact import Artifact
from milepost.sdk.errors import OperationError, UsageError
from milepost.sdk.offer import PlatformOffer
from milepost.sdk.record import Operation
from milepost.sdk.step import Strategy


def todays_order(bench: Bench, subject: Subject, artifact: Artifact | None, build: str | None, live: Live) -> Order:
    """Return what today's project file orders to be deployed."""
    block = subject.app.deploy
    if block is None:
        raise UsageError(f"the app {subject.app.name} has no deploy block", hint="milepost validate")
    platform = todays(bench, "platform", block.use, subject.within(block))
    exposes = tuple(platform.platform_offer.exposes(platform.config))
    terms = terms_today(subject, strategy_of(subject, platform.platform_offer, exposes), exposes)
    if terms.files and not platform.platform_offer.files:
        raise OperationError(no_files(subject.app.name, block.use.word), hint="milepost validate")
    return Order(
        platform=platform,
        terms=terms,
        artifact=artifact,
        build=build,
        fingerprint=_fingerprint(bench, subject, platform, terms, artifact),
        previous=live.deployment.id if live.deployment else None,
    )


def recorded_order(bench: Bench, subject: Subject, origin: Operation, live: Live) -> Order:
    """Return what an earlier deploy ordered, to be deployed once more."""
    return Order(
        platform=worker_of(bench, subject, origin),
        terms=terms_of(origin, subject),
        artifact=origin.artifact,
        build=origin.build,
        fingerprint=origin.fingerprint,
        previous=live.deployment.id if live.deployment else None,
        source=origin.source,
    )


def strategy_of(subject: Subject, platform: PlatformOffer, exposes: tuple[str, ...]) -> Strategy:
    """Return the strategy that the project file asks for, else the one that fits what is exposed."""
    asked = subject.settings().strategy
    if asked is not None:
        if asked != "blue-green" and not platform.parks:
            raise OperationError(f"the strategy {asked} needs a platform that can stop and start a deployment")
        return asked
    return "blue-green" if exposes or not platform.parks else "stop-first"


def choose_releaser(bench: Bench, subject: Subject, platform: Worker[Any], terms: Terms) -> Worker[Any] | None:
    """Return the releaser: the `release` block's, else the platform's default; None where nothing is exposed."""
    block = subject.app.release
    if block is not None and block.use is not None:
        return todays(bench, "releaser", block.use, subject.within(block))
    if not terms.exposes:
        return None
    return default_releaser(bench, platform)


def _fingerprint(
    bench: Bench, subject: Subject, platform: Worker[Any], terms: Terms, artifact: Artifact | None
) -> str | None:
    """Return what is equal for two deploys that would do the same; None when that cannot be known."""
    if artifact is None:
        return None
    release = subject.app.release
    routed = release.use.word if release is not None and release.use is not None else ""
    return digest_of(
        {
            "artifact": artifact.digest,
            "platform": platform.entry.word,
            "config": config_document(bench, platform),
            "terms": terms_document(terms, bench.key),
            "releaser": routed,
        }
    )
