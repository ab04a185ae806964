"""Workspaces and labels from the outside: what applies, and what is protected."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tests.cli.conftest import Shop, Terminal
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
    assert scoped.document("status", "-w", "production")["workspace"] == "production"
    assert scoped.document("stop", "-w", "production")["run"]["status"] == "success"


@pytest.fixture
def typed(scoped: Shop) -> Callable[..., tuple[int, str]]:
    """Carries out a command line at a terminal where something is typed; no plugin is installed there."""

    def carry_out(answer: str, *words: str, err: io.StringIO | None = None) -> tuple[int, str]:
        err = err or Terminal()
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


def test_a_change_of_a_protected_workspace_whose_output_goes_elsewhere_is_not_passed_in_silence(
    typed: Callable[..., tuple[int, str]],
) -> None:
    status, err = typed("production\n", "up", "-w", "production", err=io.StringIO())
    assert (status, "nobody is there to answer: production is protected" in err) == (5, True)


TWO = """
project = "shop"

variable "team" {
  default = "blue"
}

app "web" {
  labels = { team = var.team }
  deploy {
    use "fake" {}
  }
  build {
    use "fake" {}
  }
  workspace "circle" {
    depends_on = ["worker"]
  }
}

app "worker" {
  build {
    use "fake" {}
  }
  deploy {
    use "fake" {}
  }
  workspace "production" {
    depends_on = ["web"]
  }
  label "team == circle" {
    depends_on = ["web"]
  }
}
"""


@pytest.fixture
def two(shop: Shop) -> Shop:
    """Two apps, of which one needs the other in some workspaces."""
    (shop.folder / "milepost.hcl").write_text(TWO)
    return shop


def test_what_an_app_depends_on_is_a_matter_of_the_workspace(two: Shop) -> None:
    two("up", "worker")
    assert "worker depends on web" in two("up", "worker", "-w", "production", status=5).stderr
    document = two.document("up", "worker", "-w", "production", "--with-dependencies")
    released = [each["app"] for each in document["operations"] if each["stage"] == "release"]
    assert released == ["web", "worker"]


def test_bodies_that_make_a_circle_together_are_refused_where_they_meet(two: Shop) -> None:
    two("validate", "-w", "circle")
    refused = two("validate", "-w", "circle", "--label", "team=circle", status=2).stderr
    assert "these apps wait for each other: web → worker → web" in refused


def test_a_rollback_does_without_labels_that_have_no_value_today(two: Shop) -> None:
    two("up", "web", "-w", "production")
    (two.folder / "app.txt").write_text("two")
    two("up", "web", "-w", "production")
    changed = TWO.replace('default = "blue"', "").replace("team == circle", "team == blue")
    (two.folder / "milepost.hcl").write_text(changed)
    document = two.document("rollback", "--app", "web", "-w", "production")
    assert (document["run"]["status"], document["operations"][-1]["status"]) == ("success", "success")
