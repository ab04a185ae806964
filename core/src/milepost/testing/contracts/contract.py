"""What all contracts share: capabilities that may be lacking, a bench, a secret, and ends at every point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

import pytest

from milepost.sdk.errors import CancelledError
from milepost.sdk.secret import Part, Secret
from milepost.testing.bench import Bench
from milepost.testing.step import Died, FakeStep, Stop

SECRET = "s3cret-h0rse-b4ttery"  # noqa: S105 - its leaking is what the tests look for
"""The clear text of the secret that every step of a contract has in its env, as PASSWORD."""

TestT = TypeVar("TestT", bound=Callable[..., object])


def needs(capability: str) -> Callable[[TestT], TestT]:
    """Mark a contract test as one about a capability that a plugin may declare missing."""

    def marked(test: TestT) -> TestT:
        test.milepost_needs = capability  # type: ignore[attr-defined]  # read by the pytest plugin
        return test

    return marked


class Contract:
    """The top of all contract classes. Override the fixtures, and nothing else."""

    lacks: ClassVar[Mapping[str, str]] = {}
    """Capabilities that the plugin does not have, each with the reason; their tests are not applicable, and counted."""

    points: ClassVar[int] = 40
    """At how many points of the work, at the most, a contract tries a cancel and a death."""

    @pytest.fixture(autouse=True)
    def _applicable(self, request: pytest.FixtureRequest) -> None:
        """Leave out what the plugin lacks, also where milepost's pytest plugin is not there to do it."""
        capability = getattr(request.function, "milepost_needs", "")
        if capability in self.lacks:
            pytest.skip(f"not applicable: {self.lacks[capability]}")

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        """Return where steps come from; override it for another runner or clock."""
        return Bench(tmp_path / "bench", env=contract_env())

    def able(self, plugin: object, protocol: type, capability: str) -> None:
        """Fail unless the plugin has the capability: one that it lacks must be declared."""
        assert isinstance(plugin, protocol), (
            f"{type(plugin).__name__} has not {protocol.__name__}; if that is so on purpose, "
            f'declare it: lacks = {{"{capability}": "WHY"}}'
        )


def contract_env() -> dict[str, str | Secret]:
    """Return the env of a contract's steps: something plain and something secret."""
    return {"GREETING": "hello", "PASSWORD": Secret([Part(SECRET, "var.password")])}


def each_end(
    how: Literal["cancel", "death"], most: int, begin: Callable[[Stop], FakeStep], work: Callable[[FakeStep], object]
) -> Iterator[FakeStep]:
    """Do the work again and again, ended at one point later each time, and yield the step of each ended one.

    A cancel that the step told of must come out of the work as CancelledError.
    """
    for at in range(1, most + 1):
        stop = Stop(how, at)
        step = begin(stop)
        try:
            work(step)
        except Died:
            step.bury()
        except CancelledError:
            assert stop.where, "the work was cancelled though nobody asked for it"
        else:
            assert not step.told, f"the work went on after the cancel at {stop.where} (point {at})"
        if not stop.where:
            return
        yield step
