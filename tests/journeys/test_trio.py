"""All commands on the example `trio`: a static site, a web app with a task, a worker from the same build."""

from __future__ import annotations

from typing import Any

from tests.journeys.place import Place, fetch, text_of

CHANGED = "\n# changed\n"


def urls(document: dict[str, Any]) -> dict[str, str]:
    """Return where each app is public."""
    found = (each for each in document["operations"] if each["stage"] == "release" and each["release"])
    return {each["app"]: each["release"]["urls"][0] for each in found if each["release"]["urls"]}


def live(place: Place) -> dict[str, int | None]:
    """Return which run's deployment is live, for each app."""
    return {each["app"]: each["live"] and each["live"]["number"] for each in place.json("status")["apps"]}


def add(place: Place, path: str, text: str) -> None:
    """Add to a file of the project."""
    file = place.folder / path
    file.write_text(file.read_text() + text)


def labels(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what was done for which app."""
    return [(each["app"], each["label"]) for each in document["operations"]]


def test_web_and_worker_go_live_together_from_one_build_and_the_site_beside_them(trio: Place) -> None:
    document = trio.up()
    made = {each["app"]: each["artifact"]["digest"] for each in document["operations"] if each["stage"] == "build"}
    assert made["web"] == made["worker"] != made["site"]
    assert labels(document).count(("web", "migrate")) == 1
    assert live(trio) == {"site": 1, "web": 1, "worker": 1}
    where = urls(document)
    assert text_of(where["web"]) == "Welcome to web in default\n"
    assert "<" in text_of(where["site"])
    assert len([each for each in trio.running() if each.kind == "app"]) == 3
    assert "0001_orders: done" in trio.run("logs", "--run", "1").out
    assert "signed" in trio.run("logs", "worker").out


def test_a_worker_that_fails_to_deploy_keeps_the_release_of_all_as_before(trio: Place) -> None:
    where = urls(trio.up())
    add(trio, "shop/worker.py", CHANGED)
    program = trio.folder / "shop" / "web.py"
    program.write_text(program.read_text().replace("to {os", "at {os"))
    # Its task can stop the worker's part alone: the web app of the same build would be fine.
    text = (trio.folder / "milepost.hcl").read_text()
    broken = (
        'worker  = true\n    }\n    task "check" {\n      command = ["python3", "-c", "raise SystemExit(4)"]\n    }'
    )
    trio.write(milepost__hcl=text.replace("worker  = true\n    }", broken))
    document = trio.up(status=1)
    assert {each["app"] for each in document["operations"] if each["stage"] == "release"} == set()
    assert live(trio) == {"site": 1, "web": 1, "worker": 1}
    assert text_of(where["web"]) == "Welcome to web in default\n"


def test_a_task_runs_once_per_run_and_not_on_a_rollback(trio: Place) -> None:
    trio.up("web")
    add(trio, "shop/web.py", CHANGED)
    assert labels(trio.up("web")).count(("web", "migrate")) == 1
    assert ("web", "migrate") not in labels(trio.json("rollback"))
    assert live(trio)["web"] == 1


def test_a_staged_deployment_is_not_public_until_its_release(trio: Place) -> None:
    where = urls(trio.up("web"))["web"]
    program = trio.folder / "shop" / "web.py"
    program.write_text(program.read_text().replace("to {os", "at {os"))
    trio.json("build", "web")
    staged = trio.json("deploy", "web")["operations"][-1]
    assert text_of(staged["deployment"]["url"]) == "Welcome at web in default\n"
    assert text_of(where) == "Welcome to web in default\n"
    trio.json("release", "web")
    assert text_of(where) == "Welcome at web in default\n"


def test_every_looking_command_answers_on_all_three(trio: Place) -> None:
    trio.run("validate")
    trio.run("doctor")
    trio.run("version")
    trio.up()
    assert trio.run("exec", "web", "--", "python3", "-c", "print(open('migrate.py').read(12))").out == '"""The migra\n'
    assert trio.ask("exec", "worker", "--", "sh", "-c", "exit 7").status == 7
    assert [each["verb"] for each in trio.json("history")["runs"]] == ["exec", "exec", "up"]
    assert trio.json("show", "web#1")["run"]["number"] == 1
    for kind in ("artifact", "deployment", "release", "operation"):
        assert trio.json(kind, "list")[f"{kind}s"]
        name = f"web#1/{'build' if kind == 'artifact' else 'deploy' if kind in ('deployment', 'operation') else kind}"
        assert trio.json(kind, "inspect", name)[kind]["app"] == "web"
    assert trio.json("lock", "list")["locks"] == {}
    for words in (("plugin", "list"), ("plugin", "doctor"), ("status",), ("history",), ("show", "last")):
        assert trio.run(*words).out
    assert "ended already" in trio.ask("cancel", "1").err


def test_stop_start_restart_and_redeploy_keep_the_public_url(trio: Place) -> None:
    where = urls(trio.up("web"))["web"]
    trio.run("stop", "web")
    assert fetch(where)[0] == 503
    assert trio.app_status()["health"]["name"] == "parked"
    trio.run("start", "web")
    assert text_of(where) == "Welcome to web in default\n"
    trio.run("restart", "web")
    assert text_of(where) == "Welcome to web in default\n"
    trio.run("redeploy", "web", "--var", "greeting=Hello")
    assert text_of(where) == "Hello to web in default\n"


def test_promote_takes_the_same_artifacts_to_another_workspace(trio: Place) -> None:
    first = trio.up("web", "worker")
    add(trio, "shop/web.py", "raise SystemExit('this was never built')")
    second = trio.json("promote", "1", "--to", "production")
    digests = [
        {each["artifact"]["digest"] for each in document["operations"] if each["stage"] == "deploy"}
        for document in (first, second)
    ]
    assert digests[0] == digests[1]
    assert text_of(urls(second)["web"]) == "Welcome to web in production\n"
    assert text_of(urls(first)["web"]) == "Welcome to web in default\n"
