"""A check that is switched off names what it switches off, and says why on the same line."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from tests.rules.repository import Source, check_none, sources

KNOWN = re.compile(
    r"# (?:(?:ruff: )?noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*"
    r"|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]"
    r"|pragma: no (?:cover|branch)"
    r"|fmt: skip)"
)
ANY = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma: no|fmt: (?:skip|off)|ruff:|mypy:|pyright:|isort:|flake8:|nosec)")
WORDS = re.compile(r"[A-Za-z]{2,}")


def test_every_suppression_says_why() -> None:
    found = [place for source in sources() for place in _unexplained(source)]
    check_none(found)


def test_no_test_is_expected_to_fail_and_none_is_skipped_without_a_reason() -> None:
    found = [
        f"{source.name}:{number}"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if re.search(r"\bmark\.xfail\b|\bpytest\.xfail\(|\bmark\.skip$|\bmark\.skip\(\)|\bpytest\.skip\(\)", line)
        and "re.search" not in line
    ]
    check_none(found)


def _unexplained(source: Source) -> Iterator[str]:
    """Yield the suppressions of a source that lack a code or a reason."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type != tokenize.COMMENT or not ANY.search(token.string):
            continue
        reason = KNOWN.sub("", token.string)
        if not KNOWN.search(token.string) or ANY.search(reason) or len(WORDS.findall(reason)) < 2:
            yield f"{source.name}:{token.start[0]} {token.string}"
