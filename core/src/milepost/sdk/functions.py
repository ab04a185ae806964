"""Functions of the config language: what a plugin adds to it with `milepost_functions`, and what milepost has itself.

    @function
    def slug(text: str, separator: str = "-") -> str:
        "Return the text in lower case, with separators for all else than letters and digits."

The annotations say what is taken: `str`, `bool`, `int` (a whole number), `Number`, `list[…]`, `dict[str, …]`, `Any`,
each also with `| None` where null is welcome. Arguments are converted to them as the language converts; a
parameter `*rest` takes any number. What is given is known and in clear: where an argument is not known yet, the
function is not called; where one is secret, what it returns is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias, overload

Number: TypeAlias = int | Decimal
"""A number of the language: whole ones are `int`, others `Decimal`; never a float, never a bool."""


class FunctionError(Exception):
    """A function cannot do what it is asked. It is shown with its place in the project file.

    `argument` counts from 0 which one is at fault; None: no single one.
    """

    def __init__(self, message: str, argument: int | None = None, *, hint: str = "") -> None:
        super().__init__(message)
        self.argument, self.hint = argument, hint


@dataclass(frozen=True)
class Function:
    """A function of the config language."""

    name: str
    """What people write."""
    call: Callable[..., Any]
    """The work; its docstring is what `milepost functions NAME` shows."""
    passes: bool = False
    """Whether it only moves values about and never looks into them: then secrets, and what is not known yet, stay
    what they are inside of lists and objects, rather than making all of the result so."""


@overload
def function(call: Callable[..., Any], /) -> Function: ...
@overload
def function(*, name: str = "", passes: bool = False) -> Callable[[Callable[..., Any]], Function]: ...
def function(
    call: Callable[..., Any] | None = None, /, *, name: str = "", passes: bool = False
) -> Function | Callable[[Callable[..., Any]], Function]:
    """Return a Python function as one of the language, by its own name without underscores at its end, or by `name`."""

    def made(work: Callable[..., Any]) -> Function:
        return Function(name or work.__name__.rstrip("_"), work, passes)

    return made if call is None else made(call)
