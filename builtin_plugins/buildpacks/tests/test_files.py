"""The files that are made for `pack`: the project descriptor, and the config with the registry's login."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from milepost.sdk import OperationError
from milepost.testing.bench import Bench
from milepost_buildpacks.config import BuildpacksConfig
from milepost_buildpacks.descriptor import descriptor, written
from milepost_buildpacks.logins import merged

LOGIN = {"auth": "b3VyczpwYXNz"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


def test_an_app_without_anything_to_ignore_keeps_its_own_descriptor(bench: Bench) -> None:
    assert descriptor(BuildpacksConfig(), bench.step("build")) is None
    (bench.source / "other.toml").write_text("")
    assert descriptor(BuildpacksConfig(descriptor="other.toml"), bench.step("build")) == bench.source / "other.toml"


def test_a_descriptor_that_is_not_there_is_an_error(bench: Bench) -> None:
    with pytest.raises(OperationError, match=r"there is no file .*other\.toml"):
        descriptor(BuildpacksConfig(descriptor="other.toml"), bench.step("build"))


def test_a_descriptor_of_the_first_version_gets_its_excludes_where_it_has_them(bench: Bench) -> None:
    (bench.source / "project.toml").write_text('[project]\nid = "x"\n[[build.buildpacks]]\nuri = "./mine"\n')
    made = descriptor(BuildpacksConfig(ignore=["*.log"]), bench.step("build"))
    assert made is not None
    build = tomllib.loads(made.read_text())["build"]
    assert build == {"buildpacks": [{"uri": str(bench.source / "mine")}], "exclude": ["*.log"]}


def test_a_descriptor_that_includes_leaves_no_place_for_ignoring(bench: Bench) -> None:
    (bench.source / "project.toml").write_text('[build]\ninclude = ["src"]\n')
    with pytest.raises(OperationError, match="says which files to include"):
        descriptor(BuildpacksConfig(ignore=["*.log"]), bench.step("build"))


def test_a_broken_descriptor_is_named(bench: Bench) -> None:
    (bench.source / "project.toml").write_text("[build\n")
    with pytest.raises(OperationError, match=r"project\.toml cannot be read"):
        descriptor(BuildpacksConfig(ignore=["*.log"]), bench.step("build"))


def test_a_descriptor_is_written_as_it_was_read() -> None:
    text = 'a = 1.5\nb = true\nc = 2020-01-02T03:04:05Z\n[d]\n"odd name" = "quote \\" and ü\\n"\n[[d.e]]\nf = [1, 2]\n'
    document = tomllib.loads(text)
    assert tomllib.loads(written(document)) == document


def test_a_login_of_ours_wins_over_the_users_store_which_stays_for_the_others() -> None:
    user = {
        "currentContext": "far",
        "credsStore": "keychain",
        "credHelpers": {"registry.test": "other", "ecr.test": "ecr"},
        "auths": {"registry.test": {}, "hub.test": {}},
    }
    assert merged(user, "registry.test", LOGIN) == {
        "currentContext": "far",
        "credHelpers": {"hub.test": "keychain", "ecr.test": "ecr"},
        "auths": {"registry.test": LOGIN, "hub.test": {}},
    }
