"""One history for two machines, in a real database: who waits for whom, who dies, and who is cut off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.postgres import PostgresServer, database, postgres_server
from tests.journeys.cable import Cable
from tests.journeys.machines import LEASE, WAIT, Machine, switch_off
from tests.journeys.place import PATIENCE, until

__all__ = ["database", "postgres_server"]


@pytest.fixture
def cable(postgres_server: PostgresServer) -> Iterator[Cable]:
    """The laptop's cable to the database."""
    made = Cable(postgres_server.port)
    yield made
    made.close()


@pytest.fixture
def laptop(root: Path, database: str, cable: Cable) -> Machine:
    """A machine whose cable can be cut."""
    return Machine.made(root, "laptop", database, cable)


@pytest.fixture
def ci(root: Path, database: str, postgres_server: PostgresServer) -> Iterator[Machine]:
    """Another machine, which is always connected."""
    cable = Cable(postgres_server.port)
    yield Machine.made(root, "ci", database, cable)
    cable.close()


def test_what_one_machine_does_the_other_one_sees_and_goes_back_from(laptop: Machine, ci: Machine) -> None:
    laptop.up()
    (laptop.folder / "web" / "index.html").write_text("hello again")
    laptop.up()
    assert ci.runs() == {1: "success", 2: "success"}
    assert ci.json("rollback")["run"]["status"] == "success"
    assert laptop.runs() == {1: "success", 2: "success", 3: "success"}
    assert laptop.world.read()["routes"]["shop/default/web"] is not None


def test_no_password_is_kept_anywhere(laptop: Machine, cable: Cable, root: Path) -> None:
    laptop.waits()
    process = laptop.start("up")
    laptop.is_waiting()
    cable.cut()
    laptop.go()
    time.sleep(1.0)
    cable.mend()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    password = laptop.more["MILEPOST_VAR_database"].split(":")[2].split("@")[0]
    assert password not in out + err
    for folder in (laptop.state, root / "laptop" / "cache", root / "plugins"):
        for path in folder.rglob("*"):
            assert not path.is_file() or password.encode() not in path.read_bytes(), path


def test_of_two_ups_at_once_one_waits_and_is_told_who_holds_it(laptop: Machine, ci: Machine) -> None:
    laptop.waits()
    first = laptop.start("up")
    laptop.is_waiting()
    refused = ci.run("up", "--lock-timeout", "1s", status=4)
    assert "default/web is locked by ada@laptop (pid" in refused.told
    assert "run #1, up" in refused.told
    second = ci.start("up")
    until("the wait", lambda: 3 in laptop.runs())
    laptop.go()
    assert first.communicate(timeout=PATIENCE)[0]
    out, err = second.communicate(timeout=PATIENCE)
    assert (first.returncode, second.returncode) == (0, 0), out + err
    assert laptop.runs() == {1: "success", 2: "error", 3: "success"}


def test_a_machine_that_dies_is_taken_over_after_the_lease_and_told_truly(laptop: Machine, ci: Machine) -> None:
    laptop.says(config='deaf = "ready"')
    process = laptop.start("up")
    until("the deploy", lambda: laptop.world.read()["deployments"])
    assert ci.runs() == {1: "running"}
    switch_off(process)
    assert ci.runs() == {1: "running"}, "its lease is not over yet"
    until("the end of the lease", lambda: ci.runs() == {1: "interrupted"}, LEASE + 20)
    half = set(laptop.world.read()["deployments"])
    ci.up()
    assert not half & set(ci.world.read()["deployments"])
    assert ci.runs() == {1: "interrupted", 2: "success"}
    assert "#1 deploy interrupted" in ci.statuses()
    assert laptop.statuses() == ci.statuses()


def test_a_run_of_a_dead_process_of_this_machine_is_interrupted_at_once(laptop: Machine) -> None:
    laptop.says(config='deaf = "ready"')
    process = laptop.start("up")
    until("the deploy", lambda: laptop.world.read()["deployments"])
    switch_off(process)
    assert laptop.runs() == {1: "interrupted"}


@pytest.mark.parametrize("how", ["cut", "hush"])
def test_a_database_that_is_gone_for_a_moment_is_not_missed(
    laptop: Machine, ci: Machine, cable: Cable, how: str
) -> None:
    laptop.waits()
    process = laptop.start("up")
    laptop.is_waiting()
    getattr(cable, how)()
    laptop.go()
    until("the journal", lambda: any('"success"' in each for each in laptop.outbox))
    cable.mend()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    assert laptop.outbox == []
    assert ci.runs() == {1: "success"}
    assert ci.statuses() == ["#1 build success", "#1 deploy success", "#1 release success"]
    assert "waiting" in ci.run("logs", "--run", "1").out


def test_a_database_that_is_gone_for_good_stops_the_run_with_what_is_staged(
    laptop: Machine, ci: Machine, cable: Cable
) -> None:
    laptop.waits()
    process = laptop.start("up")
    laptop.is_waiting()
    cable.cut()
    laptop.go()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, out + err
    assert "cannot be reached" in out + err
    assert "Traceback" not in out + err
    assert laptop.world.read()["routes"] == {}
    assert laptop.outbox
    refused = laptop.run("up", status=1)
    assert "cannot be reached" in refused.told
    assert "wait to be delivered" in refused.told
    cable.mend()
    until("the end of the lease", lambda: ci.runs() == {1: "interrupted"}, LEASE + 20)
    assert "entries of this machine wait to be delivered" in laptop.run("history").told
    laptop.go()
    laptop.up()
    assert laptop.outbox == []
    runs = ci.runs()
    assert runs[1] == "error"
    assert runs[2] == "success"
    assert "#1 deploy success" in ci.statuses()


