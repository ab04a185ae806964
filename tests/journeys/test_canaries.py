"""No secret anywhere: canaries are planted wherever a secret may come from, told wherever it may leak, and looked for.

Where a secret may be in clear, and nowhere else:

- where the user keeps it: the variable file, the file of the vault, the environment of the command that was typed,
  which what it starts inherits;
- in the memory and the environment of the app's own processes, and of tasks and hooks that were given it;
- in a file of `config { file }`, which lies in the deployment's folder for the user alone;
- in words that somebody types for others to read: a reason (`--message`, `freeze -m`), a `--label` and a `--var` of a
  plain variable are kept as they were typed.
"""

from __future__ import annotations

import base64
import hashlib
import json

import psycopg
import pytest
from psycopg import sql

from milepost.testing.distribution import write_distribution
from tests.engines.postgres import PostgresServer, database, postgres_server
from tests.journeys.babbling import BESIDE, DECLARED, PROJECT, SMALL, VARIABLES, WAITS
from tests.journeys.cable import Cable
from tests.journeys.canaries import CANARIES, Lookout, Sighting, seen_below, seen_in, uncoloured, unpacked
from tests.journeys.leaks import LEAK, PLUGIN, SERVER
from tests.journeys.place import PATIENCE, Answer, Place, until

__all__ = ["database", "postgres_server"]


FLAGS = ("--var-file", "secrets.mpvars", "--var-env", "from_var_env=FLAGGED")
TYPED = ("from_env", "from_own_env", "from_var_env")
"""What stands in the environment of the command that is typed."""


@pytest.fixture
def babbler(empty: Place) -> Place:
    """A place in which everything babbles, with its secrets where users keep them."""
    home = empty.root / "home"
    (empty.root / "tmp").mkdir()
    (home / "vault").write_text(CANARIES["of_vault"] + "\n")
    (home / "all.json").write_text(json.dumps(dict(CANARIES)))
    known = {name: CANARIES[name] for name in (*VARIABLES, "from_own_env")}
    (home / "variables.json").write_text(json.dumps(known))
    (home / "declared.json").write_text(json.dumps({name: CANARIES[name] for name in VARIABLES}))
    groups = {"milepost.v1.registry": {"leaky": "leaky"}}
    write_distribution(empty.root / "site", "leaky", "1.0", groups, {"leaky.py": PLUGIN})
    filed = {name: CANARIES[name] for name in ("from_file", "odd", "of_url", "of_registry", "pem")}
    empty.write(
        secrets__mpvars="".join(f"{name} = {json.dumps(text)}\n" for name, text in filed.items()),
        leak__py=LEAK,
        server__py=SERVER,
    )
    (empty.folder / ".milepostignore").write_text("secrets.mpvars\n")
    says(empty)
    return empty.having(
        MILEPOST_VAR_from_env=CANARIES["from_env"],
        OWN_NAME=CANARIES["from_own_env"],
        FLAGGED=CANARIES["from_var_env"],
        PYTHONPATH=str(empty.root / "site"),
        TMPDIR=str(empty.root / "tmp"),
    )


def says(place: Place, status: int = 0) -> None:
    """Write the project file; the last hook ends with that status."""
    said = {"variables": DECLARED, "home": place.root / "home", "status": status}
    place.write(milepost__hcl=PROJECT % said)


def kept(place: Place) -> list[Sighting]:
    """Return the canaries in all files but those that are to have them."""
    apps = place.state.glob("plugins/milepost-local/deployments/*/app/conf/app.ini")
    return seen_below(place.root, but=(place.root / "home", place.folder / "secrets.mpvars", *apps))


def told(*answers: Answer) -> list[Sighting]:
    """Return the canaries in what people were told."""
    return [found for each in answers for found in seen_in("told", uncoloured(each.told.encode()))]


def test_what_everything_babbles_is_nowhere_kept_nor_told(babbler: Place) -> None:
    answers = [babbler.run("up", *FLAGS), babbler.run("--json=events", "up", "--force", *FLAGS)]
    assert kept(babbler) == []
    answers.append(babbler.run("logs", "--run", "last", "--json"))
    assert "told: ***" in answers[-1].out
    answers.append(babbler.run("doctor", status=1))
    for words in READINGS:
        answers.append(babbler.ask(*words))
        assert answers[-1].status == 0, f"{words}: {answers[-1].told[-1000:]}"
    assert told(*answers) == []
    assert kept(babbler) == []


