"""A real engine is asked, listened to and spoken with; the same over TLS."""

from __future__ import annotations

import io
import socket
import ssl
import subprocess
import tarfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from milepost.sdk import Command
from milepost.sdk.errors import CancelledError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.documents import documents
from milepost_docker.engine.examine import disk_used, examine_engine
from milepost_docker.engine.glance import glance
from milepost_docker.engine.trouble import ConflictError, MissingError, UnreachableError
from tests.engines.docker import Engine as Running

from .fake_engine import VERSION, http

LABEL = "milepost-test-client"


@pytest.fixture
def config(docker_engine: Running) -> ClientConfig:
    return ClientConfig(host=docker_engine.host)


@pytest.fixture
def client(config: ClientConfig, step: FakeStep) -> Iterator[Engine]:
    with connected(config, step) as engine:
        yield engine


def start(engine: Running, image: str) -> str:
    """Start a container that prints a line and sleeps, and return its name."""
    name = f"milepost-test-client-{uuid.uuid4().hex[:12]}"
    label = f"{LABEL}={name}"
    run = ("run", "-d", "--network", "none", "--name", name, "--label", label, image)
    engine.docker(*run, "sh", "-c", "echo hello; exec sleep 600")
    return name


@pytest.fixture(scope="module")
def container(docker_engine: Running, base_image: str) -> Iterator[str]:
    """Give the name of a container that runs, for all tests that do it no harm."""
    name = start(docker_engine, base_image)
    yield name
    docker_engine.docker("rm", "-f", name)


@pytest.fixture
def doomed(docker_engine: Running, base_image: str) -> Iterator[str]:
    """Give the name of a container that may be killed."""
    name = start(docker_engine, base_image)
    yield name
    docker_engine.docker("rm", "-f", name)


def test_an_engine_of_any_age_tells_of_itself(engine: Running, step: FakeStep) -> None:
    with connected(ClientConfig(host=engine.host), step) as found:
        assert found.platform() == f"linux/{engine.architecture}"
        assert found.api.version()["Version"] == engine.version
        assert found.get("/version")["ApiVersion"] == engine.api
        assert found.address.local


def test_programs_speak_with_the_engine_of_the_block_whatever_the_user_has_chosen(
    config: ClientConfig, docker_engine: Running, tmp_path: Path
) -> None:
    elsewhere = {**docker_engine.environment, "DOCKER_CONTEXT": "elsewhere", "DOCKER_TLS_VERIFY": "1"}
    elsewhere.pop("DOCKER_HOST")
    step = Bench(tmp_path).step("build", environment=elsewhere)
    with connected(config, step) as engine:
        asked = Command(argv=("docker", "info", "--format", "{{.ID}}"), env=engine.address.environment())
        assert step.run(asked).stdout.decode().strip() == engine.info()["ID"]


def test_what_is_not_there_is_none_or_missing(client: Engine) -> None:
    assert client.image("milepost/nobody:has-this") is None
    assert client.container("nobody") is None
    assert client.network("nobody") is None
    with pytest.raises(MissingError):
        client.delete("/containers/nobody")


def test_containers_are_found_by_label_and_their_logs_read(client: Engine, container: str) -> None:
    (listed,) = client.get("/containers/json", {"filters": {"label": [f"{LABEL}={container}"]}})
    assert listed["Names"] == [f"/{container}"]
    logs = b"".join(client.pieces(f"/containers/{container}/logs", {"stdout": True}))
    assert logs.endswith(b"hello\n")


def test_a_name_that_is_taken_is_a_conflict(client: Engine, container: str, base_image: str) -> None:
    with pytest.raises(ConflictError, match="is already in use"):
        client.post("/containers/create", {"name": container}, {"Image": base_image, "Cmd": ["true"]})


