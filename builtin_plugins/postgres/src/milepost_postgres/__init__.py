"""One history for many machines, in a PostgreSQL database: the history store `postgres`."""
