"""What a doctor found, as lines or a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.host.doctor import Finding

_STYLES = {"ok": "good", "warning": "warning", "problem": "bad"}


def findings(session: Session, kind: str, found: Sequence[Finding]) -> int:
    """Show findings and return the exit status: 1 if one is a problem."""
    screen = session.screen
    facts = [{"level": each.level, "what": each.what, "hint": each.hint} for each in found]
    lines: list[str] = []
    for each in found:
        lines.append(f"{screen.paint(_STYLES[each.level], f'{each.level:<8}')} {each.what}")
        if each.hint and each.level != "ok":
            lines.append(f"         {each.hint}")
    screen.answer(kind, {"findings": facts}, lines)
    return 1 if any(each.level == "problem" for each in found) else 0
