"""No circle of imports, of any kind: those in functions and for types count too."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp

PACKAGES = ("milepost", "milepost_caddy", "milepost_local")


def test_imports_have_an_order() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        order = tuple(TopologicalSorter(imports).static_order())
    except CycleError as error:
        raise AssertionError(" → ".join(error.args[1])) from error
    assert len(order) == len(graph.modules)
