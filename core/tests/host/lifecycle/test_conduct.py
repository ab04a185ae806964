"""Whole runs with real processes: phases, dependencies, exit statuses, records."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import app_text
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.events import OperationStarted, Output, RunFinished, RunStarted, Said, Warned


def begun(real: RealShop) -> list[str]:
    """Return which app began which stage, in order."""
    return [f"{each.app} {each.stage}" for each in real.events if isinstance(each, OperationStarted)]


def test_a_run_that_goes_well_ends_with_0_and_its_record_says_so(real: RealShop) -> None:
    outcome = real.run("up", why="because")
    assert (outcome.exit_status, outcome.run.status, outcome.run.number) == (0, "success", 1)
    (run,) = real.host().history.runs()
    assert (run.status, run.exit_status, run.why, run.user) == ("success", 0, "because", "ada")
    assert run.ended is not None


def test_its_first_and_last_events_are_its_own(real: RealShop) -> None:
    real.run("up")
    assert isinstance(real.events[0], RunStarted)
    assert isinstance(real.events[-1], RunFinished)


def test_a_second_up_is_unchanged_and_ends_with_0(real: RealShop) -> None:
    real.run("up")
    outcome = real.run("up")
    assert (outcome.exit_status, outcome.run.status) == (0, "unchanged")


def test_a_failure_that_left_what_was_live_ends_with_1(real: RealShop) -> None:
    real.run("up")
    real.write(config='fail = "ready"')
    outcome = real.run("up")
    assert (outcome.exit_status, outcome.run.status) == (1, "error")
    assert outcome.run.failure is not None
    assert outcome.run.failure.message == "web: web.1 exited 1 before it was ready"


def test_a_failure_after_what_was_live_has_changed_ends_with_3(real: RealShop) -> None:
    real.write(release='use "fake" {}\nverify {\ncommand = ["false"]\n}')
    assert real.run("up").exit_status == 3


def test_one_app_that_is_released_and_another_that_is_not_ends_with_3(real: RealShop) -> None:
    real.write(app_text("api"), app_text("web", app='depends_on = ["api"]', release='use "fake" { fail = "release" }'))
    assert real.run("up").exit_status == 3


def test_a_refusal_ends_with_5(real: RealShop) -> None:
    real.run("up")
    outcome = real.run("destroy", target="web#1/deploy")
    assert (outcome.exit_status, outcome.run.status) == (5, "refused")


def test_a_wrong_project_file_is_raised_before_anything_is_recorded(real: RealShop) -> None:
    real.write(config='nte = "x"')
    with pytest.raises(ProjectFileError) as caught:
        real.run("up")
    assert caught.value.exit_status == 2
    assert real.host().history.runs() == []


def test_the_same_request_twice_is_one_run(real: RealShop) -> None:
    host = real.host()
    request = real.request(host, "up")
    first = real.carry_out(request, host)
    again = real.carry_out(request)
    assert again.run == first.run
    assert again.exit_status == 0
    assert len(real.operations()) == 3


def test_all_apps_finish_a_phase_before_any_begins_the_next(real: RealShop) -> None:
    real.write(*(app_text(name, build='use "fake" { slow = "build" }') for name in ("api", "web")))
    real.run("up")
    stages = [each.split()[1] for each in begun(real)]
    assert stages == ["build", "build", "deploy", "deploy", "release", "release"]


def test_apps_go_side_by_side_inside_a_phase(real: RealShop) -> None:
    real.write(*(app_text(name, build=f'use "fake" {{}}\n{meeting(name)}') for name in ("api", "web")))
    assert real.run("build").exit_status == 0


def meeting(name: str) -> str:
    """Return a hook that ends when the other app's hook has begun, too."""
    script = f"touch ../{name}.here; while ! test -e ../api.here -a -e ../web.here; do sleep 0.05; done"
    return f'hook {{\nwhen = "before"\ntimeout = 60\ncommand = ["sh", "-c", "{script}"]\n}}'


