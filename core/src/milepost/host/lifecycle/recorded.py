"""The worker of a record: whoever carried out an earlier operation, with what was recorded and today's credentials."""

from __future__ import annotations

from typing import Any, cast

from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.workers import RoleName, Worker, config_of, of_record
from milepost.host.recording import needs_today
from milepost.sdk.record import Operation


def worker_of(bench: Bench, about: About, operation: Operation) -> Worker[Any]:
    """Return the worker of a recorded operation; today's project file is asked only for what is never recorded.

    Raises PluginNotFoundError when the plugin is gone, OperationError when a secret or credential is.
    """
    known = bench.reuse.workers if bench.reuse is not None else {}
    if operation.id not in known:
        known[operation.id] = of_record(bench, operation, _today(bench, about, operation), about.read)
    found: Worker[Any] = known[operation.id]
    return found


def _today(bench: Bench, about: About, operation: Operation) -> Worker[Any] | None:
    """Return the same plugin as the project file has it now, where its credentials are needed."""
    stamp = operation.plugin
    if stamp is None or not needs_today(operation.config):
        return None
    today = about.today(stamp.role, operation.artifact)
    if today is None or today.use.word.rpartition(":")[2] != stamp.word:
        return None
    offered, config = config_of(bench, cast(RoleName, stamp.role), today.use, today.scope)
    return Worker(entry=offered.entry, offer=offered.offer, config=config, role=None)
