"""Dropping the databases that tests have made for themselves."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg import sql

_ATTEMPTS = 100


def drop_database(connection: psycopg.Connection[Any], name: str) -> None:
    """Drops it with whoever is connected; ``connection`` is one to another database, in autocommit.

    The server's own vacuuming may be there. We may not end it, but it ends soon.
    """
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.execute(drop)
            return
        except psycopg.errors.InsufficientPrivilege:
            if attempt == _ATTEMPTS:
                raise
            time.sleep(0.1)
