"""Copies between real registries: one that is open, and one with TLS and a password."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from milepost.sdk import ArtifactGoneError, OperationError, Step
from milepost.testing.bench import Bench
from milepost_docker.credentials import Login
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.copying import Side, copy
from milepost_docker.registry.manifest import OCI_MANIFEST, Blob, Manifest, digest_of
from milepost_docker.registry.resolving import resolved
from milepost_docker.registry.talk import Manner
from milepost_docker.registry.uploading import Uploads
from tests.engines.registries import Registry

from .laying import LAYER, Laid, described, foreign_certificate, layer_of, nobody, somebody
from .telling import Says, TellsServer


@pytest.fixture
def step(bench: Bench) -> Step:
    return bench.step("push")


@pytest.fixture
def origin(open_registry: Registry, step: Step, name: str) -> Iterator[Laid]:
    """Give a repository of the open registry."""
    with RegistryClient(nobody(open_registry.host), step) as client:
        yield Laid(client, f"{name}/from")


@pytest.fixture
def goal(registry_with_password: Registry, step: Step, name: str) -> Iterator[Side]:
    """Give a repository of the registry with TLS and a password."""
    with RegistryClient(known(registry_with_password), step, Manner(ca=registry_with_password.ca)) as client:
        yield Side(client, f"{name}/to")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Give the beginning of repositories that no other test has."""
    return f"copying{abs(hash(request.node.name))}"


def known(registry: Registry) -> Login:
    return somebody(registry.host, registry.password, registry.user)


def side(laid: Laid) -> Side:
    return Side(laid.registry, laid.repository)


def test_a_list_of_images_stays_byte_for_byte_what_it_was(origin: Laid, goal: Side, step: Step) -> None:
    images = [(origin.image("one"), "linux/amd64"), (origin.image("two", "arm64"), "linux/arm64")]
    attestation = origin.put({"mediaType": OCI_MANIFEST, **parts(origin)}, OCI_MANIFEST, "")
    top = origin.list([*images, (attestation, "unknown/unknown")], tag="7")
    copied = copy(side(origin), goal, top.digest, ("1.0", "latest"), step)
    assert copied.raw == top.raw
    for tag in ("1.0", "latest", top.digest):
        there = goal.registry.manifest(goal.repository, tag)
        assert there is not None
        assert (there.raw, there.media_type) == (top.raw, top.media_type)
    for each, _ in (*images, (attestation, "")):
        there = goal.registry.manifest(goal.repository, each.digest)
        assert there is not None
        assert there.raw == each.raw


def parts(laid: Laid) -> dict[str, Any]:
    """Return what an attestation has in the place of layers."""
    blob = laid.blob(b'{"predicateType": "https://slsa.dev/provenance/v1"}', "application/vnd.in-toto+json")
    return {
        "config": described(laid.blob(b"{}", "application/vnd.oci.image.config.v1+json")),
        "layers": [described(blob)],
    }


def test_what_is_there_already_is_not_sent_again(origin: Laid, goal: Side, bench: Bench, step: Step) -> None:
    first = origin.image("one")
    copy(side(origin), goal, first.digest, ("1",), step)
    again = bench.step("push")
    assert copy(side(origin), goal, first.digest, ("2",), again).digest == first.digest
    assert again.noted("output") == []


def test_a_layer_of_another_repository_is_taken_over_and_not_sent(
    origin: Laid, open_registry: Registry, bench: Bench
) -> None:
    image, step = origin.image("taken over"), bench.step("push")
    target = Side(origin.registry, f"{origin.repository}/other")
    copy(side(origin), target, image.digest, ("1",), step)
    assert [each for each in step.noted("output") if "taken over" in each]
    assert not [each for each in step.noted("output") if each.endswith("copied")]
    assert resolved(target.registry, target.repository, "1")


def test_a_large_layer_takes_no_more_memory_than_a_small_one(origin: Laid, bench: Bench) -> None:
    def peak(size: int) -> int:
        layer = origin.blob(random.Random(size).randbytes(size), LAYER)
        head = origin.blob(b'{"architecture": "amd64", "os": "linux"}', "application/vnd.oci.image.config.v1+json")
        image = origin.put({"config": described(head), "layers": [described(layer)]}, OCI_MANIFEST, "")
        step = bench.step("push")
        with RegistryClient(nobody(origin.registry.server), step) as target:
            tracemalloc.start()
            # To another repository, as if it were another registry: not taken over but sent.
            uploads = Uploads(target, f"{origin.repository}/large")
            with origin.registry.reading(origin.repository, layer) as pieces:
                assert pieces is not None
                uploads.send(layer, pieces)
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert image.layers == (layer,)
        return used

    small = peak(1_000_000)
    assert peak(30_000_000) < 1.2 * small + 200_000


def test_what_is_gone_from_its_registry_is_an_error_that_says_so(origin: Laid, goal: Side, step: Step) -> None:
    gone = f"sha256:{'0' * 64}"
    with pytest.raises(ArtifactGoneError, match=gone) as caught:
        copy(side(origin), goal, gone, ("1",), step)
    assert "milepost up" in caught.value.hint


