"""Whether the plugins of an app fit together."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.host.plugins.chain import Link, Links, check_chain
from milepost.sdk.problem import Position

TREE, IMAGE, IMAGE2, HTTP, STATIC = (
    "file-tree/1",
    "container-image/1",
    "container-image/2",
    "http-endpoint/1",
    "static/1",
)


def at(line: int) -> Position:
    return Position("milepost.hcl", line, 3, line, 9)


def links(**changes: Any) -> Links:
    usual: dict[str, Any] = {
        "app": "web",
        "builder": Link(word="files", kinds=(TREE,), position=at(3)),
        "registry": Link(word="shelf", kinds=(TREE,), position=at(4)),
        "platform": Link(word="local", kinds=(TREE,), position=at(5)),
        "exposes": (HTTP,),
        "parks": True,
        "releaser": Link(word="caddy", kinds=(HTTP, STATIC), position=at(6)),
    }
    return Links(**{**usual, **changes})


def test_a_chain_that_fits_has_no_problem() -> None:
    assert check_chain(links()) == ()


@pytest.mark.parametrize("missing", ["builder", "registry", "platform", "releaser"])
def test_a_link_that_is_missing_is_no_problem(missing: str) -> None:
    assert check_chain(links(**{missing: None})) == ()


def test_a_registry_that_does_not_take_the_artifact_is_named_with_the_builder() -> None:
    (problem,) = check_chain(links(registry=Link(word="hub", kinds=(IMAGE,), position=at(4), source="use hub")))
    assert problem.message == (
        "app 'web': the builder 'files' produces file-tree/1, but the registry 'hub' accepts container-image/1"
    )
    assert (problem.position, problem.source) == (at(4), "use hub")


def test_a_platform_that_does_not_take_the_artifact_stands_at_its_own_place() -> None:
    (problem,) = check_chain(links(registry=None, platform=Link(word="docker", kinds=(IMAGE,), position=at(5))))
    assert "the platform 'docker' accepts container-image/1" in problem.message
    assert problem.position == at(5)


def test_two_versions_of_one_kind_are_mended_by_an_upgrade() -> None:
    builder, platform = Link(word="pack", kinds=(IMAGE2,)), Link(word="docker", kinds=(IMAGE,))
    (problem,) = check_chain(links(builder=builder, registry=None, platform=platform))
    assert problem.hint == "both mean the same kind in different versions: upgrade the plugin that is behind"


def test_a_platform_that_needs_no_artifact_takes_any() -> None:
    assert check_chain(links(platform=Link(word="apply", kinds=()))) == ()


def test_what_is_exposed_must_all_be_released() -> None:
    releaser = Link(word="caddy", kinds=(STATIC,), position=at(6))
    (problem,) = check_chain(links(releaser=releaser, exposes=(STATIC, HTTP)))
    assert problem.message == (
        "app 'web': the platform 'local' exposes static/1, http-endpoint/1, but the releaser 'caddy' accepts static/1"
    )
    assert problem.position == at(6)


def test_a_default_releaser_that_does_not_fit_is_put_down_to_its_platform() -> None:
    (problem,) = check_chain(links(releaser=Link(word="caddy", kinds=(STATIC,))))
    assert problem.position == at(5)


def test_a_worker_exposes_nothing_and_any_releaser_does() -> None:
    assert check_chain(links(exposes=())) == ()


@pytest.mark.parametrize("strategy", ["start-first", "stop-first"])
def test_a_strategy_that_parks_needs_a_platform_that_can(strategy: Any) -> None:
    (problem,) = check_chain(links(parks=False, strategy=strategy, strategy_position=at(2)))
    assert problem.message == (
        f"app 'web': the strategy '{strategy}' stops and starts deployments, which the platform 'local' cannot"
    )
    assert (problem.position, problem.hint) == (at(2), 'use strategy = "blue-green"')
    assert check_chain(links(strategy=strategy)) == ()


@pytest.mark.parametrize("strategy", [None, "blue-green"])
def test_a_strategy_that_runs_both_asks_nothing_of_the_platform(strategy: Any) -> None:
    assert check_chain(links(parks=False, strategy=strategy)) == ()


def test_all_problems_of_a_chain_are_told_at_once() -> None:
    broken = links(
        builder=Link(word="pack", kinds=(IMAGE,)),
        releaser=Link(word="caddy", kinds=(STATIC,)),
        parks=False,
        strategy="stop-first",
    )
    assert len(check_chain(broken)) == 4
