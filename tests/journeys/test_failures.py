"""A deploy or a check that fails: the release serves on, the record explains, nothing is left lying."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.journeys.place import Place, text_of
from tests.journeys.programs import DEPLOY, SERVER, project
from tests.journeys.truth import check_clean

NEVER_READY = SERVER.replace("def do_GET(self):", "def do_GET(self):\n        return self.send_error(500)", 1)
DIES = 'print("no such table: orders")\nraise SystemExit(3)\n'

BROKEN: dict[str, tuple[dict[str, str], str, str]] = {
    "it exits at once": ({"server__py": DIES}, "exited 3", "no such table: orders"),
    "it is never healthy": (
        {"server__py": NEVER_READY, "milepost__hcl": project().replace('"20s"', '"1s"')},
        "500",
        "",
    ),
    "its command is not there": (
        {"milepost__hcl": project(DEPLOY.replace('"python3", ', '"no-such-program", '))},
        "no-such-program",
        "",
    ),
    "what prepares it fails": (
        {
            "milepost__hcl": project(
                DEPLOY.replace("command =", 'prepare = ["sh", "-c", "echo broken; exit 9"]\ncommand =')
            )
        },
        "9",
        "broken",
    ),
}


def failed_deploy(place: Place) -> dict[str, Any]:
    """Return the operation of the last run that failed, as `show` tells it."""
    operations: list[dict[str, Any]] = place.json("show", "last-failed")["operations"]
    return next(each for each in operations if each["stage"] == "deploy")


@pytest.mark.parametrize("how", BROKEN)
def test_a_deploy_that_fails_leaves_the_release_serving_and_its_evidence(shop: Place, how: str) -> None:
    url = shop.up()["urls"][0]
    files, message, evidence = BROKEN[how]
    shop.write(**{"version__txt": "two", **files})
    shop.up(status=1)
    deploy = failed_deploy(shop)
    assert (deploy["status"], deploy["presence"]) == ("error", "destroyed")
    told = deploy["failure"]["message"] + str(deploy["evidence"])
    assert message in told
    assert evidence in told
    assert text_of(url) == "one"
    check_clean(shop, "one")


def test_a_public_port_that_another_has_fails_the_release_and_names_the_port(shop: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        shop.write(milepost__hcl=project(app=f"  port = {port}"))
        document = shop.up(status=1)
    release = document["operations"][-1]
    assert str(port) in release["failure"]["message"]
    assert shop.up()["urls"][0].endswith(f":{port}")
    check_clean(shop, "one")


def test_a_check_that_fails_goes_back_where_that_is_asked_for(shop: Place) -> None:
    verify = 'verify {\n command = ["grep", "-q", "one", "version.txt"]\n timeout = "5s"\n }\n'
    shop.write(milepost__hcl=project(release=f'{verify}\n on_verify_failure = "rollback"'))
    url = shop.up()["urls"][0]
    shop.write(version__txt="two")
    shop.up(status=1)
    assert text_of(url) == "one"
    assert shop.app_status()["live"]["number"] == 1


def test_a_check_that_fails_and_does_not_go_back_ends_with_status_3(shop: Place) -> None:
    verify = 'verify {\n command = ["grep", "-q", "one", "version.txt"]\n timeout = "5s"\n }\n'
    shop.write(milepost__hcl=project(release=verify))
    url = shop.up()["urls"][0]
    shop.write(version__txt="two")
    shop.up(status=3)
    assert text_of(url) == "two"
    assert shop.json("history")["runs"][0]["exit_status"] == 3