def test_a_reference_stands_for_its_platforms_size_and_labels(origin: Laid) -> None:
    images = [(origin.image("a", labels={"who": "anna"}), "linux/amd64"), (origin.image("b", "arm64"), "linux/arm64")]
    top = origin.list(images, tag="several")
    found = resolved(origin.registry, origin.repository, "several")
    assert found is not None
    assert (found.digest, found.platforms) == (top.digest, ("linux/amd64", "linux/arm64"))
    assert (found.labels, found.size) == ({"who": "anna"}, len(layer_of("a")))
    single = resolved(origin.registry, origin.repository, images[1][0].digest)
    assert single is not None
    assert single.platforms == ("linux/arm64",)
    assert resolved(origin.registry, origin.repository, "none") is None


def test_a_wrong_password_is_not_let_in(registry_with_password: Registry, step: Step) -> None:
    login = somebody(registry_with_password.host, "guess")
    with RegistryClient(login, step) as client, pytest.raises(OperationError, match="does not know this login"):
        client.login()


def test_a_certificate_of_nobody_that_is_known_is_told_from_other_faults(
    registry_with_password: Registry, open_registry: Registry, step: Step, tmp_path: Any
) -> None:
    other = tmp_path / "other.crt"
    foreign_certificate(tmp_path, other.name)
    with (
        RegistryClient(known(registry_with_password), step, Manner(ca=other)) as client,
        pytest.raises(OperationError, match="not trusted") as caught,
    ):
        client.login()
    assert "ca =" in caught.value.hint


def test_a_registry_without_tls_is_told_from_one_with_a_wrong_certificate(
    open_registry: Registry, registry_with_password: Registry, step: Step
) -> None:
    assert registry_with_password.ca is not None
    with (
        RegistryClient(nobody(open_registry.host), step, Manner(ca=registry_with_password.ca)) as client,
        pytest.raises(OperationError, match="no TLS connection") as caught,
    ):
        client.login()
    assert "insecure = true" in caught.value.hint


def test_insecure_believes_every_certificate(registry_with_password: Registry, step: Step) -> None:
    with RegistryClient(known(registry_with_password), step, Manner(insecure=True)) as client:
        client.login()
        assert client.tags("nothing/here") == ()


def test_a_registry_that_dies_in_the_middle_is_an_error_and_later_it_works(
    fresh_registry: Registry, step: Step
) -> None:
    data = bytes(range(256)) * 40_000
    blob = Blob(digest_of(data), len(data), LAYER)

    def dying() -> Iterator[bytes]:
        yield data[:5_000_000]
        fresh_registry.kill()
        yield data[5_000_000:]

    with RegistryClient(nobody(fresh_registry.host), step, Manner(retries=1)) as client:
        uploads = Uploads(client, "dying")
        with pytest.raises(OperationError, match=fresh_registry.host) as caught:
            client.persistently(lambda: uploads.send(blob, dying()))
        assert "is it running" in caught.value.hint or "start it" in caught.value.hint
        fresh_registry.start()
        client.persistently(lambda: uploads.send(blob, [data]))
        assert client.has_blob("dying", blob)


def test_where_the_source_breaks_the_error_names_the_source(
    server: TellsServer, open_registry: Registry, step: Step
) -> None:
    layer = layer_of("half")
    blob = Blob(digest_of(layer), len(layer), LAYER)
    config = Blob(digest_of(b"{}"), 2, "application/vnd.oci.image.config.v1+json")
    document = {"schemaVersion": 2, "config": described(config), "layers": [described(blob)]}
    image = Manifest(json.dumps(document).encode(), OCI_MANIFEST)
    whole = Says(200, {"Content-Type": OCI_MANIFEST}, image.raw)
    server.on("GET", f"/v2/shop/manifests/{image.digest}", whole)
    server.on("GET", f"/v2/shop/blobs/{config.digest}", Says(body=b"{}"))
    server.on("GET", f"/v2/shop/blobs/{blob.digest}", Says(body=layer[:100], cut=True))
    with (
        RegistryClient(nobody(server.host), step, Manner(timeout=2)) as source,
        RegistryClient(nobody(open_registry.host), step, Manner(timeout=2, retries=1)) as target,
        pytest.raises(OperationError, match=f"{server.host} broke"),
    ):
        copy(Side(source, "shop"), Side(target, "half"), image.digest, ("1",), step)
    assert len([each for each in server.paths("GET") if each.endswith(blob.digest)]) == 2


def test_a_layer_with_other_bytes_than_its_digest_says_is_not_passed_on(
    server: TellsServer, open_registry: Registry, step: Step
) -> None:
    config = Blob(digest_of(b"{}"), 2, "application/vnd.oci.image.config.v1+json")
    image = Manifest(json.dumps({"schemaVersion": 2, "config": described(config), "layers": []}).encode(), OCI_MANIFEST)
    server.on("GET", f"/v2/shop/manifests/{image.digest}", Says(200, {"Content-Type": OCI_MANIFEST}, image.raw))
    server.on("GET", f"/v2/shop/blobs/{config.digest}", Says(body=b"[]"))
    with (
        RegistryClient(nobody(server.host), step) as source,
        RegistryClient(nobody(open_registry.host), step) as target,
        pytest.raises(OperationError, match="its bytes are not those"),
    ):
        copy(Side(source, "shop"), Side(target, "forged"), image.digest, ("1",), step)
