"""What grows, nests or goes on without end: it is refused, soon, and what is only long is read."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.config.validating import JSON, LOCALS, assert_told, env, said


def doubling(first: str, pattern: str) -> str:
    lines = [f"  l0 = {first}", *(f"  l{at + 1} = {pattern.replace('X', f'local.l{at}')}" for at in range(60))]
    return "\n".join(lines)


_BIG = "9" * 100_000


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (f'regex("^(a|aa)+$", "{"a" * 200}!")', "regex"),
        (f'regexall("(a|aa)+$", "{"a" * 200}!")', "it takes more than"),
        (f'replace("{"a" * 10_000}", "/(a)/", "{"$1" * 5000}")', "the result would have"),
        (f'replace("{"a" * 10_000}", "a", "{"b" * 10_000}")', "the result would have"),
        (f'regex("{"(" * 5000}{")" * 5000}", "a")', "nested more than"),
        ('regex("((a{1000}){1000}){1000}", "a")', "repetitions"),
        (_BIG, "this number is too long"),
        ("1e100000", "this number is too long"),
        (f'tonumber("{_BIG}")', "expected a number"),
        ('tonumber("1e1000000000")', "expected a number"),
        (f'parseint("{_BIG}", 10)', "more than 10000 digits"),
        ("pow(10, 10000000)", "the result is too large"),
        ('format("%1000000d", 1)', "more than 10000 characters"),
        ('format("%.1000000f", 1)', "more than 10000 characters"),
        ("[for x in range(1000000000) : x]", "more than 1024 numbers"),
        ("[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1 if false]]]", "1,000,000 items"),
        ('indent(1000000000, "a\\nb")', "indented by"),
        ("setproduct(range(100), range(100), range(100), range(100))", "100000000 elements"),
        (f'jsondecode("{"[" * 100_000}")', "nest deeper than 100"),
        (f'jsondecode("{_BIG}")', "out of range"),
        ('jsondecode("1e1000000000")', "out of range"),
        (f'yamldecode("{"[" * 100_000}")', "nest deeper than 100"),
        (f'yamldecode("{"- " * 5000}")', "nest deeper than 100"),
        ('yamldecode("&a [*a]")', "no anchor"),
        (f'csvdecode("{"a," * 50_000}\\n1")', "twice"),
        (f'selectormatch({{}}, "{"(" * 5000}")', "parentheses nest deeper than 100"),
        ('templatestring("$${templatestring(t, { t = t })}", { t = "$${t}" })', "cannot render another"),
        ('timeadd("9999-12-31T23:59:59Z", "1h")', "not in the years"),
        ('{ "a\\nb" = 1 }["c\\u001b[2Jd"]', "there is no"),
    ],
)
def test_what_would_grow_without_end_is_refused(expression: str, words: str, tmp_path: Path) -> None:
    assert_told(said(tmp_path, {"milepost.hcl": env(expression)}), words)


@pytest.mark.parametrize(
    ("first", "pattern", "words"),
    [
        ('"ha"', '"${X}${X}"', "16 MiB of text"),
        ('"ha"', 'templatestring("$${x}$${x}", { x = X })', "16 MiB of text"),
        ('["ha"]', "[X, X]", "1,000,000 items"),
        ('"1"', "jsonencode([X, X])", "16 MiB of text"),
        ('"1"', 'replace(X, "1", "11")', "at most 16777216 can be made"),
        ('"1"', 'join(X, ["", "", ""])', "at most 16777216 can be made"),
    ],
)
def test_locals_that_double_each_other_are_refused(first: str, pattern: str, words: str, tmp_path: Path) -> None:
    assert_told(said(tmp_path, {"milepost.hcl": env("local.l60", doubling(first, pattern))}), words)


def test_a_document_whose_aliases_multiply_is_refused(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefghi")]
    text = env("yamldecode(<<E\n{}\nE\n)".format("\n".join(lines)))
    assert_told(said(tmp_path, {"milepost.hcl": text}), "more than 100000 values")


@pytest.mark.parametrize(
    "value",
    [
        "[" * 50_000 + "]" * 50_000,
        "true ? " * 3000 + "1" + " : 2" * 3000,
        '"${' * 300 + "1" + '}"' * 300,
        "!(" * 20_000,
        "x" + "[*]" * 300,
        "f(" * 300 + ")" * 300,
        "<<A\n" * 200_000,
        '"' + "${" * 300_000,
        '"' + "%{ if x }" * 90_000,
        '"' + "\\" * 500_001,
        '"' + "x" * 1_000_000 + '" ]',
        "/*" * 400_000,
        "<<-E\n" + "  y\n" * 200_000,
        "} " * 300_000,
    ],
    ids=lambda value: value[:8],
)
def test_what_is_too_deep_or_never_closed_is_told_in_a_few_lines(value: str, tmp_path: Path) -> None:
    problems = said(tmp_path, {"milepost.hcl": LOCALS % f"a = {value}"})
    assert_told(problems, "")
    assert len(problems) < 20
    assert all(each.position and each.position.line >= 9 for each in problems)


def test_blocks_in_blocks_have_an_end(tmp_path: Path) -> None:
    assert_told(said(tmp_path, {"milepost.hcl": "b {\n" * 5000 + "}\n" * 5000}), "nested more than 100 deep")


@pytest.mark.parametrize(
    "value",
    [
        "1" + " + 1" * 10_000,
        "[" + "1, " * 10_000 + "]",
        "false ? 1 : " * 10_000 + "2",
        "<<-E\n" + "  y y y y y y y y\n" * 55_000 + "  E",
        '"' + "x" * 1_000_000 + '"',
    ],
    ids=lambda value: value[:8],
)
def test_what_is_only_long_is_read(value: str, tmp_path: Path) -> None:
    assert said(tmp_path, {"milepost.hcl": LOCALS % f"a = {value}"}) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("[" * 5000 + "]" * 5000, "nested more than 100 deep"),
        ('{"a": ' * 5000 + "1" + "}" * 5000, "nested more than 100 deep"),
        ("[" * 200_000, "nested more than 100 deep"),
        ('"${' + "[" * 200 + "]" * 200 + '}"', "nested more than 100 deep"),
        ("9" * 100_000, "this number is too long"),
        ("1e999999999", "this number is too long"),
        ('"\\ud800"', "half of a character"),
        ('"huner2\\\n"', "is not an escape"),
        ('"' + "x" * 500_000 + '", "a": 1', "set twice"),
        ("NaN", "expected a value"),
        ("'x'", "expected a value"),
        ("1,", "after a comma"),
    ],
)
def test_json_that_nobody_should_write_is_told_with_its_place(value: str, words: str, tmp_path: Path) -> None:
    problems = said(tmp_path, {"milepost.hcl.json": JSON % value})
    assert_told(problems, words)
    assert problems[0].position is not None
