"""How a record knows a secret: a mark where it stood, and a keyed fingerprint that tells whether it has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from milepost.sdk.errors import UsageError

SECRET, CREDENTIAL = "$secret", "$credential"
"""The names in a record under which the place of a secret, or of a credential, is kept."""

KEY_LENGTH = 32


def fingerprint_key(state: Path, environment: Mapping[str, str], *, create: bool = True) -> bytes:
    """Return the key of all fingerprints: MILEPOST_FINGERPRINT_KEY, else one made once for this user.

    It lies outside every store, so that a store that leaks gives no way to guess a secret. Whoever only
    asks makes none: without one, no fingerprint tells anything. Raises UsageError when it cannot be made.
    """
    given = environment.get("MILEPOST_FINGERPRINT_KEY")
    if given:
        return given.encode()
    path = state / "fingerprint.key"
    try:
        if path.exists() or not create:
            return path.read_bytes() if path.exists() else os.urandom(KEY_LENGTH)
        return _made(path)
    except OSError as error:
        raise UsageError(
            f"the key of fingerprints at {path} cannot be had: {error.strerror}",
            hint="make the folder writable, or set MILEPOST_STATE to another one",
        ) from error


def _made(path: Path) -> bytes:
    """Return a new key, or that of whoever was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(os.urandom(KEY_LENGTH))
    try:
        # A link, unlike a rename, leaves the key of whoever was first.
        os.link(scratch, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        scratch.unlink()
    return path.read_bytes()


def fingerprint(key: bytes, text: str) -> str:
    """Return what tells whether a text has changed, and gives nothing of it away; it begins with the key's own mark."""
    return f"{_digest(key, 'the key itself')[:8]}-{_digest(key, text)[:32]}"


def _digest(key: bytes, text: str) -> str:
    import hmac  # noqa: PLC0415 - lists read fingerprints and make none

    return hmac.new(key, text.encode(), "sha256").hexdigest()


def has_changed(one: str, other: str) -> bool:
    """Return whether two fingerprints are of different texts; those of different keys cannot tell, and have not."""
    return one.partition("-")[0] == other.partition("-")[0] and one != other
