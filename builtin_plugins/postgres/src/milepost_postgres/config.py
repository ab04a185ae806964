"""What `use "postgres"` may say in the `history` block."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from milepost.sdk import Credential, PluginConfig

LONGEST_SCHEMA = 40
"""In characters: PostgreSQL takes 63 bytes, and the channel of a project has its number behind it."""


class PostgresConfig(PluginConfig, frozen=True, kw_only=True):
    """Which database, and how long to wait for it."""

    url: Annotated[
        Credential,
        Meta(description="`postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require`, as libpq understands it."),
    ]
    schema: Annotated[str, Meta(description="The schema in which the tables stand; it is made if need be.")] = (
        "milepost"
    )
    lease: Annotated[
        float, Meta(description="After how many seconds a lock is free whose holder is not heard of any more.")
    ] = 30.0
    connect_timeout: Annotated[float, Meta(description="Seconds to wait for a connection.")] = 10.0
    timeout: Annotated[float, Meta(description="Seconds to wait for a server that was reached to say something.")] = (
        15.0
    )

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot work."""
        if not self.schema or len(self.schema) > LONGEST_SCHEMA or "\0" in self.schema:
            raise ValueError(f"schema is {self.schema!r}; expected a name of 1 to {LONGEST_SCHEMA} characters")
        if self.schema.startswith("pg_"):
            raise ValueError(f"schema is {self.schema!r}; names with pg_ are PostgreSQL's own")
        if self.lease < 1:
            raise ValueError(f"lease is {self.lease:g}; expected 1 or more seconds")
        for name in ("connect_timeout", "timeout"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name):g}; expected more than 0 seconds")
