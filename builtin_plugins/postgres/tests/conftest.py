"""What the tests of the shared store have in common: a real server, databases in it, stores over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from milepost.sdk import Credential
from milepost.sdk.secret import Part
from milepost.sdk.store import Opening
from milepost_postgres.config import PostgresConfig
from milepost_postgres.opening import open_store as open_postgres
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer, database, postgres_server

__all__ = ["database", "open_store", "postgres_server", "project", "shared_database", "store"]

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
ORIGIN = "example.org/shop"
PROJECTS = count(1)

Open = Callable[..., PostgresStore]


@pytest.fixture(scope="session")
def shared_database(postgres_server: PostgresServer) -> str:
    """Return the URL of a database for tests that keep to a project of their own."""
    return postgres_server.url(postgres_server.new_database())


@pytest.fixture
def project() -> str:
    """Return the name of a project that nobody else has."""
    return f"shop-{next(PROJECTS)}"


@pytest.fixture
def open_store(shared_database: str, project: str) -> Iterator[Open]:
    """Return a function that opens the test's project; all are closed at the end."""
    opened: list[PostgresStore] = []
    ids = count(1)

    def open_one(url: str = shared_database, config: dict[str, Any] | None = None, **told: Any) -> PostgresStore:
        usual = {"project": project, "origin": ORIGIN, "formerly": ""}
        opening = Opening(new_id=lambda: f"store-{next(ids)}", now=lambda: NOON, **{**usual, **told})
        store = open_postgres(PostgresConfig(url=Credential([Part(url)]), **(config or {})), opening)
        opened.append(store)
        return store

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def store(open_store: Open) -> PostgresStore:
    """Return a new store."""
    return open_store()
