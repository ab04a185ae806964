"""One operation: written down before anything is done, and with a true end whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.sdk.errors import CancelledError, MilepostError, OperationError, PluginFaultError, RefusedError
from milepost.sdk.events import OperationFinished, Said, Warned
from milepost.sdk.record import Operation

SECRET = "hunter22-and-more"


class Watcher:
    """An observer that remembers the records it was shown, and refuses the stages it was told to."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse = refuse
        self.seen: list[str] = []

    def starting(self, operation: Operation) -> str | None:
        self.seen.append(f"starting {operation.stage} {operation.status}")
        return "not on Fridays" if operation.stage == self.refuse else None

    def started(self, operation: Operation) -> None:
        self.seen.append(f"started {operation.stage} {operation.status}")

    def finished(self, operation: Operation) -> None:
        self.seen.append(f"finished {operation.stage} {operation.status}")

    def event(self, event: object) -> None:
        return


class Broken(Watcher):
    """An observer with a bug."""

    def finished(self, operation: Operation) -> None:
        raise PluginFaultError("milepost-broken", "1.0", "finished raised KeyError: 1")


def test_the_record_is_there_and_running_before_hooks_and_plugin(shop: Shop) -> None:
    watcher = Watcher()
    shop.observe(watcher)
    shop.write(build='use "fake" { fail = "build" }')
    with pytest.raises(OperationError):
        shop.up()
    assert watcher.seen == ["starting build running", "started build running", "finished build error"]
    assert shop.world.log() == ["build web"]


def test_an_error_of_the_plugin_ends_the_operation_with_its_code_and_message(shop: Shop) -> None:
    shop.write(build='use "fake" { fail = "build" }')
    with pytest.raises(OperationError):
        shop.up()
    operation = shop.last("build")
    assert operation.status == "error"
    assert operation.failure is not None
    assert (operation.failure.code, operation.failure.message) == ("operation", "the fake was told to fail at build")
    assert operation.ended is not None


def test_a_bug_of_the_plugin_is_put_down_to_it(shop: Shop) -> None:
    shop.write(build='use "fake" { bug = "build" }')
    with pytest.raises(PluginFaultError, match=r"milepost-fakes 1\.0: building raised ValueError"):
        shop.up()
    failure = shop.last("build").failure
    assert failure is not None
    assert failure.code == "plugin-fault"


def test_an_observer_that_minds_makes_it_refused_and_nothing_is_done(shop: Shop) -> None:
    shop.observe(Watcher(refuse="deploy"))
    with pytest.raises(RefusedError, match="not on Fridays"):
        shop.up()
    assert shop.statuses() == ["#1 build success", "#1 deploy refused"]
    assert "deploy web" not in shop.world.log()


def test_a_refused_deploy_leaves_nothing_that_stands(shop: Shop) -> None:
    shop.observe(Watcher(refuse="deploy"))
    with pytest.raises(RefusedError):
        shop.up()
    assert shop.history.deployments("web", "default") == []


def test_observers_are_called_in_the_order_of_the_file_and_a_broken_one_stops_no_other(shop: Shop) -> None:
    watcher = Watcher()
    shop.observe(Broken(), watcher)
    shop.up()
    assert "finished release success" in watcher.seen
    assert any("milepost-broken 1.0" in each for each in shop.warnings)
    assert shop.last("release").status == "success"


def test_a_cancel_makes_it_cancelled(shop: Shop) -> None:
    shop.bench.cancel.ask("SIGINT")
    with pytest.raises(CancelledError, match="SIGINT"):
        shop.up()
    assert shop.statuses() == ["#1 build cancelled"]


def test_each_record_names_the_plugin_its_version_and_api(shop: Shop) -> None:
    shop.up()
    stamps = {each.stage: each.plugin for each in shop.operations()}
    for stage, role in (("build", "builder"), ("deploy", "platform"), ("release", "releaser")):
        stamp = stamps[stage]
        assert stamp is not None
        assert (stamp.role, stamp.word, stamp.distribution, stamp.version) == (role, "fake", "milepost-fakes", "1.0")
        assert stamp.api == "1"


def test_objects_are_recorded_by_keys_made_from_the_operation(shop: Shop) -> None:
    shop.up()
    deploy = shop.last("deploy")
    (resource,) = deploy.resources
    assert resource.key == f"milepost-{deploy.id.lower()}-object"
    assert resource.id == f"id-{resource.key}"


