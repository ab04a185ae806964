"""How values of the project file are written down: plain as they are, secrets as where they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec

from milepost.host.fingerprint import CREDENTIAL, SECRET, fingerprint, has_changed
from milepost.host.project.convert import Converter
from milepost.sdk.config import PluginConfig, PluginState
from milepost.sdk.errors import OperationError
from milepost.sdk.secret import Credential, Part, Secret

ConfigT = TypeVar("ConfigT", bound=PluginConfig)
StateT = TypeVar("StateT", bound=PluginState)
AnyT = TypeVar("AnyT")

Source = Callable[[str], str | None]
"""Answers with today's clear text of a source, an expression such as `var.password`; None if there is none."""


def digest_of(document: Any) -> str:
    """Return the digest of a JSON value, the same for the same value."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def record(value: Any, key: bytes) -> Any:
    """Return a value of the project file, or a config, as JSON that may be kept."""

    def written(each: Any) -> Any:
        if isinstance(each, Credential):
            return {CREDENTIAL: True}
        if isinstance(each, Secret):
            return {SECRET: _parts(each), "fingerprint": fingerprint(key, each.reveal())}
        raise NotImplementedError(f"cannot record {type(each).__name__}")

    return msgspec.to_builtins(value, enc_hook=written)


def _parts(secret: Secret) -> list[dict[str, str]] | None:
    """Return what a secret is made of; None for one that stands in the file, which must not be kept."""
    if not secret.sources:
        return None
    return [{"text": part.text} if part.source is None else {"source": part.source} for part in secret.parts]


def record_config(config: PluginConfig, key: bytes) -> dict[str, Any]:
    """Return a plugin's config as a document with its version."""
    return {"version": type(config).version, "fields": record(config, key)}


def recorded_config(
    document: dict[str, Any], config: type[ConfigT], today: PluginConfig | None, read: Source
) -> ConfigT:
    """Return the config of a document: secrets read anew, credentials those of `today`'s config.

    Raises OperationError when a secret's source is gone, or the document does not fit any more.
    """
    fields = document["fields"]
    if document["version"] != config.version:
        fields = config.upgrade(document["version"], fields)
    todays = msgspec.structs.asdict(today) if today is not None else {}
    told = _beside_defaults(fields, config)
    return convert({name: restore(each, todays.get(name), read, name) for name, each in told.items()}, config)


def _beside_defaults(fields: dict[str, Any], config: type[PluginConfig]) -> dict[str, Any]:
    """Return the recorded fields that are not as they are by default: a record has all, and converting takes time."""
    usual = _defaults(config)
    return {name: each for name, each in fields.items() if name not in usual or usual[name] != each}


@cache
def _defaults(config: type[PluginConfig]) -> dict[str, Any]:
    """Return the defaults of a config's fields as they would be recorded."""
    found: dict[str, Any] = {}
    for each in msgspec.structs.fields(config):
        if each.default is not msgspec.NODEFAULT:
            found[each.encode_name] = _listed(record(each.default, b""))
        elif each.default_factory is not msgspec.NODEFAULT:
            found[each.encode_name] = _listed(record(each.default_factory(), b""))
    return found


def convert(fields: Any, kind: type[AnyT]) -> AnyT:
    """Return a recorded value as the given type. Raises OperationError when it does not fit."""
    converter = Converter(tolerant=False)
    converted: AnyT = converter.convert(_listed(fields), kind, ())
    if converter.wrong:
        wrong = "; ".join(f"{'.'.join(map(str, each.path))}: {each.message}" for each in converter.wrong)
        raise OperationError(f"the recorded config cannot be read by today's plugin: {wrong}")
    return converted


def _listed(value: Any) -> Any:
    """Return a value with lists for tuples, as JSON has them."""
    if isinstance(value, dict):
        return {name: _listed(each) for name, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, list | tuple) else value


