"""A tree as a short text, in which every operation has its parentheses: what tests compare."""

from __future__ import annotations

import json

from milepost.host.language.tree import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Items,
    Join,
    Literal,
    Number,
    Object,
    Operations,
    Reference,
    Splat,
    Step,
    Template,
    Unary,
)


def shape(node: Expression) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of node
    """Return an expression as text: texts in JSON, templates as `<part part>`, splats as `[*](steps)`."""
    match node:
        case Literal():
            return json.dumps(node.value, ensure_ascii=False)
        case Number():
            return node.text
        case Template():
            return f"<{' '.join(map(shape, node.parts))}>"
        case Items():
            return f"[{', '.join(map(shape, node.items))}]"
        case Object():
            return "{" + ", ".join(f"{shape(each.key)}={shape(each.value)}" for each in node.entries) + "}"
        case Reference():
            return node.root + "".join(map(step, node.steps))
        case Access():
            return f"({shape(node.target)}){''.join(map(step, node.steps))}"
        case Call():
            return f"{node.name}({', '.join(map(shape, node.arguments))}{'...' if node.spreads else ''})"
        case Unary():
            return f"{node.signs}({shape(node.operand)})"
        case Operations():
            text = shape(node.first)
            for each in node.rest:
                text = f"({text} {each.sign} {shape(each.operand)})"
            return text
        case Conditional():
            branches = " | ".join(f"{shape(each.condition)} ? {shape(each.value)}" for each in node.branches)
            return f"({branches} : {shape(node.otherwise)})"
        case Join():
            return f"join {shape(node.items)}"
        case For():
            names = ", ".join(filter(None, [node.key_name, node.name]))
            key = f"{shape(node.key)} => " if node.key else ""
            condition = f" if {shape(node.condition)}" if node.condition else ""
            groups = "..." if node.groups else ""
            return f"for({names} in {shape(node.collection)} : {key}{shape(node.value)}{groups}{condition})"


def step(node: Step) -> str:
    """Return a step as text."""
    if isinstance(node, Splat):
        return f"[*]({''.join(map(step, node.steps))})"
    if isinstance(node, Literal) and isinstance(node.value, str):
        return f".{node.value}"
    return f"[{shape(node)}]"
