"""The functions of the language, by family. A family is imported when one of its functions is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from milepost.sdk.functions import Function

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "numbers": ("abs", "ceil", "floor", "log", "max", "min", "parseint", "pow", "signum", "sum"),
    "texts": (
        "chomp",
        "endswith",
        "indent",
        "join",
        "lower",
        "split",
        "startswith",
        "strcontains",
        "strrev",
        "substr",
        "title",
        "trim",
        "trimprefix",
        "trimspace",
        "trimsuffix",
        "upper",
    ),
    "formats": ("format", "formatlist"),
    "patterns": ("regex", "regexall", "replace"),
    "times": ("formatdate", "timeadd", "timestamp"),
    "lists": ("chunklist", "coalescelist", "concat", "element", "flatten", "one", "reverse", "slice"),
    "elements": ("alltrue", "anytrue", "compact", "contains", "distinct", "length", "range", "sort"),
    "sets": ("setintersection", "setproduct", "setsubtract", "setsymmetricdifference", "setunion"),
    "objects": ("keys", "lookup", "merge", "values", "zipmap"),
    "conversions": (
        "coalesce",
        "nonsensitive",
        "sensitive",
        "tobool",
        "tolist",
        "tomap",
        "tonumber",
        "toset",
        "tostring",
    ),
    "encodings": ("base64decode", "base64encode", "base64gzip", "urldecode", "urlencode"),
    "csv": ("csvdecode",),
    "json": ("jsondecode", "jsonencode"),
    "yaml": ("yamldecode", "yamlencode"),
    "hashes": ("md5", "sha1", "sha256", "sha512", "uuidv5"),
    "files": ("abspath", "basename", "dirname", "file", "filebase64", "fileexists", "fileset", "pathexpand"),
    "git": ("gitrefhash", "gitrefpretty", "gitreftag", "gitremoteurl"),
    "templates": ("templatedir", "templatefile", "templatestring"),
    "selectors": ("selectorlookup", "selectormatch"),
    "jsonnet": ("jsonnetdir", "jsonnetfile"),
    "sources": ("configdynamic", "dynamic", "secret"),
}
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
