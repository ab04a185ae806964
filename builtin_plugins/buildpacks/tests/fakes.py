"""A `pack` and a `docker` that run nothing, for tests of what is asked of them and what becomes of their answers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from milepost.sdk import Command, CommandFailedError, Result
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.secret import Part, Secret
from milepost.testing.runner import RecordingRunner

ACCESS = RegistryAccess(
    reference="registry.test/shop/web",
    server="registry.test",
    username="robot",
    password=Secret([Part("pa55-of-the-robot", "var.password")]),
)
SERVER = {"Version": "29.0.0", "ApiVersion": "1.56", "Os": "linux", "Arch": "amd64"}
HOST = "unix:///run/fake.sock"
PROCESS = {"type": "web", "command": "/bin/httpd", "args": ["-f"], "default": True}
PARTS = {"buildpacks": [{"id": "fake/pages", "version": "1.0"}], "processes": [PROCESS]}
LABELS = {
    "team": "shop",
    "io.buildpacks.build.metadata": json.dumps(PARTS),
    "io.buildpacks.lifecycle.metadata": json.dumps({"runImage": {"image": "fake/run:1"}}),
}
IMAGE = {"Size": 1000, "Os": "linux", "Architecture": "amd64", "Config": {"Labels": LABELS}}
REMOTE = {"remote_info": {**PARTS, "run_images": [{"name": "fake/run:1"}]}, "local_info": None}


def fake_programs() -> RecordingRunner:
    """Return what answers as `pack` and `docker` do: the image's digest is that of the files."""
    runner = RecordingRunner()
    runner.answer("docker", "version", stdout=json.dumps(SERVER).encode())
    runner.answer("docker", "context", stdout=HOST.encode())
    runner.answer("docker", "image", stdout=json.dumps(IMAGE).encode())
    runner.answer("pack", "inspect", stdout=json.dumps(REMOTE).encode())
    runner.act("pack", "build", by=_build)
    return runner


def option(command: Command, name: str) -> str:
    """Return the value of `--NAME=VALUE`; nothing where it is not given."""
    return next((each.partition("=")[2] for each in command.argv if each.startswith(f"--{name}=")), "")


def missing(command: Command) -> Result:
    """Answer for a program that is not installed."""
    raise CommandFailedError(command.argv, None, "no such program")


def _build(command: Command) -> Result:
    """Write the report of a build, or fail with the builder `broken`."""
    if option(command, "builder") == "broken":
        return Result(status=1, stderr=b"ERROR: no buildpack fits")
    source = Path(option(command, "path"))
    digest = hashlib.sha256()
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        digest.update(f"{path.relative_to(source)}\0".encode() + path.read_bytes())
    kind = "digest" if "--publish" in command.argv else "image-id"
    report = f'[image]\ntags = ["{command.argv[2]}"]\n{kind} = "sha256:{digest.hexdigest()}"\n'
    (Path(option(command, "report-output-dir")) / "report.toml").write_text(report)
    return Result(status=0, stdout=b"Successfully built image\n")
