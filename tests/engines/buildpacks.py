"""A builder of Cloud Native Buildpacks for tests: busybox, the lifecycle, and buildpacks that are two shell scripts."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engines import images, premises
from tests.engines.docker import Engine
from tests.engines.programs import ProgramMissingError, program
from tests.engines.registries import Registry

APIS = """
[apis]
[apis.buildpack]
deprecated = []
supported = ["0.7", "0.8", "0.9", "0.10", "0.11"]
[apis.platform]
deprecated = []
supported = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12", "0.13", "0.14"]
[lifecycle]
version = "0.21.0"
"""
PHASES = ("analyzer", "builder", "creator", "detector", "exporter", "extender", "rebaser", "restorer")
DETECT = """#!/bin/sh
[ -f index.html ] || { echo "there is no index.html here"; exit 100; }
"""
BUILD = """#!/bin/sh
set -e
echo "building with ${GREETING:-no greeting}"
[ ! -f fail ] || { echo "this app is not to be built" >&2; exit 1; }
[ ! -f wait ] || { echo "waiting"; sleep 300; }
mkdir -p "$CNB_LAYERS_DIR/content"
ls > "$CNB_LAYERS_DIR/content/listing"
echo "${GREETING:-}" > "$CNB_LAYERS_DIR/content/greeting"
printf '[types]\\nlaunch = true\\n' > "$CNB_LAYERS_DIR/content.toml"
echo '{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": []}' > "$CNB_LAYERS_DIR/content.sbom.cdx.json"
cat > "$CNB_LAYERS_DIR/launch.toml" <<'END'
[[processes]]
type = "web"
command = ["/bin/httpd", "-f", "-p", "8080"]
default = true
[[processes]]
type = "worker"
command = ["/bin/sleep", "1000"]
END
"""
BUILDPACK = """
api = "0.10"
[buildpack]
id = "test/pages"
version = "1.2.3"
sbom-formats = ["application/vnd.cyclonedx+json"]
[[targets]]
os = "linux"
arch = "%(architecture)s"
"""
BUILDER = """
[[buildpacks]]
id = "test/pages"
uri = "buildpack"
[[order]]
[[order.group]]
id = "test/pages"
version = "1.2.3"
[build]
image = "%(stack)s"
[[run.images]]
image = "%(run)s"
[lifecycle]
uri = "lifecycle.tgz"
"""
STACK = (
    *("ENV CNB_USER_ID=1000", "ENV CNB_GROUP_ID=1000", "USER 1000:1000"),
    *("LABEL io.buildpacks.base.distro.name=busybox", "LABEL io.buildpacks.base.distro.version=1"),
)
USERS = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\ncnb:x:1000:1000:cnb:/:/bin/sh\n",
    "etc/group": b"root:x:0:\ncnb:x:1000:\n",
}


@dataclass(frozen=True)
class Buildpacks:
    """A builder on an engine, and the image that its apps run in, on the engine and in a registry."""

    builder: str
    run_image: str
    pack: Path
    environment: Mapping[str, str] = field(repr=False)
    """For programs that are to use it: the engine's, and `pack` first in PATH, with a config of its own."""


def make_buildpacks(engine: Engine, registry: Registry, folder: Path) -> Buildpacks:
    """Make a builder with one buildpack, `test/pages`, which wants an `index.html` and serves it."""
    try:
        pack = program("pack")
        programs = {name: program(name) for name in ("lifecycle", "launcher")}
    except ProgramMissingError as error:
        pytest.skip(str(error))
    run = f"{registry.host}/run-{folder.name}:1"
    engine.docker("import", *_changes(*STACK), "-", run, stdin=images.root_of(USERS))
    engine.docker("push", run)
    images.note(engine)
    (folder / "lifecycle.tgz").write_bytes(_lifecycle(programs))
    _buildpack(folder / "buildpack", engine.architecture)
    (folder / "builder.toml").write_text(BUILDER % {"stack": run, "run": run})
    environment = _environment(engine, pack, folder)
    builder = _name(folder)
    argv = (str(pack), "builder", "create", builder, "--config", "builder.toml", "--pull-policy", "never")
    made = subprocess.run(
        (*argv, "--target", f"linux/{engine.architecture}"),
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return Buildpacks(builder, run, pack, environment)


def _name(folder: Path) -> str:
    """Return the name of a builder whose files are in that folder."""
    return f"milepost-test/builder:{premises.premises().name.removeprefix('milepost-')}-{folder.name}"


def _environment(engine: Engine, pack: Path, folder: Path) -> dict[str, str]:
    """Return what `pack` wants to find around it."""
    path = f"{pack.parent}:{engine.environment.get('PATH', '')}"
    # It speaks the newest API that it knows, and does not ask what the engine knows.
    config = folder / "pack" / "config.toml"
    config.parent.mkdir()
    config.write_text(f'pull-policy = "if-not-present"\n[[trusted-builders]]\nname = "{_name(folder)}"\n')
    own = {"PATH": path, "PACK_HOME": str(folder / "pack"), "DOCKER_API_VERSION": engine.api}
    return {**engine.environment, **own}


def _changes(*changes: str) -> list[str]:
    """Return what an image is to have, as `docker import` takes it."""
    label = f"LABEL {images.LABEL}={premises.premises().name}"
    return [word for change in (*changes, label) for word in ("--change", change)]


def _buildpack(folder: Path, architecture: str) -> None:
    """Write the buildpack."""
    (folder / "bin").mkdir(parents=True)
    (folder / "buildpack.toml").write_text(BUILDPACK % {"architecture": architecture})
    for name, script in (("detect", DETECT), ("build", BUILD)):
        (folder / "bin" / name).write_text(script)
        (folder / "bin" / name).chmod(0o755)


def _lifecycle(programs: Mapping[str, Path]) -> bytes:
    """Return the lifecycle as `pack` wants it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        described = tarfile.TarInfo("lifecycle.toml")
        described.size = len(APIS)
        tar.addfile(described, io.BytesIO(APIS.encode()))
        for name, path in programs.items():
            tar.add(path, f"lifecycle/{name}")
        for name in PHASES:
            link = tarfile.TarInfo(f"lifecycle/{name}")
            link.type, link.linkname, link.mode = tarfile.SYMTYPE, "lifecycle", 0o777
            tar.addfile(link)
    return packed.getvalue()
