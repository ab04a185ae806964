"""Images of a megabyte that are made on the spot, since nothing comes from outside."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.engines import premises
from tests.engines.docker import Engine, look, ping

LABEL = "test.milepost.image"
"""What images of the tests carry, with the run as its value."""
APPLETS = (
    *("sh", "cat", "cp", "echo", "env", "false", "grep", "head", "httpd", "id", "kill", "ls", "mkdir", "mount", "mv"),
    *("nc", "ps", "rm", "sed", "seq", "sleep", "stat", "tail", "timeout", "touch", "true", "wget"),
)
INTERPRETER = 3
"""How the header of an ELF file calls the part that names its loader."""
SYSTEM = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    "etc/group": b"root:x:0:\nnobody:x:65534:\n",
}
"""What programs expect of a system."""
SERVER = """#!/bin/sh
# A first process hears of TERM only if it asks for it.
trap 'exit 0' TERM INT
httpd -f -p "${PORT:-8080}" -h /www &
wait $!
"""


def base(engine: Engine) -> str:
    """Return an image with busybox, made on that engine unless it is there: `FROM` it, or run it.

    Debian's busybox dies of `wget -T`; `timeout 3 wget …` does the same.
    """
    return _made(engine, "base", {}, ())


def web(engine: Engine) -> str:
    """Return an image that serves `/www` over HTTP on port $PORT, or 8080; TERM ends it."""
    return _made(engine, "web", {"bin/serve": SERVER.encode(), "www/index.html": b"hello\n"}, ('CMD ["/bin/serve"]',))


def redis(engine: Engine) -> str:
    """Return an image with this machine's redis-server and redis-cli, and the libraries that they load."""
    found = {name: shutil.which(name) for name in ("redis-check-rdb", "redis-cli")}
    if not all(found.values()):
        pytest.skip("redis: it is not installed (Debian: apt install redis-tools)")
    # Debian's redis-server is another name of the program that checks its files.
    files = {"usr/bin/redis-server": found["redis-check-rdb"], "usr/bin/redis-cli": found["redis-cli"]}
    programs = {name: Path(str(path)).read_bytes() for name, path in files.items()}
    listed = subprocess.run(("ldd", *map(str, found.values())), check=True, capture_output=True, text=True).stdout
    libraries = {path.lstrip("/"): Path(path).read_bytes() for path in re.findall(r"(/\S+\.so\S*)", listed)}
    changes = ('CMD ["redis-server"]', "VOLUME /data", "ENV PATH=/bin:/usr/bin")
    return _made(engine, "redis", {**programs, **libraries}, changes)


def note(engine: Engine) -> None:
    """Note that this run has made images there, so that its end removes them: a user's engine outlives the run."""
    with (premises.premises() / "hosts").open("a") as hosts:
        hosts.write(f"{engine.host}\n")


def remove_all() -> None:
    """Remove the images of this run from engines that outlive it."""
    folder = premises.premises()
    noted = folder / "hosts"
    for host in set(noted.read_text().split()) if noted.exists() else ():
        if ping(host) is not None:
            look(host).remove(f"{LABEL}={folder.name}")


def busybox() -> Path:
    """Return the busybox of this machine that needs no library."""
    found = shutil.which("busybox")
    if found is None or not _is_static(Path(found).read_bytes()):
        pytest.skip("busybox: no static one is installed (Debian: apt install busybox-static)")
    return Path(found)


def _is_static(program: bytes) -> bool:
    """Tell whether a program of Linux (ELF, 64 bits) asks for no interpreter, which would load libraries."""
    if program[:5] != b"\x7fELF\x02":
        return False
    start, size, count = (*struct.unpack_from("<Q", program, 32), *struct.unpack_from("<HH", program, 54))
    return all(struct.unpack_from("<I", program, start + each * size)[0] != INTERPRETER for each in range(count))


def root_of(files: dict[str, bytes]) -> bytes:
    """Return the tar of a file system with busybox, the usual folders and files of one's own, which can be run."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in sorted({"bin", "etc", "tmp", "root", *(str(Path(each).parent) for each in files)}):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(folder)
        every = SYSTEM | {"bin/busybox": busybox().read_bytes()}
        for name, content in (every | files).items():
            file = tarfile.TarInfo(name)
            file.size, file.mode = len(content), 0o755
            tar.addfile(file, io.BytesIO(content))
        for name in APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return packed.getvalue()


def _made(engine: Engine, name: str, files: dict[str, bytes], changes: tuple[str, ...]) -> str:
    """Return an image of this run, importing its file system when no worker has done so."""
    with premises.alone("images") as folder:
        reference = f"milepost-test/{name}:{folder.name.removeprefix('milepost-')}"
        if not engine.docker("image", "ls", "--quiet", reference):
            every = ("ENV PATH=/bin", *changes, f"LABEL {LABEL}={folder.name}")
            options = [word for change in every for word in ("--change", change)]
            engine.docker("import", *options, "-", reference, stdin=root_of(files))
            note(engine)
    return reference
