"""What the commands that look after the history say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import columns, moment

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.host.keeping.export import Amount
    from milepost.host.keeping.importing import Imported
    from milepost.host.keeping.repair import Repaired
    from milepost.host.keeping.restoring import Restored
    from milepost.host.keeping.retention import Superfluous
    from milepost.host.keeping.stats import Stats
    from milepost.host.keeping.verifying import Verified

SHOWN = 20
"""How many lines of a kind are shown; the rest is counted. `--json` has all."""
KILO, MEGA, GIGA = 1e3, 1e6, 1e9


def amount(count: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def contents(of: Amount | Verified | Repaired) -> str:
    """Return how much was copied, read or saved."""
    return f"{amount(of.runs, 'run')}, {amount(of.operations, 'operation')}, {amount(of.lines, 'line')} of output"


def pruned(what: Superfluous, screen: Screen, flags: str, *, done: bool) -> Iterator[str]:
    """Yield what was removed, or would be."""
    head = ("RUN", "VERB", "WORKSPACE", "APPS", "STARTED", "OPERATIONS")
    rows = [
        (
            f"#{each.number}" + (f"@{each.store}" if each.store else ""),
            each.verb,
            each.workspace,
            ",".join(each.apps),
            screen.when(moment(each.started)),
            str(len(each.operations)),
        )
        for each in what.runs[:SHOWN]
    ]
    yield from columns([head, *rows]) if rows else ()
    if len(what.runs) > SHOWN:
        yield f"… and {len(what.runs) - SHOWN} more"
    verb = "removed" if done else "would be removed"
    yield f"{amount(len(what.runs), 'run')} {verb}"
    if what.output:
        yield f"output of {amount(len(what.output), 'operation')} {verb}: {amount(what.lines, 'line')}"
    if what.needed:
        yield f"{amount(what.needed, 'older run')} stay{'s' * (what.needed == 1)}: something rests upon what they did"
    if what.busy:
        yield f"{amount(what.busy, 'run')} left for the next time: their apps are being changed"
    if not done and (what.runs or what.output):
        yield f"remove them  milepost store prune{flags} --yes"


def imported(what: Imported) -> Iterator[str]:
    """Yield what an import did."""
    shown = f", to read only, shown as #N@{what.name}" if what.name else ""
    yield f"imported {contents(what.new)}{shown}"
    if what.known:
        yield f"{amount(what.known, 'record')} known already"
    if what.ended:
        yield f"{amount(what.ended, 'record')} brought to their end"
    yield from broken([f"line {each.line}: {each.why}" for each in what.broken], "left out")


def restored(what: Restored) -> Iterator[str]:
    """Yield what was brought back, and where it cannot be quite what it was."""
    yield f"restored {contents(what.done.new)} at {what.place}, as this project's own history"
    yield from broken([f"line {each.line}: {each.why}" for each in what.done.broken], "left out")
    if what.id != what.was:
        yield f"note: this history has an id of its own, {what.id}; what runs is labelled with {what.was or 'none'}"
    yield "look     milepost status"


def verified(what: Verified, screen: Screen) -> Iterator[str]:
    """Yield what was found."""
    looked = (
        f"{amount(what.runs, 'run')}, {amount(what.operations, 'operation')}, {amount(what.lines, 'line')} of output"
    )
    yield f"read {looked}"
    yield from (screen.paint("bad", each) for each in what.damage[:SHOWN])
    if len(what.damage) > SHOWN:
        yield f"… and {len(what.damage) - SHOWN} more"
    yield from (f"note: {each}" for each in what.remarks)
    if not what.damage:
        yield screen.paint("good", "all is sound")
    else:
        yield f"hint: {what.hint}" if what.hint else "save what is sound  milepost store repair"


def repaired(what: Repaired, place: str) -> Iterator[str]:
    """Yield what was saved."""
    saved = (
        f"{amount(what.runs, 'run')}, {amount(what.operations, 'operation')}, {amount(what.lines, 'line')} of output"
    )
    yield f"saved {saved} to {place}"
    if what.put_together:
        yield f"{amount(what.put_together, 'run')} put together from what their operations know"
    yield from broken(what.lost, "not saved")
    yield f"the files as they were: {what.kept}"


def broken(sentences: Any, what: str) -> Iterator[str]:
    """Yield what was left out, some of it."""
    yield from (f"{what}: {each}" for each in list(sentences)[:SHOWN])
    if len(sentences) > SHOWN:
        yield f"{what}: {len(sentences) - SHOWN} more"


def statistics(what: Stats, screen: Screen) -> Iterator[str]:
    """Yield the figures."""
    facts = what.facts
    yield f"place       {what.place}"
    yield f"store       {facts.get('id') or 'none yet'}, schema {facts.get('schema')}"
    yield f"size        {size(facts.get('size'))}" + _rate(what.megabytes_a_month)
    yield f"runs        {what.runs}{_counted(what.verbs)}"
    yield f"operations  {what.operations}{_counted(what.stages)}"
    yield from (
        f"{name:11} {_counted(found)[3:-1]}"
        for name, found in (
            ("statuses", what.statuses),
            ("apps", what.apps),
            ("workspaces", what.workspaces),
            ("imported", what.stores),
        )
        if found
    )
    if what.oldest:
        yield f"oldest      {screen.when(moment(what.oldest))}"
        yield f"newest      {screen.when(moment(what.newest))}"
    yield f"locks held  {what.locks}"


def size(count: object) -> str:
    """Return a number of bytes for people."""
    if not isinstance(count, int):
        return "unknown"
    for unit, name in ((GIGA, "GB"), (MEGA, "MB"), (KILO, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"


def _rate(megabytes: float | None) -> str:
    """Return how fast it grows."""
    return f", about {megabytes:g} MB a month" if megabytes is not None else ""


def _counted(found: Mapping[str, int]) -> str:
    """Return what was counted, in brackets."""
    return f"  ({', '.join(f'{name} {count}' for name, count in found.items())})" if found else ""
