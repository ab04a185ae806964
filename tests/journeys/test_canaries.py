"""No secret anywhere: canaries are planted wherever a secret may come from, told wherever it may leak, and looked for.

Where a secret may be in clear, and nowhere else:

- where the user keeps it: the variable file, the file of the vault, the environment of the command that was typed,
  which what it starts inherits;
- in the memory and the environment of the app's own processes, and of tasks and hooks that were given it;
- in a file of `config { file }`, which lies in the deployment's folder for the user alone;
- in words that somebody typed to be read by others: a reason (`--message`, `freeze -m`) and a label are kept as they
  are, unless a secret is known when they are kept.
"""

from __future__ import annotations

import json

import pytest

from milepost.testing.distribution import write_distribution
from tests.journeys.canaries import CANARIES, Sighting, seen_below, seen_in, uncoloured
from tests.journeys.leaks import LEAK, PLUGIN, SERVER
from tests.journeys.place import Answer, Place

VARIABLES = ("from_env", "from_var_env", "from_file", "odd", "of_url", "of_registry", "pem")

PROJECT = """
project = "shop"

%(variables)s

variable "from_own_env" {
  sensitive = true
  env       = ["OWN_NAME"]
}

app "web" {
  config {
    internal = {
      vault = secret("command", ["cat", "%(home)s/vault"])
    }
    env = {
      CANARY_1 = var.from_env
      CANARY_2 = var.from_own_env
      CANARY_3 = var.from_var_env
      CANARY_4 = var.from_file
      CANARY_5 = "postgres://app:${urlencode(var.of_url)}@db.example.org/shop"
      CANARY_6 = base64encode("as a prefix: ${var.odd}")
      CANARY_7 = config.internal.vault
      CANARY_8 = jsonencode({ key = var.pem })
      CANARY_9 = var.pem
    }
    file = {
      "conf/app.ini" = "password = ${config.internal.vault}, key = ${var.pem}"
    }
  }

  build {
    use "files" {}

    hook {
      when    = "before"
      command = ["python3", "leak.py", "--file", "%(home)s/variables.json", "0"]
    }

    registry {
      use "leaky" {
        token    = var.of_registry
        password = var.from_file
      }
    }
  }

  deploy {
    use "local" {
      command = ["python3", "server.py"]
    }

    task "migrate" {
      command = ["python3", "leak.py"]
    }

    hook {
      when    = "after"
      command = ["python3", "leak.py", "--file", "%(home)s/all.json", "%(status)s"]
    }
  }
}
"""

DECLARED = "\n".join(f'variable "{name}" {{\n  sensitive = true\n}}\n' for name in VARIABLES)
FLAGS = ("--var-file", "secrets.mpvars", "--var-env", "from_var_env=FLAGGED")
TYPED = ("from_env", "from_own_env", "from_var_env")
"""What stands in the environment of the command that is typed."""


@pytest.fixture
def babbler(empty: Place) -> Place:
    """A place in which everything babbles, with its secrets where users keep them."""
    home = empty.root / "home"
    (empty.root / "tmp").mkdir()
    (home / "vault").write_text(CANARIES["of_vault"] + "\n")
    (home / "all.json").write_text(json.dumps(dict(CANARIES)))
    known = {name: CANARIES[name] for name in (*VARIABLES, "from_own_env")}
    (home / "variables.json").write_text(json.dumps(known))
    groups = {"milepost.v1.registry": {"leaky": "leaky"}}
    write_distribution(empty.root / "site", "leaky", "1.0", groups, {"leaky.py": PLUGIN})
    filed = {name: CANARIES[name] for name in ("from_file", "odd", "of_url", "of_registry", "pem")}
    empty.write(
        secrets__mpvars="".join(f"{name} = {json.dumps(text)}\n" for name, text in filed.items()),
        leak__py=LEAK,
        server__py=SERVER,
    )
    (empty.folder / ".milepostignore").write_text("secrets.mpvars\n")
    says(empty)
    return empty.having(
        MILEPOST_VAR_from_env=CANARIES["from_env"],
        OWN_NAME=CANARIES["from_own_env"],
        FLAGGED=CANARIES["from_var_env"],
        PYTHONPATH=str(empty.root / "site"),
        TMPDIR=str(empty.root / "tmp"),
    )


def says(place: Place, status: int = 0) -> None:
    """Write the project file; the last hook ends with that status."""
    said = {"variables": DECLARED, "home": place.root / "home", "status": status}
    place.write(milepost__hcl=PROJECT % said)


def kept(place: Place) -> list[Sighting]:
    """Return the canaries in all files but those that are to have them."""
    apps = place.state.glob("plugins/milepost-local/deployments/*/app/conf/app.ini")
    return seen_below(place.root, but=(place.root / "home", place.folder / "secrets.mpvars", *apps))


def told(*answers: Answer) -> list[Sighting]:
    """Return the canaries in what people were told."""
    return [found for each in answers for found in seen_in("told", uncoloured(each.told.encode()))]


def test_what_everything_babbles_is_nowhere_kept_nor_told(babbler: Place) -> None:
    answers = [babbler.run("up", *FLAGS), babbler.run("--json=events", "up", "--force", *FLAGS)]
    assert kept(babbler) == []
    answers.append(babbler.run("logs", "--run", "last", "--json"))
    assert "told: ***" in answers[-1].out
    for words in READINGS:
        answers.append(babbler.ask(*words))
        assert answers[-1].status in (0, 1), answers[-1].told
    assert told(*answers) == []
    assert kept(babbler) == []


READINGS = (
    ("history", "--json"),
    ("show", "last"),
    ("show", "last", "--json"),
    ("operation", "list", "--json"),
    ("deployment", "inspect", "last"),
    ("deployment", "inspect", "last", "--json"),
    ("logs", "web"),
    ("logs", "--run", "last"),
    ("status",),
    ("status", "--json"),
    ("config", "get", *FLAGS),
    ("config", "get", "--json", *FLAGS),
    ("plan", *FLAGS),
    ("validate", *FLAGS),
    ("diff", "1", "2", "--json"),
    ("doctor",),
    ("plugin", "doctor"),
    ("orphans", "list"),
    ("store", "export", "export.jsonl"),
    ("store", "backup", "backup"),
    ("store", "stats"),
    ("store", "verify"),
    ("lock", "list"),
)


@pytest.mark.parametrize("how", ["fails", "breaks", "program", "exits", "thread"])
def test_what_a_plugin_says_when_it_fails_is_masked(babbler: Place, how: str) -> None:
    place = babbler.having(LEAKY=how)
    answers = [place.ask("up", *FLAGS), place.ask("--debug", "up", *FLAGS), place.ask("--json", "up", *FLAGS)]
    assert {each.status for each in answers} == ({0} if how == "thread" else {1}), answers[0].told
    answers += [place.run("show", "last", "--json"), place.run("logs", "--run", "last"), place.run("status")]
    assert "***" in answers[0].told
    assert told(*answers) == []
    assert kept(place) == []


def test_what_a_failed_deploy_leaves_as_evidence_is_masked(babbler: Place) -> None:
    says(babbler, status=5)
    answers = [babbler.run("up", *FLAGS, status=1), babbler.run("show", "last", "--json")]
    babbler.write(server__py=SERVER.partition("class Shop")[0] + "raise SystemExit(secrets[-1])\n")
    answers += [babbler.run("up", *FLAGS, status=1), babbler.run("show", "last", "--json")]
    assert told(*answers) == []
    assert kept(babbler) == []
