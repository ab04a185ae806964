"""Files as milepost made them before, by the statements of that time."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

SCHEMA_1 = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE cancel (run TEXT PRIMARY KEY, asked TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE document (
        position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        run TEXT, number INTEGER, workspace TEXT, app TEXT, stage TEXT, status TEXT,
        verb TEXT, target TEXT, presence TEXT, body TEXT NOT NULL)""",
    "CREATE INDEX document_all ON document (kind, position, workspace, app, stage, status, verb)",
    "CREATE INDEX document_workspace ON document (kind, workspace, position, app, stage, status, verb)",
    "CREATE INDEX document_app ON document (app, workspace, position, stage, status) WHERE app IS NOT NULL",
    "CREATE INDEX document_run ON document (run) WHERE run IS NOT NULL",
    "CREATE INDEX document_number ON document (number)",
    "CREATE INDEX document_target ON document (target) WHERE target IS NOT NULL",
    "CREATE INDEX document_presence ON document (app, workspace, presence) WHERE presence IS NOT NULL",
    "CREATE INDEX document_running ON document (kind) WHERE status = 'running'",
)
FIELDS = ("run", "number", "workspace", "app", "stage", "status", "verb", "target", "presence")
STAGES = ("build", "push", "deploy", "release")
SOURCE = {"folder": "/srv/shop", "commit": "c0ffee1234567890"}
FACTS = {"id": "store-0", "project": "shop", "origin": "example.org/shop", "made": "2026-01-01T00:00:00+00:00"}


def make_old(folder: Path, runs: int) -> None:
    """Make a history of schema 1 of that many runs of four operations each; the second run was removed."""
    folder.mkdir(mode=0o700)
    connection = sqlite3.connect(folder / "history.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA_1:
        connection.execute(statement)
    connection.executemany("INSERT INTO fact VALUES (?, ?)", [*FACTS.items(), ("number", runs), ("version", runs * 9)])
    for number in range(1, runs + 1):
        if number != 2:
            for document in documents(number):
                connection.execute(
                    f"INSERT INTO document (id, kind, {', '.join(FIELDS)}, body) VALUES (?, ?{', ?' * 9}, ?)",
                    (document["id"], document["kind"], *map(document.get, FIELDS), json.dumps(document)),
                )
    connection.execute("INSERT INTO cancel VALUES ('R1', '2026-01-01T00:00:00+00:00')")
    connection.execute("PRAGMA application_id = 0x4D507374")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("COMMIT")
    connection.close()


def documents(number: int) -> list[dict[str, object]]:
    """Return a run and its operations, as schema 1 had them."""
    run = f"R{number}"
    both = {
        "number": number,
        "workspace": "default",
        "status": "success",
        "started": f"2026-01-01T{number % 24:02}:00Z",
    }
    stages = [
        {"id": f"{run}-{stage}", "kind": "operation", "run": run, "app": "web", "stage": stage, **both}
        for stage in STAGES
    ]
    return [
        {"id": run, "kind": "run", "verb": "up", "user": "ada", "source": SOURCE, **both},
        *({**each, "labels": {"team": "blue"}, "state": {"padding": "x" * 1500}} for each in stages),
    ]
