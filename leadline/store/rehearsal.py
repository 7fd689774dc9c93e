"""Rehearsing an upgrade: pending migrations are applied to a copy of the database, thrown away."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from leadline.store import migrations
from leadline.store.backup import BackupError, restore_backup, write_backup

_OTHERS = """
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Rehearsal(msgspec.Struct, frozen=True):
    """How it went. ``applied`` are seconds by migration; ``error`` is what stopped the next one."""

    copied_s: float
    applied: dict[str, float]
    failed: str | None = None
    error: str | None = None


def rehearse(url: str, now: datetime) -> Rehearsal:
    """Applies what is pending to a copy; the database itself is only read."""
    with psycopg.connect(url, autocommit=True) as connection:
        waiting = migrations.pending(connection)
        if not waiting:
            return Rehearsal(0.0, {})
        started = time.perf_counter()
        with _copy_of(connection, url, now) as copy:
            copied_s = time.perf_counter() - started
            applied: dict[str, float] = {}
            for migration in waiting:
                started = time.perf_counter()
                try:
                    with copy.transaction():
                        migrations.apply(copy, [migration], now)
                except psycopg.Error as error:
                    return Rehearsal(copied_s, applied, migration.name, str(error).strip())
                applied[migration.name] = time.perf_counter() - started
            return Rehearsal(copied_s, applied)


@contextmanager
def _copy_of(
    source: psycopg.Connection[Any], url: str, now: datetime
) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a copy of the database on the same server."""
    name = f"leadline_rehearsal_{secrets.token_hex(6)}"
    copy_url = make_conninfo(url, dbname=name)
    try:
        _make_copy(source, name, copy_url, now)
        with psycopg.connect(copy_url, autocommit=True) as copy:
            yield copy
    finally:
        source.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _make_copy(source: psycopg.Connection[Any], name: str, copy_url: str, now: datetime) -> None:
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    try:
        # As files, which is quick, but possible only while nobody else is connected.
        if source.execute(_OTHERS).fetchone() is None:
            with suppress(psycopg.errors.ObjectInUse):
                template = sql.Identifier(source.info.dbname)
                source.execute(create + sql.SQL(" TEMPLATE {}").format(template))
                return
        source.execute(create)
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            "The role may not make the database for the copy. ALTER ROLE it CREATEDB, or restore a "
            "backup into a database of your own and migrate that."
        ) from error
    _fill(source, copy_url, now)


def _fill(source: psycopg.Connection[Any], copy_url: str, now: datetime) -> None:
    extensions = source.execute("SELECT extname FROM pg_extension").fetchall()
    with (
        tempfile.TemporaryDirectory() as folder,
        psycopg.connect(copy_url, autocommit=True) as copy,
    ):
        for (extension,) in extensions:
            copy.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
        file = Path(folder) / "backup"
        write_backup(source, file, now)
        restore_backup(copy, file)
