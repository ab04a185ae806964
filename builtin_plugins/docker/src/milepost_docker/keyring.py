"""What the Docker CLI knows of registries: its variables, its config, its credential helpers."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from milepost.sdk import Command, CommandFailedError, MilepostError, Step
from milepost_docker.engine.context import config_file, config_folder
from milepost_docker.login import HUB_KEY, Login, auth_of, basic, credential, hidden, of_auth
from milepost_docker.reference import HUB

VARIABLE = "DOCKER_AUTH_CONFIG"
PATIENCE = 60.0
"""How long a helper may take, in seconds: it may ask the user's keychain."""
NOTHING = (
    "credentials not found in native keychain",
    "no credentials server URL",
    "no credentials username",
)
"""What a helper prints when it knows nothing: the protocol's words, it has one status for all."""
BY_TOKEN = "<token>"  # noqa: S105  a name that anybody may know
"""The name that goes with an identity token, in the protocol of the helpers."""
HUB_NAMES = (HUB_KEY, "index.docker.io", HUB, "registry-1.docker.io")


def known(server: str, step: Step) -> Login | None:
    """Return what the CLI would show to a registry; None where it knows nothing of it.

    Raises MilepostError for a config that cannot be read, and naming a helper that is missing or fails.
    """
    variable = step.facts.environment.get(VARIABLE)
    if variable and (found := _of_entries(server, _entries(variable), VARIABLE, step)):
        return found
    folder = config_folder(step.facts.environment, step.facts.home)
    config = config_file(folder)
    names = names_of(server)
    helpers = config.get("credHelpers") or {}
    chosen = next((helpers[name] for name in names if name in helpers), config.get("credsStore"))
    if chosen and (found := _of_helper(server, str(chosen), step)):
        return found
    return _of_entries(server, config.get("auths") or {}, str(folder / "config.json"), step)


def names_of(server: str) -> tuple[str, ...]:
    """Return the names under which a registry may stand in the CLI's config, the usual one first."""
    return HUB_NAMES if server == HUB else (server,)


@contextmanager
def docker_config(logins: Iterable[Login], step: Step) -> Iterator[Path]:
    """Give a folder for DOCKER_CONFIG: the user's own config (contexts, helpers, plugins) and these logins.

    So programs (buildx, pack, docker) get credentials without any of it in their arguments. Readable by the user
    alone, and gone with the context.
    """
    theirs = config_folder(step.facts.environment, step.facts.home)
    folder = Path(tempfile.mkdtemp(prefix="docker-", dir=step.facts.scratch))
    try:
        for each in theirs.iterdir() if theirs.is_dir() else ():
            if each.name != "config.json":
                (folder / each.name).symlink_to(each.resolve())
        path = folder / "config.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(_with(config_file(theirs), logins)))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def config_environment(folder: Path, step: Step) -> dict[str, str]:
    """Return the variables with which a program uses such a folder, and buildx the builders that the user has."""
    theirs = config_folder(step.facts.environment, step.facts.home)
    return {
        "DOCKER_CONFIG": str(folder),
        # Its entries are in the folder; they would win over a login of a block.
        VARIABLE: "",
        "BUILDX_CONFIG": step.facts.environment.get("BUILDX_CONFIG") or str(theirs / "buildx"),
    }


def _with(config: Mapping[str, Any], logins: Iterable[Login]) -> dict[str, Any]:
    """Return the CLI's config with more logins, which come before its helpers."""
    auths, helpers = dict(config.get("auths") or {}), dict(config.get("credHelpers") or {})
    for login in logins:
        if login.anonymous:
            continue
        told = {name: value for name, value in login.document().items() if name.endswith("token")}
        auths[login.key] = {"auth": basic(login), **told}
        # An empty helper: the entry counts, whatever `credsStore` says.
        helpers |= dict.fromkeys(names_of(login.server), "")
    return {**config, "auths": auths, "credHelpers": helpers}


def _entries(text: str) -> dict[str, Any]:
    """Return the `auths` of a config that stands in a variable."""
    try:
        entries = json.loads(text).get("auths")
    except (ValueError, AttributeError) as error:
        message = f"{VARIABLE} cannot be read: it holds no JSON object"
        raise MilepostError(message, hint=f'{VARIABLE}=\'{{"auths": {{"HOST": {{"auth": "…"}}}}}}\'') from error
    return entries if isinstance(entries, dict) else {}


def _of_entries(server: str, entries: Mapping[str, Any], origin: str, step: Step) -> Login | None:
    """Return the entry of a registry; keys may be URLs, as older CLIs wrote them."""
    names = names_of(server)
    for key in (*names, *entries):
        entry = entries.get(key)
        if isinstance(entry, dict) and (key in names or _host(key) in names):
            login = of_auth(server, auth_of(entry, origin), origin, step)
            if not login.anonymous:
                return login
    return None


def _host(key: str) -> str:
    """Return the registry in a key such as `https://HOST/v1/`."""
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _of_helper(server: str, name: str, step: Step) -> Login | None:
    """Return what a credential helper knows of a registry. Raises MilepostError naming it when it fails."""
    program = f"docker-credential-{name}"
    asked = HUB_KEY if server == HUB else server
    command = Command(argv=(program, "get"), input=asked.encode(), quiet=True, check=False, timeout=PATIENCE)
    try:
        result = step.run(command)
    except CommandFailedError as error:
        message = f"the credential helper {program}, which the docker config names for {server}, cannot be run: {error}"
        raise MilepostError(message, hint=f"install {program}, or take it out of the docker config") from error
    printed = result.stdout.decode("utf-8", "replace").strip()
    if result.status != 0:
        if printed in NOTHING:
            return None
        said = printed or result.stderr.decode("utf-8", "replace").strip() or f"status {result.status}"
        message = f"the credential helper {program} failed for {server}: {said[-500:]}"
        raise MilepostError(message, hint=f"echo {asked} | {program} get")
    return _of_answer(server, printed, program, step)


def _of_answer(server: str, printed: str, program: str, step: Step) -> Login | None:
    """Return what a helper has answered."""
    try:
        told = json.loads(printed)
        username, secret = str(told["Username"]), str(told["Secret"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"the credential helper {program} gave an answer for {server} that cannot be read"
        raise MilepostError(message, hint=f"echo {server} | {program} get") from error
    if not secret:
        return None
    kept = credential(secret, program)
    if username == BY_TOKEN:
        return hidden(Login(server=server, identity_token=kept, origin=program), step)
    return hidden(Login(server=server, username=username, password=kept, origin=program), step)
