# ruff: noqa: D102 - the name of a contract test is its sentence
"""The contract of a registry: what it gives back is the same artifact, at a place that lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from milepost.host.plugins.offers import mistake
from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import CopiesArtifacts, GrantsAccess, KeepsArtifacts
from milepost.sdk.config import PluginConfig
from milepost.sdk.errors import ArtifactGoneError
from milepost.sdk.offer import RegistryOffer
from milepost.sdk.roles import Registry
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET, Contract, each_end, needs
from milepost.testing.step import FakeStep, Stop


class RegistryContract(Contract):
    """Inherit it, and override `offer`, `config`, `elsewhere`, `artifact` and `lose`.

    Capabilities for `lacks`: `keeps`, `copies`, `grants`, `losable`.
    An artifact that is provisional gets the digest that lasts; any other keeps its own.
    """

    @pytest.fixture
    def offer(self) -> RegistryOffer:
        """Return what the plugin's hook returns."""
        raise NotImplementedError

    @pytest.fixture
    def config(self) -> PluginConfig:
        """Return a config with which a push works."""
        raise NotImplementedError

    @pytest.fixture
    def elsewhere(self) -> PluginConfig:
        """Return the config of another registry, to copy to."""
        raise NotImplementedError

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact:
        """Return what to push, as a builder made it."""
        raise NotImplementedError

    @pytest.fixture
    def lose(self) -> Callable[[Artifact], None]:
        """Return what removes the bytes of an artifact behind everybody's back."""
        raise NotImplementedError

    @pytest.fixture
    def registry(self, offer: RegistryOffer, config: PluginConfig) -> Registry:
        """Return the registry, made as the host makes it."""
        return offer.load()(config)

    def test_the_offer_is_sound_and_accepts_the_artifact(self, offer: RegistryOffer, artifact: Artifact) -> None:
        assert mistake("registry", offer) == ""
        assert artifact.kind in offer.accepts

    def test_what_was_pushed_is_the_same_artifact(self, registry: Registry, artifact: Artifact, bench: Bench) -> None:
        pushed = registry.push(artifact, bench.step("push"))
        assert pushed.kind == artifact.kind
        assert artifact.provisional or (pushed.digest == artifact.digest and not pushed.provisional)
        assert pushed.digest.startswith("sha256:")

    def test_what_was_pushed_can_be_pushed_again(self, registry: Registry, artifact: Artifact, bench: Bench) -> None:
        pushed = registry.push(artifact, bench.step("push"))
        assert registry.push(pushed, bench.step("push")).digest == pushed.digest

    def test_a_second_push_gives_the_same(self, registry: Registry, artifact: Artifact, bench: Bench) -> None:
        first, second = (registry.push(artifact, bench.step("push")) for _ in range(2))
        assert (first.kind, first.digest, first.reference) == (second.kind, second.digest, second.reference)

    @needs("grants")
    def test_access_names_a_place_here_and_changes_nothing(
        self, registry: Registry, artifact: Artifact, bench: Bench
    ) -> None:
        self.able(registry, GrantsAccess, "grants")
        assert isinstance(registry, GrantsAccess)
        step = bench.step("status")
        access = registry.access(step)
        assert access.server
        assert access.reference
        assert not step.resources
        pushed = registry.push(artifact, bench.step("push"))
        pulled = registry.pull_access(pushed, bench.step("status"))
        assert pulled is None or pulled.server == access.server

    @needs("losable")
    def test_an_artifact_that_is_gone_cannot_be_pushed(
        self, registry: Registry, artifact: Artifact, bench: Bench, lose: Callable[[Artifact], None]
    ) -> None:
        lose(artifact)
        with pytest.raises(ArtifactGoneError):
            registry.push(artifact, bench.step("push"))

    @pytest.mark.parametrize("how", ["cancel", "death"])
    def test_a_push_that_ended_at_any_point_is_in_no_later_ones_way(
        self, registry: Registry, artifact: Artifact, bench: Bench, how: Literal["cancel", "death"]
    ) -> None:
        def begin(stop: Stop) -> FakeStep:
            return bench.step("push", stop=stop)

        digests = set() if artifact.provisional else {artifact.digest}
        for _ in each_end(how, self.points, begin, lambda step: registry.push(artifact, step)):
            digests.add(registry.push(artifact, bench.step("push")).digest)
            assert len(digests) == 1

    def test_a_secret_is_in_nothing_that_is_shown_or_kept(
        self, registry: Registry, artifact: Artifact, bench: Bench
    ) -> None:
        step = bench.step("push")
        pushed = registry.push(artifact, step)
        assert SECRET not in step.everything()
        assert SECRET not in repr(pushed)

    @needs("keeps")
    def test_a_pushed_artifact_is_there_until_it_is_deleted(
        self, registry: Registry, artifact: Artifact, bench: Bench
    ) -> None:
        self.able(registry, KeepsArtifacts, "keeps")
        assert isinstance(registry, KeepsArtifacts)
        pushed = registry.push(artifact, bench.step("push"))
        assert registry.exists(pushed, bench.step("status"))
        for _ in range(2):
            registry.delete(pushed, bench.step("destroy"))
            assert not registry.exists(pushed, bench.step("status"))

    @needs("copies")
    def test_a_copy_outlives_what_it_was_copied_from(
        self, offer: RegistryOffer, elsewhere: PluginConfig, registry: Registry, artifact: Artifact, bench: Bench
    ) -> None:
        other = offer.load()(elsewhere)
        self.able(other, CopiesArtifacts, "copies")
        assert isinstance(other, CopiesArtifacts)
        pushed = registry.push(artifact, bench.step("push"))
        copy = other.copy_from(pushed, bench.step("push"))
        assert copy.digest == pushed.digest
        assert not copy.provisional
        assert copy.reference != pushed.reference
        if isinstance(registry, KeepsArtifacts):
            registry.delete(pushed, bench.step("destroy"))
        assert other.push(copy, bench.step("push")).digest == pushed.digest
