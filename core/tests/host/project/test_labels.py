"""Labels as names in the project file."""

from __future__ import annotations

from pathlib import Path

from milepost.host.project.cache import read_project
from milepost.host.project.scope import app_scope
from milepost.host.project.settings import labelled, settings
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
    assert settings(project, app, scope).env == {"WHO": "red two 7"}