def test_an_app_waits_in_each_phase_for_what_it_depends_on(real: RealShop) -> None:
    real.write(app_text("web", app='depends_on = ["db"]'), app_text("db", build='use "fake" { slow = "build" }'))
    real.run("up")
    real.run("up", choices={"force": True})
    done = [each for each in begun(real) if not each.endswith("park")]
    assert done == ["db build", "web build", "db deploy", "web deploy", "db release", "web release"]


def test_what_was_never_live_goes_live_before_what_depends_on_it_deploys(real: RealShop) -> None:
    real.write(app_text("web", app='depends_on = ["db"]'), app_text("db"), app_text("site"))
    real.run("up")
    done = begun(real)
    assert sorted(done[:3]) == ["db build", "site build", "web build"]
    assert sorted(done[3:5]) == ["db deploy", "site deploy"]
    assert sorted(done[5:7]) == ["db release", "site release"]
    assert done[7:] == ["web deploy", "web release"]


def test_what_went_live_first_stays_when_what_depends_on_it_fails(real: RealShop) -> None:
    real.write(app_text("web", app='depends_on = ["db"]', config='fail = "ready"'), app_text("db"))
    outcome = real.run("up")
    assert outcome.exit_status == 3
    assert "db release" in begun(real)
    assert "web release" not in begun(real)


def test_if_one_deploy_fails_nothing_is_released(real: RealShop) -> None:
    real.write(app_text("api"), app_text("web", config='fail = "ready"'))
    outcome = real.run("up")
    assert outcome.exit_status == 1
    assert "release" not in [each.stage for each in outcome.operations]


def test_what_depends_on_a_failed_one_is_not_begun(real: RealShop) -> None:
    real.write(app_text("db", build='use "fake" { fail = "build" }'), app_text("web", app='depends_on = ["db"]'))
    outcome = real.run("up", choices={"independent": True})
    assert outcome.exit_status == 1
    assert begun(real) == ["db build"]


def test_independent_apps_go_their_own_way(real: RealShop) -> None:
    real.write(app_text("api"), app_text("web", config='fail = "ready"'))
    outcome = real.run("up", choices={"independent": True})
    assert outcome.exit_status == 3
    assert "api release" in begun(real)
    assert "web release" not in begun(real)


def test_a_build_that_is_taken_from_another_app_comes_after_it(real: RealShop) -> None:
    worker = app_text("worker", build='from = "web"', config="worker = true")
    real.write(worker, app_text("web", build='use "fake" { slow = "built" }'))
    assert real.run("up", "worker").exit_status == 0
    web, taken = real.operations("build")
    assert (web.app, taken.app) == ("web", "worker")
    assert taken.artifact == web.artifact
    assert [each.app for each in real.operations("deploy")] == ["worker"]


def test_a_run_on_one_app_requires_that_what_it_depends_on_is_live(real: RealShop) -> None:
    real.write(app_text("web", app='depends_on = ["db"]'), app_text("db"))
    from milepost.sdk.errors import RefusedError

    with pytest.raises(RefusedError, match="web depends on db, of which nothing is live in default"):
        real.run("up", "web")
    assert real.run("up", "web", choices={"with_dependencies": True}).exit_status == 0
    assert real.run("up", "web").exit_status == 0


def test_a_circle_of_dependencies_in_todays_file_does_not_stop_a_rollback(real: RealShop) -> None:
    real.write(app_text("web"), app_text("db"))
    real.run("up")
    real.run("redeploy")
    real.write(app_text("web", app='depends_on = ["db"]'), app_text("db", app='depends_on = ["web", "gone"]'))
    assert real.run("rollback").exit_status == 0


def test_what_a_plugin_prints_is_told_and_breaks_nothing(real: RealShop) -> None:
    write_printing(real)
    assert real.run("build").exit_status == 0
    assert {"from print", "from the program"} <= set(real.told(Said)) | set(real.told(Output))


