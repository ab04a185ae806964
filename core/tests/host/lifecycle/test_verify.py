"""The check after a release, and going back when it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.tests.host.lifecycle.shop import Shop
from milepost.host.lifecycle.verify import check_release
from milepost.host.project.hooks import Verify
from milepost.sdk.errors import OperationError, VerifyFailedError
from milepost.sdk.events import HookStarted


def block(command: str, *more: str) -> str:
    inside = "\n".join(('command = ["sh", "-c", "' + command + '"]', *more))
    return f'use "fake" {{}}\nverify {{\n{inside}\n}}'


BACK = 'on_failure = "rollback"'
ONLY_FIRST = "test $(cat index.html) = hello"


def test_a_check_that_holds_lets_the_release_succeed(shop: Shop) -> None:
    shop.write(release=block("test $MILEPOST_URL = http://shop.default.web.fake"))
    shop.up()
    assert shop.last("release").status == "success"


def test_a_check_that_fails_fails_the_release_that_stays_live(shop: Shop) -> None:
    shop.up()
    shop.write(release=block("echo no >&2; exit 1"))
    shop.edit("two")
    with pytest.raises(VerifyFailedError):
        shop.up()
    assert shop.traffic() == 2
    assert shop.parts["web"].live_changed
    assert shop.last("release").evidence[0].text == "no"


def test_it_goes_back_when_it_is_told_to(shop: Shop) -> None:
    shop.write(release=block(ONLY_FIRST, BACK))
    shop.up()
    shop.edit("two")
    with pytest.raises(VerifyFailedError):
        shop.up()
    assert shop.traffic() == 1
    assert not shop.parts["web"].live_changed
    assert shop.objects() == {1: "ready", 2: "parked"}
    assert [each.status for each in shop.operations("release")] == ["success", "error", "success"]


def test_it_goes_back_with_stop_first_too(shop: Shop) -> None:
    shop.write(app='strategy = "stop-first"', release=block(ONLY_FIRST, BACK))
    shop.up()
    shop.edit("two")
    with pytest.raises(VerifyFailedError):
        shop.up()
    assert shop.traffic() == 1
    assert shop.objects() == {1: "ready", 2: "parked"}


def test_a_check_that_takes_too_long_has_failed(shop: Shop) -> None:
    shop.write(release=block(ONLY_FIRST + " || sleep 60", BACK, 'timeout = "300ms"'))
    shop.up()
    shop.edit("two")
    with pytest.raises(VerifyFailedError):
        shop.up()
    assert shop.traffic() == 1


def test_going_back_runs_no_hooks_that_do_not_ask_for_it(shop: Shop) -> None:
    hook = '\nhook {\nwhen = "before"\ncommand = ["true"]\n}'
    shop.write(release=block(ONLY_FIRST, BACK) + hook)
    shop.up()
    shop.edit("two")
    with pytest.raises(VerifyFailedError):
        shop.up()
    assert len([each for each in shop.events if isinstance(each, HookStarted)]) == 1


def test_a_first_release_has_nothing_to_go_back_to(shop: Shop) -> None:
    shop.write(release=block("exit 1", BACK))
    with pytest.raises(VerifyFailedError):
        shop.up()
    assert shop.traffic() == 1


class Answer(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.rpartition("=")[2]))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def verify(path: str, *status: int) -> Verify:
    return Verify(path=path, status=status, command=(), timeout=0.3, on_failure="fail")


def test_a_path_is_asked_with_its_query(shop: Shop, url: str) -> None:
    from milepost.host.lifecycle.operation import OpenOperation
    from milepost.sdk.deployment import Release

    shop.up()
    operation = OpenOperation(shop.bench, shop.last("release"))
    check_release(operation, verify("/health?status=204"), Release(urls=(url,)), str(shop.folder))
    assert shop.store.read_output(operation.record.id) == []
    with pytest.raises(VerifyFailedError, match="answered 500, expected 200 to 399"):
        check_release(operation, verify("/?status=500"), Release(urls=(url,)), str(shop.folder))
    with pytest.raises(VerifyFailedError, match="answered 204, expected 200 or 201"):
        check_release(operation, verify("/?status=204", 200, 201), Release(urls=(url,)), str(shop.folder))


def test_what_exposes_nothing_is_not_released_to_be_asked_by_path(shop: Shop) -> None:
    shop.write(config="worker = true", release='verify {\npath = "/"\n}')
    with pytest.raises(OperationError, match="verify asks for /, and web exposes nothing"):
        shop.up()
    assert shop.last("deploy").presence == "prepared"
