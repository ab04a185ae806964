"""Secrets are not in what a supervisor writes to the disk, even where an app prints them."""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Characters that a text must have to be masked: shorter ones stand in innocent words too."""

SHORTEST_PIECE = 16
"""The same for a line of a base64 text."""

BLOT = b"***"
STEERING = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f\x7f]"
)
"""What steers a terminal: a secret with a colour in its middle is one all the same."""


class Mask:
    """Replaces the secrets, plain and in their common encodings, by `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        texts = {each.encode(errors="surrogateescape") for secret in secrets for each in _forms(secret)}
        # Longest first: a secret that begins another must not leave the rest of it in clear.
        wanted = sorted((each for each in texts if len(each) >= SHORTEST), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, wanted)))
        # To look for each one alone is quicker than the pattern, and mostly there is none.
        self._telling = [each for each in wanted if not any(other in each for other in wanted if other != each)]
        self.reach = 2 * len(wanted[0]) if wanted else 0
        """Bytes that must be there beyond a place, so that a secret which begins before it is there as a whole."""

    def __call__(self, text: bytes) -> bytes:
        """Return the text without secrets."""
        if any(each in text for each in self._telling):
            text = self._pattern.sub(BLOT, text)
        return self._beneath(text) if STEERING.search(text) else text

    def _beneath(self, text: bytes) -> bytes:
        """Return the text without the secrets that something stands in the middle of."""
        plain, places = _plain(text)
        if not any(each in plain for each in self._telling):
            return text
        pieces, last = [], 0
        for found in self._pattern.finditer(plain):
            start, end = places(found.start()), places(found.end() - 1) + 1
            pieces += [text[last:start], BLOT, *STEERING.findall(text[start:end])]
            last = end
        return b"".join([*pieces, text[last:]])


def _plain(text: bytes) -> tuple[bytes, Callable[[int], int]]:
    """Return the text without what steers a terminal, and what says where in the text a place of it is."""
    starts, shifts, pieces, end, length = [0], [0], [], 0, 0
    for found in STEERING.finditer(text):
        pieces.append(text[end : found.start()])
        length += found.start() - end
        end = found.end()
        starts.append(length)
        shifts.append(end - length)
    return b"".join([*pieces, text[end:]]), lambda place: place + shifts[bisect_right(starts, place) - 1]


def _forms(secret: str) -> Iterator[str]:
    """Yield the secret and its lines as they may be printed: in JSON, in a URL, in a traceback, in base64."""
    lines = {line.strip() for line in secret.splitlines()}
    yield from lines
    for text in {secret, secret.strip(), *lines}:
        if len(text) >= SHORTEST:
            yield from _encoded(text)


def _encoded(text: str) -> Iterator[str]:
    """Yield a text in its common encodings."""
    for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield escaped
        yield escaped.replace("/", "\\/")
    raw = text.encode(errors="surrogateescape")
    yield from (repr(text)[1:-1], repr(raw)[2:-1])
    for quoted in (quote(raw), quote(raw, safe=""), quote_plus(raw)):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)
    for offset in range(3):
        # The characters at both ends depend on what stands beside it: only the middle is the secret's own.
        whole = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        middle = whole[offset + 1 if offset else 0 : len(whole) - ((offset + len(raw)) % 3 and 1)]
        yield middle
        yield middle.replace("+", "-").replace("/", "_")
    # A tool breaks a long one into lines of 76 or of 64 characters.
    whole = base64.b64encode(raw).decode().rstrip("=")
    for width in (76, 64) if len(whole) > 64 else ():
        pieces = (whole[at : at + width - 1] for at in range(0, len(whole), width))
        yield from (each for each in pieces if len(each) >= SHORTEST_PIECE)
