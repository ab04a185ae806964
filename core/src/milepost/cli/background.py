"""What the last words of a run need besides the run itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milepost.cli.comparison import Count
    from milepost.cli.lineage import Look
    from milepost.host.inquiry import AppStatus

Paint = Callable[[str, str], str]
"""Puts a text in a style."""


@dataclass(frozen=True, kw_only=True)
class Background:
    """The history, the terminal and the state of things around a run that has ended."""

    look: Look
    paint: Paint
    count: Count
    standing: Mapping[str, AppStatus] = field(default_factory=dict)
    """How the apps are after a run that failed, as their platforms say."""
    said: Sequence[str] = ()
    """What plugins said last, each line once."""
