# ruff: noqa: D102 - the name of a contract test is its sentence
"""The contract of a builder: the same content is the same artifact, and the app's folder is only read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

from milepost.host.plugins.offers import mistake
from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import KeepsArtifacts
from milepost.sdk.config import PluginConfig
from milepost.sdk.errors import OperationError
from milepost.sdk.offer import BuilderOffer
from milepost.sdk.roles import Builder
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET, Contract, contract_env, each_end, needs
from milepost.testing.project import write_files
from milepost.testing.step import FakeStep, Stop


class BuilderContract(Contract):
    """Inherit it, and override `offer`, `config`, `failing`, and `files` if the app must be a certain one.

    Capabilities for `lacks`: `keeps`, `failing`, `reproducible`, `of-files` (the artifact is made of the app's folder).
    """

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        """Return what the plugin's hook returns."""
        raise NotImplementedError

    @pytest.fixture
    def config(self) -> PluginConfig:
        """Return a config with which the build works."""
        raise NotImplementedError

    @pytest.fixture
    def failing(self) -> PluginConfig:
        """Return a config with which the build fails."""
        raise NotImplementedError

    @pytest.fixture
    def files(self) -> Mapping[str, str]:
        """Return the app's files."""
        return {"index.html": "<p>hello</p>\n", "pages/about.html": "<p>about</p>\n"}

    @pytest.fixture
    def builder(self, offer: BuilderOffer, config: PluginConfig, bench: Bench, files: Mapping[str, str]) -> Builder:
        """Return the builder, made as the host makes it, with the app's files in their place."""
        write_files(bench.source, files)
        return offer.load()(config)

    def test_the_offer_is_sound_and_tells_the_kind(
        self, offer: BuilderOffer, config: PluginConfig, builder: Builder, bench: Bench
    ) -> None:
        assert mistake("builder", offer) == ""
        assert builder.build(bench.step("build")).kind == offer.produces(config)

    def test_the_same_content_has_the_same_digest(self, builder: Builder, bench: Bench) -> None:
        first = builder.build(bench.step("build"))
        assert first.digest.startswith("sha256:")
        again = builder.build(bench.step("build"))
        assert (again.kind, again.digest, again.provisional) == (first.kind, first.digest, first.provisional)

    @needs("reproducible")
    def test_times_and_places_are_no_content(
        self, builder: Builder, bench: Bench, files: Mapping[str, str], tmp_path: Path
    ) -> None:
        elsewhere = Bench(tmp_path / "elsewhere", runner=bench.runner, clock=bench.clock, env=contract_env())
        write_files(elsewhere.source, dict(reversed(list(files.items()))))
        for name in files:
            os.utime(elsewhere.source / name, (1_000_000_000, 1_000_000_000))
        here, there = builder.build(bench.step("build")), builder.build(elsewhere.step("build"))
        assert here.digest == there.digest

    @needs("of-files")
    def test_other_content_has_another_digest(self, builder: Builder, bench: Bench, files: Mapping[str, str]) -> None:
        first = builder.build(bench.step("build"))
        name = next(iter(files))
        write_files(bench.source, {name: files[name] + "\n"})
        assert builder.build(bench.step("build")).digest != first.digest

    def test_the_folder_of_the_app_is_only_read(self, builder: Builder, bench: Bench, files: Mapping[str, str]) -> None:
        builder.build(bench.step("build"))
        assert contents(bench.source) == dict(files)

    @needs("failing")
    def test_a_build_that_fails_says_so_as_an_error_of_the_operation(
        self, offer: BuilderOffer, failing: PluginConfig, builder: Builder, bench: Bench
    ) -> None:
        with pytest.raises(OperationError):
            offer.load()(failing).build(bench.step("build"))

    @pytest.mark.parametrize("how", ["cancel", "death"])
    def test_a_build_that_ended_at_any_point_is_in_no_later_ones_way(
        self, builder: Builder, bench: Bench, how: Literal["cancel", "death"]
    ) -> None:
        def begin(stop: Stop) -> FakeStep:
            return bench.step("build", stop=stop)

        whole: Artifact | None = None
        for _ in each_end(how, self.points, begin, builder.build):
            built = builder.build(bench.step("build"))
            assert whole is None or whole.digest == built.digest
            whole = built

    def test_a_cancelled_step_builds_nothing(self, builder: Builder, bench: Bench) -> None:
        step = bench.step("build")
        step.cancel.ask("the test said so")
        with pytest.raises(Exception, match="cancelled") as caught:
            builder.build(step)
        assert getattr(caught.value, "code", "") == "cancelled"

    def test_a_secret_is_in_nothing_that_is_shown_or_kept(self, builder: Builder, bench: Bench) -> None:
        step = bench.step("build")
        artifact = builder.build(step)
        assert SECRET not in step.everything()
        assert SECRET not in repr(artifact)

    @needs("keeps")
    def test_an_artifact_is_there_until_it_is_deleted(self, builder: Builder, bench: Bench) -> None:
        self.able(builder, KeepsArtifacts, "keeps")
        assert isinstance(builder, KeepsArtifacts)
        artifact = builder.build(bench.step("build"))
        assert builder.exists(artifact, bench.step("status"))
        for _ in range(2):
            builder.delete(artifact, bench.step("destroy"))
            assert not builder.exists(artifact, bench.step("status"))


def contents(folder: Path) -> dict[str, str]:
    """Return all files below a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }
