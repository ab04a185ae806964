"""The chain: whether what one plugin makes is what the next one takes, checked before anything runs."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.sdk.problem import Position, Problem
from milepost.sdk.step import Strategy


@dataclass(frozen=True, kw_only=True)
class Link:
    """A plugin's place in the chain of an app."""

    word: str
    """What stands after `use`."""
    kinds: tuple[str, ...]
    """Of a builder the kind it produces; of the others the kinds they accept."""
    position: Position | None = None
    """Where it is written; None for a platform's default releaser."""
    source: str = ""
    """The whole line at the position."""


@dataclass(frozen=True, kw_only=True)
class Links:
    """The plugins of one app, as far as they are known. None: there is none, or nothing is known of it."""

    app: str
    builder: Link | None = None
    registry: Link | None = None
    platform: Link | None = None
    exposes: tuple[str, ...] = ()
    """The endpoint kinds the platform will have with its config."""
    parks: bool = False
    """Whether the platform can stop a deployment and start it again."""
    releaser: Link | None = None
    strategy: Strategy | None = None
    """As asked for in the project file; None: the default, which always fits."""
    strategy_position: Position | None = None
    strategy_source: str = ""


def check_chain(links: Links) -> tuple[Problem, ...]:
    """Return what does not fit: each problem names both ends and stands at the one that takes."""
    return (*_artifact(links), *_endpoints(links), *_strategy(links))


def no_files(app: str, word: str) -> str:
    """Return what is wrong with files in the config of an app whose platform writes none."""
    return f"app {app!r}: config has files, which the platform {word!r} cannot give to the app"


def _artifact(links: Links) -> tuple[Problem, ...]:
    """Check the artifact's way from the builder through the registry to the platform."""
    if links.builder is None:
        return ()
    found = []
    for role, taker in (("registry", links.registry), ("platform", links.platform)):
        # A platform that accepts nothing needs no artifact; one made all the same does no harm.
        if taker and taker.kinds and not set(links.builder.kinds) <= set(taker.kinds):
            giver = f"the builder {links.builder.word!r} produces {_listed(links.builder.kinds)}"
            found.append(_mismatch(links, giver, f"the {role} {taker.word!r}", taker, links.builder.kinds))
    return tuple(found)


def _endpoints(links: Links) -> tuple[Problem, ...]:
    """Check what the platform exposes against what the releaser can send traffic to."""
    if links.platform is None or links.releaser is None or set(links.exposes) <= set(links.releaser.kinds):
        return ()
    giver = f"the platform {links.platform.word!r} exposes {_listed(links.exposes)}"
    # A default releaser is written nowhere: the platform that brought it is.
    place = links.releaser if links.releaser.position else links.platform
    taker = f"the releaser {links.releaser.word!r}"
    problem = _mismatch(links, giver, taker, links.releaser, links.exposes)
    return (problem._replace(position=place.position, source=place.source),)


def _strategy(links: Links) -> tuple[Problem, ...]:
    """Check that the platform can do what the strategy needs."""
    if links.platform is None or links.parks or links.strategy in (None, "blue-green"):
        return ()
    message = (
        f"app {links.app!r}: the strategy {links.strategy!r} stops and starts deployments, "
        f"which the platform {links.platform.word!r} cannot"
    )
    return (Problem(message, links.strategy_position, links.strategy_source, 'use strategy = "blue-green"'),)


def _mismatch(links: Links, giver: str, taker: str, link: Link, given: tuple[str, ...]) -> Problem:
    """Return the problem of two ends that do not fit."""
    message = f"app {links.app!r}: {giver}, but {taker} accepts {_listed(link.kinds)}"
    return Problem(message, link.position, link.source, _hint(given, link.kinds))


def _hint(given: tuple[str, ...], accepted: tuple[str, ...]) -> str:
    """Return what to do: two versions of one kind are mended by an upgrade, two kinds by another plugin."""
    names = {kind.partition("/")[0] for kind in accepted}
    refused = [kind for kind in given if kind not in accepted]
    if all(kind.partition("/")[0] in names for kind in refused):
        return "both mean the same kind in different versions: upgrade the plugin that is behind"
    return "milepost plugin list shows what is installed, milepost plugin show WORD what it takes"


def _listed(kinds: tuple[str, ...]) -> str:
    """Return kinds for people."""
    return ", ".join(kinds) or "nothing"
