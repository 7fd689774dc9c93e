"""Migrations: plain SQL files applied in order, once, forward only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import resources
from typing import Any

import msgspec
import psycopg

from leadline.store.visibility import remove as remove_views

_LOCK_KEY = 0x1EAD11E5
# A long migration is in nobody's way; one that waits for a lock is. The database itself may have a
# limit for statements (docs/scale.md).
_TIMEOUTS = "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = 0"


class MigrationError(Exception):
    """The database cannot be brought to this version. The text says why and what to do."""


class Migration(msgspec.Struct, frozen=True):
    """One file: its name orders it, its checksum tells whether it was edited after release."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def all_migrations() -> list[Migration]:
    """Every migration of this version, in order."""
    folder = resources.files("leadline.store").joinpath("migrations")
    found = [
        Migration(entry.name.removesuffix(".sql"), entry.read_text())
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(found, key=lambda migration: migration.name)


def pending(connection: psycopg.Connection[Any]) -> list[Migration]:
    """What is still to be applied; MigrationError when the database is not one of ours."""
    exists = connection.execute("SELECT to_regclass('schema_migrations')").fetchone()
    applied: dict[str, str] = {}
    if exists and exists[0] is not None:
        applied = dict(
            connection.execute("SELECT name, checksum FROM schema_migrations").fetchall()
        )
    known = {migration.name: migration for migration in all_migrations()}
    unknown = sorted(set(applied) - set(known))
    if unknown:
        raise MigrationError(
            f"The database has migrations that this version does not know: {', '.join(unknown)}. "
            "It was used by a newer Leadline: start that version, or restore a backup."
        )
    for name, checksum in applied.items():
        if known[name].checksum != checksum:
            raise MigrationError(
                f"Migration {name} was applied in another form than this version has. "
                "Use the release that created the database, or restore a backup."
            )
    return [migration for name, migration in known.items() if name not in applied]


def migrate(
    connection: psycopg.Connection[Any],
    now: datetime,
    before_upgrade: Callable[[Migration], None] | None = None,
) -> list[str]:
    """Applies what is pending, each in its own transaction; returns their names.

    The connection must be in autocommit mode. Several processes may call this at once: one works,
    the others wait and then find nothing to do. ``before_upgrade`` is called with the first
    migration that is about to change a database that has been in use.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK_KEY,))
    try:
        waiting = pending(connection)
        if waiting and before_upgrade is not None and len(waiting) < len(all_migrations()):
            before_upgrade(waiting[0])
        for migration in waiting:
            with connection.transaction():
                connection.execute(_TIMEOUTS)
                apply(connection, [migration], now)
        return [migration.name for migration in waiting]
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK_KEY,))


def wait_for_others(connection: psycopg.Connection[Any]) -> None:
    """Keeps everybody else from migrating until this transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))


def apply(connection: psycopg.Connection[Any], chosen: Iterable[Migration], now: datetime) -> None:
    """Applies these migrations in the present transaction and notes that they are."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations "
        "(name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL)"
    )
    remove_views(connection)  # a table cannot be changed while a view shows it
    for migration in chosen:
        connection.execute(migration.sql.encode())
        connection.execute(
            "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES (%s, %s, %s)",
            (migration.name, migration.checksum, now),
        )
