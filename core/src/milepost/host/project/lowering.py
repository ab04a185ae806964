"""The tree of a project file or of a file of values, whichever of the two syntaxes it is written in."""

from __future__ import annotations

from pathlib import Path

from milepost.host.language.source import Source
from milepost.host.language.tree import Body
from milepost.host.project.file import JSON
from milepost.host.project.schema import ROOT


def lowered(source: Source, cache: Path | None) -> Body:
    """Return the tree of a project file. Raises ProjectFileError with all that is wrong with its syntax.

    `cache` is a folder where the tables of the grammar may be kept.
    """
    if source.file.endswith(JSON):
        from milepost.host.language.json_syntax.lower import lower_json  # noqa: PLC0415 - a file has one of two syntaxes

        return lower_json(source, ROOT, cache)
    from milepost.host.language.syntax.lower import lower  # noqa: PLC0415 - importing the parser is costly

    return lower(source, cache)


def lowered_values(source: Source, cache: Path | None) -> Body:
    """Return the tree of a file of values for variables; in one of JSON, texts are plain. Raises ProjectFileError."""
    if source.file.endswith(JSON):
        from milepost.host.language.json_syntax.lower import lower_json_values  # noqa: PLC0415 - see `lowered`

        return lower_json_values(source)
    from milepost.host.language.syntax.lower import lower  # noqa: PLC0415 - see `lowered`

    return lower(source, cache)
