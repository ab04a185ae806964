"""The options that many commands share, declared once."""

from __future__ import annotations

from typing import Any

from typer.core import TyperOption

from milepost.cli.complete import lazily


def shared(*, hidden: bool) -> list[TyperOption]:
    """Return new options for the flags of every command; hidden where a page of help would repeat them."""
    return [
        _option("workspace", "-w", "--workspace", "The workspace.", hidden, metavar="NAME", complete="workspaces"),
        _option("chdir", "-C", "--chdir", "Use the project of this folder.", hidden, metavar="FOLDER"),
        _option("output", "--json", "", "One JSON document; --json=events: JSON lines.", hidden, metavar="[=events]"),
        _option("variable", "--var", "", "A value for a variable of the project file.", hidden, metavar="NAME=VALUE"),
        _option(
            "variable_environment", "--var-env", "", "Where a secret value is to be read.", hidden, metavar="NAME=ENV"
        ),
        _option("label", "--label", "", "A label for what is made.", hidden, metavar="NAME=VALUE"),
        _option("message", "-m", "--message", "Why, for the history.", hidden, metavar="WHY"),
        _option("yes", "--yes", "", "Do not ask.", hidden),
        _option("quiet", "--quiet", "", "Only the result.", hidden),
        _option("debug", "--debug", "", "Show decisions and tracebacks.", hidden),
        _option("no_color", "--no-color", "", "No colours; NO_COLOR does the same.", hidden),
    ]


def changing() -> list[TyperOption]:
    """Return new options for the commands that change something."""
    return [
        _option("force", "--force", "", "Deploy although nothing has changed.", False),
        _option("keep_failed", "--keep-failed", "", "Leave what a failed deploy made.", False),
        _option("independent", "--independent", "", "A failed app stops no other.", False),
        _option("with_dependencies", "--with-dependencies", "", "Also what the apps depend on.", False),
        _option("no_prune", "--no-prune", "", "Destroy no old deployment afterwards.", False),
        _option("lock_timeout", "--lock-timeout", "", "How long to wait: 90, 10m, none.", False, metavar="TIME"),
    ]


def rolling_back() -> list[TyperOption]:
    """Return new options for a rollback."""
    return [
        _option("dry_run", "--dry-run", "", "Say what would be done, and do nothing.", False),
        _option("require_same_secrets", "--require-same-secrets", "", "Stop when a secret has changed since.", False),
        _option("preempt", "--preempt", "", "Cancel who holds the lock, and wait for its end.", False),
    ]


_MANY = frozenset({"variable", "variable_environment", "label"})


def _option(name: str, first: str, second: str, help: str, hidden: bool, **more: Any) -> TyperOption:
    """Return an option; one without a metavar is a flag."""
    complete = more.pop("complete", None)
    flag = "metavar" not in more
    return TyperOption(
        param_decls=[name, *(word for word in (first, second) if word)],
        help=help,
        hidden=hidden,
        is_flag=flag,
        multiple=name in _MANY,
        default=False if flag else None,
        type=None if flag else str,
        autocompletion=lazily(complete) if complete else None,
        **more,
    )
