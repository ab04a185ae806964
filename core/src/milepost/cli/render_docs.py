"""Blocks and arguments of a project file as lines, as Markdown or as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import columns
from milepost.host.project.reference import TOP

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.host.project.reference import Argument, BlockPage, Inner


def facts(page: BlockPage) -> dict[str, Any]:
    """Return a block as a document."""
    return {
        "name": page.name,
        "places": list(page.places),
        "label": page.label,
        "meaning": page.meaning,
        "arguments": [
            {
                "name": each.name,
                "type": each.type,
                "required": not each.default,
                "default": each.default,
                "meaning": each.meaning,
                "plain": each.plain,
            }
            for each in page.arguments
        ],
        "blocks": [each._asdict() for each in page.blocks],
        "anything": page.anything,
    }


def lines(pages: Sequence[BlockPage], screen: Screen) -> Iterator[str]:
    """Yield what people read of some blocks."""
    for number, page in enumerate(pages):
        if number:
            yield ""
        where = screen.paint("faint", f"in {', '.join(page.places)}") if page.places else ""
        yield f"{screen.paint('strong', _title(page))}  {where}".rstrip()
        yield f"  {page.meaning}"
        if page.arguments:
            yield ""
            yield from columns([(each.name, each.type, _default(each)) for each in page.arguments], indent="  ")
            yield ""
            yield from (f"  {each.name}: {each.meaning}" for each in page.arguments)
        if page.blocks:
            yield ""
            yield from columns([(_written(each), each.meaning) for each in page.blocks], indent="  ")


def markdown(pages: Sequence[BlockPage]) -> Iterator[str]:
    """Yield the paragraphs of a page about some blocks."""
    for page in pages:
        yield f"## {page.name if page.name == TOP else f'`{_title(page)}`'}"
        where = f" Stands in: {', '.join(f'`{each}`' if each != TOP else each for each in page.places)}."
        yield page.meaning + (where if page.places else "")
        rows = [
            (f"`{each.name}`", type_cell(each.type), each.default or "must be given", each.meaning)
            for each in page.arguments
        ]
        if rows:
            yield _table(("argument", "type", "default", "meaning"), rows)
        inner = [(f"`{_written(each)}`", _often(each), each.meaning) for each in page.blocks]
        if inner:
            yield _table(("block", "how often", "meaning"), inner)


def type_cell(words: str) -> str:
    """Return a type as it stands in a table of Markdown: what is written is code."""
    return " or ".join(f"`{each}`" if each.startswith('"') or "(" in each else each for each in words.split(" or "))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    written = [f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *written])


def _title(page: BlockPage) -> str:
    return page.name + (' "…"' if page.label else "")


def _written(inner: Inner) -> str:
    return f'{inner.name} "…" {{ }}' if inner.label else f"{inner.name} {{ }}"


def _often(inner: Inner) -> str:
    often = "any number" if inner.many else "once"
    return f"{often}, must be there" if inner.required else often


def _default(argument: Argument) -> str:
    plain = argument.default.replace("`", "")
    return f"default: {plain}" if plain else "must be given"
