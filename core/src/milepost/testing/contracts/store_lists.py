"""How each history store lists its documents, as tests that the tests of a store inherit."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.sdk.store import HistoryStore
from milepost.testing.contracts.store_opening import StoreContract, ids, operation, run


class StoreListsContract(StoreContract):
    """Documents are found by what they say, in order, page by page."""

    def test_the_latest_come_newest_first(self, store: HistoryStore) -> None:
        """The order is that of appending, not that of ids."""
        for each in ("RC", "RA", "RB"):
            store.append(run(each))
        assert ids(store.latest("run", {})) == ["RB", "RA", "RC"]

    def test_a_limit_takes_the_newest(self, store: HistoryStore) -> None:
        """The limit counts what fits, not what was looked at."""
        for place in range(6):
            store.append(run(f"R{place}", workspace="staging" if place % 2 else "default"))
        assert ids(store.latest("run", {"workspace": "default"}, limit=2)) == ["R4", "R2"]

    def test_pages_follow_each_other_without_gap_or_repetition(self, store: HistoryStore) -> None:
        """`before` is the id of the last one of the page before, also when newer ones came in between."""
        for place in range(7):
            store.append(run(f"R{place}"))
        seen: list[str] = []
        while page := store.latest("run", {}, limit=3, before=seen[-1] if seen else None):
            seen += ids(page)
            store.append(run(f"later{len(seen)}"))
        assert seen == [f"R{place}" for place in range(6, -1, -1)]

    def test_documents_of_one_kind_do_not_show_among_another(self, store: HistoryStore) -> None:
        """Runs and operations are lists of their own."""
        store.append(run("R1"))
        store.append(operation("O1", "R1"))
        assert ids(store.latest("run", {})) == ["R1"]
        assert ids(store.latest("operation", {})) == ["O1"]

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"run": "R1"}, ["O3", "O2", "O1"]),
            ({"number": 2}, ["O4"]),
            ({"workspace": "staging"}, ["O4"]),
            ({"app": "api"}, ["O3"]),
            ({"app": "web", "workspace": "default"}, ["O2", "O1"]),
            ({"app": "web", "workspace": "default", "stage": "deploy"}, ["O2"]),
            ({"app": "web", "workspace": "default", "presence": ["staged", "parked"]}, ["O2"]),
            ({"stage": ["build", "release"]}, ["O4", "O3", "O1"]),
            ({"app": ["web", "api"], "workspace": "default"}, ["O3", "O2", "O1"]),
            ({"status": "running"}, ["O4", "O1"]),
            ({"status": "running", "workspace": "staging", "app": "web"}, ["O4"]),
            ({"status": ["success", "running"], "run": ["R1", "R2"]}, ["O4", "O2", "O1"]),
            ({"status": "error"}, ["O3"]),
            ({"target": "O2"}, ["O3"]),
            ({"stage": []}, []),
            ({"app": "nobody"}, []),
        ],
    )
    def test_indexed_fields_select(self, store: HistoryStore, where: dict[str, Any], found: list[str]) -> None:
        """Each field that the protocol names selects, alone and with others, by one value or by several."""
        store.append(run("R1"))
        store.append(run("R2"))
        store.append(operation("O1", "R1"))
        store.append(operation("O2", "R1", stage="deploy", status="success", presence="staged"))
        store.append(operation("O3", "R1", app="api", stage="release", status="error", target="O2"))
        store.append(operation("O4", "R2", workspace="staging"))
        assert ids(store.latest("operation", where)) == found

    def test_runs_are_found_by_their_verb(self, store: HistoryStore) -> None:
        """Rollback looks for the runs that can have released."""
        store.append(run("R1", verb="rollback"))
        store.append(run("R2"))
        assert ids(store.latest("run", {"verb": ["rollback", "promote"]})) == ["R1"]

    def test_ids_are_found_by_their_end(self, store: HistoryStore) -> None:
        """Of the kind that is asked for only, newest first."""
        store.append(run("01AAAA7K2Q"))
        store.append(run("01BBBB7K2Q"))
        store.append(operation("01CCCC7K2Q", "01AAAA7K2Q"))
        assert ids(store.ending_with("run", "7K2Q")) == ["01BBBB7K2Q", "01AAAA7K2Q"]
        assert ids(store.ending_with("operation", "C7K2Q")) == ["01CCCC7K2Q"]
        assert store.ending_with("run", "%") == []

    def test_at_most_ten_are_found_by_their_end(self, store: HistoryStore) -> None:
        """They are for a message that asks for more characters."""
        for place in range(12):
            store.append(run(f"R{place:02}SAME"))
        assert len(store.ending_with("run", "SAME")) == 10

    def test_the_oldest_come_first_when_asked_for(self, store: HistoryStore) -> None:
        """Pages go on towards the newest ones."""
        for place in range(7):
            store.append(run(f"R{place}", workspace="staging" if place == 3 else "default"))
        first = store.latest("run", {"workspace": "default"}, 3, oldest=True)
        assert ids(first) == ["R0", "R1", "R2"]
        assert ids(store.latest("run", {"workspace": "default"}, 3, "R2", oldest=True)) == ["R4", "R5", "R6"]

    def test_nothing_comes_before_what_is_not_there(self, store: HistoryStore) -> None:
        """A page that follows something that was removed is empty."""
        store.append(run("R1"))
        assert store.latest("run", {}, 3, "nothing") == []

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"user": "ada"}, ["O3", "O1"]),
            ({"user": ["ada", "bob"], "app": "web"}, ["O4", "O2", "O1"]),
            ({"user": "ada", "app": "api", "workspace": "default", "stage": "build"}, ["O3"]),
            ({"commit": "c0ff"}, ["O2", "O1"]),
            ({"commit": "c0ffee11"}, ["O1"]),
            ({"commit": "c0ffee1111111111", "user": "ada"}, ["O1"]),
            ({"commit": ["c0ffee11", "beef"]}, ["O3", "O1"]),
            ({"commit": "c0ffee%"}, []),
            ({"label": "team=blue"}, ["O3", "O1"]),
            ({"label": ["team=blue", "tier=1"]}, ["O1"]),
            ({"label": ["team=blue", "team=red"]}, []),
            ({"label": "team=blue", "app": "web", "workspace": "default", "status": "running"}, ["O1"]),
            ({"label": "team"}, []),
            ({"since": "2026-01-02T12:00:00Z"}, ["O4", "O3"]),
            ({"since": "2026-01-02T12:00:00.500000+00:00"}, ["O4"]),
            ({"since": "2026-01-02T13:00:00+01:00"}, ["O4", "O3"]),
            ({"until": "2026-01-02T12:00:00Z"}, ["O2", "O1"]),
            ({"since": "2026-01-02T11:00:00Z", "until": "2026-01-02T12:00:00.25Z"}, ["O3", "O2"]),
            ({"since": "2026-01-02T10:00:00Z", "app": "web", "workspace": "default"}, ["O4", "O2", "O1"]),
            ({"since": "2026-01-02T10:30:00Z", "user": "ada"}, ["O3"]),
            ({"since": "2026-01-02T10:30:00Z", "workspace": "default", "label": "team=blue"}, ["O3"]),
            ({"until": "2026-01-02T12:00:00.25Z", "run": "R1", "status": "running"}, ["O3", "O2", "O1"]),
        ],
    )
    def test_who_what_and_when_select(self, store: HistoryStore, where: dict[str, Any], found: list[str]) -> None:
        """Users, commits by their beginning, labels, times: alone and with others."""
        store.append(run("R1"))
        blue, red = {"team": "blue"}, {"team": "red"}
        self._record(store, "O1", "ada", "10:00:00Z", commit="c0ffee1111111111", labels={**blue, "tier": "1"})
        self._record(store, "O2", "bob", "11:00:00Z", commit="c0ff22", labels=red)
        self._record(store, "O3", "ada", "12:00:00Z", commit="beef33", labels=blue, app="api")
        self._record(store, "O4", "bob", "12:00:00.5Z")
        assert ids(store.latest("operation", where)) == found
        assert ids(store.latest("operation", where, oldest=True)) == found[::-1]
        assert ids(store.latest("operation", where, limit=1)) == found[:1]
        assert ids(store.latest("operation", where, before=found[0] if found else "O1")) == found[1:]
        assert store.latest("run", {**where, "verb": "up"}) == []

    def _record(self, store: HistoryStore, name: str, who: str, time: str, **fields: Any) -> None:
        """Append an operation of the second of January."""
        source = {"folder": "/srv", "commit": fields.pop("commit", None)}
        more = {"user": who, "started": f"2026-01-02T{time}", "source": source, **fields}
        store.append(operation(name, "R1", **more))

    def test_times_select_also_where_the_clock_went_back(self, store: HistoryStore) -> None:
        """The order is that of appending; each document is judged by its own start."""
        for place, hour in enumerate((12, 15, 9, 14, 11)):
            store.append(run(f"R{place}", started=f"2026-01-02T{hour:02}:00:00Z"))
        assert ids(store.latest("run", {"since": "2026-01-02T12:00:00Z"})) == ["R3", "R1", "R0"]
        assert ids(store.latest("run", {"until": "2026-01-02T12:00:00Z"})) == ["R4", "R2"]

    def test_an_amended_document_is_found_by_its_labels_of_now(self, store: HistoryStore) -> None:
        """And not by those that it had."""
        store.append(run("R1", labels={"team": "blue", "tier": "1"}))
        store.amend([run("R1", labels={"team": "red", "tier": "1"})])
        wanted = ("team=blue", "team=red", "tier=1")
        assert [ids(store.latest("run", {"label": each})) for each in wanted] == [[], ["R1"], ["R1"]]

    @pytest.mark.parametrize("where", [{"colour": "red"}, {"commit": "c0f"}, {"since": "yesterday"}])
    def test_an_unknown_condition_is_refused(self, store: HistoryStore, where: dict[str, str]) -> None:
        """A slip must not be answered by everything or by nothing."""
        with pytest.raises(ValueError, match=r"colour|c0f|yesterday"):
            store.latest("run", where)
