"""A project's share of a database: its statements, and what holds while it has no history yet."""

from __future__ import annotations

from typing import Any

from milepost.sdk.errors import HistoryError
from milepost_postgres.link import Link, Row


class Project:
    """A project in a database. In its statements, `{s}` is the schema and `{p}` the key that stands for it."""

    def __init__(self, link: Link, key: int) -> None:
        self.link, self._key = link, key

    @property
    def lease(self) -> float:
        """How long a lock lasts, in seconds."""
        return self.link.server.lease

    def read(self, statement: str, *values: Any) -> list[Row]:
        """Return the rows that the statement finds; none while the project has no history."""
        return self.link.ask(self._text(statement), *values) if self._key else []

    def write(self, statement: str, *values: Any) -> Any:
        """Carry out a statement that is one transaction, and return the one value that it answers.

        It must be such that it may be carried out twice.
        """
        if not self._key:
            raise HistoryError(
                f"the project has no history at {self.link.server.place} yet, and it was opened to be read",
                hint="milepost up",
            )
        ((answer,),) = self.link.ask(self._text(statement), *values)
        return answer

    def channel(self) -> str:
        """Return what the project's changes are told on."""
        return f"{self.link.server.schema}_{self._key}"

    def beside(self) -> Project:
        """Return the same over a connection of its own."""
        return Project(Link(self.link.server), self._key)

    def _text(self, statement: str) -> str:
        """Return the statement with the project in it."""
        return statement.replace("{p}", str(self._key))
