"""A switch is whole or has not happened, and takes along what a request may still read."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.sdk import Deployment, Endpoint, OperationError, Recorded
from milepost_caddy import traffic
from milepost_caddy.traffic import SLOTS, Traffic

ONE = Traffic(deployment="one", kind="http", targets=("127.0.0.1:1001",))
THREE = Traffic(deployment="three", kind="http", targets=("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"))
FILES = Traffic(deployment="files", kind="static", targets=("/a folder/with {braces}",))


def slots(route: Path) -> list[str]:
    return [(route / "live" / f"slot-{slot:02}").read_text() for slot in range(SLOTS)]


def test_nothing_is_live_before_the_first_switch(tmp_path: Path) -> None:
    assert traffic.read(tmp_path) is None


def test_replicas_share_the_slots_evenly_and_in_turn(tmp_path: Path) -> None:
    traffic.switch(tmp_path, THREE)
    assert slots(tmp_path) == list(THREE.targets) * (SLOTS // 3)


def test_a_request_that_has_read_its_kind_still_finds_its_target(tmp_path: Path) -> None:
    traffic.switch(tmp_path, ONE)
    traffic.switch(tmp_path, FILES)
    assert (tmp_path / "live" / "kind").read_text() == "static"
    assert slots(tmp_path) == [*ONE.targets] * SLOTS
    traffic.switch(tmp_path, THREE)
    assert (tmp_path / "live" / "static-0").read_text() == FILES.targets[0]


def test_what_a_killed_switch_left_is_not_live_and_is_swept_up(tmp_path: Path) -> None:
    traffic.switch(tmp_path, ONE)
    half = tmp_path / "turns" / "2"
    half.mkdir()
    (half / "kind").write_text("http")
    (tmp_path / ".live.new").symlink_to("turns/2")
    assert traffic.read(tmp_path) == ONE
    traffic.switch(tmp_path, FILES)
    traffic.switch(tmp_path, ONE)
    assert traffic.read(tmp_path) == ONE
    assert len(list((tmp_path / "turns").iterdir())) == 2


@pytest.mark.parametrize(
    ("endpoints", "problem"),
    [
        ((), "endpoints are 0 of none"),
        ((("tcp/1", "x"),), "endpoints are 1 of tcp/1"),
        ((("static-files/1", "/a"), ("static-files/1", "/b")), "endpoints are 2 of static-files/1"),
        ((("http-endpoint/1", "http://a:1"), ("static-files/1", "/b")), "2 of http-endpoint/1, static-files/1"),
        ((("http-endpoint/1", "https://a:1"),), "'https://a:1'; expected http://HOST:PORT"),
        ((("http-endpoint/1", "http://a:1/path"),), "expected http://HOST:PORT"),
    ],
)
def test_endpoints_that_caddy_cannot_serve_are_named(endpoints: tuple[tuple[str, str], ...], problem: str) -> None:
    made = tuple(Endpoint(kind=kind, address=address) for kind, address in endpoints)
    with pytest.raises(OperationError, match=problem):
        traffic.traffic_to(Recorded(operation="x", deployment=Deployment(endpoints=made)))


@pytest.mark.parametrize(
    ("address", "dial"),
    [("http://10.0.0.1:8080", "10.0.0.1:8080"), ("http://[::1]:8080/", "[::1]:8080"), ("http://app", "app:80")],
)
def test_an_address_is_dialled_as_host_and_port(address: str, dial: str) -> None:
    made = Deployment(endpoints=(Endpoint(kind="http-endpoint/1", address=address),))
    assert traffic.traffic_to(Recorded(operation="x", deployment=made)).upstreams == (dial,)
