"""Which paths an ignore file leaves out; `test_contexts.py` compares the same with the real thing."""

from __future__ import annotations

import pytest

from milepost.sdk import OperationError
from milepost_docker.builder.ignore import read_ignore

CASES = [
    ("*.md", "README.md docs/README.md", "README.md"),
    ("**/*.md", "README.md docs/a/README.md notes.txt", "README.md docs/a/README.md"),
    ("*.md\n!README*.md\nREADME-secret.md", "a.md README.md README-secret.md", "a.md README-secret.md"),
    ("/temp/", "temp temp/a below/temp", "temp temp/a"),
    ("*/temp*", "temp a/temp a/temporary/x a/b/temp", "a/temp a/temporary/x"),
    ("temp?", "temp tempa tempab tempa/x", "tempa tempa/x"),
    ("# no\n\n  spaced  \n", "spaced # no", "spaced"),
    ("a/**", "a a/b a/b/c ab", "a/b a/b/c"),
    ("**foo", "foo barfoo a/foo a/barfoo foobar", "foo barfoo a/foo a/barfoo"),
    ("**/foo", "foo barfoo a/foo a/b/foo/c", "foo a/foo a/b/foo/c"),
    ("**/a/**", "a a/b c/a/b c/d", "a/b c/a/b"),
    ("**", "a a/b", "a a/b"),
    ("*\n!a/b", "x a/b/c a/d", "x a/d"),
    ("*\n!**/keep.txt", "x a/keep.txt a/b/keep.txt keep.txt", "x"),
    ("a\n! a/b", "a/b a/c", "a/c"),
    ("./a/../b", "b a", "b"),
    ("[ab].txt", "a.txt b.txt c.txt", "a.txt b.txt"),
    ("[^a].txt", "a.txt b.txt", "b.txt"),
    (r"\*.txt", "*.txt a.txt", "*.txt"),
    ("a.b", "a.b axb", "a.b"),
    ("(x)+$", "(x)+$ x", "(x)+$"),
    ("\ufeffa", "a", "a"),
    ("node_modules\n!node_modules", "node_modules/a", ""),
]


@pytest.mark.parametrize(("text", "paths", "left_out"), CASES)
def test_the_last_pattern_that_matches_decides(text: str, paths: str, left_out: str) -> None:
    ignore = read_ignore(text, ".dockerignore")
    # One path of the table begins with `#`, and has a blank.
    assert [each for each in paths.split() if ignore.is_left_out(each)] == left_out.split()


@pytest.mark.parametrize(("text", "words"), [("a\n!", "line 2"), ("[a", "'[a' is no pattern")])
def test_a_pattern_that_is_none_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(OperationError, match=r"\.dockerignore, line \d") as caught:
        read_ignore(text, ".dockerignore")
    assert words in str(caught.value)
