"""`milepost init`: what it sees, asks and writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milepost.cli.scaffold import Wishes, look_at, project_file, write_new
from milepost.sdk.errors import MilepostError


@pytest.mark.parametrize(
    ("files", "command", "prepare"),
    [
        ({"server.py": ""}, ("python3", "server.py"), ()),
        ({"app.py": "", "uv.lock": ""}, ("uv", "run", "python", "app.py"), ("uv", "sync")),
        ({"package.json": "{}", "package-lock.json": "{}"}, ("npm", "start"), ("npm", "ci")),
        ({"Procfile": "web: gunicorn shop:app\nworker: python jobs.py\n"}, ("gunicorn", "shop:app"), ()),
        ({"Procfile": "web: gunicorn -b :$PORT shop"}, ("sh", "-c", "exec gunicorn -b :$PORT shop"), ()),
        ({"Procfile": "web: cd shop && python3 x.py"}, ("sh", "-c", "cd shop && python3 x.py"), ()),
        ({"package.json": '{"scripts": {"build": "vite"}}', "index.html": ""}, (), ()),
        ({"package.json": '{"scripts": {"start": "x"}}', "index.html": ""}, ("npm", "start"), ("npm", "install")),
        ({"index.html": ""}, (), ()),
    ],
)
def test_the_folder_says_how_the_app_is_started(
    tmp_path: Path, files: dict[str, str], command: tuple[str, ...], prepare: tuple[str, ...]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    plan = look_at(tmp_path, Wishes())
    assert (plan.command, plan.prepare) == (command, prepare)
    assert plan.seen


def test_init_writes_a_commented_file_and_says_what_to_type_next(milepost: Any, tmp_path: Path) -> None:
    (tmp_path / "server.py").touch()
    ended = milepost("init", "--name", "hello", "--health", "/healthz")
    text = (tmp_path / "milepost.hcl").read_text()
    assert ended.status == 0
    assert "milepost up" in ended.out
    assert 'project = "hello"' in text
    assert 'command = ["python3", "server.py"]' in text
    assert 'path = "/healthz"' in text
    assert "# " in text


def test_init_never_overwrites(milepost: Any, tmp_path: Path) -> None:
    (tmp_path / "waypoint.hcl").write_text("mine")
    ended = milepost("init", "--static")
    assert ended.status == 2
    assert "is there already; it was not touched" in ended.err
    assert not (tmp_path / "milepost.hcl").exists()


def test_init_of_a_folder_that_says_nothing_asks_for_a_command(milepost: Any) -> None:
    ended = milepost("init")
    assert ended.status == 2
    assert "milepost init --command" in ended.err


def test_init_asks_on_a_terminal(milepost: Any, tmp_path: Path) -> None:
    assert milepost("init", answers="shop\npython3 shop.py --fast\n").status == 0
    text = (tmp_path / "milepost.hcl").read_text()
    assert 'project = "shop"' in text
    assert 'command = ["python3", "shop.py", "--fast"]' in text


def test_init_says_what_it_wrote_as_a_document(milepost: Any, tmp_path: Path) -> None:
    assert milepost("init", "--static", "--name", "site", "--json").document["file"] == str(tmp_path / "milepost.hcl")


def test_a_static_site_with_a_command_contradicts_itself(milepost: Any) -> None:
    assert "a static site has no command" in milepost("init", "--static", "--command", "x").err


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(MilepostError, match="cannot be written: No such file or directory"):
        write_new(tmp_path / "missing", 'project = "shop"')


def test_a_folder_that_is_not_there_is_wrong_usage(milepost: Any) -> None:
    ended = milepost("-C", "missing", "init", "--static")
    assert (ended.status, "there is no folder" in ended.err) == (2, True)


def test_a_command_with_a_variable_is_given_to_a_shell(milepost: Any, tmp_path: Path) -> None:
    assert milepost("init", "--command", "python3 -m http.server ${PORT}").status == 0
    text = (tmp_path / "milepost.hcl").read_text()
    assert 'command = ["sh", "-c", "exec python3 -m http.server $${PORT}"]' in text


def test_a_proposed_command_that_is_taken_is_not_given_to_a_second_shell(milepost: Any, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: serve $PORT\n")
    assert milepost("init", answers="\n\n").status == 0
    assert '["sh", "-c", "exec serve $PORT"]' in (tmp_path / "milepost.hcl").read_text()


def test_a_procfile_gives_a_worker_of_the_same_files_and_a_task(tmp_path: Path) -> None:
    from milepost.host.project.cache import read_project

    (tmp_path / "Procfile").write_text("release: ./migrate ${DB}\nweb: serve $PORT\nworker: python3 jobs.py\n")
    place = tmp_path / "milepost.hcl"
    text = project_file(look_at(tmp_path, Wishes(name="a")))
    place.write_text(text)
    project = read_project(place, None)
    web, worker = project.apps.values()
    assert worker.build is not None
    assert worker.build.from_app == "web"
    assert 'command = ["python3", "jobs.py"]\n      worker  = true' in text
    assert web.deploy is not None
    assert [task.name for task in web.deploy.tasks] == ["release"]


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(name="a", static=True),
        Wishes(name="a", command="python3 server.py", health="/up"),
        Wishes(name="a", command="python3 jobs.py 'two words'", worker=True),
    ],
)
def test_each_file_that_init_writes_is_a_project_file(tmp_path: Path, wishes: Wishes) -> None:
    from milepost.host.project.cache import read_project

    place = tmp_path / "milepost.hcl"
    place.write_text(project_file(look_at(tmp_path, wishes)))
    project = read_project(place, None)
    assert project.name == "a"
    assert list(project.apps) == ["worker" if wishes.worker else "web"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("FROM x\nEXPOSE 8080/tcp 9090\n", {"service_port = 8080"}),
        ("FROM x AS y\nEXPOSE 1\nFROM z\nRUN a \\\n  b\nexpose 53/udp \\\n 5000\n", {"service_port = 5000"}),
        ("FROM x AS y\nEXPOSE 8080\nFROM z\n", {"worker = true"}),
        ("FROM x\nEXPOSE $PORT\n# EXPOSE 80\n", {"worker = true"}),
    ],
)
def test_a_dockerfile_becomes_a_container_with_the_port_it_exposes(tmp_path: Path, text: str, lines: set[str]) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / "server.py").touch()
    plan = look_at(tmp_path, Wishes(), ["docker", "files"])
    written = [line.strip() for line in project_file(plan).splitlines()]
    assert lines <= set(written)
    assert written.count('use "docker" {') + written.count('use "docker" {}') == 2
    assert "made from Dockerfile" in written[0]


def test_a_command_wins_over_a_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nEXPOSE 80\n")
    assert "docker" not in project_file(look_at(tmp_path, Wishes(command="sh run"), ["docker"]))


def test_a_dockerfile_without_the_plugin_names_what_to_install(milepost: Any, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    ended = milepost("init")
    assert ended.status == 2
    assert 'pip install "milepost[docker]"' in ended.err


def test_where_the_files_say_it_too_a_dockerfile_needs_no_plugin(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "server.py").touch()
    assert look_at(tmp_path, Wishes()).command == ("python3", "server.py")
