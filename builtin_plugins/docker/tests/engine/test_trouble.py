"""What is said when an engine cannot be reached, or says no."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from milepost.sdk import MilepostError
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.engine.address import Address
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.connect import connected
from milepost_docker.engine.documents import documents
from milepost_docker.engine.glance import glance
from milepost_docker.engine.trouble import ConflictError, EngineError, MissingError, UnreachableError, unreachable

from .fake_engine import FakeEngine, die, hang, hold, http


def ask(config: ClientConfig, step: FakeStep) -> None:
    with connected(config, step) as engine:
        engine.get("/question")


def test_no_engine_at_a_socket_says_how_to_start_one(step: FakeStep, tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"no engine listens at unix:///.* \(client_config\)") as caught:
        ask(ClientConfig(host=f"unix://{tmp_path}/none.sock"), step)
    assert "docker" in caught.value.hint


def test_a_port_where_nobody_listens_is_the_same(step: FakeStep) -> None:
    with pytest.raises(UnreachableError, match=r"no engine listens at tcp://127\.0\.0\.1:1 "):
        ask(ClientConfig(host="tcp://127.0.0.1:1"), step)


def test_a_quick_look_says_it_in_the_same_words(step: FakeStep, tmp_path: Path) -> None:
    with (
        pytest.raises(UnreachableError, match="no engine listens"),
        glance(ClientConfig(host=f"unix://{tmp_path}/none.sock"), step) as looking,
    ):
        looking.containers("a=b")


def test_no_permission_on_the_socket_names_the_group(step: FakeStep) -> None:
    refusal = PermissionError(13, "Permission denied")
    told = unreachable(refusal, Address(url="unix:///s", origin="the default"), "asking")
    assert "no permission to use the engine at unix:///s" in str(told)
    assert "docker" in told.hint.lower()


@pytest.mark.skipif(os.geteuid() == 0, reason="not applicable: root may use every socket")
def test_a_socket_of_somebody_else_is_no_permission(step: FakeStep, fake_engine: FakeEngine) -> None:
    fake_engine.path.chmod(0)
    with pytest.raises(UnreachableError, match="no permission"):
        ask(fake_engine.config, step)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, EngineError), (401, EngineError), (404, MissingError), (409, ConflictError), (500, EngineError)],
)
def test_the_words_of_an_engine_that_says_no_are_kept(
    status: int, kind: type[EngineError], fake_engine: FakeEngine, step: FakeStep
) -> None:
    fake_engine.answer("/question", status, b'{"message": "for this reason"}')
    with pytest.raises(kind, match="GET /question: for this reason") as caught:
        ask(fake_engine.config, step)
    assert caught.value.status == status


def test_an_answer_without_a_reason_tells_its_status(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.answer("/question", 503, b"")
    with pytest.raises(EngineError, match="status 503 and no explanation"):
        ask(fake_engine.config, step)


def test_a_full_disk_of_the_engine_says_what_to_free(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.answer("/question", 500, b'{"message": "write /var/lib/docker/x: no space left on device"}')
    with pytest.raises(EngineError, match="no space left") as caught:
        ask(fake_engine.config, step)
    assert "docker system df" in caught.value.hint


def test_an_engine_that_hangs_is_waited_for_as_long_as_the_config_says(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.behaviours["/question"] = hang
    with pytest.raises(UnreachableError, match="no answer in time") as caught:
        ask(ClientConfig(host=fake_engine.config.host, timeout=0.3), step)
    assert "timeout" in caught.value.hint


def test_an_engine_that_dies_in_the_middle_of_an_answer_went_away(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.behaviours["/question"] = die
    with pytest.raises(UnreachableError, match="went away"):
        ask(fake_engine.config, step)


def test_what_is_no_engine_but_answers_is_an_error(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.behaviours["/version"] = lambda line, _: line.sendall(b"220 smtp.test ESMTP\r\n")
    with pytest.raises(UnreachableError, match="is no engine, or breaks"):
        ask(fake_engine.config, step)


def test_an_answer_that_is_no_json_is_an_error(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.behaviours["/version"] = lambda line, _: line.sendall(http(200, b"<html>", "text/html"))
    with pytest.raises(UnreachableError, match="is no engine, or breaks"):
        ask(fake_engine.config, step)


def test_an_engine_that_is_too_old_is_told_from_the_version_it_says(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.answer("/version", 200, b'{"ApiVersion": "1.38", "MinAPIVersion": "1.12", "Version": "18.06"}')
    with pytest.raises(UnreachableError, match=r"Docker 18\.06 with API 1\.38, too old") as caught:
        ask(fake_engine.config, step)
    assert "20.10" in caught.value.hint


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"), [("1.41", "1.12", "1.41"), ("1.56", "1.40", "1.48"), ("1.60", "1.50", "1.50")]
)
def test_the_newest_version_that_both_know_is_spoken(
    newest: str, oldest: str, spoken: str, fake_engine: FakeEngine, step: FakeStep
) -> None:
    told = f'{{"ApiVersion": "{newest}", "MinAPIVersion": "{oldest}", "Version": "x"}}'
    fake_engine.answer("/version", 200, told.encode())
    fake_engine.answer("/question", 200)
    ask(fake_engine.config, step)
    assert fake_engine.asked[-1] == f"GET /v{spoken}/question HTTP/1.1"


def test_a_cancel_ends_a_stream_that_would_last_for_ever(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.behaviours["/events"] = hold
    with connected(fake_engine.config, step) as engine:
        events = documents(engine.pieces("/events"))
        assert next(events) == {"status": "begun"}
        step.cancel.ask("enough")
        with pytest.raises(CancelledError):
            next(events)


def test_a_cancel_ends_a_request_that_has_no_answer_yet(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.behaviours["/question"] = hang
    soon = threading.Timer(0.1, step.cancel.ask, ("enough",))
    soon.start()
    with pytest.raises(CancelledError):
        ask(ClientConfig(host=fake_engine.config.host, timeout=600), step)
    soon.join()


def test_the_deadline_of_a_step_ends_a_request(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.behaviours["/question"] = hang
    with pytest.raises(DeadlineError, match="the deploy took longer"):
        ask(ClientConfig(host=fake_engine.config.host, timeout=600), Bench(tmp_path).step("deploy", limit=0.2))


def test_after_a_cancel_the_engine_can_still_be_asked_for_evidence(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.answer("/question", 200, b'{"log": "last words"}')
    step.cancel.ask("enough")
    with connected(fake_engine.config, step, heed=False) as engine:
        assert engine.get("/question") == {"log": "last words"}


def test_a_source_that_cannot_be_read_is_not_blamed_on_the_engine(fake_engine: FakeEngine, step: FakeStep) -> None:
    def read(line: socket.socket, _: bytes) -> None:
        while line.recv(65536):
            pass

    def pieces() -> Iterator[bytes]:
        yield b"a" * 10
        raise PermissionError(13, "Permission denied", "secret.txt")

    fake_engine.behaviours["/build"] = read
    with (
        connected(fake_engine.config, step) as engine,
        pytest.raises(PermissionError, match=r"secret\.txt"),
    ):
        list(engine.stream("/build", body=pieces()))


def test_an_engine_that_says_no_before_all_was_sent_is_heard(fake_engine: FakeEngine, step: FakeStep) -> None:
    fake_engine.answer("/build", 400, b'{"message": "no such platform"}')
    with (
        connected(fake_engine.config, step) as engine,
        pytest.raises(EngineError, match="no such platform"),
    ):
        list(engine.stream("/build", body=(b"x" * 65536 for _ in range(1000))))


def test_a_cancel_is_heard_while_an_engine_does_not_even_tell_its_version(
    fake_engine: FakeEngine, step: FakeStep
) -> None:
    fake_engine.behaviours["/version"] = hang
    soon = threading.Timer(0.1, step.cancel.ask, ("enough",))
    soon.start()
    with pytest.raises(CancelledError), connected(ClientConfig(host=fake_engine.config.host, timeout=600), step):
        pass
    soon.join()


def test_an_engine_whose_tls_is_spoken_to_without_it_says_so_itself(fake_engine: FakeEngine, step: FakeStep) -> None:
    said = b"Client sent an HTTP request to an HTTPS server.\n"
    fake_engine.behaviours["/version"] = lambda line, _: line.sendall(http(400, said, "text/plain"))
    with pytest.raises(EngineError, match="HTTP request to an HTTPS server"):
        ask(fake_engine.config, step)


def test_a_place_that_speaks_no_tls_is_an_error_that_names_the_certificates(step: FakeStep, tmp_path: Path) -> None:
    def answer(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(1000)
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        config = ClientConfig(host=f"tcp://127.0.0.1:{listener.getsockname()[1]}", cert_path=str(tmp_path))
        with pytest.raises(UnreachableError, match=r"TLS with the engine .* failed: .*these were used: none"):
            ask(config, step)
        thread.join()


def test_a_bug_inside_the_context_is_not_taken_for_the_engines(fake_engine: FakeEngine, step: FakeStep) -> None:
    with (
        connected(fake_engine.config, step) as engine,
        pytest.raises(ZeroDivisionError),
        engine.explaining("counting"),
    ):
        _ = 1 // 0


def test_threads_that_look_at_once_share_one_answer(fake_engine: FakeEngine, tmp_path: Path) -> None:
    def slowly(line: socket.socket, _: bytes) -> None:
        time.sleep(0.1)
        line.sendall(http(200, b"[]"))

    def look(name: str) -> None:
        with glance(fake_engine.config, Bench(tmp_path / name).step("status")) as looking:
            found.append(looking.containers("milepost/project=shop"))

    fake_engine.behaviours["/containers/json"] = slowly
    found: list[object] = []
    threads = [threading.Thread(target=look, args=(str(number),)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[]] * 5
    assert len(fake_engine.asked) == 1


def test_threads_that_look_at_an_engine_that_is_away_share_the_error(tmp_path: Path) -> None:
    config = ClientConfig(host=f"unix://{tmp_path}/none.sock")
    for name in ("one", "two"):
        with (
            glance(config, Bench(tmp_path / name).step("status")) as looking,
            pytest.raises(MilepostError, match="no engine listens"),
        ):
            looking.info()