def write_printing(real: RealShop) -> None:
    from milepost.testing.distribution import write_distribution

    source = (
        "import os\n"
        "from milepost.sdk import Artifact, BuilderOffer, PluginConfig, hookimpl\n"
        "class Printing:\n"
        "    def __init__(self, config): pass\n"
        "    def build(self, step):\n"
        "        print('from print', flush=True)\n"
        "        os.system('echo from the program')\n"
        "        return Artifact(kind='file-tree/1', reference='/', digest='sha256:1')\n"
        "@hookimpl\n"
        "def milepost_builder(word):\n"
        "    return BuilderOffer(config=PluginConfig, produces=lambda c: 'file-tree/1', load=lambda: Printing)\n"
    )
    groups = {"milepost.v1.builder": {"printing": "milepost_printing"}}
    write_distribution(real.site, "milepost-printing", "1.0", groups, {"milepost_printing.py": source})
    real.write(build='use "printing" {}')


def test_much_output_is_kept_in_order(real: RealShop) -> None:
    script = "i=0; while test $i -lt 3000; do echo line $i; i=$((i+1)); done; sleep 0.3; echo the end"
    real.write(build=f'use "fake" {{}}\nhook {{\nwhen = "before"\ncommand = ["sh", "-c", "{script}"]\n}}')
    assert real.run("build").exit_status == 0
    (build,) = real.operations("build")
    lines = [each for each in real.host().store.read_output(build.id) if each.source == "hook before"]
    assert [each.text for each in lines] == [*(f"line {number}" for number in range(3000)), "the end"]
    numbers = [each.number for each in lines]
    assert numbers == sorted(set(numbers))


def test_a_dry_run_says_what_would_be_done_and_leaves_no_record(real: RealShop) -> None:
    real.run("up")
    outcome = real.run("rollback", choices={"dry_run": True})
    assert outcome.plan == ("web: nothing of web was live before #1 in default",)
    assert len(real.host().history.runs()) == 1


def test_after_a_rollback_to_the_first_the_way_forward_is_named_by_a_dry_run(real: RealShop) -> None:
    for text in ("one", "two"):
        (real.folder / "web" / "index.html").write_text(text)
        real.run("up")
    real.run("rollback")
    outcome = real.run("rollback", choices={"dry_run": True})
    (line,) = outcome.plan
    why = "#1 is live again since #3, and nothing of web was live before #1 in default"
    assert line == f"web: {why}   milepost rollback web --to 2"
    assert outcome.exit_status == 1
    failure = real.run("rollback").run.failure
    assert failure is not None
    assert (failure.hint, "live again since #3" in failure.message) == ("milepost rollback web --to 2", True)
    assert real.run("rollback", "web", target="2").exit_status == 0


def test_a_rollback_says_which_apps_it_leaves_and_why(real: RealShop) -> None:
    real.write(app_text("web"), app_text("api"), app_text("worker"))
    real.run("up", "web", "api")
    real.run("build", "worker")
    real.run("deploy", "worker")
    (real.folder / "web" / "index.html").write_text("two")
    real.run("up", "web")
    stays = (
        "api stays at #1: the run that is undone did not release it; nothing of it was live before",
        "worker stays as it is: nothing of it is live in default",
    )
    assert real.run("rollback", choices={"dry_run": True}).plan[1:] == stays
    assert real.run("rollback").exit_status == 0
    assert tuple(real.told(Warned)) == stays


def test_a_secret_variable_is_not_in_the_record_of_the_request(real: RealShop) -> None:
    real.write(top='variable "password" {\nsensitive = true\n}\nconfig {\nenv = { PW = var.password }\n}')
    outcome = real.run("up", variables={"password": "hunter22-and-more"})
    assert outcome.exit_status == 0
    kept = b"".join(each.read_bytes() for each in (real.root / "state").rglob("*") if each.is_file())
    assert b"hunter22-and-more" not in kept


def test_ci_hears_once_that_its_history_is_its_own(real: RealShop) -> None:
    real.environment["CI"] = "true"
    real.run("build")
    assert any("nobody else sees it" in each for each in real.told(Warned))
    real.run("build")
    assert real.told(Warned) == []
