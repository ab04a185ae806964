"""`milepost store prune`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated

import typer

from milepost.cli.render_json import plain
from milepost.cli.render_store import pruned
from milepost.cli.session import Session
from milepost.host.keeping.places import depths
from milepost.host.keeping.retention import Wish, prune, superfluous
from milepost.host.project.keep import Keep, Rule, age
from milepost.sdk.errors import UsageError

Runs = Annotated[int | None, typer.Option("--runs", min=1, metavar="N", help="Keep so many runs of each workspace.")]
Age = Annotated[str | None, typer.Option("--age", metavar="TIME", help="Keep what is younger: 365d, 12h.")]
Output = Annotated[str | None, typer.Option("--output", metavar="TIME", help="Keep output that is younger: 90d.")]


def command(ctx: typer.Context, runs: Runs = None, older: Age = None, printed: Output = None) -> int:
    """Say what is past the limits of the project file, or of the flags; remove it with --yes.

    What is live, staged, running or needed by a rollback stays, however old it is.
    """
    session: Session = ctx.obj
    host, done = session.host, session.flags.yes
    asked = Rule(runs, _length("--age", older), _length("--output", printed))
    keep = Keep(asked) if asked != Rule() else host.project.keep
    if not keep.asks:
        raise UsageError(
            "nothing says how much is to be kept, so all of it is",
            hint="write history { keep { runs = 1000 } } in the project file, or milepost store prune --age 365d",
        )
    wish = Wish(keep, depths(host), session.surroundings.now().astimezone(UTC))
    found = prune(host.writable_store(), wish) if done else superfluous(host.store, wish)
    document = {"done": done, **plain(found._asdict()), "runs": [plain(each._asdict()) for each in found.runs]}
    flags = _typed({"--runs": runs, "--age": older, "--output": printed})
    session.screen.answer("store-prune", document, pruned(found, session.screen, flags, done=done))
    return 0


def _typed(flags: Mapping[str, object]) -> str:
    """Return the flags that were given as they are typed again."""
    return "".join(f" {name} {value}" for name, value in flags.items() if value is not None)


def _length(flag: str, text: str | None) -> float | None:
    """Return a length of time in seconds. Raises UsageError for what is none."""
    found = age(text) if text is not None else None
    if text is not None and not found:
        raise UsageError(f"{flag} {text!r} is no length of time", hint=f"{flag} 365d")
    return found
