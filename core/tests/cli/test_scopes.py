"""Workspaces and labels from the outside: what applies, what is protected, what is only read."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tests.cli.conftest import PROJECT, Shop, Terminal
from milepost.cli.start import run
from milepost.cli.surroundings import Surroundings
from milepost.host.assembly import open_host

SCOPED = """
project = "shop"
labels  = { team = "blue" }

workspace "production" {
  protected = true
}

variable "password" {
  sensitive = true
  default   = "hunter22"
}

config {
  env = {
    PASSWORD = var.password
  }
}

app "web" {
  build {
    use "fake" {
      text = "one"
    }
    workspace "production" {
      use "fake" {
        text = "two"
      }
    }
  }

  deploy {
    use "fake" {}

    label "team == red" {
      hook {
        when    = "before"
        command = ["echo", artifact.digest]
      }
    }
  }
}
"""


def git(folder: Path, *words: str) -> None:
    user = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *user, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def scoped(shop: Shop) -> Shop:
    """A project with bodies for a workspace and for labels, all committed."""
    (shop.folder / "milepost.hcl").write_text(SCOPED)
    git(shop.folder, "init", "-q")
    git(shop.folder, "add", ".")
    git(shop.folder, "commit", "-q", "-m", "one")
    return shop


def bodies(document: dict[str, Any], block: str) -> dict[str, bool]:
    (app,) = document["apps"]
    (found,) = (each for each in app["blocks"] if each["block"] == block)
    return {each["scope"]: each["applies"] for each in found["bodies"]}


def arguments(document: dict[str, Any], block: str) -> dict[str, Any]:
    (app,) = document["apps"]
    (found,) = (each for each in app["blocks"] if each["block"] == block)
    return {each["name"]: each["pending"] or each["value"] for each in found["arguments"]}


def test_explain_tells_which_bodies_apply_and_what_comes_of_them(scoped: Shop) -> None:
    document = scoped.document("config", "explain", "web", "-w", "production")
    build = 'app "web" > build'
    assert bodies(document, build) == {"default": True, 'workspace "production"': True}
    assert arguments(document, build) == {'use "fake" > text': "two"}
    assert bodies(document, 'app "web" > deploy') == {"default": True, 'label "team == red"': False}
    assert arguments(document, "config") == {"env > PASSWORD": "secret"}


def test_explain_says_in_words_why_and_what_is_not_known_yet(scoped: Shop) -> None:
    out = scoped("config", "explain", "--label", "team=red").stdout
    assert 'not here  workspace "production", line 25: the workspace is default' in out
    assert 'applies   label "team == red", line 35: the labels are team=red' in out
    assert '["echo", artifact.digest]  (known after build)' in out
    assert "hunter22" not in out


def test_explain_of_an_unknown_app_names_the_nearest(scoped: Shop) -> None:
    assert "did you mean 'web'?" in scoped("config", "explain", "wbe", status=2).stderr


def test_a_run_takes_the_body_of_its_workspace(scoped: Shop) -> None:
    made = [scoped.document("build", "-w", each)["operations"][0]["artifact"] for each in ("default", "production")]
    assert made[0]["digest"] != made[1]["digest"]


def test_a_protected_workspace_takes_only_what_is_committed(scoped: Shop) -> None:
    (scoped.folder / "app.txt").write_text("changed")
    refused = scoped("up", "-w", "production", status=5).stderr
    assert "the workspace production is protected" in refused
    assert "add --allow-dirty" in refused
    assert scoped.document("history", "-w", "production")["runs"] == []
    scoped("up", "-w", "production", "--allow-dirty")
    scoped("up")


def test_what_is_read_or_goes_by_records_does_not_mind_what_is_not_committed(scoped: Shop) -> None:
    scoped("up", "-w", "production")
    (scoped.folder / "app.txt").write_text("changed")
    scoped("status", "-w", "production")
    scoped("stop", "-w", "production")


@pytest.fixture
def typed(scoped: Shop) -> Callable[..., tuple[int, str]]:
    """Carries out a command line at a terminal where something is typed; no plugin is installed there."""

    def carry_out(answer: str, *words: str) -> tuple[int, str]:
        err = Terminal()
        surroundings = Surroundings(
            environment=scoped.environment,
            folder=scoped.folder,
            out=io.StringIO(),
            err=err,
            input=Terminal(answer),
            open_host=open_host,
        )
        return run(list(words), surroundings), err.getvalue()

    return carry_out


def test_a_change_of_a_protected_workspace_is_confirmed_at_a_terminal(typed: Callable[..., tuple[int, str]]) -> None:
    status, err = typed("no\n", "up", "-w", "production")
    assert (status, "Type production to go on:" in err, "not confirmed" in err) == (5, True, True)
    status, err = typed("production\n", "up", "-w", "production")
    assert (status, "no plugin offers the builder" in err) == (2, True)
    status, err = typed("", "up", "-w", "production", "--yes")
    assert (status, "Type production" in err) == (2, False)
    status, err = typed("", "up")
    assert (status, "Type" in err) == (2, False)


FOREIGN = """
runner {
  enabled = true
}