READINGS = (
    ("history", "--json"),
    ("show", "last"),
    ("show", "last", "--json"),
    ("operation", "list", "--json"),
    ("deployment", "inspect", "last"),
    ("deployment", "inspect", "last", "--json"),
    ("logs", "web"),
    ("logs", "--run", "last"),
    ("status",),
    ("status", "--json"),
    ("config", "get", *FLAGS),
    ("config", "get", "--json", *FLAGS),
    ("validate", *FLAGS),
    ("diff", "1", "2", "--json"),
    ("plugin", "doctor"),
    ("orphans", "list"),
    ("store", "export", "export.jsonl"),
    ("store", "backup", "backup"),
    ("store", "stats"),
    ("store", "verify"),
    ("lock", "list"),
)


@pytest.mark.parametrize("how", ["fails", "breaks", "program", "exits", "thread"])
def test_what_a_plugin_says_when_it_fails_is_masked(babbler: Place, how: str) -> None:
    babbler.write(milepost__hcl=SMALL % DECLARED)
    inner = json.dumps({"user": "ada", "password": CANARIES["of_vault"]})
    (babbler.folder / "secrets.mpvars").write_text(
        f"from_file = {json.dumps(inner)}\nof_registry = {json.dumps(CANARIES['of_registry'])}\n"
        'odd = "nothing"\nof_url = "nothing"\npem = "nothing"\n'
    )
    place = babbler.having(LEAKY=how)
    answers = [heard(place, *more, "up", *FLAGS) for more in ((), ("--debug",), ("--json",))]
    assert {each.status for each in answers} == ({0} if how == "thread" else {1}), answers[0].told
    answers += [heard(place, *words) for words in (("show", "last", "--json"), ("logs", "--run", "last"), ("status",))]
    assert "token ***, password ***" in answers[0].told
    assert told(*answers) == []
    assert kept(place) == []


def heard(place: Place, *words: str) -> Answer:
    """Run a command that may show a traceback: that of a plugin."""
    with place.start(*words) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return Answer(process.returncode, out, err)


def test_what_a_failed_deploy_leaves_as_evidence_is_masked(babbler: Place) -> None:
    says(babbler, status=5)
    answers = [babbler.run("up", *FLAGS, status=1), babbler.run("show", "last", "--json")]
    babbler.write(server__py=SERVER.partition("class Shop")[0] + "raise SystemExit(secrets[-1])\n")
    answers += [babbler.run("up", *FLAGS, status=1), babbler.run("show", "last", "--json")]
    assert told(*answers) == []
    assert kept(babbler) == []


def beside(place: Place, hook: str) -> Place:
    """Return the place with a hook that is given secrets and runs this command of the shell."""
    place.write(milepost__hcl=BESIDE % (DECLARED, hook))
    return place.having(**{f"MILEPOST_VAR_{name}": CANARIES[name] for name in VARIABLES})


def test_what_a_command_was_given_is_recorded_without_secrets(babbler: Place) -> None:
    place = beside(babbler, "exit 0")
    url = f"--url=https://ada:{CANARIES['of_url']}@db"
    answers = [
        place.run("up"),
        place.run("exec", "web", "--", "sh", "-c", "exit 0", CANARIES["from_file"], url),
        place.ask("exec", "web", "--", "no-such-program", CANARIES["from_file"]),
        place.run("show", "last", "--json"),
        place.run("history", "--json"),
    ]
    assert '"--url=https://ada:***@db"' in answers[4].out
    assert told(*answers) == []
    assert kept(place) == []


def test_only_what_was_typed_is_seen_by_those_who_look_at_the_processes(babbler: Place) -> None:
    with Lookout(babbler.root) as seen:
        babbler.run("up", *FLAGS)
        babbler.run("status")
    assert any(b"milepost.host.lifecycle.child" in each for each in seen.arguments)
    assert any(b"supervisor.py" in each for each in seen.arguments)
    assert [found for each in seen.arguments for found in seen_in(repr(each), each)] == []
    of_the_app = (b"server.py", b"leak.py")
    for arguments, environment in seen.environments.items():
        if not any(each in arguments for each in of_the_app) and b"supervisor_launch" not in arguments:
            assert seen_in(repr(arguments), environment, but=TYPED) == []


