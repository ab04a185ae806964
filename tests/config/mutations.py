"""Project files as nobody meant them: the texts that there are, damaged by chance, the same ones for the same seed."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SECRET = "hunter22-zebra"
"""The value of the sensitive variables; no text of the corpus holds it, except the files that give it."""

HEAD = """\
project = "shop"
variable "password" {
  type      = string
  sensitive = true
}
variable "users" {
  type      = map(string)
  sensitive = true
}
"""
"""The declarations of what is secret. They stay whole: without them it would be none."""

REST = """\
variable "tag" {
  type    = string
  default = "v1"
  validation {
    condition     = length(var.tag) > 1 && length(var.password) > 3
    error_message = "The tag ${var.tag} is wrong."
  }
}
locals {
  url   = "postgres://shop:${var.password}@db/${var.tag}"
  names = [for name, value in var.users : upper(name) if value != ""]
  first = try(local.names[0], jsondecode(var.password).a, tonumber(var.password), "none")
  long  = { for k, v in var.users : k => format("%5s|%v", v, var.password) }
}
app "web" {
  labels = { "team" = "web", "has" = true ? "amy" : "nobody" }
  config {
    env = {
      DB    = local.url
      USERS = join(",", local.names)
      HAS   = contains(keys(var.users), "amy") ? "amy" : "nobody"
      N     = length(var.users) + length(var.password) - 1
      MORE  = templatestring("%%{ for u in users }$${u} %%{ endfor }", { users = values(var.users) })
      DATE  = formatdate("YYYY-MM-DD", var.tag != "" ? "2024-01-02T03:04:05Z" : var.password)
      HASH  = substr(sha256(base64encode(var.password)), 0, 8)
    }
    file = { "conf/${lower(local.first)}.toml" = local.url }
  }
  build {
    use "files" { exclude = ["a", regex("[a-z].*", var.tag)] }
    hook {
      when    = "before"
      command = ["echo", local.url, "${var.password}"]
    }
  }
  deploy {
    use "local" { command = ["serve", join("-", [for i in range(3) : i])] }
  }
  workspace "production" { labels = { x = "${replace(local.url, "/p+/", "q")}" } }
}
"""

VALUES = f"""\
password = "{SECRET}"
users = {{
  amy = "{SECRET}", bob = upper("{SECRET}")
  "cat" = <<-END
      {SECRET}
    END
}}
tag = "v${{1 + 1}}"
"""

JSON_VALUES = f"""\
{{
  "password": "{SECRET}",
  "users": {{"amy": "{SECRET}", "bob": "{SECRET}"}},
  "tag": "v2"
}}
"""

JSON_FILE = """\
{
  "project": "shop",
  "//": "a comment",
  "variable": {"tag": {"type": "string", "default": "v${1 + 1}", "validation": [
    {"condition": "${length(var.tag) > 1}", "error_message": "The tag is short."}]}},
  "locals": {"names": ["a", "${var.tag}", {"k": null, "${var.tag}": 1.5e3}], "on": true},
  "app": {"web": [{
    "labels": {"team": "web ${join(\\",\\", [for x in local.names : jsonencode(x)])}"},
    "config": {"env": {"A": "%{ if local.on }yes%{ else }no%{ endif }", "B": "${local.names[0]}"}},
    "build": {"use": {"files": {"exclude": ["a\\u00e9", "\\ud83d\\ude00"]}},
      "hook": [{"when": "before", "command": ["echo", "${path.app}"]}]},
    "deploy": {"use": {"local": {"command": ["serve"]}}},
    "workspace": {"production": {"labels": {"x": "y"}}}
  }], "api": {"path": ".", "deploy": {"use": {"local": {"command": ["x"]}}}}}
}
"""

PIECES = (
    *("${", "%{", "}", "{", '"', "(", ")", "[", "]", "<<E\n", "<<-E\n", "E\n", "\n", "[*]", ".*", "~", "=", "?", ":"),
    *("/*", "*/", "#", "//", "\\", "\\u12", "for ", " in ", " if ", "%{ endif }", "%{ else }", "...", "=>", "::", "-"),
    *("!", "0x", "1e999999999", "9" * 50, "\ufeff", "\u202e", "\u200b", "e\u0301", "\t", "\x00", "\r", "\r\n", "null"),
    *("true", "[1]", '"${', "}}", ",", ".", "var.", "local.", "each", "\udc80", "workspace", "label", "use ", "$${"),
)


class Input(NamedTuple):
    """One damaged text."""

    seed: int
    kind: str
    """`file`, `secrets` (a file after HEAD), `values` (a variable file) or `expression`."""
    name: str
    """What the file is called."""
    data: bytes


class _Text(NamedTuple):
    kind: str
    name: str
    text: str


@cache
def corpus() -> tuple[_Text, ...]:
    """Return the texts that are damaged."""
    return tuple(dict.fromkeys(_texts()))


def _texts() -> Iterator[_Text]:
    yield from [_Text("secrets", "milepost.hcl", REST), _Text("file", "milepost.hcl.json", JSON_FILE)]
    yield from [_Text("values", "a.auto.mpvars", VALUES), _Text("values", "a.auto.mpvars.json", JSON_VALUES)]
    for file in sorted((ROOT / "docs" / "examples").rglob("milepost.hcl")):
        yield _Text("file", file.name, file.read_text(encoding="utf-8"))
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for block in re.findall(r"^```hcl\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            name = "waypoint.hcl" if page.stem == "waypoint" else "milepost.hcl"
            whole = block if re.search("^app ", block, re.MULTILINE) else f'app "web" {{\n{block}}}\n'
            yield _Text("file", name, whole if "project =" in block else f'project = "shop"\n{whole}')
    for table in sorted((ROOT / "tests" / "config" / "cases").glob("*.toml")):
        yield from _cases(tomllib.loads(table.read_text(encoding="utf-8")))


def _cases(content: dict[str, dict[str, str]]) -> Iterator[_Text]:
    for case in content.get("file", []):
        assert isinstance(case, dict)
        yield _Text("file", case.get("file", "milepost.hcl"), case["text"])
    for kind in ("values", "secrets", "problems"):
        for expression in content.get(kind, {}):
            if "sensitive(" not in expression:
                yield _Text("expression", "case", re.sub(r"var\.\w+", "var.password", expression))


def damaged(seed: int) -> Input:
    """Return a text of the corpus with a few things cut, doubled, moved, flipped, put in, or taken from another."""
    chance = random.Random(seed)
    wanted = chance.choice(("file", "file", "secrets", "values", "expression"))
    kind, name, text = chance.choice([each for each in corpus() if each.kind == wanted])
    # What holds the secret goes nowhere else: there it would not be one.
    others = [each.text for each in corpus() if len(each.text) > 10 and (each.kind != "values" or kind == "values")]
    data = text.encode()
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        data = _once(data, chance, chance.choice(others).encode()) or b"\n"
    return Input(seed, kind, name, data)


def _once(data: bytes, chance: random.Random, other: bytes) -> bytes:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((1, 1, 2, 8, 40, 300)))
    taken = chance.randrange(len(other))
    foreign = other[taken : taken + chance.choice((3, 20, 100))]
    piece = chance.choice(PIECES).encode(errors="surrogateescape")
    match chance.randrange(9):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:end] + data[start:]
        case 2:
            return data[:start] + bytes([data[start] ^ 1 << chance.randrange(8)]) + data[start + 1 :]
        case 3 | 4:
            return data[:start] + piece + data[start:]
        case 5:
            return data[:start] + piece + data[end:]
        case 6:
            return data[:start]
        case 7:
            return data[:start] + data[start:end] * chance.choice((5, 200)) + data[end:]
    return data[:start] + foreign + data[end:]
