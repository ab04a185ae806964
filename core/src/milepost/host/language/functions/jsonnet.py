"""Functions of Jsonnet, a language for JSON: they need the package `jsonnet`."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from milepost.host.language.context import Context
from milepost.host.language.functions.reading import content, located, text
from milepost.host.language.functions.rendered import kept
from milepost.host.language.functions.templates import files_in
from milepost.sdk.functions import FunctionError, function
from milepost.sdk.problem import nearest

_OPTIONS = {"ext_vars": "ext_vars", "ext_code": "ext_codes", "tla_vars": "tla_vars", "tla_code": "tla_codes"}
"""The options as people write them, and as the package calls them."""


class _Jsonnet(Protocol):
    """The package, as far as it is used."""

    def evaluate_snippet(
        self,
        filename: str,
        src: str,
        *,
        import_callback: Callable[[str, str], tuple[str, bytes]],
        **options: dict[str, str],
    ) -> str: ...


@function
def jsonnetfile(context: Context, path: str, options: dict[str, dict[str, str] | None] | None = None) -> str:
    """Return the path of a file with the JSON that a Jsonnet file makes. It has that file's name, ending in `.json`.

    The options are `ext_vars` and `tla_vars`, objects of texts, and `ext_code` and `tla_code`, objects of Jsonnet
    code; `std.extVar` and the arguments of the file's function take them. Files that it imports must be readable for
    `file`. Install `milepost[jsonnet]` for this.

    Example: jsonnetfile("no-such-file.jsonnet", {}) fails
    """
    evaluate = _evaluator(context, options)
    name = _renamed(located(context, path).name)
    return str(kept(context, {name: evaluate(path)}) / name)


@function
def jsonnetdir(context: Context, path: str, options: dict[str, dict[str, str] | None] | None = None) -> str:
    """Return the path of a folder with the JSON that each `.jsonnet` file below a folder makes, as `jsonnetfile` does.

    Other files are left out.

    Example: jsonnetdir("no-such-folder", {}) fails
    """
    evaluate = _evaluator(context, options)
    files = files_in(context, path, "**/*.jsonnet")
    return str(kept(context, {_renamed(name): evaluate(place) for name, place in files.items()}))


def _renamed(name: str) -> str:
    return f"{name.removesuffix('.jsonnet')}.json"


def _evaluator(context: Context, options: dict[str, dict[str, str] | None] | None) -> Callable[[str], bytes]:
    """Return what makes JSON of a Jsonnet file."""
    package, given = _package(), _given(options or {})
    refused: list[FunctionError] = []

    def imported(folder: str, name: str) -> tuple[str, bytes]:
        path = posixpath.join(folder, name)
        try:
            return path, content(context, path)
        except FunctionError as error:
            refused.append(error)
            raise

    def evaluate(path: str) -> bytes:
        source = text(context, path)
        whole = os.path.join(context.folder, path)
        try:
            return package.evaluate_snippet(whole, source, import_callback=imported, **given).encode()
        except RuntimeError as error:
            told = str(refused[-1] if refused else error).strip().replace("\n", "; ")
            raise FunctionError(f'"{path}" is no Jsonnet that can be evaluated: {told}', 0) from error

    return evaluate


def _package() -> _Jsonnet:
    try:
        return cast(_Jsonnet, import_module("_jsonnet"))
    except ImportError as error:
        raise FunctionError("the package jsonnet is not installed", hint='pip install "milepost[jsonnet]"') from error


def _given(options: dict[str, dict[str, str] | None]) -> dict[str, dict[str, str]]:
    wrong = next((name for name in options if name not in _OPTIONS), None)
    if wrong is not None:
        close = nearest(wrong, tuple(_OPTIONS))
        hint = f"did you mean {close}?" if close else f"there are {', '.join(_OPTIONS)}"
        raise FunctionError(f'there is no option "{wrong}"', 1, hint=hint)
    return {_OPTIONS[name]: dict(value) for name, value in options.items() if value is not None}


FUNCTIONS = (jsonnetdir, jsonnetfile)
