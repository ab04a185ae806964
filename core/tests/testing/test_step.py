"""The step for tests: it remembers, it ends where it is told to, and it really runs programs."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from milepost.host.processes import Watch
from milepost.sdk.config import PluginState
from milepost.sdk.deployment import Resource
from milepost.sdk.errors import CancelledError, CommandFailedError, DeadlineError
from milepost.sdk.step import Command, Step
from milepost.testing.bench import Bench
from milepost.testing.clock import FakeClock
from milepost.testing.ids import FakeIds
from milepost.testing.runner import RecordingRunner
from milepost.testing.step import Died, Stop


class State(PluginState, frozen=True, kw_only=True):
    folder: str
    ports: tuple[int, ...] = ()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, runner=RecordingRunner(), clock=FakeClock())


def test_it_is_a_step_of_the_seam(bench: Bench) -> None:
    step: Step = bench.step("deploy")
    assert step.facts.stage == "deploy"


def test_steps_of_one_bench_share_what_lasts_and_nothing_else(bench: Bench) -> None:
    one, two = bench.step("build"), bench.step("deploy", app="api")
    assert one.facts.data == two.facts.data
    assert one.facts.operation != two.facts.operation
    assert one.facts.scratch != two.facts.scratch
    assert two.facts.app == "api"


def test_what_was_recorded_comes_back_through_json(bench: Bench) -> None:
    step = bench.step("deploy")
    step.intend("folder", step.key("app"))
    step.created(step.key("app"), "/srv/app")
    step.save(State(folder="/srv/app", ports=(1, 2)))
    recorded = step.recorded()
    assert recorded.state == State(folder="/srv/app", ports=(1, 2))
    assert recorded.state is not step.state
    assert recorded.resources == (Resource(kind="folder", key=step.key("app"), id="/srv/app"),)


def test_an_object_that_was_never_intended_cannot_have_been_made(bench: Bench) -> None:
    with pytest.raises(AssertionError, match="never intended"):
        bench.step("deploy").created("web", "1")


def test_a_key_is_the_operations_own(bench: Bench) -> None:
    one, two = bench.step("deploy"), bench.step("deploy")
    assert one.key("app") == one.key("app") != two.key("app")
    assert one.facts.operation.lower() in one.key()


def test_the_runner_gives_the_answers_it_was_told(bench: Bench) -> None:
    assert isinstance(bench.runner, RecordingRunner)
    bench.runner.answer("docker", stdout=b"any")
    bench.runner.answer("docker", "inspect", stdout=b"healthy\n")
    step = bench.step("deploy")
    assert step.run(Command(argv=("docker", "inspect", "web"))).stdout == b"healthy\n"
    assert step.run(Command(argv=("docker", "ps"))).stdout == b"any"
    assert step.noted("output") == ["healthy", "any"]
    assert bench.runner.asked[0].cwd == str(bench.source)


def test_a_command_that_fails_raises_unless_it_may(bench: Bench) -> None:
    assert isinstance(bench.runner, RecordingRunner)
    bench.runner.answer("false", status=3, stderr=b"no such thing")
    with pytest.raises(CommandFailedError, match="false ended with status 3: no such thing"):
        bench.step("deploy").run(Command(argv=("false",)))
    assert bench.step("deploy").run(Command(argv=("false",), check=False)).status == 3


def test_a_real_program_is_run_by_the_hosts_own_runner(tmp_path: Path) -> None:
    step = Bench(tmp_path).step("build")
    code = "import os, sys; print(os.getcwd()); print(sys.stdin.read(), file=sys.stderr)"
    result = step.run(Command(argv=(sys.executable, "-c", code), input=b"hello"))
    assert result.stdout.decode().strip() == str(step.facts.source)
    assert result.stderr.decode().strip() == "hello"
    assert step.running == {}


# That a detached program runs on when its Popen is dropped is what it is detached for.
@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_what_a_dead_step_left_running_is_buried(tmp_path: Path) -> None:
    step = Bench(tmp_path).step("deploy", stop=Stop("death", 2))
    with pytest.raises(Died):
        step.run(Command(argv=("sleep", "60"), detach=True))
    (pid,) = step.running
    assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
    step.bury()
    assert step.running == {}
    for _ in range(500):  # whoever started it takes note of its end in a thread of its own
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()


def test_sleeping_takes_the_tests_time_only(bench: Bench) -> None:
    step = bench.step("deploy")
    before = step.now()
    step.sleep(3600)
    assert (step.now() - before).total_seconds() == pytest.approx(3600)


def test_waiting_ends_when_it_is_done_or_names_what_was_too_slow(bench: Bench) -> None:
    looks: list[int] = []
    bench.step("deploy").wait("web", 10, lambda: len(looks) == 3 or bool(looks.append(1)))
    assert len(looks) == 3
    with pytest.raises(DeadlineError, match="web took longer than its limit of 10 s"):
        bench.step("deploy").wait("web", 10, lambda: False)


def test_a_step_has_a_limit_of_its_own(bench: Bench) -> None:
    with pytest.raises(DeadlineError, match="the deploy took longer than its limit of 5 s"):
        bench.step("deploy", limit=5).sleep(60)


def test_after_a_cancel_nothing_new_may_begin_but_what_is_made_can_be_kept(bench: Bench) -> None:
    step = bench.step("deploy")
    step.intend("folder", "a")
    step.cancel.ask("the test said so")
    step.created("a", "1")
    step.save(State(folder="a"))
    step.evidence("why", "because")
    for call in (lambda: step.intend("folder", "b"), lambda: step.run(Command(argv=("x",))), step.check):
        with pytest.raises(CancelledError):
            call()
    assert list(step.resources) == ["a"]


def test_a_death_comes_before_or_after_a_call_took_effect(bench: Bench) -> None:
    effects = []
    for at in (1, 2):
        step = bench.step("deploy", stop=Stop("death", at))
        with pytest.raises(Died):
            step.intend("folder", "a")
        with pytest.raises(Died):
            step.save(State(folder="a"))
        effects.append(list(step.resources))
    assert effects == [[], ["a"]]


def test_two_steps_cannot_hold_the_same_lock(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    one, two = bench.step("deploy"), bench.step("deploy", limit=0.2)
    with one.exclusive("caddy"):
        with pytest.raises(DeadlineError), two.exclusive("caddy"):
            pass
        with bench.step("deploy").exclusive("another"):
            pass
    with bench.step("deploy", limit=5).exclusive("caddy"):
        pass


def test_a_lock_that_is_waited_for_is_taken_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    order: list[str] = []
    taken = threading.Event()

    def hold() -> None:
        with bench.step("deploy").exclusive("caddy"):
            taken.set()
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    with bench.step("deploy").exclusive("caddy"):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_step_that_would_wait_for_itself_says_so(bench: Bench) -> None:
    step = bench.step("deploy")
    with step.exclusive("caddy"), pytest.raises(AssertionError, match="held by this step already"):
        step.exclusive("caddy").__enter__()


def test_everything_that_is_told_or_kept_can_be_searched(bench: Bench) -> None:
    step = bench.step("deploy")
    step.say("said")
    step.output("printed")
    step.evidence("title", "evident")
    step.intend("folder", "intended")
    step.save(State(folder="saved"))
    step.run(Command(argv=("prog", "argument")))
    step.mask("masked")
    text = step.everything()
    for word in ("said", "printed", "evident", "intended", "saved", "argument"):
        assert word in text
    assert "masked" not in text


def test_fake_ids_are_in_order_and_differ_in_their_ends() -> None:
    ids = FakeIds()
    made = [ids() for _ in range(40)]
    assert made == sorted(made)
    assert {len(each) for each in made} == {26}
    assert len({each[-4:] for each in made}) == 40


def test_the_runner_obeys_a_cancel_as_the_real_one_does(bench: Bench) -> None:
    step = bench.step("deploy")
    step.cancel.ask("the test said so")
    watch = Watch(
        cancel=step.cancel,
        deadline=step._deadline,
        started=lambda pid: None,
        ended=lambda pid: None,
        output=lambda text, stream: None,
    )
    with pytest.raises(CancelledError):
        bench.runner(Command(argv=("x",)), {}, watch)
