"""Functions of plugins in a project file: called by bare and full names, and told of where they are wrong."""

from __future__ import annotations

import pytest

from core.tests.cli.conftest import Shop


def write(shop: Shop, value: str) -> None:
    text = (shop.folder / "milepost.hcl").read_text()
    config = f'app "web" {{\n  config {{\n    env = {{ A = {value} }}\n  }}\n'
    (shop.folder / "milepost.hcl").write_text(text.replace('app "web" {', config))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ('shout("a")', "A!"),
        ('fakes::shout("a", 2)', "A!!"),
        ('milepost-fakes::shout("${var.tag}", length([1, 2, 3]))', "ONE!!!"),
        ('upper(shout("a", "0"))', "A"),
    ],
)
def test_a_plugins_function_is_called_like_any_other(shop: Shop, value: str, result: str) -> None:
    write(shop, value)
    assert shop("config", "get", "web", "A").stdout == f"{result}\n"


@pytest.mark.parametrize(
    ("value", "place", "message"),
    [
        ('shuot("a")', "11:17", 'there is no function "shuot"'),
        ('other::shout("a")', "11:17", 'there is no function "other::shout"'),
        ("shout()", "11:17", "shout takes 1 to 2 arguments; found 0"),
        ('shout("a", -1)', "11:28", "shout: nobody can shout less than not at all"),
        (
            'stumble("a")',
            "11:17",
            "a bug in the plugin milepost-fakes 1.0: its function stumble raised KeyError",
        ),
    ],
)
def test_a_wrong_call_is_told_where_it_stands_and_whose_fault_it_is(
    shop: Shop, value: str, place: str, message: str
) -> None:
    write(shop, value)
    told = shop("validate", status=2).stderr
    assert f"milepost.hcl:{place}: " in told
    assert message in told


def test_a_secret_that_goes_through_a_plugins_function_stays_one(shop: Shop) -> None:
    write(shop, 'shout(sensitive("hunter22"))')
    assert shop("config", "get", "web", "A").stdout == "secret\n"


def test_a_plugins_function_works_in_a_run(shop: Shop) -> None:
    write(shop, 'shout("a")')
    shop("up")
    (deployment,) = shop.world.read()["deployments"].values()
    assert deployment["env"] == {"A": "A!"}
