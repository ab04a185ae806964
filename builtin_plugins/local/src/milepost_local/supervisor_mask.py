"""Secrets are not in what a supervisor writes to the disk, even where an app prints them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Characters that a text must have to be masked: shorter ones stand in innocent words too."""


def masker(secrets: Iterable[str]) -> Callable[[bytes], bytes]:
    """Return what replaces the secrets, plain and in their common encodings, by `***`."""
    texts = {each.encode(errors="surrogateescape") for secret in secrets for each in _forms(secret)}
    # Longest first: a secret that begins another must not leave the rest of it in clear.
    wanted = sorted((each for each in texts if len(each) >= SHORTEST), key=len, reverse=True)
    if not wanted:
        return bytes
    pattern = re.compile(b"|".join(re.escape(each) for each in wanted))
    return lambda text: pattern.sub(b"***", text)


def _forms(secret: str) -> Iterator[str]:
    """Yield the secret as it may be printed: by lines, in JSON, in a URL, in base64."""
    yield from secret.splitlines()
    if len(secret) < SHORTEST:
        return
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    raw = secret.encode(errors="surrogateescape")
    yield quote(raw)
    yield quote(raw, safe="")
    yield quote_plus(raw)
    for offset in range(3):
        # The characters at both ends depend on what stands beside it: only the middle is the secret's own.
        text = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        middle = text[4 if offset else 0 : len(text) - (len(text) % 4 and 1)]
        yield middle
        yield middle.replace("+", "-").replace("/", "_")
