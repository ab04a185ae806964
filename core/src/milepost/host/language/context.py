"""What functions may know of the world around a project file: folders, the time, git, and how to render a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from milepost.sdk.secret import Secret


class NotKnownYetError(Exception):
    """Something in a rendered template is not known yet; a function lets this pass, and is called again later."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not known yet")
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Context:
    """The world as functions see it. A function asks for it by a first parameter that is annotated with this class."""

    folder: Path
    """Where relative paths begin: the project's folder, absolute."""
    readable: tuple[Path, ...]
    """The folders, absolute, out of which no file function may read; the first one is the project's."""
    home: Path
    rendered: Path
    """Where rendered files are kept, by their content; it need not exist yet."""
    now: Callable[[], datetime]
    git: Callable[..., str | None]
    """Returns what git prints when run in the project's folder with these words, stripped; None if it cannot tell."""
    render: Callable[[str, str, Mapping[str, Any]], str | Secret]
    """Returns a template, by its name for messages and its text, evaluated where the call stands with more names.

    Raises FunctionError with the place in the template, and NotKnownYetError.
    """
    cache: Path | None = None
    """Where things are kept that can be made again."""
