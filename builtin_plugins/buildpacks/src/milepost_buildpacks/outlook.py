"""What a build would do, and whether all that it needs is there, for `plan` and `doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.sdk import Command, CommandFailedError, OperationError, Step
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.capabilities import Examined, Planned
from milepost_buildpacks import engine
from milepost_buildpacks.order import image_name

GET_PACK = "get it: https://buildpacks.io/docs/install-pack, or brew install buildpacks/tap/pack"
OLDEST_API = (1, 44)
"""Of engines into which a current lifecycle can put an image: it speaks no older version of their API."""


def planned(access: RegistryAccess | None, builder: str, platform: str | None, step: Step) -> tuple[Planned, ...]:
    """Return what would be built; nothing is asked of anybody."""
    where = "straight into the registry" if access else "on the engine"
    detail = f"by buildpacks of {builder}, {platform or 'for the engine'}, {where}"
    return (Planned(action="make", kind="image", name=image_name(access, step), detail=detail),)


def examined(access: RegistryAccess | None, step: Step) -> Iterator[Examined]:
    """Yield what is found of `pack` and of the engine."""
    try:
        said = step.run(Command(argv=("pack", "version"), quiet=True, check=False))
    except CommandFailedError:
        yield Examined(level="problem", what="the program `pack` is not installed", hint=GET_PACK)
    else:
        yield Examined(level="ok", what=f"pack {said.stdout.decode(errors='replace').strip()} is installed")
    try:
        found = engine.look(step)
    except OperationError as error:
        yield Examined(level="problem", what=str(error), hint=error.hint)
        return
    if found is None:
        what = "there is no docker command line, so the engine is not looked at"
        yield Examined(level="warning", what=what, hint="https://docs.docker.com/engine/install")
    elif access is None and is_too_old(found):
        yield Examined(level="warning", what=f"the engine at {found.host} is too old", hint=too_old(found))
    else:
        yield Examined(level="ok", what=f"the engine at {found.host} speaks API {found.api}")


def is_too_old(found: engine.Engine) -> bool:
    """Tell whether a lifecycle cannot put images into that engine."""
    numbers = found.api.split(".")
    return all(each.isdigit() for each in numbers) and tuple(int(each) for each in numbers) < OLDEST_API


def too_old(found: engine.Engine) -> str:
    """Return what to do about an engine that is too old."""
    return (
        f"the engine speaks API {found.api}, and a current lifecycle wants 1.44 (Docker 25) to put an image there: add "
        "a registry, into which it is put straight, or update the engine"
    )
