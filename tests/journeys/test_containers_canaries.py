"""No secret of a project with containers anywhere but where it has to be: in the containers and with the user.

Where it may be in clear: in the engine, which keeps a container's environment and what is mounted into it; in the
environment of the command that was typed, and of what it starts.
"""

from __future__ import annotations

import base64

from tests.engines.registries import PASSWORD, USER, Registry
from tests.journeys.canaries import CANARIES, Lookout, forms, seen_below, seen_in, uncoloured
from tests.journeys.quay import Quay
from tests.journeys.quays import quay

__all__ = ["quay"]

DECLARED = """
variable "from_env" {
  sensitive = true
}
variable "from_file" {
  sensitive = true
}
variable "of_vault" {
  sensitive = true
}
variable "login" {
  sensitive = true
}
"""
BUILD = """
      secrets = {
        token = var.of_vault
        other = { env = "OF_REGISTRY" }
      }
"""
REGISTRY = """
    registry {
      use "docker" {
        image    = "%s/canaries/web"
        username = "%s"
        password = var.login
      }
    }
"""
DEPLOY = """
      secrets = {
        filed = var.from_file
      }
"""
MORE = """
  config {
    env = {
      CANARY = var.from_env
    }
  }
"""
DOCKERFILE = """FROM %s
COPY index.html /www/index.html
RUN --mount=type=secret,id=token --mount=type=secret,id=other cat /run/secrets/token /run/secrets/other
CMD ["sh", "-c", "echo told $CANARY; cat /run/secrets/filed; exec /bin/serve"]
"""
LOGIN = base64.b64encode(f"{USER}:{PASSWORD}".encode())
PASSWORDS = [*(form for name, form in forms(PASSWORD).items() if "half" not in name), LOGIN]
"""The ways in which the registry's password may be written."""


def laid(quay: Quay, registry: Registry) -> Quay:
    """Return the place with secrets wherever containers can have some, told wherever they can be."""
    base = (quay.place.folder / "Dockerfile").read_text().split()[1]
    pushed = REGISTRY % (registry.host, registry.user)
    quay.lay(base, build=BUILD, registry=pushed, deploy=DEPLOY, more=MORE)
    project = quay.place.folder / "milepost.hcl"
    project.write_text(DECLARED + project.read_text())
    (quay.place.folder / "Dockerfile").write_text(DOCKERFILE % base)
    named = {f"MILEPOST_VAR_{each}": CANARIES[each] for each in ("from_env", "from_file", "of_vault")}
    quay.place = quay.place.having(OF_REGISTRY=CANARIES["of_registry"], MILEPOST_VAR_login=PASSWORD, **named)
    return quay


def passwords(quay: Quay) -> list[str]:
    """Return the files of the place in which the registry's password stands."""
    files = [each for each in quay.place.root.rglob("*") if each.is_file()]
    return [str(each) for each in files if any(form in each.read_bytes() for form in PASSWORDS)]


def test_secrets_of_builds_registries_and_containers_are_nowhere_kept_nor_told(
    quay: Quay, registry_with_password: Registry
) -> None:
    place = laid(quay, registry_with_password).place
    with Lookout(place.root) as lookout:
        answers = [place.run("up")]
        (place.folder / "index.html").write_text("two")
        answers.append(place.run("--json=events", "up"))
    answers += [place.run(*words) for words in READINGS]
    assert "told ***" in place.run("logs", "web").out
    told = b"\n".join(uncoloured(each.told.encode()) for each in answers)
    assert seen_in("told", told) == []
    assert seen_below(place.root) == []
    argued = b"\n".join(lookout.arguments)
    assert b"buildx" in argued
    assert seen_in("arguments", argued) == []
    assert passwords(quay) == []
    assert not [form for form in PASSWORDS if form in told + argued]
    check_image(quay)


READINGS = (
    ("logs", "web"),
    ("logs", "--run", "1"),
    ("show", "last", "--json"),
    ("deployment", "inspect", "last", "--json"),
    ("status", "--json"),
    ("doctor",),
    ("config", "get"),
)


def check_image(quay: Quay) -> None:
    """See that the image, its history and its labels have none of it."""
    live = quay.place.app_status()["live"]
    (container,) = quay.inspect(*(each["name"] for each in live["state"]["fields"]["replicas"]))
    assert f"CANARY={CANARIES['from_env']}" in container["Config"]["Env"]
    image = container["Image"]
    told = quay.engine.docker("image", "inspect", image) + quay.engine.docker("history", "--no-trunc", image)
    assert seen_in("the image", told.encode()) == []
    assert seen_in("labels", str(container["Config"]["Labels"]).encode()) == []