def test_a_release_that_began_ends_though_the_database_is_gone_and_is_recorded_later(
    laptop: Machine, ci: Machine, cable: Cable
) -> None:
    laptop.waits("release")
    process = laptop.start("up")
    laptop.is_waiting()
    cable.cut()
    laptop.go()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    assert "entries wait here" in out + err
    assert "#1 up: success" in out + err
    serving = laptop.world.read()["routes"]
    assert serving
    cable.mend()
    until("the end of the lease", lambda: ci.runs() == {1: "interrupted"}, LEASE + 20)
    laptop.run("build")
    assert laptop.outbox == []
    assert ci.runs() == {1: "success", 2: "success"}
    assert "#1 release success" in ci.statuses()
    ci.up("--force")
    assert laptop.world.read()["routes"] != serving


def test_when_a_command_dies_its_process_cleans_up_before_anybody_takes_over(laptop: Machine, ci: Machine) -> None:
    laptop.says(config='hang = "ready"')
    process = laptop.start("up")
    until("the deploy", lambda: laptop.world.read()["deployments"])
    process.kill()
    process.communicate(timeout=PATIENCE)
    until("the clean-up", lambda: not laptop.world.read()["deployments"])
    until("the end of the lease", lambda: ci.runs() == {1: "interrupted"}, LEASE + 20)
    assert "#1 deploy cancelled" in ci.statuses()
    ci.up()


def test_a_process_that_dies_is_buried_by_its_command_on_a_shared_history(laptop: Machine, ci: Machine) -> None:
    laptop.says(config='die = "ready"')
    laptop.run("up", status=1)
    assert ci.runs() == {1: "error"}
    assert "#1 deploy interrupted" in ci.statuses()
    ci.up()
    assert len(ci.world.read()["deployments"]) == 1


def test_a_database_that_is_gone_while_it_builds_is_waited_for_before_anything_is_deployed(
    laptop: Machine, ci: Machine, cable: Cable
) -> None:
    text = (laptop.folder / "milepost.hcl").read_text()
    hook = (WAIT % {"place": laptop.root, "when": "before"}).strip()
    laptop.write(milepost__hcl=text.replace('build {\n    use "fake" {}', f'build {{\n    use "fake" {{}}\n{hook}'))
    process = laptop.start("up")
    laptop.is_waiting()
    cable.cut()
    laptop.go()
    until("the journal", lambda: any('"success"' in each for each in laptop.outbox))
    cable.mend()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    assert ci.statuses() == ["#1 build success", "#1 deploy success", "#1 release success"]


def test_one_that_was_cut_off_while_another_took_over_cleans_up_nothing_of_the_others(
    laptop: Machine, ci: Machine, cable: Cable
) -> None:
    laptop.says(config='hang = "ready"')
    process = laptop.start("up")
    until("the deploy", lambda: laptop.world.read()["deployments"])
    cable.cut()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, out + err
    assert "may be somebody else's" in out + err
    ci.up()
    serving = ci.world.read()["routes"]
    cable.mend()
    laptop.says()
    assert laptop.json("status")["apps"][0]["live"]["number"] == 2
    laptop.run("build")
    assert ci.world.read()["routes"] == serving
    assert "#1 deploy error" in ci.statuses()


def test_a_lock_that_is_broken_stops_its_holder_on_another_machine(laptop: Machine, ci: Machine) -> None:
    laptop.says(config='hang = "ready"')
    process = laptop.start("up")
    until("the deploy", lambda: laptop.world.read()["deployments"])
    ci.run("--yes", "lock", "break", "app/default/web", "--force")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4, out + err
    ci.up()
    assert "#1 deploy success" not in ci.statuses()


def test_a_rollback_that_preempts_cancels_the_holder_on_another_machine(laptop: Machine, ci: Machine) -> None:
    laptop.up()
    (laptop.folder / "web" / "index.html").write_text("two")
    laptop.up()
    (laptop.folder / "web" / "index.html").write_text("three")
    laptop.says(config='hang = "ready"')
    process = laptop.start("up")
    until("the deploy", lambda: len(laptop.world.read()["deployments"]) == 3)
    assert ci.json("rollback", "--preempt")["run"]["status"] == "success"
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "#3 deploy cancelled" in ci.statuses()


def test_a_freeze_of_one_machine_holds_on_the_other(laptop: Machine, ci: Machine) -> None:
    laptop.run("freeze", "-m", "sale")
    refused = ci.run("up", status=5)
    assert "is frozen" in refused.told
    laptop.run("thaw")
    ci.up()


def test_what_is_wrong_with_the_history_block_is_told_with_its_place(laptop: Machine) -> None:
    text = (laptop.folder / "milepost.hcl").read_text()
    laptop.write(milepost__hcl=text.replace("lease ", "lace "))
    told = laptop.run("validate", status=2).told
    assert "milepost.hcl:12:" in told
    assert 'did you mean "lease"?' in told or "lease" in told
    laptop.write(milepost__hcl=text.replace('use "postgres"', 'use "postgre"'))
    assert "postgres" in laptop.run("validate", status=2).told
    laptop.write(milepost__hcl=text.replace("history {", 'history {\n  path = "x"'))
    assert 'a "path" or a "use"; found both' in laptop.run("validate", status=2).told


def test_lists_of_plugins_do_not_open_it(laptop: Machine, cable: Cable) -> None:
    cable.cut()
    assert "postgres" in laptop.run("plugin", "list").out
    assert "cannot be reached" in laptop.run("history", status=1).told
