"""The tables of the derived grammar: made once, then kept in the user's cache folder."""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from milepost.host.language.syntax.derived import EDITS, STARTS, derived


def parser(cache: Path | None) -> Lark:
    """Return the parser of masked texts, the same in the whole process. `cache` is where its tables may be kept."""
    made = _made()
    if not made:
        made.append(load(cache))
    return made[0]


@lru_cache(maxsize=1)  # No choice of anybody's: what is in it follows from what is installed.
def _made() -> list[Lark]:
    return []


def load(cache: Path | None) -> Lark:
    """Return a parser by the tables in the folder `cache`, which are made if they are missing, torn or of another."""
    # Only the file is needed; python-hcl2 itself is not imported, which would take longer than to parse.
    package = find_spec("hcl2")
    assert package is not None, "python-hcl2 is a dependency"
    assert package.origin is not None, "it is a package with files"
    grammar = Path(package.origin).with_name("hcl2.lark").read_text(encoding="utf-8")
    place = cache / _name(grammar) if cache else None
    if place and (known := _recalled(place)):
        return known
    made = Lark(derived(grammar), parser="lalr", start=STARTS, propagate_positions=True, maybe_placeholders=False)
    if place:
        _remember(place, made)
    return made


def _name(grammar: str) -> str:
    """Return the name of a cache file, which is another one for whatever the tables depend on."""
    facts = repr((grammar, EDITS, STARTS, lark.__version__, sys.implementation.cache_tag))
    return f"grammar-{sha256(facts.encode()).hexdigest()[:16]}.bin"


def _recalled(place: Path) -> Lark | None:
    """Return the parser that was kept, if the file is whole."""
    # Missing, unreadable, torn or not ours: the tables are made again.
    with suppress(OSError, ValueError, EOFError, TypeError, LookupError):
        stored = place.read_bytes()
        digest, tables = stored[:32], stored[32:]
        if digest == sha256(tables).digest():
            return Lark.load(marshal.loads(tables))  # noqa: S302 - plain data, whole by its digest, no code as in a pickle
    return None


def _remember(place: Path, made: Lark) -> None:
    """Write the cache file beside its place and move it there: a reader sees a whole one or none."""
    data, memo = made.memo_serialize([TerminalDef, Rule])
    content: dict[str, Any] = {"data": data, "memo": memo}
    tables = marshal.dumps(content)
    scratch = place.with_suffix(f".{os.getpid()}.new")
    # A cache that cannot be written is no reason to fail: the next command makes the tables anew.
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            scratch.write_bytes(sha256(tables).digest() + tables)
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)
