"""Labels for a proxy of the user's: what it reads, and why nothing can be staged."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.sdk import OperationError, RefusedError
from milepost.testing.bench import Bench
from milepost_docker import offers
from milepost_docker.platform import proxy
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.network import others
from milepost_docker.platform.settings import Proxy

TRAEFIK = DockerConfig(proxy=Proxy(kind="traefik", network="edge", entrypoints=["websecure"], tls=True))


def test_traefik_reads_rule_port_and_network(bench: Bench) -> None:
    facts = bench.step("deploy", project="shop", hosts=("a.test", "b.test")).facts
    told = proxy.labels(TRAEFIK, facts, "own")
    assert told["traefik.http.routers.shop-default-web.rule"] == "Host(`a.test`) || Host(`b.test`)"
    assert told["traefik.http.services.shop-default-web.loadbalancer.server.port"] == "3000"
    assert told["traefik.docker.network"] == "edge"
    assert "edge" in others(TRAEFIK)
    assert proxy.public_url(TRAEFIK, facts) == "https://a.test"


def test_nginx_proxy_reads_variables(bench: Bench) -> None:
    facts = bench.step("deploy", hosts=("a.test",)).facts
    config = DockerConfig(proxy=Proxy(kind="nginx-proxy", tls=True))
    assert proxy.variables(config, facts) == {
        "VIRTUAL_HOST": "a.test",
        "VIRTUAL_PORT": "3000",
        "LETSENCRYPT_HOST": "a.test",
    }
    assert proxy.labels(config, facts, "own") == {}


def test_caddy_docker_proxy_reads_labels(bench: Bench) -> None:
    facts = bench.step("deploy", hosts=("a.test",)).facts
    told = proxy.labels(DockerConfig(proxy=Proxy(kind="caddy-docker-proxy")), facts, "own")
    assert told == {"caddy": "http://a.test", "caddy.reverse_proxy": "{{upstreams 3000}}"}


def test_blue_green_is_refused_since_it_would_be_public_at_once(bench: Bench) -> None:
    with pytest.raises(RefusedError, match="public at once") as caught:
        proxy.refuse_staging(TRAEFIK, bench.step("deploy", hosts=("a.test",)))
    assert "start-first" in caught.value.hint


def test_a_proxy_without_hosts_is_an_error(bench: Bench) -> None:
    with pytest.raises(OperationError, match="host names"):
        proxy.refuse_staging(TRAEFIK, bench.step("deploy", strategy="start-first"))


def test_the_releaser_is_caddy_here_one_beside_the_containers_elsewhere_and_none_with_a_proxy(tmp_path: Path) -> None:
    offer = offers.platform()
    here = {"DOCKER_HOST": "unix:///run/x.sock", "HOME": str(tmp_path)}
    there = {"DOCKER_HOST": "ssh://box", "HOME": str(tmp_path)}
    near, far = offer.releaser_for(DockerConfig(), here), offer.releaser_for(DockerConfig(), there)
    assert near is not None
    assert far is not None
    assert (near.config, far.config) == ({}, {"engine": {"host": "ssh://box"}})
    assert offer.releaser_for(TRAEFIK, here) is None
    assert offer.is_on_one_machine(DockerConfig(), here)
    assert not offer.is_on_one_machine(DockerConfig(), there)
