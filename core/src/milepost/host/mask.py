"""Secrets kept out of all that is written or shown."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

from milepost.host.language.values import Marked, plain_text
from milepost.sdk.secret import Secret

SHORTEST = 6
"""A shorter text cannot be masked: it would blot out half of all output."""

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
        self._forms: list[str] = []
        self._known: set[str] = set()

    def add(self, text: str) -> bool:
        """Blot out `text` from now on; return False if it is too short for that."""
        if len(text) < SHORTEST:
            return not text
        new = _forms_of(text) - self._known
        self._known |= new
        # The longest first: a form that contains another must go as a whole.
        self._forms = sorted(self._known, key=len, reverse=True)
        return True

    def text(self, text: str) -> str:
        """Return `text` without the secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, BLOT)
        return text

    def document(self, value: Any) -> Any:
        """Return a JSON value in which no text, key or value, holds a secret."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.document(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.document(each) for each in value]
        return value


def _forms_of(text: str) -> set[str]:
    """Return the text, its encodings and its longer lines (a PEM leaks line by line)."""
    lines = {line.strip() for line in text.splitlines()} if "\n" in text else set()
    forms = set(lines)
    for each in {text, *lines}:
        if len(each) < SHORTEST:
            continue
        escaped = json.dumps(each)[1:-1]
        forms |= {each, quote(each, safe=""), quote(each), quote_plus(each), escaped}
        forms.add(json.dumps(each, ensure_ascii=False)[1:-1])
        forms |= _base64_forms(each.encode())
    return {form for form in forms if len(form) >= SHORTEST}


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
    return forms
