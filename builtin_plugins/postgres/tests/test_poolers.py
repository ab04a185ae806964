"""What the README promises works as it stands there: roles, and a pooler that forgets what a connection knew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.sdk.errors import LockLostError
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer

Open = Callable[..., PostgresStore]
README = Path(__file__).parents[1] / "README.md"
RUN = {"id": "R1", "kind": "run"}


def statements() -> list[str]:
    """Return the statements of SQL in the README, in order."""
    found = re.findall(r"^```text\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [each for block in found for each in block.splitlines() if each.endswith(";")]


def test_several_roles_share_a_history_as_the_readme_says(open_store: Open, postgres_server: PostgresServer) -> None:
    for name in ("ada", "ci"):
        postgres_server.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'pw'")
    for each in statements():
        postgres_server.execute(each)
    ci = open_store(url=postgres_server.url("history", "ci", "pw"))
    ada = open_store(url=postgres_server.url("history", "ada", "pw"))
    assert (ci.append(RUN), ada.append({**RUN, "id": "R2"})) == (1, 2)
    assert open_store(url=postgres_server.url("history", "milepost", "a long one")).version() == 2


def test_statements_that_a_pooler_forgot_are_asked_without_preparing(store: PostgresStore) -> None:
    for place in range(10):
        store.append({**RUN, "id": f"R{place}"})
    store._link.connected().execute("DEALLOCATE ALL")
    assert store.append({**RUN, "id": "R10"}) == 11
    assert [store.append({**RUN, "id": f"S{place}"}) for place in range(10)] == list(range(12, 22))


@pytest.mark.parametrize(
    "setting",
    [
        "synchronous_commit = off",
        "default_transaction_isolation = 'serializable'",
        "default_transaction_isolation = 'repeatable read'",
    ],
)
def test_a_database_with_settings_of_its_own_is_written_safely(
    open_store: Open, database: str, postgres_server: PostgresServer, setting: str
) -> None:
    postgres_server.execute(f"ALTER DATABASE {database.rpartition('/')[2]} SET {setting}")
    first, second = open_store(url=database), open_store(url=database)
    lock = first.lock("web")
    assert lock.acquire({})
    assert not second.lock("web").acquire({})
    first.fence([lock.lease] if lock.lease else [])
    assert [each.append({**RUN, "id": f"R{place}"}) for place, each in enumerate([first, second, first])] == [1, 2, 3]
    first.amend([{**RUN, "id": "R0", "status": "success"}])
    assert second.break_lock("web") == {}
    with pytest.raises(LockLostError):
        first.append({**RUN, "id": "R3"})
    assert [each["id"] for each in second.latest("run", {})] == ["R2", "R1", "R0"]
