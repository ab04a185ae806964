"""One history for two machines, and a platform whose objects are on the machine where they were made alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.tests.host.lifecycle.test_elsewhere import SOLO
from milepost.testing.distribution import write_distribution
from tests.engines.postgres import PostgresServer, database, postgres_server
from tests.journeys.cable import Cable
from tests.journeys.machines import Machine

__all__ = ["database", "postgres_server"]


@pytest.fixture
def machines(root: Path, database: str, postgres_server: PostgresServer) -> Iterator[tuple[Machine, Machine]]:
    """Return two machines, each with a world of its own, as platforms of one machine have."""
    cable = Cable(postgres_server.port)
    made = [Machine.made(root, name, database, cable) for name in ("laptop", "desk")]
    write_distribution(
        root / "site",
        "milepost-solo",
        "1.0",
        {"milepost.v1.platform": {"solo": "milepost_solo"}},
        {"milepost_solo.py": SOLO},
    )
    for each in made:
        text = (each.folder / "milepost.hcl").read_text()
        each.write(milepost__hcl=text.replace('deploy {\n    use "fake"', 'deploy {\n    use "solo"'))
        (each.state / "plugins").unlink()
        (each.state / "plugins").mkdir()
    yield made[0], made[1]
    cable.close()


def test_what_serves_on_one_machine_is_left_alone_by_the_other(machines: tuple[Machine, Machine]) -> None:
    laptop, desk = machines
    laptop.up()
    refused = desk.run("up", status=5)
    assert "stands on laptop (#1)" in refused.told
    assert "run it on laptop" in refused.told
    assert "on laptop, not asked from here" in desk.run("status").told
    assert desk.json("status")["apps"][0]["live"]["number"] == 1
    told = desk.run("doctor").told
    assert "web in default stands on laptop, not asked from here" in told
    assert "has nothing of it" not in told
    assert "stands on laptop" in desk.run("logs", "web", status=5).told
    assert "not asked from here" not in laptop.run("doctor").told
    laptop.up()
    desk.up("-w", "desk")
    assert laptop.statuses().count("#1 deploy success") == 1
    assert not [each for each in laptop.statuses() if "destroy" in each]


def test_what_a_machine_that_is_gone_for_good_had_is_forgotten_by_force(machines: tuple[Machine, Machine]) -> None:
    laptop, desk = machines
    laptop.up()
    there = laptop.world.read()
    assert "#1 on laptop is forgotten" in desk.run("up", "--force").told
    assert desk.json("status")["apps"][0]["live"]["number"] == 2
    assert laptop.world.read() == there
    assert "stands on desk" in laptop.run("up", status=5).told
