"""Labels as names in the project file."""

from __future__ import annotations

from pathlib import Path

from milepost.host.project.cache import read_project
from milepost.host.project.config import app_config
from milepost.host.project.scope import app_scope
from milepost.host.project.settings import labelled, stage_scope
from milepost.testing.project import outside, write_files

PROJECT = """
project = "shop"
labels  = { team = "blue", tier = "one" }

app "web" {
  labels = { tier = "two" }

  config {
    env = {
      WHO = "${labels.team} ${labels.tier} ${labels.job}"
    }
  }

  deploy {
    use "local" {}
  }
}
"""


def test_labels_of_the_app_win_over_the_projects_and_those_given_over_all(tmp_path: Path) -> None:
    write_files(tmp_path, {"milepost.hcl": PROJECT})
    project = read_project(tmp_path / "milepost.hcl", None)
    app = project.apps["web"]
    bare = app_scope(project, app, "default", {}, outside(tmp_path))
    scope = labelled(project, app, bare, {"job": "7", "team": "red"})
    assert app_config(project, app, scope).env == {"WHO": "red two 7"}


STAGES = """
project = "shop"
labels  = { team = "blue" }

app "web" {
  build {
    labels = { step = "build", made = labels.team }
    use "files" {}
    registry {
      labels = { step = "registry" }
      use "files" {}
    }
  }
}
"""


def test_labels_of_a_stage_are_known_in_it_and_those_of_a_build_in_its_registry(tmp_path: Path) -> None:
    write_files(tmp_path, {"milepost.hcl": STAGES})
    project = read_project(tmp_path / "milepost.hcl", None)
    app = project.apps["web"]
    assert app.build
    assert app.build.registry
    scope = labelled(project, app, app_scope(project, app, "default", {}, outside(tmp_path)), {"job": "7"})
    build, registry = app.build.body, app.build.registry.body
    assert stage_scope(scope, build).labels == {"team": "blue", "step": "build", "made": "blue", "job": "7"}
    assert stage_scope(scope, build, registry).labels["step"] == "registry"
    given = labelled(project, app, scope, {"step": "mine"})
    assert stage_scope(given, build, registry).labels["step"] == "mine"
    assert stage_scope(scope, None) is scope
