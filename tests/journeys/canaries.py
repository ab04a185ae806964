"""Canaries: secrets that are planted everywhere, and the search for them in all bytes that milepost leaves behind.

The forms that are looked for are made here anew, not by the code that masks.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from tests.journeys.processes import PROC

PEM = """-----BEGIN PRIVATE KEY-----
MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC7VJTUt9Us8cKB
wEiBRzWnIyyYPYIuLrIYXkmWfvNqTjVMPiNuYsRCHQn4sNUZHQ1KmxXYhz2dq5aR
kLqvxBTTnEaSyLXqEtJLGFZmQ0sUrdYxLkCanaryPemOnlyInTheMiddle0123456
-----END PRIVATE KEY-----
"""

CANARIES: Mapping[str, str] = {
    "from_env": "Zx81-canary-of-the-environment",
    "from_own_env": "Kq27-canary-of-an-own-name",
    "from_var_env": "Wm44-canary-of-a-flag",
    "from_file": "Rt90-canary-of-a-file",
    "odd": 'canary "odd" \\ /ä&b=c?d+e%f# tail',
    "of_url": "canary:p@ss/of+a?url",
    "of_vault": "Lp63-canary-of-the-vault",
    "of_registry": "Hd18-canary-of-the-registry",
    "pem": PEM,
}
"""Each secret by the name of the variable, or of the place, that it comes from."""

LINES = 24
"""A line of a secret that is shorter than this is no secret of its own, nor is what every key begins with."""


class Sighting(NamedTuple):
    """A canary where none should be."""

    where: str
    name: str
    form: str


def forms(secret: str) -> dict[str, bytes]:
    """Return the ways in which a secret may be written that make it no less readable."""
    whole = secret.encode()
    found = {"whole": whole, "stripped": whole.strip()}
    found |= {f"line {at}": line.encode() for at, line in enumerate(secret.splitlines()) if _tells(line)}
    for offset in range(3):
        text = base64.b64encode(b"x" * offset + whole)
        # What stands beside the secret decides on the characters at its ends.
        found[f"base64 at {offset}"] = text[4 if offset else 0 : len(text) - 4]
        found[f"urlsafe base64 at {offset}"] = found[f"base64 at {offset}"].translate(bytes.maketrans(b"+/", b"-_"))
    found["in a URL"] = quote(secret, safe="").encode()
    found["in a path"] = quote(secret).encode()
    found["in a form"] = quote_plus(secret).encode()
    found["in JSON"] = json.dumps(secret)[1:-1].encode()
    found["in JSON, UTF-8"] = json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    found["in lower case in a URL"] = re.sub("%..", lambda each: each[0].lower(), quote(secret, safe="")).encode()
    found["in JSON of PHP"] = json.dumps(secret)[1:-1].replace("/", "\\/").encode()
    found |= {"in a traceback": repr(secret)[1:-1].encode(), "as bytes": repr(whole)[2:-1].encode()}
    pieces = base64.encodebytes(whole).splitlines()
    found |= {f"line {at} of base64": piece for at, piece in enumerate(pieces) if len(piece) >= LINES}
    if "\n" not in secret:
        found |= {"first half": whole[: len(whole) // 2], "second half": whole[len(whole) // 2 :]}
    return {name: form for name, form in found.items() if len(form) > 5}


def _tells(line: str) -> bool:
    return len(line) >= LINES and "-----" not in line


SOUGHT = [(name, form, data) for name, secret in CANARIES.items() for form, data in forms(secret).items()]


def seen_in(where: str, data: bytes, but: Iterable[str] = ()) -> list[Sighting]:
    """Return the canaries in some bytes, colours taken out too."""
    return [Sighting(where, name, form) for name, form, text in SOUGHT if name not in but and text in data]


def seen_below(*folders: Path, but: Iterable[Path] = ()) -> list[Sighting]:
    """Return the canaries in all files of the folders, and in their names; what is packed is unpacked."""
    left_out = tuple(but)
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if any(path.is_relative_to(each) for each in left_out):
                continue
            found += seen_in(f"the name {path}", str(path).encode())
            if path.is_file():
                found += [each for data in _contents(path) for each in seen_in(str(path), data)]
    return found


def _contents(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, without colours too, and what is packed in a database."""
    with suppress(OSError):
        data = path.read_bytes()
        yield data
        if b"\x1b[" in data:
            yield uncoloured(data)
        if data.startswith(b"SQLite format 3\0"):
            yield from (uncoloured(each) for each in _unpacked(path))


def uncoloured(data: bytes) -> bytes:
    """Return text without changes of colour."""
    pieces = data.split(b"\x1b[")
    return pieces[0] + b"".join(each.partition(b"m")[2] for each in pieces[1:])


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield all values of a database that can be unpacked."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from unpacked(row)


def unpacked(row: Iterable[object]) -> Iterator[bytes]:
    """Yield what is packed in the values of a row."""
    for each in row:
        if isinstance(each, bytes):
            with suppress(zlib.error):
                yield zlib.decompress(each)


class Lookout:
    """Looks at all processes of the system for as long as it is entered, and remembers what those of a place showed."""

    def __init__(self, root: Path) -> None:
        self.arguments: set[bytes] = set()
        """The command lines of all that name the place, milepost's own and what they started."""
        self.environments: dict[bytes, bytes] = {}
        """The environment of each command line."""
        self._root = str(root).encode()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Lookout:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._ends.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ends.is_set():
            for each in PROC.iterdir() if PROC.is_dir() else ():
                if each.name.isdigit():
                    self._see(each)
            time.sleep(0.02)

    def _see(self, process: Path) -> None:
        with suppress(OSError):
            arguments = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
            if self._root in arguments + environment and b"pytest" not in arguments:
                self.arguments.add(arguments)
                self.environments[arguments] = self.environments.get(arguments, b"") + environment