def test_the_finished_event_tells_outcome_error_and_hint(shop: Shop) -> None:
    shop.write(config='fail = "ready"')
    with pytest.raises(MilepostError):
        shop.up()
    (event,) = [each for each in shop.events if isinstance(each, OperationFinished) and each.stage == "deploy"]
    assert event.status == "error"
    assert event.result == "FAILED"
    assert event.error == "web.1 exited 1 before it was ready"


def test_the_scratch_folder_is_gone_afterwards(shop: Shop) -> None:
    shop.up()
    scratch = shop.folders.cache / "scratch"
    assert list(scratch.iterdir()) == []


def test_what_a_hook_prints_is_kept_with_its_source(shop: Shop) -> None:
    shop.write(build='use "fake" {}\nhook {\nwhen = "before"\ncommand = ["echo", "from the hook"]\n}')
    shop.up()
    lines = shop.store.read_output(shop.last("build").id)
    assert ("hook before", "stdout", "from the hook") in [(each.source, each.stream, each.text) for each in lines]
    assert any(each.source == "plugin" and each.stream == "say" for each in lines)


SECRETIVE = f"""
variable "password" {{
  sensitive = true
  default   = "{SECRET}"
}}
config {{
  env = {{ DB = "postgres://app:${{var.password}}@db" }}
}}
"""


def test_a_secret_is_in_no_record_no_event_and_no_output(shop: Shop) -> None:
    hook = 'hook {\nwhen = "before"\ncommand = ["sh", "-c", "echo $0", var.password]\n}'
    shop.write(top=SECRETIVE, deploy=hook)
    shop.up()
    assert shop.operations("deploy")[0].hooks[0].command[-1] == "***"
    assert SECRET not in shop.everything()


def test_a_secret_in_the_message_of_a_failure_is_masked(shop: Shop) -> None:
    command = 'command = ["sh", "-c", "echo $0 >&2; exit 3", var.password]'
    hook = f'hook {{\nwhen = "before"\non_failure = "continue"\n{command}\n}}'
    verify = f'use "fake" {{}}\nverify {{\ncommand = ["sh", "-c", "echo {SECRET} >&2; exit 3"]\n}}'
    shop.write(top=SECRETIVE, deploy=hook, release=verify)
    with pytest.raises(MilepostError):
        shop.up()
    assert SECRET not in shop.everything()


def test_a_secret_is_masked_before_any_plugin_saw_it(shop: Shop) -> None:
    shop.write(top=SECRETIVE, build=f'use "fake" {{}}\nhook {{\nwhen = "before"\ncommand = ["echo", "{SECRET}"]\n}}')
    shop.up()
    assert SECRET not in shop.everything()


def test_a_secret_that_is_too_short_to_be_masked_is_warned_of(shop: Shop) -> None:
    shop.write(top=SECRETIVE.replace(SECRET, "abc"))
    shop.up()
    assert any("shorter than 6" in each for each in shop.told(Warned))


def test_the_label_of_what_is_said_names_the_stage(shop: Shop) -> None:
    shop.up()
    assert next(each.stage for each in shop.events if isinstance(each, Said)) == "build"


def test_a_program_that_a_plugin_runs_starts_in_the_apps_folder(shop: Shop, tmp_path: Path) -> None:
    source = (
        "from milepost.sdk import hookimpl, BuilderOffer, Command, Artifact, PluginConfig\n"
        "class Here:\n"
        "    def __init__(self, config): pass\n"
        "    def build(self, step):\n"
        "        where = step.run(Command(argv=('pwd',))).stdout.decode().strip()\n"
        "        return Artifact(kind='file-tree/1', reference=where, digest='sha256:1')\n"
        "@hookimpl\n"
        "def milepost_builder(word):\n"
        "    return BuilderOffer(config=PluginConfig, produces=lambda c: 'file-tree/1', load=lambda: Here)\n"
    )
    shop.install("here", "builder", source)
    shop.write(build='use "here" {}')
    shop.up()
    built = shop.last("build").artifact
    assert built is not None
    assert built.reference == str(shop.folder / "web")


def test_apps_do_not_share_records(shop: Shop) -> None:
    shop.write(app_text("web"), app_text("api"))
    shop.up()
    assert [f"{each.app} {each.stage}" for each in shop.operations()] == [
        "web build",
        "api build",
        "web deploy",
        "api deploy",
        "web release",
        "api release",
    ]
