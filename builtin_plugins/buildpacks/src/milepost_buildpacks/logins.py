"""How `pack` learns who we are to the registry, with nothing of it in an argument: a config of the docker CLI."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from milepost.sdk import OperationError, Step
from milepost.sdk.artifact import RegistryAccess

HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
HUB_KEY = "https://index.docker.io/v1/"
"""How the docker CLI's config calls Docker Hub."""
CONFIG = "config.json"


def docker_config(access: RegistryAccess | None, step: Step) -> Path | None:
    """Return a folder for DOCKER_CONFIG with the user's own config and this login; None where there is no login.

    It stands in the scratch folder, readable by the user alone, and goes with that.
    """
    login = _login(access, step) if access else None
    if access is None or login is None:
        return None
    own = Path(step.facts.environment.get("DOCKER_CONFIG") or step.facts.home / ".docker")
    folder = step.facts.scratch / "docker"
    folder.mkdir(mode=0o700)
    for entry in own.iterdir() if own.is_dir() else ():
        if entry.name != CONFIG:
            (folder / entry.name).symlink_to(entry)
    file = folder / CONFIG
    file.touch(mode=0o600)
    server = HUB_KEY if access.server in HUB else access.server
    file.write_text(json.dumps(merged(_read(own / CONFIG), server, login)), encoding="utf-8")
    return folder


def merged(config: dict[str, Any], server: str, login: dict[str, str]) -> dict[str, Any]:
    """Return a config with a login of ours for one registry; helpers stay for the others that it names."""
    named = config.get("auths", {})
    helpers = dict(config.get("credHelpers", {}))
    if "credsStore" in config:
        # A store for all would be asked for ours too, and win.
        helpers = dict.fromkeys(named, config["credsStore"]) | helpers
    helpers.pop(server, None)
    kept = {name: value for name, value in config.items() if name != "credsStore"}
    return {**kept, "auths": {**named, server: login}, "credHelpers": helpers}


def _login(access: RegistryAccess, step: Step) -> dict[str, str] | None:
    """Return the login as the config has it; None for a registry that everybody may use."""
    if access.token:
        return {"identitytoken": access.token.reveal(), "auth": base64.b64encode(b"<token>:").decode()}
    if not access.username or access.password is None:
        return None
    auth = base64.b64encode(f"{access.username}:{access.password.reveal()}".encode()).decode()
    step.mask(auth)
    return {"auth": auth}


def _read(path: Path) -> dict[str, Any]:
    """Return the user's config; nothing where there is none."""
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperationError(f"the docker CLI's config {path} cannot be read: {error}", hint=f"cat {path}") from error
    return found if isinstance(found, dict) else {}
