"""Functions of label selectors."""

from __future__ import annotations

from typing import Any

from milepost.host.language.selector import SelectorError, parse
from milepost.sdk.functions import FunctionError, function


@function
def selectormatch(labels: dict[str, str], selector: str) -> bool:
    r"""Return whether a selector selects labels: `env == "prod" and not region matches "us-.*"`.

    A selector compares labels by `==`, `!=`, `contains`, `in` (`"x" in label`), `matches` (a pattern) and `is empty`,
    each also with `not`, joined by `and`, `or`, `not` and parentheses. Texts stand in quotes or backquotes; a word
    may stand without. A label that there is not is empty, and unlike any text.

    Example: selectormatch({env = "prod"}, "env == prod") is true
    Example: selectormatch({env = "prod"}, "env matches `^pr` and not region == \"eu\"") is true
    Example: selectormatch({env = "prod"}, "env = prod") fails
    """
    return _matches(selector, labels)


@function(passes=True)
def selectorlookup(labels: dict[str, str], selectors: dict[str, Any], default: Any | None) -> Any:
    """Return the value of the first selector that selects labels, or a default. They are tried sorted by their text.

    Example: selectorlookup({env = "prod"}, {"env == prod" = 3, "env == test" = 1}, 0) is 3
    Example: selectorlookup({env = "dev"}, {"env == prod" = 3, "env == test" = 1}, 0) is 0
    """
    chosen = next((each for each in sorted(selectors) if _matches(each, labels)), None)
    return default if chosen is None else selectors[chosen]


def _matches(selector: str, labels: dict[str, str]) -> bool:
    try:
        return parse(selector).matches(labels)
    except SelectorError as error:
        message = f'the selector "{selector}" is wrong at its character {error.start + 1}: {error}'
        raise FunctionError(message, 1, hint=error.hint) from error


FUNCTIONS = (selectorlookup, selectormatch)
