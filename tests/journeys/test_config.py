"""Config of a real app: values from a program, a file that the app reads, and a rollback that reads both anew."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.place import Place, text_of

PROJECT = """
project = "shop"

app "web" {
  build {
    use "files" {}
  }
  config {
    internal = {
      password = secret("command", ["cat", "%s"], { timeout = "20s" })
    }
    env = {
      DB_URL = "postgres://app:${config.internal.password}@db"
      REGION = secret([["env", "REGION"], ["file", "region.txt"]], { sensitive = false })
    }
    file = {
      "conf/app.ini" = "password = ${config.internal.password}"
    }
  }
  deploy {
    use "local" {
      command = ["python3", "server.py"]
    }
  }
}
"""

SERVER = '''\
"""Tells its configuration, and prints it, as no app should."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

TOLD = "|".join([os.environ["DB_URL"], os.environ["REGION"], open("conf/app.ini").read(), open("version.txt").read()])


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        body = TOLD.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


print(TOLD, flush=True)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
'''

FIRST, SECOND = "sekret-of-the-vault", "another-of-the-vault"


def vault(place: Place, password: str) -> Path:
    """Put the password where the program finds it."""
    path = place.root / "home" / "password"
    path.write_text(f"{password}\n")
    return path


def clear(place: Place, secret: str) -> list[str]:
    """Return the files in which a secret stands in clear, but for those that the deployments themselves have."""
    files = (each for folder in (place.state, place.root / "cache") for each in folder.rglob("*") if each.is_file())
    return [str(each) for each in files if secret.encode() in each.read_bytes() and each.name != "app.ini"]


def test_an_app_gets_its_config_and_nothing_else_keeps_a_secret(empty: Place) -> None:
    path = vault(empty, FIRST)
    empty.write(milepost__hcl=PROJECT % path, server__py=SERVER, version__txt="one", region__txt="eu\n")
    told = [empty.run("up").told]
    url = empty.json("status")["apps"][0]["urls"][0]
    assert text_of(url) == f"postgres://app:{FIRST}@db|eu|password = {FIRST}|one"

    vault(empty, SECOND)
    empty.write(version__txt="two")
    told.append(empty.having(REGION="us").run("up").told)
    assert text_of(url) == f"postgres://app:{SECOND}@db|us|password = {SECOND}|two"

    told.append(empty.run("rollback").told)
    assert text_of(url) == f"postgres://app:{SECOND}@db|eu|password = {SECOND}|one"
    assert "config.env.DB_URL, config.file.conf/app.ini have changed since #1: today's value is used" in told[-1]

    told += [empty.run(*words).told for words in (("config", "get", "--json"), ("logs", "web"), ("show", "last"))]
    assert "password = ***" in told[4]
    for secret in (FIRST, SECOND):
        assert secret not in "".join(told)
        assert clear(empty, secret) == []


COMPLAINING = """
project = "shop"

variable "password" {
  sensitive = true
  env       = ["PASSWORD"]
}

app "web" {
  build {
    use "files" {}
  }
  config {
    env = {
      PASSWORD = var.password
      OTHER    = secret("command", ["sh", "-c", "echo refused: $PASSWORD >&2; exit 4"])
    }
  }
  deploy {
    use "local" {
      command = ["python3", "server.py"]
    }
  }
}
"""


def test_what_a_source_says_of_a_secret_in_its_environment_is_masked(empty: Place) -> None:
    empty.write(milepost__hcl=COMPLAINING, server__py=SERVER)
    place = empty.having(PASSWORD=FIRST)
    for words in (("config", "get"), ("config", "get", "--json"), ("up",)):
        told = place.run(*words, status=2).told
        assert "refused: ***" in told
        assert FIRST not in told
    assert clear(place, FIRST) == []
