"""What the built-in plugins offer is documented field by field and held to the contract of its role."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec
import pytest

from milepost.sdk import hooks
from tests.rules.repository import PLUGINS, TESTING, check_none, distributions, dotted, settings, sources


class Offered(NamedTuple):
    """A role that a built-in plugin offers."""

    folder: Path
    role: str
    word: str
    module: str

    def __str__(self) -> str:
        """Return what a test's name shows."""
        return f"{self.folder.name}-{self.role}-{self.word}"

    @property
    def kind(self) -> str:
        """The role as the names of its classes begin."""
        return "".join(part.capitalize() for part in self.role.split("_"))

    def offer(self) -> Any:
        """Ask the plugin for its offer, through the hook of the role."""
        return getattr(importlib.import_module(self.module), f"milepost_{self.role}")(word=self.word)


def _offered() -> list[Offered]:
    """Return every role of every built-in plugin, observers apart."""
    return [
        Offered(folder, group.rsplit(".", 1)[-1], word, module)
        for folder in distributions()
        for group, words in settings(folder)["project"]["entry-points"].items()
        for word, module in words.items()
        if hasattr(hooks, f"milepost_{group.rsplit('.', 1)[-1]}") and not group.endswith(".functions")
    ]


each_role = pytest.mark.parametrize("offered", _offered(), ids=str)


@each_role
def test_a_plugin_offers_what_its_entry_points_promise(offered: Offered) -> None:
    offer = offered.offer()
    assert type(offer).__name__ == f"{offered.kind}Offer"
    assert callable(offer.load())


@each_role
def test_every_field_of_a_plugins_documents_is_described(offered: Offered) -> None:
    offer = offered.offer()
    documents = [offer.config, *([offer.state] if hasattr(offer, "state") else [])]
    check_none([place for document in documents for place in _undescribed(document)])


@each_role
def test_every_field_of_a_plugins_config_stands_in_its_readme(offered: Offered) -> None:
    readme = (offered.folder / "README.md").read_text(encoding="utf-8")
    names = [field.name for field in msgspec.structs.fields(offered.offer().config)]
    check_none([f"{offered.folder.name}/README.md lacks `{name}`" for name in names if f"`{name}`" not in readme])


@each_role
def test_a_role_is_held_to_its_contract(offered: Offered) -> None:
    contract = f"{offered.kind}Contract"
    inherit = [
        node.name
        for source in sources()
        if source.path.is_relative_to(PLUGINS / offered.folder.name / "tests")
        for node in source.nodes(ast.ClassDef)
        if contract in {dotted(base).rsplit(".", 1)[-1] for base in node.bases}
    ]
    assert inherit, f"no test class of {offered.folder.name} inherits {contract}"


def test_there_is_a_contract_for_every_role() -> None:
    kinds = {offered.kind for offered in _offered()}
    found = {
        node.name
        for source in sources()
        if source.path.is_relative_to(TESTING / "contracts")
        for node in source.nodes(ast.ClassDef)
    }
    check_none([f"{kind}Contract" for kind in kinds if f"{kind}Contract" not in found])


def _undescribed(document: Any) -> list[str]:
    """Return the fields of a document, and of the documents in it, that have no description."""
    hints = get_type_hints(document, include_extras=True)
    found = []
    for field in msgspec.structs.fields(document):
        metadata = getattr(hints[field.name], "__metadata__", ())
        if not any(isinstance(each, msgspec.Meta) and each.description for each in metadata):
            found.append(f"{document.__name__}.{field.name}")
        found += [place for inner in _structs(hints[field.name]) for place in _undescribed(inner)]
    return found


def _structs(hint: Any) -> list[Any]:
    """Return the documents that stand anywhere in a type."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [each for part in getattr(hint, "__args__", ()) for each in _structs(part)]