pipeline "release" {
  step "up" {
    use "up" {}
  }
}
"""


def test_what_is_not_carried_out_is_a_note(shop: Shop) -> None:
    (shop.folder / "milepost.hcl").write_text(PROJECT + FOREIGN)
    out = shop("validate").stdout
    assert "milepost.hcl is valid: web" in out
    assert 'pipeline "release" is read and not carried out' in out
    notes = shop.document("validate")["notes"]
    assert [(each["line"], each["message"]) for each in notes] == [
        (21, "runner is read and not carried out"),
        (25, 'pipeline "release" is read and not carried out'),
    ]
    assert shop("build").stderr.count('note: milepost.hcl:25:1: pipeline "release" is read and not carried out') == 1
    assert "pipeline" not in shop("history").stderr


def test_a_file_of_waypoint_with_pipelines_only_is_valid(shop: Shop) -> None:
    (shop.folder / "milepost.hcl").unlink()
    (shop.folder / "waypoint.hcl").write_text('project = "shop"\n' + FOREIGN)
    assert "waypoint.hcl is valid: it has no apps" in shop("validate").stdout


WAYPOINT = """
project = "shop"
app "web" {
  build {
    use "pack" {}
    workspace "production" {
      use "fake" {}
    }
    registry {
      use "aws-ecr" {}
    }
  }
  deploy {
    use "fake" {}
    hook {
      when    = "sometimes"
      command = ["x"]
    }
  }
  url {
    auto_hostname = true
  }
}
"""


def test_init_explains_a_file_of_waypoint_and_writes_nothing(shop: Shop) -> None:
    (shop.folder / "milepost.hcl").unlink()
    (shop.folder / "waypoint.hcl").write_text(WAYPOINT)
    before = sorted(shop.folder.iterdir())
    document = shop.document("init", "--from-waypoint")
    used = [(each["stage"], each["word"], each["installed"], each["advice"]) for each in document["uses"]]
    assert used[:2] == [
        ("build", "pack", "", "pip install milepost-buildpacks"),
        ("build", "fake", "milepost-fakes", ""),
    ]
    assert [each["message"] for each in document["notes"]] == [
        'when: expected one of "before", "after", "failure", "always", found "sometimes"',
        'url of app "web" is read and not carried out',
    ]
    out = shop("init", "--from-waypoint").stdout
    assert "no distribution of milepost offers it" in out
    assert "Next  pip install milepost-buildpacks" in out
    assert "a workspace or label body replaces the default one, as in Waypoint" in out
    assert sorted(shop.folder.iterdir()) == before


def test_init_without_a_file_of_waypoint_says_where_it_looked(shop: Shop) -> None:
    err = shop("init", "--from-waypoint", status=2).stderr
    assert "looked for waypoint.hcl, waypoint.hcl.json" in err


def test_a_word_of_waypoint_says_what_to_install(shop: Shop) -> None:
    (shop.folder / "milepost.hcl").write_text(
        PROJECT.replace('deploy {\n    use "fake"', 'deploy {\n    use "kubernetes"')
    )
    err = shop("validate", status=2).stderr
    assert "no plugin offers the platform 'kubernetes'" in err
    assert "pip install milepost-kubernetes" in err
