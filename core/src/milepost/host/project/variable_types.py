"""The types of variables, and what else is checked of declarations once, when the file has changed."""

from __future__ import annotations

from milepost.host.language.constraint import Constraint, ConstraintError, parse
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.tree import Attribute, Body, Expression, Items, Literal, Number, Object, Unary
from milepost.host.language.values import Value, number
from milepost.host.project.stages import VariableBlock
from milepost.sdk.problem import Problem, Related


def type_of(block: VariableBlock) -> Constraint | None:
    """Return the type of a variable whose declaration was checked; None if none is written."""
    return parse(block.type, constant) if block.type else None


def takes_text(block: VariableBlock) -> bool:
    """Return whether a text that is given to a variable is its value as it is; else it is read as an expression."""
    kind = type_of(block)
    return kind is None or kind.kind == "string"


def example_of(kind: Constraint) -> str:
    """Return how a value of a type is written, for messages; empty for a single value."""
    if kind.kind in ("list", "set", "tuple"):
        items = [example_of(each) or _SINGLE[each.kind] for each in kind.inner]
        return f"[{', '.join(items)}]"
    if kind.kind == "map":
        return f"{{key = {example_of(kind.inner[0]) or _SINGLE[kind.inner[0].kind]}}}"
    if kind.kind == "object":
        return f"{{{', '.join(f'{each.name} = …' for each in kind.attributes)}}}"
    return ""


_SINGLE = {"string": '"text"', "number": "5", "bool": "true", "any": "5"}


def constant(expression: Expression) -> Value:
    """Return the value of what is written out. Raises ConstraintError for what would have to be evaluated."""
    match expression:
        case Literal():
            return expression.value
        case Number():
            return number(expression.text)
        case Unary(signs="-", operand=Number(text=text)):
            return number(f"-{text}")
        case Items():
            return [constant(each) for each in expression.items]
        case Object():
            return {str(constant(entry.key)): constant(entry.value) for entry in expression.entries}
    raise ConstraintError("a default in a type is written out", expression.position, "write a plain value")


def wrong_declarations(body: Body) -> list[Problem]:
    """Return the types that are none, and the locals that are declared twice."""
    problems = _wrong_locals(body)
    for block in body.of_type("variable"):
        kind = block.body.value("type")
        problems += _wrong_type(kind) if kind else []
    return problems


def _wrong_type(kind: Expression) -> list[Problem]:
    try:
        _check_defaults(parse(kind, constant))
    except ConstraintError as error:
        return [Problem(f"type: {error}", error.position, hint=error.hint)]
    except ConversionError as error:
        return [Problem(f"type: the default of an attribute is not of its type: {error}", kind.position)]
    return []


def _check_defaults(constraint: Constraint) -> None:
    """Raise ConversionError for a default of an attribute that is not of the attribute's type."""
    for each in constraint.inner:
        _check_defaults(each)
    for attribute in constraint.attributes:
        _check_defaults(attribute.constraint)
        try:
            convert(attribute.default, attribute.constraint)
        except ConversionError as error:
            raise ConversionError(error.message, (attribute.name, *error.path)) from error


def _wrong_locals(body: Body) -> list[Problem]:
    """Return the locals that two blocks declare (in one, the syntax refuses it), and what is no local."""
    problems: list[Problem] = []
    first: dict[str, Attribute] = {}
    for block in body.of_type("locals"):
        problems += [
            Problem(
                f'a locals block holds values; found the block "{each.type}"', each.position, hint=f"{each.type} = …"
            )
            for each in block.body.blocks
        ]
        for name, each in block.body.attributes.items():
            if name in first:
                message = f"local.{name} is declared twice; it is at line {first[name].position.line} already"
                related = (Related("it is declared here already", first[name].position),)
                problems.append(Problem(message, each.position, hint="leave one of them out", related=related))
            first.setdefault(name, each)
    return problems
