"""What a registry may answer, and what people are told of it; who is told the password, and who is not."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable

import pytest

from milepost.sdk import OperationError, Secret
from milepost.sdk.errors import CancelledError
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.credentials import Login
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.manifest import OCI_MANIFEST, Blob, digest_of
from milepost_docker.registry.talk import Manner
from milepost_docker.registry.uploading import Uploads

from .laying import CANARY, nobody, somebody
from .telling import Says, TellsServer

QUICK = Manner(timeout=0.4, retries=1)
HEAD = "/v2/shop/web/manifests/1"
FOUND = Says(200, {"Docker-Content-Digest": f"sha256:{'a' * 64}", "Content-Type": OCI_MANIFEST})
BASIC = f"Basic {base64.b64encode(f'anna:{CANARY}'.encode()).decode()}"


def find(login: Login, step: FakeStep, manner: Manner = QUICK) -> object:
    with RegistryClient(login, step, manner) as registry:
        return registry.find("shop/web", "1")


def told(login: Login, step: FakeStep) -> str:
    """Return the error and its hint."""
    with pytest.raises(OperationError) as caught:
        find(login, step)
    return f"{caught.value}\n{caught.value.hint}"


def test_an_image_that_is_not_there_is_none(server: TellsServer, bench: Bench) -> None:
    assert find(nobody(server.host), bench.step("status")) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, ("wants a login", "docker login {host}")),
        (403, ("may not", "docker login {host}")),
        (429, ("too many requests", "wait")),
        (500, ("has failed", "log")),
        (418, ("418", "is {host} a registry?")),
    ],
)
def test_a_refusal_says_what_to_do(server: TellsServer, bench: Bench, status: int, words: tuple[str, ...]) -> None:
    body = b'{"errors": [{"code": "DENIED", "message": "not on a monday"}]}'
    server.on("HEAD", HEAD, Says(status))
    server.on("GET", HEAD, Says(status, body=body))
    said = told(nobody(server.host), bench.step("status"))
    for each in (*words, "not on a monday", "shop/web:1"):
        assert each.format(host=server.host) in said


def test_a_registry_that_wants_fewer_requests_is_not_asked_again_and_the_time_is_named(
    server: TellsServer, bench: Bench
) -> None:
    server.on("HEAD", HEAD, Says(429, {"Retry-After": "77"}))
    server.on("GET", HEAD, Says(429, {"Retry-After": "77"}))
    assert "wait 77 s" in told(nobody(server.host), bench.step("status"))
    assert len(server.paths("GET")) == 2


def test_a_login_that_the_registry_does_not_know_is_told_from_none(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(401, {"WWW-Authenticate": 'Basic realm="x"'}))
    server.on("GET", HEAD, Says(401, {"WWW-Authenticate": 'Basic realm="x"'}))
    assert "does not know this login" in told(somebody(server.host), bench.step("status"))


def test_a_registry_that_hangs_is_tried_again_and_then_an_error(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(hang=True))
    step = bench.step("status")
    assert "does not answer: nothing was heard for 0.4 s" in told(nobody(server.host), step)
    assert len(server.paths("HEAD")) == 2
    assert "trying again in 0.5 s" in step.noted("say")[0]


def test_who_waits_for_a_registry_that_hangs_can_cancel(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(hang=True))
    step = bench.step("status")

    ask = threading.Timer(0.3, step.cancel.ask, ["the test said so"])
    ask.start()
    with pytest.raises(CancelledError):
        find(nobody(server.host), step, Manner(timeout=600))
    ask.join()


def test_a_gateway_without_a_registry_behind_it_is_tried_again(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(502), FOUND)
    assert find(nobody(server.host), bench.step("status")) is not None


def test_an_error_of_the_registry_itself_is_not_tried_again(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(500))
    server.on("GET", HEAD, Says(500), FOUND)
    told(nobody(server.host), bench.step("status"))
    assert len(server.paths("HEAD")) == 1


def test_nobody_listening_is_an_error_that_names_the_registry(bench: Bench) -> None:
    assert "nothing listens at the registry 127.0.0.1:1" in told(nobody("127.0.0.1:1"), bench.step("status"))


def test_an_answer_that_is_no_manifest_is_called_so(server: TellsServer, bench: Bench) -> None:
    server.on("GET", HEAD, Says(200, {"Content-Type": "text/html"}, b"<html>log in to the hotel</html>"))
    with (
        RegistryClient(nobody(server.host), bench.step("status"), QUICK) as registry,
        pytest.raises(OperationError, match="what is no image") as caught,
    ):
        registry.manifest("shop/web", "1")
    assert f"is {server.host} a registry?" in caught.value.hint


def test_a_manifest_that_is_not_the_one_that_was_asked_for_is_refused(server: TellsServer, bench: Bench) -> None:
    wanted = f"sha256:{'a' * 64}"
    server.on("GET", f"/v2/shop/web/manifests/{wanted}", Says(200, body=b'{"schemaVersion": 2}'))
    with (
        RegistryClient(nobody(server.host), bench.step("status"), QUICK) as registry,
        pytest.raises(OperationError, match=f"{wanted} was asked for"),
    ):
        registry.manifest("shop/web", wanted)


def test_a_blob_that_was_cut_in_the_middle_is_fetched_again(server: TellsServer, bench: Bench) -> None:
    blob = Blob(digest_of(b"whole"), 5, "x")
    server.on("GET", f"/v2/shop/web/blobs/{blob.digest}", Says(200, body=b"who", cut=True), Says(200, body=b"whole"))
    with RegistryClient(nobody(server.host), bench.step("status"), QUICK) as registry:
        assert registry.small("shop/web", blob) == b"whole"


def test_one_connection_serves_all_requests(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, FOUND)
    server.on("GET", r"/v2/shop/web/tags/list.*", Says(404, body=b'{"errors": []}'))
    with RegistryClient(nobody(server.host), bench.step("status"), QUICK) as registry:
        for _ in range(3):
            assert registry.find("shop/web", "1") is not None
            assert registry.tags("shop/web") == ()
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_no_fault(server: TellsServer, bench: Bench) -> None:
    step = bench.step("status")
    server.on("HEAD", HEAD, Says(200, {**FOUND.headers, "Connection": "close"}), FOUND)
    with RegistryClient(nobody(server.host), step, Manner(retries=0)) as registry:
        assert registry.find("shop/web", "1") == registry.find("shop/web", "1")


def test_name_and_password_are_sent_only_when_they_are_wanted(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(401, {"WWW-Authenticate": 'Basic realm="x"'}), FOUND)
    assert find(somebody(server.host), bench.step("status")) is not None
    assert [each.headers.get("Authorization") for each in server.seen if each.method == "HEAD"] == [None, BASIC]
    assert server.seen[0].headers.get("Authorization") is None


def test_a_token_is_fetched_where_the_registry_says_and_used_again(
    make_server: Callable[[], TellsServer], bench: Bench
) -> None:
    server, tokens = make_server(), make_server()
    challenge = f'Bearer realm="http://{tokens.host}/token",service="it",scope="repository:shop/web:pull,push,delete"'
    server.on("HEAD", HEAD, Says(401, {"WWW-Authenticate": challenge}), FOUND)
    tokens.on("GET", "/token.*", Says(body=b'{"token": "t0k", "expires_in": 300}'))
    with RegistryClient(somebody(server.host), bench.step("status"), QUICK) as registry:
        assert registry.find("shop/web", "1") == registry.find("shop/web", "1")
    asked = tokens.seen[0]
    assert "service=it" in asked.path
    assert "scope=repository%3Ashop%2Fweb%3Apull&" in asked.path
    assert asked.headers["Authorization"] == BASIC
    used = [each.headers.get("Authorization") for each in server.seen if each.method == "HEAD"]
    assert used == [None, "Bearer t0k", "Bearer t0k"]
    assert len(tokens.seen) == 1


def test_an_identity_token_is_exchanged_and_not_sent_to_the_registry(
    make_server: Callable[[], TellsServer], bench: Bench
) -> None:
    server, tokens = make_server(), make_server()
    server.on("HEAD", HEAD, Says(401, {"WWW-Authenticate": f'Bearer realm="http://{tokens.host}/token"'}), FOUND)
    tokens.on("POST", "/token", Says(body=b'{"access_token": "t0k"}'))
    find(Login(server=server.host, identity_token=Secret([Part(CANARY)])), bench.step("status"))
    assert f"refresh_token={CANARY}".encode() in tokens.seen[0].body
    assert CANARY not in repr(server.seen)


def test_a_password_is_not_told_to_a_server_of_tokens_without_tls(server: TellsServer, bench: Bench) -> None:
    challenge = 'Bearer realm="http://tokens.example.com/token"'
    server.on("HEAD", HEAD, Says(401, {"WWW-Authenticate": challenge}))
    server.on("GET", HEAD, Says(401, {"WWW-Authenticate": challenge}))
    assert "does not know this login" in told(somebody(server.host), bench.step("status"))


def test_where_blobs_are_elsewhere_the_other_server_gets_no_login(
    make_server: Callable[[], TellsServer], bench: Bench
) -> None:
    server, storage = make_server(), make_server()
    blob = Blob(digest_of(b"layer"), 5, "x")
    path = f"/v2/shop/web/blobs/{blob.digest}"
    there = Says(307, {"Location": f"http://{storage.host}/bucket/layer?signed=1"})
    server.on("GET", path, Says(401, {"WWW-Authenticate": 'Basic realm="x"'}), there)
    trap = f'Basic realm="x", Bearer realm="http://{storage.host}/token"'
    storage.on("GET", "/bucket/layer.*", Says(401, {"WWW-Authenticate": trap}))
    step = bench.step("status")
    with RegistryClient(somebody(server.host), step, QUICK) as registry:
        for _ in range(2):
            with pytest.raises(OperationError):
                registry.small("shop/web", blob)
        storage.on("GET", "/bucket/layer.*", Says(body=b"layer"))
        assert registry.small("shop/web", blob) == b"layer"
    assert len(storage.seen) > 1
    assert not any("Authorization" in each.headers for each in storage.seen)


def test_an_upload_that_goes_elsewhere_takes_no_login_along(
    make_server: Callable[[], TellsServer], bench: Bench
) -> None:
    server, storage = make_server(), make_server()
    away = {"Location": f"http://{storage.host}/up/1?state=x"}
    server.on(
        "POST", "/v2/shop/web/blobs/uploads/", Says(401, {"WWW-Authenticate": 'Basic realm="x"'}), Says(202, away)
    )
    storage.on("PATCH", "/up/1.*", Says(202, {"Location": "/up/2?state=y"}))
    storage.on("PUT", "/up/2.*", Says(201))
    with RegistryClient(somebody(server.host), bench.step("push"), QUICK) as registry:
        Uploads(registry, "shop/web").send(Blob(digest_of(b"layer"), 5, "x"), [b"lay", b"er"])
    assert [(each.method, each.body) for each in storage.seen] == [("PATCH", b"layer"), ("PUT", b"")]
    assert "state=y&digest=sha256" in storage.seen[1].path
    assert not any("Authorization" in each.headers for each in storage.seen)


def test_a_registry_that_leads_in_circles_is_an_error(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(302, {"Location": HEAD}))
    assert "from one place to the next" in told(nobody(server.host), bench.step("status"))


def test_all_pages_of_tags_are_read(server: TellsServer, bench: Bench) -> None:
    link = {"Link": '</v2/shop/web/tags/list?n=1000&last=a>; rel="next"'}
    server.on("GET", r"/v2/shop/web/tags/list\?n=1000", Says(200, link, b'{"tags": ["a"]}'))
    server.on("GET", r"/v2/shop/web/tags/list\?n=1000&last=a", Says(200, {}, b'{"tags": ["b"]}'))
    with RegistryClient(nobody(server.host), bench.step("status"), QUICK) as registry:
        assert registry.tags("shop/web") == ("a", "b")


def test_no_part_of_a_login_is_shown_when_something_is_wrong(server: TellsServer, bench: Bench) -> None:
    server.on("HEAD", HEAD, Says(401, {"WWW-Authenticate": 'Basic realm="x"'}), Says(hang=True))
    step = bench.step("status")
    said = told(somebody(server.host), step) + step.everything() + repr(somebody(server.host))
    assert CANARY not in said
    assert BASIC not in said
