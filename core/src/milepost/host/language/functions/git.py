"""Functions of git: the commit that the project's folder is at."""

from __future__ import annotations

import re

from milepost.host.language.context import Context
from milepost.sdk.functions import FunctionError, function
from milepost.sdk.problem import nearest

_LOGIN = re.compile(r"^(https?://)[^/@]*@")


@function
def gitrefhash(context: Context) -> str:
    """Return the full hash of the commit that is checked out."""
    found = context.git("rev-parse", "--verify", "HEAD")
    if found is None:
        raise _no_commit(context)
    return found


@function
def gitrefpretty(context: Context) -> str:
    """Return the tag of the commit that is checked out, else its full hash; with changes, `_CHANGES_` and the time.

    There are changes when a file that git knows is not as in the commit, whether staged or not. Files that git does
    not know do not count. The time is in seconds since 1970, so that two builds with changes have two names.
    """
    name = _tag(context) or gitrefhash.call(context)
    if context.git("status", "--porcelain", "--untracked-files=no"):
        name += f"_CHANGES_{int(context.now().timestamp())}"
    return name


@function
def gitreftag(context: Context) -> str:
    """Return a tag of the commit that is checked out, annotated or not; an empty text if it has none.

    Of several it is an annotated one, if there is one, and the newest.
    """
    return _tag(context)


@function
def gitremoteurl(context: Context, name: str) -> str:
    """Return the URL of a remote, such as "origin". A password in it, or a token, is left out."""
    gitrefhash.call(context)
    known = tuple((context.git("remote") or "").split("\n"))
    found = context.git("remote", "get-url", name) if name in known else None
    if found is None:
        close = nearest(name, known)
        hint = f'did you mean "{close}"?' if close else f"git remote add {name} URL"
        raise FunctionError(
            f'git has no remote "{name}"; it has {", ".join(filter(None, known)) or "none"}', 0, hint=hint
        )
    return _LOGIN.sub(r"\1", found)


def _tag(context: Context) -> str:
    gitrefhash.call(context)
    return context.git("describe", "--tags", "--exact-match", "HEAD") or ""


def _no_commit(context: Context) -> FunctionError:
    if context.git("rev-parse", "--git-dir") is None:
        message = f"git knows no repository at {context.folder}, or does not trust it"
        return FunctionError(message, hint=f"git -C {context.folder} status")
    return FunctionError("the git repository has no commit yet", hint="git add . && git commit")


FUNCTIONS = (gitrefhash, gitrefpretty, gitreftag, gitremoteurl)
