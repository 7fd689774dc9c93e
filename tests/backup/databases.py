"""What tests of backups ask of a database: all that is in it, its feed, a backup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from leadline.store.backup import write_backup
from tests.cast import World
from tests.conftest import START

Rows = dict[str, list[str]]
NewDatabase = Callable[[], str]
Command = Callable[..., "Done"]
Upgrade = Callable[..., None]


class Done(NamedTuple):
    """How a command ended: its status and its JSON, or what it said on standard error."""

    status: int
    json: Any
    err: str


@dataclass
class House:
    """A database with leads in it, and the application that runs on it."""

    world: World
    url: str
    configuration: dict[str, Any]
    folder: Path

    def back_up(self) -> Path:
        return back_up(self.url, self.folder / "b")


def contents(url: str) -> Rows:
    """All rows of all tables as text. Events without a position get another transaction's id."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        found: Rows = {}
        for (name,) in tables:
            connection.execute("SET timezone = 'UTC'")
            rows = connection.execute(
                sql.SQL(
                    "SELECT (to_jsonb(t) - 'transaction_id')::text FROM {} t ORDER BY 1"
                ).format(sql.Identifier(name))
            )
            found[name] = [text for (text,) in rows]
    return found


def feed(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT organization_id, position, id FROM events ORDER BY 1, 2, 3"
        ).fetchall()


def back_up(url: str, path: Path) -> Path:
    with psycopg.connect(url, autocommit=True) as connection:
        write_backup(connection, path, START)
    return path
