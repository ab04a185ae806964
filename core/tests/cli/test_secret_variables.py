"""Runs with secret variables of every type, from every source: the app gets them, and nothing that is kept has them."""

from __future__ import annotations

from pathlib import Path

from core.tests.cli.conftest import Shop
from milepost.testing.project import write_files

VARIABLES = """
variable "text" {
  type      = string
  sensitive = true
}
variable "number" {
  type      = number
  sensitive = true
}
variable "list" {
  type      = list(string)
  sensitive = true
}
variable "map" {
  type      = map(string)
  sensitive = true
}
variable "object" {
  type      = object({ key = string, port = optional(number) })
  sensitive = true
}
variable "untyped" {
  sensitive = true
}
variable "plain" {
  type = list(string)
}
"""

CONFIG = """
config {
  env = {
    TEXT    = var.text
    NUMBER  = var.number
    FIRST   = var.list[0]
    ALL     = join(",", var.list)
    USER    = "user-${var.map.user}"
    KEY     = upper(var.object.key)
    UNTYPED = var.untyped
    PLAIN   = jsonencode(var.plain)
  }
}
"""

HOOK = """
    hook {
      when    = "before"
      command = ["sh", "-c", "echo $*; echo $* > ../seen", "sh", var.text, var.number, var.list[0], var.map["user"],
        upper(var.object.key), var.untyped, jsonencode(var.plain)]
    }
"""

SECRETS = {
    "text": "sekret-of-text",
    "number": "7310054321",
    "list": "sekret-of-list",
    "map": "sekret-of-map",
    "object": "sekret-of-object",
    "untyped": "sekret-of-untyped",
}


def kept(shop: Shop) -> bytes:
    """Return all bytes that runs leave behind, but for what stands in the world outside, which the app must have."""
    state = shop.folder.parent / "state"
    files = [each for each in state.rglob("*") if each.is_file() and not each.is_relative_to(state / "plugins")]
    return b"".join(each.read_bytes() for each in files)


def leaks(data: bytes) -> list[str]:
    text = data.decode(errors="replace").lower()
    return [name for name, secret in SECRETS.items() if secret in text]


def write(shop: Shop) -> None:
    text = (shop.folder / "milepost.hcl").read_text()
    text = text.replace('app "web"', f'{VARIABLES}{CONFIG}\napp "web"').replace("deploy {", f"deploy {{{HOOK}", 1)
    (shop.folder / "milepost.hcl").write_text(text)


def test_no_secret_variable_is_kept_whatever_its_type_and_source(shop: Shop, tmp_path: Path) -> None:
    write(shop)
    files = {
        "shop/a.auto.mpvars": f'list = ["{SECRETS["list"]}", "x"]\nplain = ["plain-value"]\n',
        "shop/b.auto.mpvars.json": f'{{"map": {{"user": "{SECRETS["map"]}"}}}}',
        "given.mpvars": f'object = {{ key = "{SECRETS["object"]}" }}\n',
    }
    write_files(tmp_path, files)
    shop.more |= {"MILEPOST_VAR_text": SECRETS["text"], "NUMBER": SECRETS["number"]}
    given = ("--var-file", str(tmp_path / "given.mpvars"), "--var-env", "number=NUMBER")
    typed = ("--var", f"untyped={SECRETS['untyped']}")
    told = [shop(verb, *given, *typed) for verb in ("up", "redeploy", "rollback")]
    seen = (tmp_path / "seen").read_text().split()
    assert seen == [*(SECRETS[name] for name in ("text", "number", "list", "map")), *_last(SECRETS)]
    assert leaks("".join(each.stdout + each.stderr for each in told).encode()) == []
    assert b"plain-value" in kept(shop)
    assert leaks(kept(shop)) == []


def _last(secrets: dict[str, str]) -> list[str]:
    return [secrets["object"].upper(), secrets["untyped"], '["plain-value"]']


def test_the_record_says_where_each_value_stood(shop: Shop, tmp_path: Path) -> None:
    write(shop)
    secrets = "\n".join(f'{name} = "{SECRETS[name]}"' for name in ("text", "number", "untyped"))
    more = f'list = ["{SECRETS["list"]}"]\nmap = {{ user = "x" }}\nobject = {{ key = "x" }}'
    write_files(shop.folder, {"default.mpvars": f"{secrets}\n{more}\n"})
    shop("build", "--var", "plain=[1]")
    request = shop.document("show", "last")["run"]["request"]
    found = {each["name"]: (each["source"], each["value"], each["file"]) for each in request["variables"]}
    file = str(shop.folder / "default.mpvars")
    assert found["text"] == ("default.mpvars:1:8", None, file)
    assert found["object"] == ("default.mpvars:6:10", None, file)
    assert found["plain"] == ("--var", "[1]", None)


def test_a_secret_that_changed_in_its_file_is_read_anew_by_a_rollback(shop: Shop, tmp_path: Path) -> None:
    config = "config {\n  env = { USERS = jsonencode(var.users) }\n}"
    declared = 'variable "users" {\n  type = map(string)\n  sensitive = true\n}'
    text = (shop.folder / "milepost.hcl").read_text()
    (shop.folder / "milepost.hcl").write_text(f"{text}\n{declared}\n{config}\n")
    for password in ("first-passphrase", "second-passphrase", "third-passphrase"):
        write_files(shop.folder, {"x.auto.mpvars": f'users = {{ ada = "{password}" }}\n'})
        done = shop("up", "--force") if password != "third-passphrase" else shop("rollback")
    assert "USERS" in done.stdout + done.stderr
    assert "passphrase" not in done.stdout + done.stderr


def test_a_wrong_file_that_nobody_named_holds_up_no_rollback_and_no_status(shop: Shop) -> None:
    shop("up")
    shop("up", "--var", "tag=two")
    write_files(shop.folder, {"x.auto.mpvars": "tag = \n"})
    assert "x.auto.mpvars:1:" in shop("up", status=2).stderr
    assert "web" in shop("status").stdout
    done = shop("rollback")
    assert "x.auto.mpvars is left out: " in done.stderr
    assert "#1" in done.stdout


def test_each_process_of_a_run_has_the_values_that_the_command_found(shop: Shop) -> None:
    write_files(shop.folder, {"default.mpvars": 'tag = "of-the-file"\n'})
    shop("build")
    shop.more["MILEPOST_VAR_tag"] = "of-the-environment"
    shop("build")
    given = shop.document("show", "last")["run"]["request"]["variables"]
    assert [(each["source"], each["value"]) for each in given] == [
        ("default.mpvars:1:7", "of-the-file"),
        ("MILEPOST_VAR_tag", "of-the-environment"),
    ]
    assert len({each["artifact"]["digest"] for each in shop.document("artifact", "list")["artifacts"]}) == 2
