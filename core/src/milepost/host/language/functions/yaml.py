"""YAML: values as text, and back."""

from __future__ import annotations

import re
from typing import Any

from milepost.host.language.functions.decoding import clean
from milepost.host.language.functions.yaml_text import written
from milepost.sdk.functions import FunctionError, function

_LONGEST = 2**19
_END = re.compile(r"'(\\x00|<stream end>)'")


@function
def yamldecode(text: str) -> Any:
    """Return the value that a YAML text of one document means.

    Words such as `yes` and `off` are truth values where they stand without quotes, numbers stay exact, times become
    texts as `timestamp` gives them, keys become texts. Aliases and `<<` work; tags of a program's own are an error.

    Example: yamldecode("a: [1, yes, null, x]") is {a = [1, true, null, "x"]}
    Example: yamldecode("a: [1") fails
    """
    import yaml  # noqa: PLC0415 - slow to import for what few use

    from milepost.host.language.functions.yaml_document import Document  # noqa: PLC0415 - it imports yaml

    if len(text) > _LONGEST:
        raise FunctionError(f"the text has {len(text)} characters; at most {_LONGEST} are read as YAML", 0)
    try:
        return clean(Document(yaml.parse(text, yaml.SafeLoader)).value())
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        where = f" in line {at.line + 1}, column {at.column + 1}" if at else ""
        problem = _END.sub("the end", str(error.problem))
        raise FunctionError(f"this is no YAML{where}: {problem}", 0) from error
    except yaml.YAMLError as error:
        raise FunctionError("this is no YAML: it has control characters", 0) from error
    except (ValueError, OverflowError) as error:
        # What PyYAML does not look at before it makes a character of it.
        raise FunctionError("this is no YAML: it has an escape that is no character", 0) from error


@function
def yamlencode(value: Any | None) -> str:
    r"""Return a value as YAML, with sorted keys, all texts in quotes, and texts of several lines as they are.

    Example: yamlencode({b = [1, "x"], a = null}) is "\"a\": null\n\"b\":\n- 1\n- \"x\"\n"
    """
    return written(value)


FUNCTIONS = (yamldecode, yamlencode)
