"""What stands in a project file and may not, or is missing: said before anything is evaluated."""

from __future__ import annotations

from milepost.host.language.tree import Block, Body, Label
from milepost.host.project.schema import ROOT, Nested, Shape
from milepost.sdk.problem import Problem, Related, nearest


def misfits(body: Body, shape: Shape = ROOT, where: str = "a project file") -> list[Problem]:
    """Return all that is in a body and may not be, or is missing."""
    problems = [] if shape.anything else _arguments(body, shape, where)
    for name, nested in shape.blocks.items():
        problems += _count(name, nested, body, where)
    for block in body.blocks:
        found = shape.blocks.get(block.type)
        if found is None and not shape.anything:
            problems.append(_unknown_block(block, shape, where))
        elif found is not None:
            problems += _label(block, found) + misfits(block.body, found.shape, _article(block.type))
    return problems


def _article(kind: str) -> str:
    return f"an {kind} block" if kind[0] in "aeiou" else f"a {kind} block"


def _arguments(body: Body, shape: Shape, where: str) -> list[Problem]:
    known = shape.arguments + shape.required
    problems = []
    for name, attribute in body.attributes.items():
        if name in shape.blocks:
            hint = f"write {name} {{ … }} without the equals sign"
            problems.append(Problem(f'"{name}" is a block, not an argument', attribute.position, hint=hint))
        elif name not in known:
            hint = _near(name, known + tuple(shape.blocks))
            problems.append(Problem(f'{where} has no argument "{name}"', attribute.position, hint=hint))
    problems += [
        Problem(f'{where} needs the argument "{name}"', body.position, hint=f"add {name} = …")
        for name in shape.required
        if name not in body.attributes and not body.of_type(name)
    ]
    return problems


def _unknown_block(block: Block, shape: Shape, where: str) -> Problem:
    known = shape.arguments + shape.required
    if block.type in known:
        message = f'"{block.type}" is an argument, not a block'
        return Problem(message, block.position, hint=f"write {block.type} = …")
    return Problem(
        f'{where} has no block "{block.type}"', block.position, hint=_near(block.type, (*shape.blocks, *known))
    )


def _near(name: str, known: tuple[str, ...]) -> str:
    close = nearest(name, known)
    return f"did you mean {close}?" if close else f"there is {', '.join(sorted(known))}"


def _count(name: str, nested: Nested, body: Body, where: str) -> list[Problem]:
    """Return what is wrong with how often a block is given: missing, or twice with the same label."""
    blocks = body.of_type(name)
    if nested.required and not blocks and name not in body.attributes:
        return [Problem(f'{where} needs the block "{name}"', body.position, hint=f"add {_example(name, nested)}")]
    if nested.many and not nested.label:
        return []
    problems = []
    seen: dict[tuple[str, ...], Block] = {}
    for block in blocks:
        key = tuple(label.text for label in block.labels) if nested.many else ()
        if key in seen:
            what = " ".join([name, *(f'"{each}"' for each in key)])
            message = f"{what} is given twice; it is at line {seen[key].position.line} already"
            other = (Related("it is given here already", seen[key].position),)
            problems.append(Problem(message, block.position, hint="leave one of them out", related=other))
        seen.setdefault(key, block)
    return problems


def _label(block: Block, nested: Nested) -> list[Problem]:
    if nested.label and not block.labels:
        message = f"{block.type} needs a label, {nested.label}"
        return [Problem(message, block.position, hint=f"write {_example(block.type, nested)}")]
    if nested.label and not block.labels[0].text:
        return [Problem(f"the label of {block.type}, {nested.label}, is empty", block.labels[0].position)]
    extra: tuple[Label, ...] = block.labels[1 if nested.label else 0 :]
    if not extra:
        return []
    wants = "one label" if nested.label else "no label"
    return [Problem(f"{block.type} takes {wants}", extra[0].position, hint=f"write {_example(block.type, nested)}")]


def _example(name: str, nested: Nested) -> str:
    return f'{name} "NAME" {{ … }}' if nested.label else f"{name} {{ … }}"
