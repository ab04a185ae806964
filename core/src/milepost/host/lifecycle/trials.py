"""Trials: which deployments besides the live one get a part of the traffic now."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.host.lifecycle.about import About
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.live import Live, inquiry
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.plugins.faults import blame, demand
from milepost.sdk.capabilities import Splits
from milepost.sdk.errors import MilepostError


def on_trial(bench: Bench, about: About, live: Live) -> Mapping[str, int]:
    """Return which deployments besides the live one get traffic, and how many percent, as the releaser says.

    None, where the releaser cannot split or cannot be asked.
    """
    if live.release is None or live.release.plugin is None:
        return {}
    try:
        worker = worker_of(bench, about, live.release)
        if not isinstance(worker.role, Splits):
            return {}
        role: Splits = worker.role
        with inquiry(bench, about, worker, live.release) as step, blame(worker.entry, "telling the weights"):
            weights = demand(worker.entry, role.weights(step), dict, "telling the weights")
    except MilepostError:
        return {}  # whoever changes something asks again, and is told why
    return {each: percent for each, percent in weights.items() if each != live.traffic and percent}


def split(bench: Bench, about: About, live: Live) -> Mapping[str, int]:
    """Return the same for those who only look: nobody is asked where no record tells of a weighing since."""
    where = {"app": about.name, "workspace": about.workspace, "stage": "weigh"}
    newest = next(iter(bench.history.operations(where, limit=1)), None)
    if newest is None or (live.release is not None and newest.id < live.release.id):
        return {}
    return on_trial(bench, about, live)
