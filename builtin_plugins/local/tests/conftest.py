"""A bench with a real app on it, and a look at what deployments leave behind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Artifact, Recorded
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import contract_env
from milepost.testing.step import FakeStep
from milepost_local.config import FilesConfig, LocalConfig
from milepost_local.files import FilesBuilder
from milepost_local.identity import marked
from milepost_local.platform import LocalPlatform

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a detached program run on without a warning: that it does is what it is detached for."""
    for item in items:
        if item.path.is_relative_to(TESTS):
            item.add_marker(pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"))


SERVER = """
import http.server, os, sys

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/env":
            body = "\\n".join(f"{k}={v}" for k, v in sorted(os.environ.items())).encode()
        else:
            body = f"{os.environ.get('GREETING')} from {os.getpid()}".encode()
        self.send_response(503 if self.path == "/sick" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        print("asked", self.path, flush=True)

print("started with", os.environ.get("PASSWORD"), flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench with a secret in the app's env."""
    return Bench(tmp_path / "bench", env=contract_env())


@pytest.fixture
def serving() -> LocalConfig:
    """A config that runs the server."""
    return LocalConfig(command=[sys.executable, "-S", "server.py"], stop_timeout=5)


@pytest.fixture
def artifact(bench: Bench) -> Artifact:
    """The app's files as they are when it is first asked for."""
    return built(bench)


def built(bench: Bench, **config: Any) -> Artifact:
    (bench.source / "server.py").write_text(SERVER)
    return FilesBuilder(FilesConfig(**config)).build(bench.step("build"))


@pytest.fixture
def build(bench: Bench) -> Callable[..., Artifact]:
    """Builds the bench's app anew, with the given config."""
    return lambda **config: built(bench, **config)


@pytest.fixture
def remains(bench: Bench) -> Callable[[], list[str]]:
    """Lists the folders and processes that deployments have left."""

    def listed() -> list[str]:
        deployments = bench.data / "deployments"
        folders = [each.name for each in deployments.glob("*")]
        sockets = [each.name for each in (bench.data / "run").glob("*")]
        pids = [str(each.pid) for step in bench.steps for each in marked(deployments / step.key())]
        return [*folders, *sockets, *pids]

    return listed


@pytest.fixture
def deploy(bench: Bench, artifact: Artifact) -> Iterator[Callable[..., Recorded[Any]]]:
    """Deploys the bench's app with a config, and removes it after the test."""

    def run(config: LocalConfig, tree: Artifact | None = None, **facts: Any) -> Recorded[Any]:
        step = bench.step("deploy", **facts)
        deployment = LocalPlatform(config).deploy(tree or artifact, step)
        return step.recorded(tree or artifact, deployment)

    yield run
    for step in [each for each in bench.steps if each.facts.stage == "deploy"]:
        LocalPlatform(LocalConfig()).destroy(step.recorded(), bench.step("destroy"))


@pytest.fixture
def step(bench: Bench) -> FakeStep:
    """A step to look with."""
    return bench.step("status")
