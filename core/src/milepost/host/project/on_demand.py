"""Mappings whose values are made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from milepost.host.language.tree import Block

MadeT = TypeVar("MadeT")


class OnDemand(Mapping[str, MadeT]):
    """What blocks of one type stand for, by their first label: most commands ask for one app of many."""

    def __init__(self, blocks: tuple[Block, ...], make: Callable[[Block], MadeT]) -> None:
        self._blocks = {each.labels[0].text: each for each in blocks if each.labels}
        self._make = make
        self._made: dict[str, MadeT] = {}

    def __getitem__(self, name: str) -> MadeT:
        """Return what the block of that name stands for, the same at each call."""
        if name not in self._made:
            self._made[name] = self._make(self._blocks[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names in the file's order."""
        return iter(self._blocks)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._blocks)