def test_an_archive_is_put_and_read_again_in_pieces(client: Engine, container: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("greeting")
        entry.size = 2
        archive.addfile(entry, io.BytesIO(b"hi"))
    client.put(f"/containers/{container}/archive", {"path": "/"}, iter([packed.getvalue()]))
    read = io.BytesIO(b"".join(client.pieces(f"/containers/{container}/archive", {"path": "/greeting"})))
    with tarfile.open(fileobj=read) as archive:
        found = archive.extractfile("greeting")
        assert found is not None
        assert found.read() == b"hi"


def test_a_command_in_a_container_reads_and_prints_over_one_connection(client: Engine, container: str) -> None:
    order = {"Cmd": ["cat"], "AttachStdin": True, "AttachStdout": True, "Tty": False}
    made = client.post(f"/containers/{container}/exec", body=order)
    with client.hijack(f"/exec/{made['Id']}/start", body={"Detach": False, "Tty": False}) as channel:
        channel.write(b"over there\n")
        channel.close_write()
        said = b"".join(iter(channel.read, b""))
    # Eight bytes before each piece say which stream it is of, and how long.
    assert said[8:] == b"over there\n"
    assert client.get(f"/exec/{made['Id']}/json")["ExitCode"] == 0


def test_events_come_as_they_happen(client: Engine, doomed: str) -> None:
    events = documents(client.pieces("/events", {"filters": {"label": [f"{LABEL}={doomed}"], "event": ["die"]}}))
    soon = threading.Timer(0.1, client.post, (f"/containers/{doomed}/kill",))
    soon.start()
    assert next(events)["Actor"]["Attributes"]["name"] == doomed
    soon.join()
    assert list(client.stream(f"/containers/{doomed}/wait"))[-1]["StatusCode"] == 137


def test_a_cancel_ends_the_wait_for_a_container(client: Engine, container: str, step: FakeStep) -> None:
    soon = threading.Timer(0.1, step.cancel.ask, ("enough",))
    soon.start()
    with pytest.raises(CancelledError):
        list(client.stream(f"/containers/{container}/wait"))
    soon.join()
    with pytest.raises(CancelledError):
        client.info()


def test_a_glance_finds_what_the_connection_finds(config: ClientConfig, container: str, tmp_path: Path) -> None:
    with glance(config, Bench(tmp_path / "status").step("status")) as looking:
        (listed,) = looking.containers(f"{LABEL}={container}")
        inspected = looking.container(container)
        assert inspected is not None
        assert inspected["Id"] == listed["Id"]
        assert looking.container("nobody") is None


def test_doctor_is_told_that_the_engine_answers_and_how_full_its_disk_is(
    config: ClientConfig, step: FakeStep, docker_engine: Running
) -> None:
    found = list(examine_engine(config, step))
    assert found[0].level == "ok"
    assert f"Docker {docker_engine.version}" in found[0].what
    assert any("% full" in each.what or "cannot be told" in each.what for each in found)


def test_doctor_is_told_of_an_engine_that_is_away(step: FakeStep, tmp_path: Path) -> None:
    (found,) = examine_engine(ClientConfig(host=f"unix://{tmp_path}/none.sock"), step)
    assert found.level == "problem"
    assert found.hint


def test_the_disk_of_an_engine_elsewhere_cannot_be_told(client: Engine) -> None:
    far = replace(client.address, far="ssh://far.test")
    assert disk_used(far, client.info()) is None


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder as the CLI wants it: an authority, and a certificate of it for `localhost` and its client."""
    folder = tmp_path_factory.mktemp("tls")
    request = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2")
    argv = (*request, *names, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    subprocess.run(argv, check=True, capture_output=True)
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder


@pytest.fixture
def tls_port(certificates: Path) -> Iterator[int]:
    """Give the port of an engine that wants a certificate of its clients."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates / "ca.pem"))
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    stop = threading.Event()

    def answer(line: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(line, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(http(200, VERSION))

    def serve(listener: socket.socket) -> None:
        while not stop.is_set():
            line, _ = listener.accept()
            with line:
                answer(line)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        port: int = listener.getsockname()[1]
        yield port
        stop.set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()


def test_an_engine_with_tls_is_spoken_to_with_the_certificates_of_the_folder(
    tls_port: int, certificates: Path, step: FakeStep
) -> None:
    config = ClientConfig(host=f"tcp://127.0.0.1:{tls_port}", cert_path=str(certificates))
    with connected(config, step) as engine:
        assert engine.get("/version")["Version"] == "20.10"
        assert engine.address.environment()["DOCKER_TLS_VERIFY"] == "1"


def test_an_authority_that_is_not_known_is_an_error_that_names_the_folder(
    tls_port: int, certificates: Path, step: FakeStep, tmp_path: Path
) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_bytes((certificates / name).read_bytes())
    config = ClientConfig(host=f"tcp://127.0.0.1:{tls_port}", cert_path=str(tmp_path))
    refusal = pytest.raises(UnreachableError, match=r"self.signed certificate.*cert\.pem, key\.pem")
    with refusal as caught, connected(config, step):
        pass
    assert str(tmp_path) in caught.value.hint


def test_a_certificate_is_not_checked_where_the_config_says_so(
    tls_port: int, certificates: Path, step: FakeStep, tmp_path: Path
) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_bytes((certificates / name).read_bytes())
    config = ClientConfig(host=f"tcp://127.0.0.1:{tls_port}", cert_path=str(tmp_path), tls_verify=False)
    with connected(config, step) as engine:
        assert engine.version == "1.41"
