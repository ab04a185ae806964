"""Files of Waypoint from the outside: what is only read, what is missing, what `init` explains."""

from __future__ import annotations

from core.tests.cli.conftest import PROJECT, Shop

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
    use "nomad" {}
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
    assert used[1] == ("build", "fake", "milepost-fakes", "")
    assert ("deploy", "nomad", "", "pip install milepost-nomad") in used
    assert [each["message"] for each in document["notes"]] == [
        'when: expected one of "before", "after", "failure", "always", found "sometimes"',
        'url of app "web" is read and not carried out',
    ]
    out = shop("init", "--from-waypoint").stdout
    assert "no distribution of milepost offers it" in out
    assert "Next  pip install milepost-nomad" in out
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
