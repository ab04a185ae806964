"""What `doctor` is told of Caddy, and of what is in its way."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

import pytest

from milepost.sdk.capabilities import Examined
from milepost_caddy.config import CaddyConfig, EngineConfig
from milepost_caddy.releaser import CaddyReleaser


def examined(shop: Any, config: CaddyConfig, **facts: Any) -> list[Examined]:
    return list(CaddyReleaser(config).examine(shop.bench.step("status", **facts)))


def test_what_is_in_order_is_said_before_and_after_the_first_release(shop: Any) -> None:
    config = CaddyConfig(tls="internal", drain=1)
    before = examined(shop, config)
    assert [each.level for each in before] == ["ok", "ok"]
    assert before[0].what.startswith("Caddy is ")
    shop.release(shop.started("one"), None, config)
    after = examined(shop, config)
    assert [each.level for each in after] == ["ok", "ok", "ok"]
    assert "is good until" in after[2].what


def test_a_port_that_somebody_has_is_a_problem(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        port = foreign.getsockname()[1]
        found = examined(shop, CaddyConfig(port=port))
    assert found[-1] == Examined(
        level="problem", what=f"port {port} cannot be used: Address already in use", hint=f"lsof -i :{port}"
    )


def test_a_port_of_another_app_is_a_problem_with_its_name(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shop.release(shop.started("one"), port=port)
    found = examined(shop, CaddyConfig(), app="api", port=port)
    assert (found[-1].level, "web in default" in found[-1].what) == ("problem", True)
    assert "milepost destroy web -w default" in found[-1].hint


def test_names_of_hosts_that_lead_nowhere_or_elsewhere_are_warnings(shop: Any) -> None:
    found = examined(shop, CaddyConfig(), hosts=("localhost", "192.0.2.1", "no-such-host.invalid", "*.wild.test"))
    names = [(each.level, each.what.split(" ")[0]) for each in found[2:]]
    assert names == [("ok", "localhost"), ("warning", "192.0.2.1"), ("warning", "no-such-host.invalid")]
    assert found[3].what == "192.0.2.1 leads to 192.0.2.1, not here"


def test_what_cannot_be_asked_is_a_problem_and_nothing_is_raised(shop: Any) -> None:
    found = examined(shop, CaddyConfig(binary="no-such-caddy"))
    assert [(each.level, each.what) for each in found] == [("problem", "there is no program 'no-such-caddy'")]
    found = examined(shop, CaddyConfig(engine=EngineConfig(host="unix:///no/such/docker.sock")))
    assert [each.level for each in found] == ["problem"]


@pytest.mark.skipif(
    os.geteuid() != 0, reason="not applicable: only root can become somebody who may not listen on low ports"
)
def test_a_port_that_only_root_may_have_comes_with_the_command_that_gives_the_right() -> None:
    code = (
        "import os; from milepost_caddy import port\n"
        "os.setuid(65534)\n"
        'import sys; sys.stdout.write(f\'{port.trouble("127.0.0.1", 81)}|{port.way_out("127.0.0.1", 81)}\')'
    )
    found = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True).stdout
    if found.startswith("None"):
        pytest.skip("not applicable: this machine lets everybody listen on port 81")
    assert found == "Permission denied|sudo sysctl -w net.ipv4.ip_unprivileged_port_start=81"
