"""Templates: texts with expressions in them, and the texts that functions render."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import concealed, in_text
from milepost.host.language.tree import Expression, Join, Template
from milepost.host.language.values import Marked, Unknown, Value, described, joined
from milepost.sdk.problem import Position
from milepost.sdk.secret import Secret


def template(evaluation: Evaluation, expression: Template) -> Value:
    """Return the text of a template; one expression alone keeps its type, and a secret makes all of it one."""
    if len(expression.parts) == 1:
        return evaluation.evaluate(expression.parts[0])
    values = [(evaluation.evaluate(each), each.position) for each in expression.parts]
    return _text(evaluation, values, expression)


def join(evaluation: Evaluation, expression: Join) -> Value:
    """Return the items of a list as one text: what a `for` in a template makes."""
    found = evaluation.evaluate(expression.items)
    if isinstance(found, Unknown):
        return found
    if isinstance(found, Marked):
        clear = _text(evaluation, [(each, expression.position) for each in found.value], expression)
        origin = found.origin and f'join("", {found.origin})'
        return clear if isinstance(clear, Unknown) else concealed(clear, origin)
    assert isinstance(found, list), "the lowering puts a for in it"
    return _text(evaluation, [(each, expression.position) for each in found], expression)


def _text(evaluation: Evaluation, values: Sequence[tuple[Value, Position]], expression: Expression) -> Value:
    texts: list[str | Secret] = []
    unknown: Unknown | None = None
    for value, position in values:
        text = _piece(evaluation, value, position)
        if isinstance(text, Unknown):
            unknown = unknown or text
        else:
            texts.append(text)
    return unknown or evaluation.made(joined(texts), expression.position)


def _piece(evaluation: Evaluation, value: Value, position: Position) -> str | Secret | Unknown:
    """Return a value as it stands in a text."""
    if isinstance(value, Unknown):
        return value
    found = in_text(value)
    if found is not None:
        return found
    hint = "write jsonencode(…), or one of its names" if isinstance(value, dict) else ""
    hint = 'write join(", ", …)' if isinstance(value, list) else hint
    return evaluation.wrong(f"{described(value)} cannot stand in a text", position, hint)
