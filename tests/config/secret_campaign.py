"""Expressions over secrets, made by chance, each evaluated with two sets of secrets: what may be seen must not differ.

`python -m tests.config.secret_campaign 0 20000` tries the seeds from the first to the second.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.functions import FAMILIES, BuiltinFunctions
from milepost.host.language.provenance import text_of
from milepost.host.language.signature import signature_of
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower_value
from milepost.host.language.values import Marked, Unknown
from milepost.host.project.scope import Scope
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import outside

ONE = {
    "text": "hunter22",
    "number": 5718293,
    "list": ["amyamy", "bobbob"],
    "object": {"key11": "word11"},
    "on": True,
    "digit": "1",
    "json": '{"inner11": ["hidden11"]}',
    "path": "there",
    "deep": {"a": [{"b": "hunter22"}], "c": {"d": 5718293}},
}
OTHER = {
    "text": "zebra33",
    "number": 9361847,
    "list": ["zoezoe", "kimkim", "joejoe"],
    "object": {"key22": "word22", "more22": "x"},
    "on": False,
    "digit": "x",
    "json": '["inner22',
    "path": "nowhere22",
    "deep": {"a": [], "c": {"d": 9361847}},
}
HIDDEN = (
    *("hunter2", "zebra3", "amyamy", "bobbob", "zoezoe", "kimkim", "joejoe", "key11", "key22", "word11", "word22"),
    *("5718293", "9361847", "inner11", "inner22", "hidden11", "nowhere22", "more22"),
)
PLAIN: Mapping[str, Any] = {"names": ["a", "b"], "map": {"k": "v"}, "nothing": None}

LEAVES = (
    *("0", "1", "2", '"a"', '"1"', "true", "null", "[]", "{}", "[1, 2]", "{ a = 1 }", "var.names", "var.map", '""'),
    *('"%s"', '"%d-%v"', '","', '"/[a-z]+/"', '"[a-z]+"', '"YYYY"', '"2024-01-02T03:04:05Z"', '"1h"', '"*"', '"."'),
    *('"there"', '"a == web"', '"team == web"', '{ team = "web" }', '"${"$"}{x}"', '"x: [1, 2]"', "var.nothing"),
)
SECRETS = tuple(f"var.{name}" for name in ONE)
FORMS = (
    *(
        "(X + X)",
        "(X * X)",
        "(X / X)",
        "(X % X)",
        "(X == X)",
        "(X != X)",
        "(X < X)",
        "(X && X)",
        "(X || X)",
        "-X",
        "!X",
    ),
    *("(true ? X : X)", "(var.on ? X : X)", "(X ? X : X)", "[X, X]", "{ a = X, (X) = X }", "[for x in X : x]"),
    *("[for x in X : [x, X]]", "[for i, x in X : i]", "[for x in X : x if X]", "[for x in X : x if var.on]"),
    *("[for x in X : 1]", "{ for k, v in X : k => v }", "{ for k, v in X : v => k... }", "{ for k, v in X : X => v }"),
    *("{ for k, v in X : k => 1 if x == X }", "(X)[0]", "(X)[X]", "(X)[var.digit]", "(X)[*]", "(X).a", "(X).*.a"),
    *("(X)[*].a", '"${X}"', '"x${X}"', '"x${X}-${X}"', '"%{ for x in X }${x}%{ endfor }"', '"%{ if X }y%{ endif }"'),
    *('"%{ for x in X }.%{ endfor }"', '"%{ if var.on }y${X}%{ else }n%{ endif }"', "<<E\n${X}\nE\n", "try(X, X)"),
    *(
        "try(X, 1)",
        "can(X)",
        "try(X, 0)",
        "can(-X)",
        "try(X + X, 0)",
        "can(X)",
        "try(tonumber(X), X)",
        "try((X)[X], X)",
        "can((X)[X])",
        "try(X.a, 0)",
        'can(X == "a")',
        "max(X...)",
    ),
    *('templatestring("$${a}%%{ if b }1%%{ endif }", { a = X, b = X })', "concat(X...)", "merge(X...)"),
)


def expression(chance: random.Random, depth: int) -> str:
    """Return an expression."""
    if depth == 0:
        return chance.choice(SECRETS if chance.random() < 0.5 else LEAVES)
    form = _call(chance) if chance.random() < 0.5 else chance.choice(FORMS)
    pieces = form.split("X")
    return pieces[0] + "".join(expression(chance, chance.randrange(depth)) + each for each in pieces[1:])


def _call(chance: random.Random) -> str:
    """Return the call of any function with about as many arguments as it takes."""
    name, least, most = chance.choice(_calls())
    return f"{name}({', '.join('X' for _ in range(chance.randint(least, most)))})"


@cache
def _calls() -> tuple[tuple[str, int, int], ...]:
    functions = BuiltinFunctions()
    found = []
    for name in (name for names in FAMILIES.values() for name in names if name not in _LEFT_OUT):
        function = functions.find(name)
        assert function is not None
        signature = signature_of(function)
        found.append((name, signature.least, signature.most if signature.most is not None else signature.least + 2))
    return tuple(found)


_LEFT_OUT = ("nonsensitive", "secret", "dynamic", "configdynamic", "timestamp")
"""What shows a secret because it is told to, and what makes new ones."""


def hidden(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as secrets."""
    return {
        name: Secret([Part(each, f"var.{name}")]) if isinstance(each, str) else Marked(each, f"var.{name}")
        for name, each in values.items()
    }


