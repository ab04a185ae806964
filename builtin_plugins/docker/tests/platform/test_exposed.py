"""What is said where the image and the config do not agree about the port."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.exposed import exposed, listening_hint, mismatch
from milepost_docker.platform.probe import look_by_http

IMAGE: dict[str, Any] = {"Config": {"ExposedPorts": {"9000/tcp": {}, "8080/tcp": {}, "53/udp": {}}}}


def test_the_ports_of_an_image_are_those_of_tcp_in_order() -> None:
    assert exposed(IMAGE) == (8080, 9000)


@pytest.mark.parametrize("image", [None, {"Config": {}}, {"Config": None}, {"Config": {"ExposedPorts": None}}])
def test_an_image_that_exposes_nothing_contradicts_nobody(image: dict[str, object] | None) -> None:
    assert mismatch(DockerConfig(service_port=3000), image) == ""


def test_a_service_port_that_the_image_does_not_expose_is_told_with_what_to_write() -> None:
    assert mismatch(DockerConfig(service_port=3000), IMAGE) == "the image exposes 8080, 9000: service_port = 8080"


def test_a_service_port_that_the_image_exposes_is_no_matter() -> None:
    assert mismatch(DockerConfig(service_port=9000), IMAGE) == ""


def test_a_worker_is_asked_on_no_port() -> None:
    assert mismatch(DockerConfig(worker=True), IMAGE) == ""


def test_what_does_not_answer_on_the_port_that_its_image_exposes_may_listen_on_the_wrong_address() -> None:
    hint = listening_hint(DockerConfig(service_port=8080), IMAGE)
    assert "0.0.0.0, not 127.0.0.1" in hint
    assert "service_port = 8080" in hint


def test_a_connection_that_is_closed_without_an_answer_is_told_as_that() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closer = threading.Thread(target=_hang_up, args=(server,))
        closer.start()
        seen = look_by_http(server.getsockname()[1], "/", (), 5.0)
        closer.join()
    assert seen == (False, "gave no answer on /: the connection was closed", True)


def _hang_up(server: socket.socket) -> None:
    """Close the first connection at once."""
    connection, _ = server.accept()
    connection.close()
