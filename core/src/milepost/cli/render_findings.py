"""What a doctor found, as lines or a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import line_of

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.host.doctor import Finding

_STYLES = {"ok": "good", "warning": "warning", "problem": "bad"}


def findings(session: Session, kind: str, found: Sequence[Finding], more: Mapping[str, Any] | None = None) -> int:
    """Show findings and return the exit status: 1 if one is a problem. `more` is for programs only."""
    screen = session.screen
    facts = [{"level": each.level, "what": each.what, "hint": each.hint} for each in found]
    lines: list[str] = []
    for each in found:
        lines.append(f"{screen.paint(_STYLES[each.level], f'{each.level:<8}')} {line_of(each.what)}")
        if each.hint and each.level != "ok":
            lines.append(f"         {line_of(each.hint)}")
    screen.answer(kind, {"findings": facts, **(more or {})}, lines)
    return 1 if any(each.level == "problem" for each in found) else 0