def evaluated(text: str, given: Mapping[str, Any], folder: Path) -> tuple[Any, list[Problem]]:
    """Return the value of an expression, and what is wrong with it."""
    variables = {**PLAIN, **hidden(given)}
    scope = Scope(outside=outside(folder.parent), folder=folder, project="shop", app="web", variables=variables)
    evaluator, source = Evaluator(scope), source_of("case", text.encode())
    try:
        value = evaluator.value(lower_value(source))
    except ProjectFileError as error:
        return None, list(error.problems)
    return value, list(map(source.told, evaluator.problems))


def seen(value: Any) -> Any:
    """Return what may be seen of a value."""
    if isinstance(value, Secret | Marked):
        return ["secret"]
    if isinstance(value, list):
        return [type(value).__name__, *map(seen, value)]
    if isinstance(value, dict):
        return {name: seen(each) for name, each in value.items()}
    return value.name if isinstance(value, Unknown) else repr(value)


def broken(text: str, folder: Path) -> Iterator[str]:
    """Yield how an expression tells something of its secrets."""
    one, problems = evaluated(text, ONE, folder)
    other, others = evaluated(text, OTHER, folder)
    told = "\n".join(map(str, [*problems, *others]))
    shown = f"{one!r} {other!r} {text_of(one) if not problems else ''} {text_of(other) if not others else ''}"
    for each in HIDDEN:
        if each in told:
            yield f"{text}: a problem shows {each}: {told}"
        if each in shown:
            yield f"{text}: the value shows {each}: {shown}"
    if not problems and not others and seen(one) != seen(other):
        yield f"{text}: {seen(one)} or {seen(other)}"


def found_in(seeds: range, folder: Path) -> Iterator[str]:
    """Yield what is wrong with the expressions of some seeds. `folder` is an empty one to work in."""
    folder = folder / "project"
    folder.mkdir()
    (folder / "there").write_text("text of a file\n")
    for seed in seeds:
        chance = random.Random(seed)
        for each in broken(expression(chance, chance.randrange(1, 4)), folder):
            yield f"seed {seed}: {each}"


def main(first: int, end: int, folder: Path) -> int:
    """Say what is wrong with the expressions of some seeds; return the exit status."""
    start, found = time.process_time(), 0
    for each in found_in(range(first, end), folder):
        found += 1
        sys.stdout.write(f"{each}\n")
    sys.stdout.write(f"{end - first} expressions, {time.process_time() - start:.1f} s of CPU time, {found} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), Path(place)))
