"""Files that a build needs for its time, in the step's scratch folder: secrets, a Dockerfile's copy."""

from __future__ import annotations

import os
from pathlib import Path

from milepost.sdk import OperationError


def kept(path: Path, text: str) -> Path:
    """Write a new file that nobody but the user can read, and return it. Raises OperationError: a full disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError as error:
        raise OperationError(f"{path} cannot be written: {error.strerror}", hint=f"df -h {path.parent}") from error
    return path
