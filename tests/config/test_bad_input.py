"""Files that nobody should write: each is read or refused with a place, without a traceback, and shows no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.host.language.provenance import text_of
from tests.config import campaign, secret_campaign
from tests.config.mutations import HEAD, JSON_FILE, JSON_VALUES, REST, SECRET, VALUES
from tests.config.validating import GOOD, LOCALS, assert_told, env, said


@pytest.mark.parametrize("first", range(0, 2400, 200))
def test_a_damaged_text_is_read_or_refused_with_a_place_and_no_secret(first: int) -> None:
    assert list(campaign.found_in(range(first, first + 200))) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(10_000, 20_000, 1000))
def test_so_are_many_more(first: int) -> None:
    assert list(campaign.found_in(range(first, first + 1000))) == []


def test_the_files_with_secrets_are_good_ones_before_they_are_damaged(tmp_path: Path) -> None:
    environment = {"MILEPOST_VAR_password": SECRET, "MILEPOST_VAR_users": '{"amy": "x"}'}
    assert said(tmp_path / "a", {"milepost.hcl": HEAD + REST}, environment) == []
    assert said(tmp_path / "b", {"milepost.hcl": HEAD + REST, "a.auto.mpvars": VALUES}) == []
    assert said(tmp_path / "c", {"milepost.hcl": HEAD + REST, "a.auto.mpvars.json": JSON_VALUES}) == []
    assert said(tmp_path / "d", {"milepost.hcl.json": JSON_FILE}) == []


@pytest.mark.parametrize("first", range(0, 2000, 500))
def test_nothing_that_may_be_seen_depends_on_a_secret(first: int, tmp_path: Path) -> None:
    assert list(secret_campaign.found_in(range(first, first + 500), tmp_path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "try(-var.digit, 1)",
        "can(tonumber(var.digit))",
        'try(jsondecode(var.json).inner11, "no")',
        'can(regex("hunter", var.text))',
        'try(var.list[2], "z")',
        "try(var.object.key11, 1)",
        '[for each in ["a"] : can(-var.digit)][0]',
        "try(nosuch, -var.digit, 2)",
        'try(tonumber(sensitive("x")), 1)',
        "try(var.deep.a[0].b, null)",
    ],
)
def test_what_stands_in_for_a_secret_that_is_wrong_is_secret_too(text: str, tmp_path: Path) -> None:
    for given in (secret_campaign.ONE, secret_campaign.OTHER):
        value, problems = secret_campaign.evaluated(text, given, tmp_path)
        assert problems == []
        assert secret_campaign.seen(value) == ["secret"]
        assert text_of(value) == ""


@pytest.mark.parametrize(
    ("text", "expected"), [("try(var.map.z, 1)", "1"), ("can(nosuch)", "False"), ("try(1, var.text)", "1")]
)
def test_what_has_nothing_to_do_with_a_secret_stays_plain(text: str, expected: str, tmp_path: Path) -> None:
    value, _ = secret_campaign.evaluated(text, secret_campaign.ONE, tmp_path)
    assert secret_campaign.seen(value) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("  deploy", '  path = "../../../etc"\n  deploy'), "is not in the folder"),
        (GOOD.replace("  deploy", f'  path = "{"x" * 5000}"\n  deploy'), "does not exist"),
        (GOOD.replace("  deploy", '  path = "a\\u0000b"\n  deploy'), "does not exist"),
        (GOOD.replace("use", 'timeout = "1e999s"\n    use'), "timeout"),
        ('milepost {\n  version = "= ' + "9" * 10_000 + '"\n}\n' + GOOD, "is no version"),
        ('milepost {\n  version = "' + ">= 1, " * 50_000 + '"\n}\n' + GOOD, "is no constraint"),
        ('variable "v" {\n  type = ' + "list(" * 5000 + "any" + ")" * 5000 + "\n}\n" + GOOD, "nested more than 100"),
        ('variable "v" {\n  type = []\n}\n' + env("var.v.a"), "type"),
        (GOOD.replace("  deploy", '  label "' + "(" * 5000 + '" {\n  }\n  deploy'), "nest deeper than 100"),
        (
            LOCALS % "".join(f"  a{at} = local.a{(at + 1) % 5000}\n" for at in range(5000)),
            "these locals need each other",
        ),
        (env("config.env.B").replace("A =", "B = config.env.A\n      A ="), "need each other"),
        (GOOD + "x" * 900_000 + " = 1\n", "has no argument"),
        (GOOD.replace("local", "l" * 900_000), "no plugin offers"),
        (env('"${var.__class__}${local.__init__}"'), '"__class__"'),
    ],
    ids=lambda value: value[-24:] if isinstance(value, str) else None,
)
def test_what_is_absurd_in_a_project_is_told(text: str, words: str, tmp_path: Path) -> None:
    assert_told(said(tmp_path, {"milepost.hcl": text}), words)


def test_thousands_of_wrong_apps_are_told_in_time(tmp_path: Path) -> None:
    text = 'project = "shop"\n' + "".join(f'app "a{at}" {{\n}}\n' for at in range(3000))
    assert len(said(tmp_path, {"milepost.hcl": text})) == 3000


def test_names_like_those_of_python_are_names(tmp_path: Path) -> None:
    text = GOOD.replace('"web"', '"__proto__"') + "locals {\n  __class__ = 1\n  b = local.__class__ + 1\n}\n"
    assert said(tmp_path, {"milepost.hcl": text}) == []


@pytest.mark.parametrize("name", ["a=b", "", "a\\u0000", "a\\nb"])
def test_what_cannot_be_an_environment_variable_is_refused(name: str, tmp_path: Path) -> None:
    text = GOOD.replace("  deploy {", f'  config {{\n    env = {{\n      "{name}" = "x"\n    }}\n  }}\n  deploy {{')
    assert_told(said(tmp_path, {"milepost.hcl": text}), "cannot be the name of an environment variable")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('env = { A = "a\\u0000b" }', "cannot hold the character NUL"),
        ('env = { A = "${var.v}\\u0000" }', "cannot hold the character NUL"),
        ('file = { "a\\u0000b" = "x" }', "cannot be the path of a file"),
    ],
)
def test_what_the_system_cannot_take_is_told_before_anything_runs(entry: str, words: str, tmp_path: Path) -> None:
    variable = 'variable "v" {\n  sensitive = true\n  default   = "x"\n}\n'
    text = variable + GOOD.replace("  deploy {", f"  config {{\n    {entry}\n  }}\n  deploy {{")
    assert_told(said(tmp_path, {"milepost.hcl": text}), words)


@pytest.mark.parametrize("text", [f'pasword = "{SECRET}"', f'password = "{SECRET}" x', f'password = "{SECRET}', SECRET])
@pytest.mark.parametrize("name", ["a.auto.mpvars", "a.auto.mpvars.json"])
def test_a_slip_in_a_file_of_secrets_shows_its_place_and_none_of_them(name: str, text: str, tmp_path: Path) -> None:
    problems = said(tmp_path, {"milepost.hcl": HEAD + REST, name: text})
    assert_told(problems, "")
    assert problems[0].position is not None
    assert problems[0].position.file == name
    assert not any(SECRET[:7] in str(each) for each in problems)
