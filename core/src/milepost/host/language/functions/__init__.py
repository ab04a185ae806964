"""The functions of the language, by family. A family is imported when one of its functions is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from milepost.sdk.functions import Function

FAMILIES: Mapping[str, tuple[str, ...]] = {}
"""The families, which are modules here, and the functions of each; a module has them in its `FUNCTIONS`."""

_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names}


class BuiltinFunctions:
    """The functions that milepost has itself."""

    def find(self, name: str) -> Function | None:
        """Return the function of that name."""
        family = _FAMILY_OF.get(name)
        if family is None:
            return None
        functions: Iterable[Function] = import_module(f"{__name__}.{family}").FUNCTIONS
        return next(each for each in functions if each.name == name)

    def names(self) -> Iterable[str]:
        """Return the names of all functions."""
        return _FAMILY_OF