def restore(value: Any, today: Any, read: Source, path: str) -> Any:
    """Return a recorded value with its secrets in place; `today` is what stands at the same path today."""
    if isinstance(today, msgspec.Struct):
        today = msgspec.structs.asdict(today)
    if isinstance(value, dict):
        if CREDENTIAL in value or (SECRET in value and value[SECRET] is None):
            if today is None:
                raise OperationError(f"{path} is never recorded, and today's project file has none")
            return today
        if SECRET in value:
            return Secret([_read(part, read, path) for part in value[SECRET]])
        inner = today if isinstance(today, dict) else {}
        return {name: restore(each, inner.get(name), read, f"{path}.{name}") for name, each in value.items()}
    if isinstance(value, list):
        rest = list(today) if isinstance(today, list | tuple) else []
        padded = rest + [None] * (len(value) - len(rest))
        return [restore(each, padded[at], read, f"{path}[{at}]") for at, each in enumerate(value)]
    return value


def _read(part: dict[str, str], read: Source, path: str) -> Part:
    """Return a piece of a secret, read anew from where it came from."""
    if "text" in part:
        return Part(part["text"])
    text = read(part["source"])
    if text is None:
        raise OperationError(f"{path} came from {part['source']}, which has no value today")
    return Part(text, part["source"])


def sources_in(value: Any) -> Iterator[str]:
    """Yield the sources of all secrets in a recorded value."""
    if isinstance(value, dict):
        if SECRET in value:
            yield from (part["source"] for part in value[SECRET] or () if "source" in part)
        else:
            yield from (source for each in value.values() for source in sources_in(each))
    elif isinstance(value, list):
        yield from (source for each in value for source in sources_in(each))


def needs_today(value: Any) -> bool:
    """Return whether a recorded value has a part that is never recorded, and so must stand in today's file."""
    if isinstance(value, dict):
        if CREDENTIAL in value or SECRET in value:
            return CREDENTIAL in value or value[SECRET] is None
        return any(map(needs_today, value.values()))
    return isinstance(value, list) and any(map(needs_today, value))


def changed_secrets(value: Any, restored: Any, key: bytes, path: str = "") -> list[str]:
    """Return the paths of the secrets whose value today is not the one that was recorded."""
    if isinstance(value, list):
        others = list(restored) if isinstance(restored, list | tuple) else []
        padded = others + [None] * (len(value) - len(others))
        pairs = [(f"{path}[{at}]", each, padded[at]) for at, each in enumerate(value)]
    elif isinstance(value, dict):
        if CREDENTIAL in value:
            return []
        if SECRET in value:
            same = isinstance(restored, Secret) and not has_changed(
                fingerprint(key, restored.reveal()), value["fingerprint"]
            )
            return [] if same else [path]
        inner = msgspec.structs.asdict(restored) if isinstance(restored, msgspec.Struct) else restored or {}
        pairs = [(f"{path}.{name}".lstrip("."), each, inner.get(name)) for name, each in value.items()]
    else:
        return []
    return [found for name, each, other in pairs for found in changed_secrets(each, other, key, name)]


def secrets_in(value: Any) -> Iterator[Secret]:
    """Yield the secrets and credentials in a value of the project file, or in a config."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from secrets_in(msgspec.structs.asdict(value))
    elif isinstance(value, dict):
        yield from (found for each in value.values() for found in secrets_in(each))
    elif isinstance(value, list | tuple):
        yield from (found for each in value for found in secrets_in(each))


def record_state(state: PluginState) -> dict[str, Any]:
    """Return a plugin's own document with its version."""
    return {"version": type(state).version, "fields": msgspec.to_builtins(state)}


def recorded_state(document: dict[str, Any] | None, state: type[StateT]) -> StateT | None:
    """Return a plugin's own document as its class of today. Raises OperationError when it cannot be read."""
    if document is None:
        return None
    fields = document["fields"]
    if document["version"] != state.version:
        fields = state.upgrade(document["version"], fields)
    try:
        return msgspec.convert(fields, state)
    except msgspec.ValidationError as error:
        raise OperationError(f"the recorded state cannot be read by today's plugin: {error}") from error
