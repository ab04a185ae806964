"""Secrets kept out of all that is written or shown."""

from __future__ import annotations

import base64
import json
import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

from milepost.host.escapes import COLOUR
from milepost.host.language.values import Marked, plain_text
from milepost.sdk.secret import Secret

SHORTEST = 6
"""A shorter text cannot be masked: it would blot out half of all output."""

SHORTEST_PIECE = 16
"""Of a base64 text in several lines, a last line shorter than this says too little to look for."""

BLOT = "***"


def secret_texts(value: Any) -> Iterator[str]:
    """Yield the clear texts of all that is secret in a value of the language, truth values and null aside."""
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, Marked):
        yield from _texts(value.value)
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from secret_texts(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield plain_text(value)


class Masker:
    """Knows the secrets of one run and blots them out, in the forms in which they usually leak."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._forms: _Forms | None = None
        self._guard = threading.Lock()

    def add(self, text: str) -> bool:
        """Blot out `text` from now on; return False if it is too short for that."""
        if len(text) < SHORTEST:
            return not text
        forms = _forms_of(text)
        with self._guard:
            if not forms <= self._known:
                self._known |= forms
                self._forms = None
        return True

    def text(self, text: str) -> str:
        """Return `text` without the secrets, also where colours change in the middle of one."""
        return _blotted(text, self._spans(text))

    def split(self, text: str) -> tuple[str, str]:
        """Return what of a text that goes on can be shown, secrets masked, and the rest as it is.

        The rest is what may be the beginning of a secret, and nothing else.
        """
        spans = self._spans(text)
        cut = self._beginning(text)
        for start, end in spans:
            if start < cut < end:
                # The secret may be followed by more that overlaps with it.
                cut = start
        return _blotted(text[:cut], [span for span in spans if span[1] <= cut]), text[cut:]

    def document(self, value: Any) -> Any:
        """Return a JSON value in which no text, key or value, holds a secret."""
        if not self._known:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.document(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.document(each) for each in value]
        return value

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the secrets stand; those that overlap are one."""
        if not self._known:
            return []
        plain, places = _plain(text)
        found = self._all().spans(plain)
        return [(places(start), places(end - 1) + 1) for start, end in found]

    def _beginning(self, text: str) -> int:
        """Return where the longest beginning of a secret stands that the text ends with; its length without one."""
        if not self._known:
            return len(text)
        forms = self._all()
        if text.endswith("\n") and not forms.over_lines:
            return len(text)
        plain, places = _plain(text)
        start = forms.beginning(plain)
        return places(start) if start < len(plain) else len(text)

    def _all(self) -> _Forms:
        """Return all forms, made ready to be looked for."""
        with self._guard:
            if self._forms is None:
                self._forms = _Forms(self._known)
            return self._forms


class _Forms:
    """Texts that are looked for all at once."""

    def __init__(self, forms: frozenset[str]) -> None:
        self.all = sorted(forms, key=len)
        self.over_lines = [form for form in self.all if "\n" in form[:-1]]
        self.shortest: list[str] = []
        """Those that contain no other: where none of these is, none is."""
        for form in self.all:
            if not any(each in form for each in self.shortest):
                self.shortest.append(form)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the forms stand, in order; those that overlap are one."""
        for form in self.shortest:
            if form in text:
                break
        else:
            return []
        merged: list[tuple[int, int]] = []
        for start, end in sorted(place for form in self.all for place in _places_of(form, text)):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def beginning(self, text: str) -> int:
        """Return where the longest proper beginning of a form stands that the text ends with."""
        # One that goes on over the end of a line is the only one that a whole line can be the beginning of.
        forms = self.over_lines if text.endswith("\n") else self.all
        return min((_beginning_of(form, text) for form in forms), default=len(text))


def _places_of(form: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start != -1:
        yield start, start + len(form)
        start = text.find(form, start + 1)


def _beginning_of(form: str, text: str) -> int:
    """Return where the text ends with a proper beginning of the form; its length if it does not."""
    start = text.find(form[0], max(0, len(text) - len(form) + 1))
    while start != -1:
        if form.startswith(text[start:]):
            return start
        start = text.find(form[0], start + 1)
    return len(text)


def _plain(text: str) -> tuple[str, Callable[[int], int]]:
    """Return the text without colours, and what says where in the text a place of it is."""
    if "\x1b" not in text:
        return text, lambda place: place
    starts, shifts, pieces, end, length = [0], [0], [], 0, 0
    for found in COLOUR.finditer(text):
        pieces.append(text[end : found.start()])
        length += found.start() - end
        end = found.end()
        starts.append(length)
        shifts.append(end - length)
    return "".join([*pieces, text[end:]]), lambda place: place + shifts[bisect_right(starts, place) - 1]


def _blotted(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with a blot in place of each span, of each of its lines; its colours stay."""
    if not spans:
        return text
    pieces, last = [], 0
    for start, end in spans:
        secret = text[start:end]
        pieces += [text[last:start], "\n".join(BLOT if line else "" for line in secret.split("\n"))]
        pieces += COLOUR.findall(secret) if "\x1b" in secret else ()
        last = end
    return "".join([*pieces, text[last:]])


def _forms_of(text: str) -> frozenset[str]:
    """Return the text, its encodings and its longer lines (a PEM leaks line by line)."""
    text = COLOUR.sub("", text)
    lines = {line.strip() for line in text.splitlines()} if "\n" in text else set()
    forms = set(lines)
    for each in {text, text.strip(), *lines}:
        if len(each) < SHORTEST:
            continue
        forms |= {each, *_escaped(each)}
        forms |= _base64_forms(each.encode("utf-8", "surrogateescape"))
    return frozenset(form for form in forms if len(form) >= SHORTEST)


def _escaped(text: str) -> Iterator[str]:
    """Yield the text as it stands in JSON, in a URL and in a traceback, in each way in which programs write that."""
    for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield escaped
        yield escaped.replace("/", "\\/")
    data = text.encode("utf-8", "surrogateescape")
    yield from (repr(text)[1:-1], repr(data)[2:-1])
    for quoted in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)


def _base64_forms(data: bytes) -> set[str]:
    """Return what is common to all base64 texts that contain `data`, for each of the three offsets."""
    forms = set()
    for offset in range(3):
        # The first and last characters also hold bits of the neighbours, so they are left out.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * offset + data).decode().rstrip("=")
            start = 0 if offset == 0 else offset + 1
            end = len(encoded) if (offset + len(data)) % 3 == 0 else len(encoded) - 1
            forms.add(encoded[start:end])
    # A tool breaks a long one into lines of 76 or of 64 characters.
    whole = base64.b64encode(data).decode().rstrip("=")
    for width in (76, 64) if len(whole) > 64 else ():
        pieces = {whole[at : at + width - 1] for at in range(0, len(whole), width)}
        forms |= {piece for piece in pieces if len(piece) >= SHORTEST_PIECE}
    return forms
