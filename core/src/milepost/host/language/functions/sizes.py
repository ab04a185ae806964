"""How large a text may be that a function makes: a few characters of a project file must not fill the memory."""

from __future__ import annotations

from milepost.host.language.budget import TEXT
from milepost.sdk.functions import FunctionError

WIDEST = 10_000
"""Characters that a text can be padded to, and digits that a number can be written with."""


def fitting(characters: int) -> None:
    """Refuse to make a text of so many characters; asked before it is made."""
    if characters > TEXT:
        raise FunctionError(f"the result would have {characters} characters; at most {TEXT} can be made")
