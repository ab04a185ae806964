"""Project files in JSON, from the file to the project and its problems."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milepost.host.project.cache import read_project
from milepost.host.project.file import find_project_file
from milepost.host.project.notes import notes
from milepost.host.project.project import Project
from milepost.host.project.scope import app_scope
from milepost.host.project.settings import settings
from milepost.host.project.variable_files import read_variable_file
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.testing.project import outside

SHOP: dict[str, Any] = {
    "//": "The shop.",
    "project": "shop",
    "variable": {"ports": {"type": "map(number)", "default": {"http": 80}}},
    "config": {"env": {"MODE": "prod"}},
    "app": {
        "web": {
            "port": "${var.ports.http}",
            "labels": {"tier": "${app.name}"},
            "health": {"path": "/health", "status": [200, 204]},
            "build": {"use": {"files": {}}, "hook": [{"when": "before", "command": ["make"]}]},
            "deploy": {"use": {"local": {"command": ["serve"]}}, "task": {"migrate": {"command": ["./migrate"]}}},
        },
    },
}
NATIVE = """
project = "shop"
variable "ports" {
  type    = map(number)
  default = { http = 80 }
}
config {
  env = { MODE = "prod" }
}
app "web" {
  port   = var.ports.http
  labels = { tier = app.name }
  health {
    path   = "/health"
    status = [200, 204]
  }
  build {
    use "files" {}
    hook {
      when    = "before"
      command = ["make"]
    }
  }
  deploy {
    use "local" {
      command = ["serve"]
    }
    task "migrate" {
      command = ["./migrate"]
    }
  }
}
"""


def written(folder: Path, document: Any, name: str = "milepost.hcl.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(document, indent=2))
    return file


def settings_of(project: Project) -> Any:
    world = outside(project.folder)
    known = variables(project, (), world)
    return settings(project, project.apps["web"], app_scope(project, project.apps["web"], "default", known, world))


def test_a_project_in_json_is_the_same_as_in_the_native_syntax(tmp_path: Path) -> None:
    native = tmp_path / "milepost.hcl"
    native.write_text(NATIVE)
    one, other = read_project(native, None), read_project(written(tmp_path, SHOP), None)
    assert settings_of(one) == settings_of(other)
    assert settings_of(other).port == 80
    for each in (one, other):
        assert each.name == "shop"
        app = each.apps["web"]
        assert app.build is not None
        assert app.deploy is not None
        assert app.build.use is not None
        assert (app.build.use.word, app.deploy.use.word, app.deploy.tasks[0].name) == ("files", "local", "migrate")
        assert len(app.build.hooks) == 1


def test_an_unchanged_file_is_read_without_reader_or_parser_and_travels_as_a_document(tmp_path: Path) -> None:
    file, cache = written(tmp_path, SHOP), tmp_path / "cache"
    first = read_project(file, cache)
    code = (
        "import sys\nfrom pathlib import Path\nfrom milepost.host.project.cache import read_project\n"
        "from milepost.host.project.project import Project\n"
        "project = read_project(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "assert Project.of_document(project.document()) == project\n"
        "print(project.name, [each for each in sys.modules if 'lark' in each or 'json_reader' in each])"
    )
    done = subprocess.run([sys.executable, "-c", code, file, cache], capture_output=True, text=True, check=True)
    assert done.stdout == "shop []\n"
    assert read_project(file, cache) == first


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("app", "web", "prot"), 1, 'an app block has no argument "prot" (in app.web.prot)'),
        (("app", "web", "path"), ["x"], "path: expected a plain text"),
        (("app", "web", "build", "use"), {}, 'a build block has a "use" or a "from"; found neither (in app.web.build)'),
        (("labels",), {"a": "${app.nme +}"}, "(in labels.a)"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(tmp_path: Path, place: tuple[str, ...], value: Any, message: str) -> None:
    document = json.loads(json.dumps(SHOP))
    inner = document
    for each in place[:-1]:
        inner = inner[each]
    inner[place[-1]] = value
    with pytest.raises(ProjectFileError) as caught:
        read_project(written(tmp_path, document), None)
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.message.count("(in ") == 1
    assert problem.source.strip()


def test_what_is_wrong_when_it_is_evaluated_is_told_with_its_path_from_the_cache_too(tmp_path: Path) -> None:
    document = json.loads(json.dumps(SHOP))
    document["app"]["web"]["health"]["status"] = [200, "${var.ports.htp}"]
    for _ in range(2):
        project = read_project(written(tmp_path, document), tmp_path / "cache")
        with pytest.raises(ProjectFileError, match=r"\(in app.web.health.status\[1\]\)") as caught:
            settings_of(project)
        [problem] = caught.value.problems
        assert problem.position is not None
        assert problem.source[problem.position.column - 1 : problem.position.end_column - 1] in "${var.ports.htp}"


STRANGERS: tuple[Any, ...] = (
    *(None, True, -1, 1.5, "", "x", "${var.x}", "${", "%{ if true }a%{ endif }", "list(string)"),
    *([], [1], ["a", None], [{}], [[]], {}, {"a": 1}, {"": {}}, {"//": 1}, {"a": {"b": {}}}),
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


def test_whatever_stands_in_place_of_a_value_is_read_or_refused_at_a_place_of_the_file(tmp_path: Path) -> None:
    chance, refused = random.Random(5), 0
    for _ in range(400):
        document = json.loads(json.dumps(SHOP))
        *way, last = chance.choice([each for each in places(document) if each])
        inner = document
        for step in way:
            inner = inner[step]
        inner[last] = chance.choice(STRANGERS)
        file = written(tmp_path, document)
        lines = file.read_text().splitlines()
        try:
            notes(read_project(file, None))
        except ProjectFileError as error:
            refused += 1
            for problem in error.problems:
                assert problem.position is not None
                assert problem.position.column <= len(lines[problem.position.line - 1]) + 1
                assert problem.message.count("(in ") <= 1
    assert 100 < refused < 400


def test_of_several_files_in_a_folder_the_first_counts_and_a_note_says_so(tmp_path: Path) -> None:
    written(tmp_path, SHOP, "waypoint.hcl.json")
    assert find_project_file(tmp_path).name == "waypoint.hcl.json"
    written(tmp_path, SHOP)
    assert find_project_file(tmp_path).name == "milepost.hcl.json"
    (tmp_path / "milepost.hcl").write_text(NATIVE)
    file = find_project_file(tmp_path)
    assert file.name == "milepost.hcl"
    assert [each.message for each in notes(read_project(file, None))] == [
        "there is a milepost.hcl.json, too; milepost.hcl counts and milepost.hcl.json does not",
        "there is a waypoint.hcl.json, too; milepost.hcl counts and waypoint.hcl.json does not",
    ]


def test_a_waypoint_file_in_json_keeps_its_own_rules(tmp_path: Path) -> None:
    assert read_project(written(tmp_path, SHOP, "waypoint.hcl.json"), None).whole
    assert not read_project(written(tmp_path, SHOP), None).whole


def test_values_in_json_are_read_as_they_are_and_refused_with_their_path(tmp_path: Path) -> None:
    file = written(tmp_path, {"tag": "${x}", "n": [1]}, "a.auto.mpvars.json")
    assert list(read_variable_file(file, file.name, None, secret=False).attributes) == ["tag", "n"]
    file.write_text('{"tag": {"a": [1, 2,]}}')
    with pytest.raises(ProjectFileError, match=r"found \"\]\" after a comma, expected a value \(in tag.a\)"):
        read_variable_file(file, file.name, tmp_path / "cache", secret=False)
