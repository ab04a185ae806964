"""Words that are apps or a REF, told apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from milepost.sdk.errors import UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session


def apps_and_ref(
    session: Session, words: Sequence[str], former: Collection[str] = ()
) -> tuple[tuple[str, ...], str | None]:
    """Return the apps among the words and the REF, if there is one; `former` apps are in the history alone.

    Raises UsageError for two REFs.
    """
    known = {*session.host.project.apps, *former}
    apps = tuple(word for word in words if word in known)
    others = [word for word in words if word not in known]
    if len(others) > 1:
        raise UsageError(f"{' and '.join(map(repr, others))} are no apps, and only one REF can be given")
    if others and not looks_like_ref(others[0]):
        session.host.app(others[0])  # raises, naming the apps that there are
    return apps, others[0] if others else None


def former_apps(session: Session, words: Sequence[str]) -> tuple[str, ...]:
    """Return which of the words are apps that are no longer in the file, and were deployed in the workspace."""
    unknown = [word for word in words if word not in session.host.project.apps]
    where = {"workspace": session.workspace, "stage": "deploy"}
    return tuple(word for word in unknown if session.host.store.latest("operation", {**where, "app": word}, limit=1))


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
