"""Which server and database a URL means, and how that is told without its password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from milepost.sdk.errors import HistoryError
from milepost_postgres.config import PostgresConfig

NAME = "milepost"
"""What the server shows as the program behind our connections."""

HOW_TO_WRITE = (
    "write postgres://USER:PASSWORD@HOST:PORT/DATABASE; "
    "in the password, write %40 for @, %3A for :, %2F for / and %25 for %"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server, and how to talk to it."""

    parameters: dict[str, str | int] = field(repr=False)
    """What libpq is told: what the URL says, and our limits where it says nothing of them."""
    place: str
    """Where it is, for people; without the password."""
    password: str = field(repr=False)
    """What must not be shown; empty when none is in the URL."""
    schema: str
    lease: float
    """In seconds, as are the other limits."""
    timeout: float

    @property
    def quoted(self) -> str:
        """The schema as SQL names it."""
        return '"' + self.schema.replace('"', '""') + '"'

    @property
    def conninfo(self) -> str:
        """What libpq is told, as one text; it has the password."""
        return make_conninfo("", **self.parameters)

    @property
    def encryption(self) -> str:
        """What the URL says of it as `sslmode`; empty when it says nothing."""
        return str(self.parameters.get("sslmode", ""))

    @property
    def addresses(self) -> tuple[tuple[str, str], ...]:
        """The hosts, or folders with a socket, that are tried, each with its port."""
        hosts = (_known(self.parameters, "hostaddr") or _known(self.parameters, "host") or "localhost").split(",")
        ports = _known(self.parameters, "port").split(",")
        pairs = zip(hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts), strict=True)
        return tuple((host or "localhost", port or "5432") for host, port in pairs)

    @property
    def database(self) -> str:
        """The name of the database."""
        return _known(self.parameters, "dbname") or _known(self.parameters, "user")

    @property
    def user(self) -> str:
        """Who we are to the server."""
        return _known(self.parameters, "user")


def server_of(config: PostgresConfig) -> Server:
    """Return the server that the config means. Raises HistoryError for a URL that PostgreSQL does not understand."""
    url = config.url.reveal()
    if _is_ambiguous(url):
        _refuse("it is not clear where the password ends in the url of the history: an @ or a / stands in it as it is")
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        given = None
    if given is None:  # what libpq says quotes the part that it stumbled over, which may be the password
        _refuse("the url of the history is not one that PostgreSQL understands")
    named = {name: value for name, value in given.items() if value is not None}
    if not all(each.isdecimal() for each in str(named.get("port", "")).split(",") if each):
        _refuse("what stands in the url of the history where the port should be is no number")
    parameters = {**_limits(config), **named}
    password = str(named.get("password", ""))
    return Server(parameters, _place(parameters, config.schema), password, config.schema, config.lease, config.timeout)


def _is_ambiguous(url: str) -> bool:
    """Return whether libpq may take a piece of the password for something else, and then show it."""
    before, at, _ = url.partition("://")[2].rpartition("@")
    return bool(at) and ":" in before and not set("/@").isdisjoint(before)


def _refuse(what: str) -> NoReturn:
    """Raise HistoryError for a URL of which nothing may be shown."""
    raise HistoryError(what, hint=HOW_TO_WRITE)


def _limits(config: PostgresConfig) -> dict[str, str | int]:
    """Return the settings by which a network that was cut is noticed."""
    return {
        "connect_timeout": max(2, round(config.connect_timeout)),
        "fallback_application_name": NAME,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": round(config.timeout * 1000),
    }


def _place(parameters: dict[str, str | int], schema: str) -> str:
    """Return the URL without the password and without what is not a place."""
    host, port = _known(parameters, "host") or "localhost", _known(parameters, "port")
    user, database = _known(parameters, "user"), _known(parameters, "dbname") or _known(parameters, "user")
    whole = f"postgres://{user}@{f'[{host}]' if ':' in host else host}:{port}/{database}"
    return whole if schema == NAME else f"{whole} (schema {schema})"


def _known(parameters: dict[str, str | int], name: str) -> str:
    """Return a setting, also where only libpq knows it: from its environment variables, or its defaults."""
    if name in parameters:
        return str(parameters[name])
    default = {each.keyword: each.val or each.compiled for each in pq.Conninfo.get_defaults()}.get(name.encode())
    return default.decode(errors="replace") if default else ""
