"""Words that are apps or a REF, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from milepost.sdk.errors import UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session


def apps_and_ref(session: Session, words: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """Return the apps among the words and the REF, if there is one. Raises UsageError for two REFs."""
    known = session.host.project.apps
    apps = tuple(word for word in words if word in known)
    others = [word for word in words if word not in known]
    if len(others) > 1:
        raise UsageError(f"{' and '.join(map(repr, others))} are no apps, and only one REF can be given")
    if others and not looks_like_ref(others[0]):
        session.host.app(others[0])  # raises, naming the apps that there are
    return apps, others[0] if others else None


def looks_like_ref(word: str) -> bool:
    """Return whether a word that is no app can be a REF: it has a digit or a `#`, or is one of the named ones."""
    return word in ("last", "last-failed", "previous") or any(letter.isdigit() or letter == "#" for letter in word)


def only_app(session: Session, name: str | None) -> str:
    """Return the app that is meant; without a name, the only one. Raises UsageError when there are several."""
    if name is not None:
        return session.host.app(name)
    names = list(session.host.project.apps)
    if len(names) != 1:
        raise UsageError(f"there are several apps: {', '.join(names)}", hint="name one of them")
    return names[0]
