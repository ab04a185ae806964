"""Traffic to containers: parts of it, other numbers of replicas, releases and rollbacks, and no request that fails."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.journeys.place import text_of
from tests.journeys.quay import Quay, visitors
from tests.journeys.quays import any_quay, quay

__all__ = ["any_quay", "quay"]

ASKED = 100


def shares(url: str) -> Counter[str]:
    """Return how many of some requests each version answers."""
    return Counter(text_of(url) for _ in range(ASKED))


def test_a_new_version_gets_a_part_of_the_traffic_none_again_and_at_last_all(quay: Quay) -> None:
    url = quay.up("one")
    quay.says("two")
    quay.place.run("build")
    quay.place.run("deploy")
    with visitors(url) as wrong:
        quay.place.run("release", "--weight", "20")
        seen = shares(url)
        assert 5 <= seen["two"] <= 40, seen
        assert quay.place.app_status()["live"]["number"] == 1
        quay.place.run("release", "--abort")
        assert shares(url) == {"one": ASKED}
        quay.place.run("release", "--weight", "60")
        assert shares(url)["two"] > shares(url)["one"] // 2
        quay.place.run("release", "--finish")
        assert shares(url) == {"two": ASKED}
    assert wrong == []
    assert quay.place.app_status()["live"]["number"] == 3


def test_releases_scaling_and_a_rollback_under_visitors_fail_no_request(any_quay: Quay) -> None:
    quay = any_quay
    url = quay.up("one")
    with visitors(url) as wrong:
        quay.up("two")
        quay.place.run("scale", "web=3")
        assert quay.place.app_status()["health"]["ready"] == 3
        quay.place.run("scale", "web=1")
        quay.place.run("rollback")
    assert wrong == []
    assert text_of(url) == "one"
    quay.place.run("destroy", "--all", "--volumes", "--confirm", "default")
    assert quay.left("container", "network", "volume") == {}


@pytest.mark.slow
def test_replicas_share_the_requests(quay: Quay) -> None:
    base = (quay.place.folder / "Dockerfile").read_text().split()[1]
    quay.lay(base, deploy="      replicas = 2")
    # Each container tells its own name.
    told = "mkdir -p /www; cat /etc/hostname >/www/index.html; exec httpd -f -p 8080 -h /www"
    (quay.place.folder / "Dockerfile").write_text(f'FROM {base}\nCMD ["sh", "-c", "{told}"]\n')
    url = quay.place.up()["urls"][0]
    assert len(shares(url)) == 2
