"""What differs between a deployment as it was recorded and today: secrets, credentials, routing, tasks."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.sdk.errors import OperationError, RefusedError
from milepost.sdk.events import Said, Warned

SECRET = 'variable "password" {\nsensitive = true\n}\nconfig {\nenv = { DB_PASSWORD = var.password }\n}'


def ups(shop: Shop, count: int) -> None:
    for number in range(1, count + 1):
        shop.edit(f"version {number}")
        shop.up()


def test_the_recorded_routing_is_used_and_the_difference_is_said(shop: Shop) -> None:
    shop.write(app='port = 8080\nhosts = ["old.example"]')
    shop.up()
    shop.write(app='port = 9090\nhosts = ["new.example"]')
    shop.up()
    shop.carry("rollback")
    assert "port: 8080, as it was for #1; today's project file says 9090" in shop.told(Said)
    assert "hosts: old.example, as it was for #1; today's project file says new.example" in shop.told(Said)


def test_a_secret_that_has_changed_is_warned_of_by_name_and_todays_is_used(shop: Shop) -> None:
    shop.write(top=SECRET)
    shop.up(variables={"password": "hunter22"})
    shop.edit("two")
    shop.up(variables={"password": "hunter22"})
    shop.carry("rollback", variables={"password": "hunter23"})
    assert "config.env.DB_PASSWORD has changed since #1: today's value is used" in shop.told(Warned)
    assert shop.traffic() == 1


def test_a_secret_that_is_the_same_is_not_warned_of(shop: Shop) -> None:
    shop.write(top=SECRET)
    for text in ("one", "two"):
        shop.edit(text)
        shop.up(variables={"password": "hunter22"})
    shop.carry("rollback", variables={"password": "hunter22"}, choices={"require_same_secrets": True})
    assert shop.told(Warned) == []
    assert shop.traffic() == 1


def test_require_same_secrets_refuses_before_anything_is_done(shop: Shop) -> None:
    shop.write(top=SECRET)
    for text in ("one", "two"):
        shop.edit(text)
        shop.up(variables={"password": "hunter22"})
    before = shop.statuses()
    with pytest.raises(RefusedError, match=r"config\.env\.DB_PASSWORD has changed since #1"):
        shop.carry("rollback", variables={"password": "hunter23"}, choices={"require_same_secrets": True})
    assert shop.statuses() == before
    assert shop.traffic() == 2


def test_a_secret_whose_source_is_gone_stops_before_anything_is_done(shop: Shop) -> None:
    shop.write(top=SECRET)
    for text in ("one", "two"):
        shop.edit(text)
        shop.up(variables={"password": "hunter22"})
    shop.write()
    with pytest.raises(OperationError, match=r"config\.env\.DB_PASSWORD came from var\.password, which has no value"):
        shop.carry("rollback")
    assert shop.traffic() == 2


def test_what_is_not_undone_is_said(shop: Shop) -> None:
    shop.write(deploy='task "migrate" {\ncommand = ["./migrate"]\n}')
    ups(shop, 2)
    shop.carry("rollback")
    assert "not undone: the task migrate of #2" in shop.told(Said)


CREDENTIAL = """
from milepost.sdk import Credential, PlatformOffer, hookimpl
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig, FakePlatformState, exposed


class Config(FakePlatformConfig, frozen=True, kw_only=True):
    token: Credential


class Platform(FakePlatform):
    def meet(self, point, step):
        assert self.config.token.reveal() == "today-or-then", point
        super().meet(point, step)


@hookimpl
def milepost_platform(word):
    return PlatformOffer(config=Config, state=FakePlatformState, accepts=("file-tree/1",), exposes=exposed,
                         load=lambda: Platform, parks=True)
"""


def test_credentials_are_never_recorded_and_always_todays(shop: Shop) -> None:
    shop.install("guarded", "platform", CREDENTIAL)
    token = 'variable "token" {\nsensitive = true\ndefault = "today-or-then"\n}'
    shop.write(top=token, platform="guarded", config="token = var.token", release='use "fake" {}')
    ups(shop, 3)
    shop.carry("rollback")
    config = shop.operations("deploy")[0].config
    assert config is not None
    assert config["fields"]["token"] == {"$credential": True}
    assert shop.presences() == {1: "destroyed", 2: "released", 3: "parked"}
