"""Places to travel from: each journey has a user of its own, and nothing of it is left running."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.leaving import leave
from tests.journeys.place import Place
from tests.journeys.programs import PROJECT, SERVER

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture
def root() -> Iterator[Path]:
    """A short folder: the path of a socket in it must fit everywhere."""
    with tempfile.TemporaryDirectory(prefix="mpj") as folder:
        place = Path(folder).resolve()
        (place / "home").mkdir()
        yield place


@pytest.fixture
def empty(root: Path) -> Iterator[Place]:
    """A place with an empty project folder."""
    place = Place(root / "app", root)
    place.folder.mkdir()
    yield place
    leave(place)


@pytest.fixture
def shop(empty: Place) -> Place:
    """A place with a small web app that tells its version, which is `one`."""
    empty.write(milepost__hcl=PROJECT, server__py=SERVER, version__txt="one")
    return empty


@pytest.fixture
def hello(empty: Place) -> Place:
    """A place with the example `hello`."""
    shutil.copytree(EXAMPLES / "hello", empty.folder, dirs_exist_ok=True)
    return empty


@pytest.fixture
def trio(empty: Place) -> Place:
    """A place with the example `trio`."""
    shutil.copytree(EXAMPLES / "trio", empty.folder, dirs_exist_ok=True)
    return empty
