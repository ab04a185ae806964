"""The page about the built-in plugins: the arguments of each role's `use` block, and of config sources."""

from __future__ import annotations

from use_tables import SOURCE, Offered, offers, use_tables
from write import code, page

INTRO = """What may stand in the `use` block of each role that the built-in plugins offer. `milepost plugin show NAME`
says the same of any installed plugin. Guides: [the local platform](../guides/local.md),
[containers](../guides/containers.md), [config and its sources](../guides/config.md#app-config).

A number of seconds may also be written as `"30s"`, `"5m"` or `"1h30m"`. What is called a block is written as one, or
as an object: `resources { memory = "64m" }`. A map of blocks is written with a name: `network "shared" { … }`."""

PLACE = {
    "builder": "build",
    "registry": "registry",
    "platform": "deploy",
    "releaser": "release",
}


def plugins_page() -> str:
    """Return the page."""
    told: dict[str, str] = {}
    return page("Built-in plugins", INTRO, [part for each in offers() for part in _about(each, told)])


def _about(offered: Offered, told: dict[str, str]) -> list[str]:
    """Return the part of the page about one role; `told` has where blocks were described before."""
    role, word = offered.role, offered.word
    if role == SOURCE:
        how = f'written `secret("{word}", …)` with its arguments in this order, or by name.'
    else:
        how = f'written `use "{word}" {{ … }}` in a `{PLACE[role]}` block.'
    facts = [f"From `{offered.distribution}`; {how}"]
    if getattr(offered.offer, "accepts", ()):
        facts.append(f"Takes {', '.join(map(code, offered.offer.accepts))}.")
    released = _default_releaser(offered.offer)
    if released:
        facts.append(f"Releases through `{released}` where there is no `release` block.")
    return [f"## {offered.title}", " ".join(facts), *use_tables(offered, told)]


def _default_releaser(offer: object) -> str:
    """Return which releaser a platform has if nothing is said; empty for other offers."""
    found = getattr(offer, "default_releaser", None)
    known = found(offer.config(), {}) if callable(found) else found  # type: ignore[attr-defined]  # an offer of any role
    return known.word if known else ""