def test_fingerprints_tell_what_has_changed_and_their_key_is_in_no_store(babbler: Place) -> None:
    babbler.run("up", *FLAGS)
    (babbler.folder / "version.txt").write_text("two")
    babbler.run("up", *FLAGS)
    (babbler.root / "home" / "vault").write_text("another-of-the-vault-Uu12\n")
    told_of = babbler.run("rollback", *FLAGS).told
    assert "config.env.CANARY_7, config.file.conf/app.ini have changed since #1" in told_of
    for words in (("export", "export.jsonl"), ("backup", "backup")):
        babbler.run("store", *words)
    key = (babbler.state / "fingerprint.key").read_bytes()
    assert (babbler.state / "fingerprint.key").stat().st_mode & 0o077 == 0
    guessed = [hashlib.sha256(each.encode()).hexdigest()[:16].encode() for each in CANARIES.values()]
    for path in (each for each in babbler.root.rglob("*") if each.is_file() and each.name != "fingerprint.key"):
        data = path.read_bytes()
        assert not any(each in data for each in (key, key.hex().encode(), base64.b64encode(key), *guessed)), path


def test_a_shared_history_and_its_server_never_see_a_secret(
    babbler: Place, postgres_server: PostgresServer, database: str
) -> None:
    name = database.rpartition("/")[2]
    login = CANARIES["from_env"]
    postgres_server.execute(f"CREATE ROLE {name}_user LOGIN PASSWORD '{login}'")
    postgres_server.execute(f"ALTER DATABASE {name} OWNER TO {name}_user")
    postgres_server.execute(f"ALTER ROLE {name}_user SET log_statement = 'all'")
    postgres_server.execute(f"ALTER ROLE {name}_user SET log_parameter_max_length = -1")
    before = (postgres_server.folder / "log").stat().st_size
    cable = Cable(postgres_server.port)
    try:
        shared = babbler.having(MILEPOST_HISTORY=f"postgres://{name}_user:{login}@127.0.0.1:{cable.port}/{name}")
        place = beside(shared, WAITS % {"place": babbler.root, "home": babbler.root / "home"})
        (place.root / "go").touch()
        answers = [place.run("up"), place.run("show", "last", "--json"), place.run("store", "stats")]
        for each in ("go", "waits"):
            (place.root / each).unlink()
        process = place.start("up", "--force")
        until("the hook", (place.root / "waits").exists, 60)
        cable.cut()
        (place.root / "go").touch()
        out, err = process.communicate(timeout=PATIENCE)
        outbox = list((place.state / "projects" / "shop" / "outbox").glob("*.jsonl"))
        assert any("***" in each.read_text() for each in outbox), out + err
        answers += [Answer(process.returncode, out, err), place.run("up", status=1)]
        assert kept(place) == []
        cable.mend()
        answers += [place.run("build"), place.run("logs", "--run", "2"), place.run("destroy", "--all", "--yes")]
    finally:
        cable.close()
    assert told(*answers) == []
    assert kept(place) == []
    logged = (postgres_server.folder / "log").read_bytes()[before:]
    assert b"INSERT" in logged
    assert seen_in("the server's log", logged) == []
    assert seen_in("the tables", dumped(postgres_server, name)) == []


def dumped(server: PostgresServer, database: str) -> bytes:
    """Return all that stands in a database, unpacked."""
    data = b""
    with psycopg.connect(server.url(database)) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert tables
        for table in tables:
            for row in connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(*table))):
                data += repr(row).encode() + b"".join(each for each in row if isinstance(each, bytes))
                data += b"".join(map(uncoloured, unpacked(row)))
    return data


@pytest.mark.parametrize("url", ["postgres:/ada:%s@db/shop", "host=db password=%s", "postgres://ada:%s@127.0.0.1:x/y"])
def test_a_misspelt_address_of_a_history_shows_and_keeps_no_password(babbler: Place, url: str) -> None:
    place = beside(babbler, "exit 0").having(MILEPOST_HISTORY=url % CANARIES["of_vault"])
    answers = [place.ask(*words) for words in (("up",), ("doctor",), ("--json", "history"), ("store", "stats"))]
    assert all(each.status in (1, 2) for each in answers), answers
    assert told(*answers) == []
    assert kept(place) == []
