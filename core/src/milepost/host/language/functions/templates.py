"""Functions that render templates: texts, files and folders in the language of the project file's own texts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from milepost.host.language.context import Context
from milepost.host.language.functions.globs import Glob
from milepost.host.language.functions.reading import LARGEST, is_inside, located, readable, text
from milepost.host.language.functions.rendered import kept
from milepost.sdk.functions import FunctionError, function
from milepost.sdk.secret import Secret

_NAME = re.compile(r"[^\W\d][\w-]*")


@function(passes=True)
def templatestring(context: Context, template: str, *variables: dict[str, Any]) -> str | Secret:
    r"""Return a template with its `${…}` and `%{…}` evaluated, where the names of the objects given are known, too.

    What is known where the function is called is known in the template. It cannot render another one.

    Example: templatestring("$${greeting} you", {greeting = "hello"}) is "hello you"
    Example: templatestring("%%{ for each in names }$${each} %%{ endfor }", {names = ["a", "b"]}) is "a b "
    Example: templatestring("$${missing}", {}) fails
    """
    return context.render("the template", template, _names(variables))


@function(passes=True)
def templatefile(context: Context, path: str, *variables: dict[str, Any]) -> str:
    """Return the path of a copy of a file that is rendered as `templatestring` does it.

    It is the path and not the text, which `file(templatefile(…))` gives. No secret may be in it. The copy has the
    file's name and lies in a folder named after its content: as long as that is the same, so is the path.

    Example: templatefile("no-such-file.tpl", {}) fails
    """
    names = _names(variables)
    content = _rendered(context, path, path, names)
    name = located(context, path).name
    return str(kept(context, {name: content}) / name)


@function(passes=True)
def templatedir(context: Context, path: str, *variables: dict[str, Any]) -> str:
    """Return the path of a copy of a folder in which all files are rendered as `templatefile` does it.

    The files keep their names and the folders they are in. All must be texts in UTF-8, together of at most 16 MiB.

    Example: templatedir("no-such-folder", {}) fails
    """
    names = _names(variables)
    files: dict[str, bytes] = {}
    for name, place in files_in(context, path, "**").items():
        files[name] = _rendered(context, place, name, names)
        if sum(map(len, files.values())) > LARGEST:
            raise FunctionError(f'"{path}" is larger than {LARGEST // 2**20} MiB when it is rendered', 0)
    return str(kept(context, files))


def files_in(context: Context, path: str, pattern: str) -> dict[str, str]:
    """Return the files below a folder that a pattern means: their paths by their names, which begin there."""
    folder = located(context, path)
    if not os.path.isdir(folder):
        raise FunctionError(f'there is no folder "{path}" (looked for {folder})', 0)
    roots = readable(context)
    found = Glob(pattern, lambda real: is_inside(real, roots)).files(str(folder))
    return {name: str(folder / name) for name in sorted(found)}


def _rendered(context: Context, path: str, name: str, names: Mapping[str, Any]) -> bytes:
    content = context.render(name, text(context, path), names)
    if isinstance(content, Secret):
        # The copy lasts as long as a record may name it, and whoever reads it again does not know what is secret in it.
        hint = "templatestring(file(…), …) keeps it secret; config { file = { … } } puts it into a file of the app"
        raise FunctionError(f'"{name}" would have a secret in clear on the disk when it is rendered', hint=hint)
    return content.encode()


def _names(variables: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return the names of several objects; of one that several have, the last counts."""
    for at, each in enumerate(variables, 1):
        wrong = next((name for name in each if not _NAME.fullmatch(name)), None)
        if wrong is not None:
            message = f'"{wrong}" cannot be a name in a template: one has letters, digits, _ and -, a letter first'
            raise FunctionError(message, at)
    return {name: value for each in variables for name, value in each.items()}


FUNCTIONS = (templatedir, templatefile, templatestring)
