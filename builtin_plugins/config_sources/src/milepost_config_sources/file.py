"""The source `file`: what stands in files of this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from milepost.sdk.source import SourceFacts, SourceStep, ValueRequest, ValueResult, failed, missing
from milepost_config_sources.arguments import FileArguments

LIMIT = 1024 * 1024
"""The most bytes that a value may have."""


class FileSource:
    """Reads files; one line end at the end of a file is no part of the value."""

    def read(self, requests: Sequence[ValueRequest[FileArguments]], step: SourceStep) -> Sequence[ValueResult]:
        """Return what stands in each file."""
        return [_value(each.arguments.path, step.facts) for each in requests]


def _value(written: str, facts: SourceFacts) -> ValueResult:
    path = _place(written, facts)
    if path is None:
        return failed(f'"{written}" is not in the project\'s folder', "write an absolute path")
    try:
        # A pipe without a writer would be waited for.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return failed(f"{path} is no file")
            content = stream.read(LIMIT + 1)
    except FileNotFoundError:
        return missing(f"there is no file {path}")
    except OSError as error:
        return failed(f"{path} cannot be read: {error.strerror}", f"ls -ld {path}")
    return _text(content, path)


def _place(written: str, facts: SourceFacts) -> Path | None:
    """Return the file that is meant; None for a relative path that leads out of the project's folder."""
    if written.startswith("~/"):
        return facts.home / written[2:]
    if os.path.isabs(written):
        return Path(written)
    folder = facts.folder.resolve()
    path = (folder / written).resolve()
    return path if path.is_relative_to(folder) else None


def _text(content: bytes, path: Path) -> ValueResult:
    if len(content) > LIMIT:
        return failed(f"{path} is longer than {LIMIT} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return failed(f"{path} is no text in UTF-8")
    return ValueResult(value=text.removesuffix("\n").removesuffix("\r"))
