"""The contexts of the Docker CLI, as its own store has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.sdk import MilepostError
from milepost.sdk.problem import nearest

DEFAULT = "default"
"""The context that is in no store: the machine's own socket."""
ENDPOINT = "docker"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a context says of its engine."""

    host: str
    skip_verify: bool
    tls: Path | None
    """The folder with its certificates; None where it has none."""


def config_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of the CLI's config."""
    given = environment.get("DOCKER_CONFIG")
    return Path(given) if given else home / ".docker"


def config_file(folder: Path) -> dict[str, Any]:
    """Return what the CLI's config says; nothing where there is none. Raises MilepostError where it is no JSON."""
    return _document(folder / "config.json") or {}


def current(folder: Path) -> str:
    """Return the name of the context that the user has chosen; nothing where none is."""
    return str(config_file(folder).get("currentContext") or "")


def names(folder: Path) -> tuple[str, ...]:
    """Return the contexts that there are, the default one too."""
    metas = sorted((folder / "contexts" / "meta").glob("*/meta.json"))
    found = [str(document.get("Name")) for each in metas if (document := _document(each))]
    return (DEFAULT, *sorted(found))


def read(name: str, folder: Path) -> Context:
    """Return a context by name. Raises MilepostError that names those which exist."""
    import hashlib  # noqa: PLC0415  most engines are found without a context

    # The CLI's store calls the folder of a context by the digest of its name.
    place = hashlib.sha256(name.encode()).hexdigest()
    document = _document(folder / "contexts" / "meta" / place / "meta.json")
    if document is None:
        known = names(folder)
        close = nearest(name, known)
        hint = f"did you mean {close!r}?" if close else "docker context ls"
        raise MilepostError(f"there is no docker context {name!r}; there is {', '.join(known)}", hint=hint)
    endpoint = (document.get("Endpoints") or {}).get(ENDPOINT) or {}
    if not endpoint.get("Host"):
        raise MilepostError(f"the docker context {name!r} names no engine", hint=f"docker context inspect {name}")
    tls = folder / "contexts" / "tls" / place / ENDPOINT
    return Context(
        host=str(endpoint["Host"]),
        skip_verify=bool(endpoint.get("SkipTLSVerify")),
        tls=tls if tls.is_dir() else None,
    )


def _document(path: Path) -> dict[str, Any] | None:
    """Return a JSON file; None where there is none."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise MilepostError(f"{path} cannot be read: {error}", hint="it is a file of the docker CLI") from error
    if not isinstance(found, dict):
        raise MilepostError(f"{path} holds no JSON object", hint="it is a file of the docker CLI")
    return found
