"""Holding requests open right before their commit, so that others meet them there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

PATIENCE_S = 20
_WAITING = (
    "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted "
    "AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
)


@contextmanager
def held(database_url: str, table: str) -> Iterator[Callable[[int], None]]:
    """Nobody else writes to the table within the block.

    Yields a function that returns as soon as so many connections wait, for the table or for
    each other. Events are written last in every request that changes something, and jobs after
    them: who waits for these tables has done everything but the commit.
    """
    with (
        psycopg.connect(database_url) as holder,
        psycopg.connect(database_url, autocommit=True) as observer,
    ):

        def wait_until_waiting(count: int) -> None:
            deadline = time.monotonic() + PATIENCE_S
            while (found := observer.execute(_WAITING).fetchone()) is None or found[0] < count:
                assert time.monotonic() < deadline, f"{found} wait, not {count}"
                time.sleep(0.005)

        statement = sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table))
        holder.execute(statement)
        yield wait_until_waiting
        holder.rollback()
