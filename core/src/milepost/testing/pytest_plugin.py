"""The pytest plugin: says how many contract tests ran, and which were not applicable and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

CONTRACTS = "milepost.testing.contracts."

pytest.register_assert_rewrite("milepost.testing.contracts")


def pytest_configure(config: pytest.Config) -> None:
    """Count in this process."""
    config.pluginmanager.register(Count(config), "milepost-contract-count")


class Count:
    """The contract tests of one test run; under xdist the workers report to the one that sums up."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ran: set[str] = set()
        self._lacking: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what a plugin declares as lacking, and mark the rest of the contract tests."""
        lacking = {item.nodeid: reason for item in items if (reason := _reason(item))}
        for item in items:
            if _is_contract(item):
                item.user_properties.append(("milepost_contract", True))
        if lacking:
            self._lacking.update(lacking)
            config.hook.pytest_deselected(items=[item for item in items if item.nodeid in lacking])
            items[:] = [item for item in items if item.nodeid not in lacking]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a contract test that ran."""
        if report.when == "call" and ("milepost_contract", True) in map(tuple, report.user_properties):
            self._ran.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Hand what a worker found to the one that sums up."""
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["milepost_lacking"] = self._lacking

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take what a worker found."""
        self._lacking.update(getattr(node, "workeroutput", {}).get("milepost_lacking", {}))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the counts."""
        if self._ran or self._lacking:
            terminalreporter.write_line("; ".join([self._counts(), *self._reasons()]))

    def _counts(self) -> str:
        """Return the numbers in words."""
        return f"contract: {len(self._ran)} ran, {len(self._lacking)} not applicable"

    def _reasons(self) -> Iterator[str]:
        """Yield each reason with the number of tests it left out."""
        reasons = list(self._lacking.values())
        for reason in sorted(set(reasons)):
            yield f"{reasons.count(reason)} without {reason}"


def _is_contract(item: pytest.Item) -> bool:
    """Return whether a test comes from a contract class."""
    return getattr(getattr(item, "function", None), "__module__", "").startswith(CONTRACTS)


def _reason(item: pytest.Item) -> str:
    """Return why a contract test is not applicable; empty when it is."""
    if not _is_contract(item):
        return ""
    capability = getattr(getattr(item, "function", None), "milepost_needs", None)
    lacks: dict[str, str] = getattr(getattr(item, "cls", None), "lacks", {})
    return f"{capability}: {lacks[capability]}" if capability in lacks else ""
