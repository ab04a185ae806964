"""Records of a newer milepost: when nothing is changed any more, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import Shop, app_text
from milepost.host.history.newer import not_understood
from milepost.host.inquiry import status
from milepost.host.lifecycle.recovery import end_dead_runs
from milepost.sdk.errors import RefusedError


def newest(shop: Shop, **fields: Any) -> dict[str, Any]:
    """Rewrite the newest deploy as a newer milepost would have left it, and return it."""
    document = {**shop.store.latest("operation", {"stage": "deploy"}, 1)[0], **fields}
    shop.store.amend([document])
    return document


def test_all_that_this_milepost_writes_is_understood(shop: Shop) -> None:
    shop.write(deploy='task "migrate" { command = ["true"] }\nhook { when = "before"\ncommand = ["true"] }')
    shop.up()
    documents = [*shop.store.latest("run", {}), *shop.store.latest("operation", {})]
    assert len(documents) == 5
    assert [not_understood(each) for each in documents] == [()] * 5


@pytest.mark.parametrize("field", [{"schema": 2}, {"presence": "floating"}, {"status": "paused"}])
def test_a_changing_run_refuses_where_the_newest_records_cannot_be_understood(
    shop: Shop, field: dict[str, Any]
) -> None:
    shop.up()
    newest(shop, milepost="9.1", **field)
    with pytest.raises(RefusedError) as caught:
        shop.up(choices={"force": True})
    assert "#1's deploy was written by milepost 9.1 with" in str(caught.value)
    assert caught.value.hint == "pip install --upgrade milepost"
    assert [each.number for each in shop.history.runs()] == [1]


def test_another_app_is_changed_all_the_same(shop: Shop) -> None:
    shop.write(app_text("web"), app_text("api"))
    shop.up("web")
    newest(shop, schema=2)
    assert shop.up("api") == 2


def test_a_field_that_is_not_known_stops_nothing_and_is_not_lost(shop: Shop) -> None:
    shop.up()
    document = newest(shop, mood="good")
    shop.edit("two")
    shop.up()
    changed = shop.store.get(document["id"])
    assert changed is not None
    assert (changed["presence"], changed["mood"]) == ("parked", "good")


def test_what_goes_on_elsewhere_in_a_way_not_understood_stops_no_other_app(shop: Shop) -> None:
    shop.write(app_text("web"), app_text("api"))
    shop.up("web")
    shop.cut(shop.last("deploy"))
    newest(shop, presence="floating")
    assert shop.history.interrupted() == []
    end_dead_runs(shop.history, shop.clock.now())
    assert shop.up("api") == 2


def test_a_status_says_of_which_app_the_records_are_not_understood(real: RealShop) -> None:
    real.write(app_text("web"), app_text("api"))
    real.run("up")
    host = real.host()
    where = {"stage": "deploy", "app": "web"}
    host.writable_store().amend([{**host.store.latest("operation", where, 1)[0], "presence": "floating"}])
    found = {each.app: each for each in status(real.host(), "default").apps}
    assert "cannot be understood" in found["web"].note
    assert (found["api"].note, found["api"].health.name) == ("", "ready")
