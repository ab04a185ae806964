"""What people are told of blocks and arguments: all of them, and nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.project.meanings import ARGUMENTS, BLOCKS, SCOPES
from milepost.host.project.reference import TOP, BlockPage, pages
from milepost.host.project.schema import ROOT, Shape

PAGES = pages()


def shapes(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    yield path, shape
    for name, nested in shape.blocks.items():
        yield from shapes(nested.shape, (*path, name))


def page(name: str) -> BlockPage:
    return next(each for each in PAGES if each.name == name)


def test_each_block_and_argument_of_the_schema_has_a_page_with_its_meaning() -> None:
    for path, shape in shapes(ROOT):
        if len(path) > 1 and set(path[1:]) & set(SCOPES):
            continue
        name, place = (path[-1], " > ".join(path[:-1]) or TOP) if path else (TOP, "")
        found = [each for each in PAGES if each.name == name and (place in each.places or not path)]
        assert found, path
        known = {each.name for one in found for each in one.arguments}
        assert known >= {*shape.arguments, *shape.required}
        assert all(each.meaning and each.type for one in found for each in one.arguments)
        assert {each.name for one in found for each in one.blocks} >= set(shape.blocks)


def test_nothing_is_described_that_is_not_in_the_schema() -> None:
    arguments, blocks = set(), set()
    for path, shape in shapes(ROOT):
        around = path[-1] if path else ""
        for name in (*shape.arguments, *shape.required):
            arguments |= {name, f"{around}.{name}"}
        arguments |= {around} if around == "type" else set()
        blocks |= {name for each in shape.blocks for name in (each, f"{around}.{each}")}
    assert set(ARGUMENTS) <= arguments
    assert set(BLOCKS) <= blocks


def test_an_argument_says_its_type_and_default_as_the_classes_have_them() -> None:
    found = {each.name: (each.type, each.default) for each in page("health").arguments}
    assert found == {
        "path": ("string", "none"),
        "status": ("list(whole number)", "none"),
        "timeout": ("duration", "`60`"),
        "interval": ("duration", "`0.25`"),
    }
    assert [each.name for each in page("hook").arguments if not each.default] == ["when", "command"]


def test_a_block_that_means_the_same_at_several_places_has_one_page() -> None:
    hooks = [each for each in PAGES if each.name == "hook"]
    assert len(hooks) == 1
    assert set(hooks[0].places) == {"app > build", "app > build > registry", "app > deploy", "app > release"}
