"""Documents for programs, made of the same values that people see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from milepost.host.lifecycle.conduct import Outcome
    from milepost.sdk.problem import Problem


def plain(value: object) -> Any:
    """Return a value as JSON values: records, health and the like."""
    return msgspec.to_builtins(value)


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a problem, or a note, of a project file: its place, if it has one, what is said of it, other places."""
    place = problem.position._asdict() if problem.position else {}
    related = [{**each.position._asdict(), "message": each.message} for each in problem.related]
    return {
        **place,
        "message": problem.message,
        "hint": problem.hint,
        "source": problem.source,
        "related": related,
    }


def run_document(outcome: Outcome) -> dict[str, Any]:
    """Return a run that has ended: its record, its operations, where it is public, the exit status."""
    urls = [url for each in outcome.operations if each.release for url in each.release.urls]
    return {
        "run": plain(outcome.run),
        "operations": [plain(each) for each in outcome.operations],
        "urls": urls,
        "plan": list(outcome.plan),
        "exit_status": outcome.exit_status,
    }
