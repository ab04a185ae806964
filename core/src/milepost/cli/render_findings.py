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
    facts = [_document(each) for each in found]
    lines: list[str] = []
    for each in found:
        lines.append(f"{screen.paint(_STYLES[each.level], f'{each.level:<8}')} {_line(each)}")
        if each.hint and each.level != "ok":
            lines.append(f"         {line_of(each.hint)}")
    screen.answer(kind, {"findings": facts, **(more or {})}, lines)
    return 1 if any(each.level == "problem" for each in found) else 0


def _line(found: Finding) -> str:
    """Return a finding in one line: the apps that it is about, who found it, what it is."""
    return line_of(": ".join(part for part in (", ".join(found.apps), found.role, found.what) if part))


def _document(found: Finding) -> dict[str, Any]:
    """Return a finding as a document has it."""
    place = {"apps": list(found.apps), "role": found.role}
    return {"level": found.level, "what": found.what, "hint": found.hint, **place}
