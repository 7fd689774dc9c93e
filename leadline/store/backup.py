"""Backups: the whole database as one file, made while the server runs, and put back from it.

The file is a ZIP archive. ``tables/<name>.copy`` is what COPY writes of one table, as text, so
that it fits any PostgreSQL; ``manifest.json`` comes last and says what everything must be like. All
is of one moment: the tables are read in one REPEATABLE READ transaction. pg_dump would need to be
as new as the server, and the one that comes with the embedded PostgreSQL speaks no TLS.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from graphlib import TopologicalSorter
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.abc import Buffer

from leadline.store import migrations
from leadline.store.backup_files import read_files, write_files
from leadline.store.disk import sync_folder
from leadline.store.progress import Meter, Progress, ignore

FORMAT = 1
KEPT = 3  # automatic backups
_MANIFEST = "manifest.json"
_BLOCK = 1 << 20

# COPY writes and reads text alike only under the same settings. Row security that would leave rows
# out becomes an error, and nothing may cut a long backup short.
_SETTINGS = {
    "client_encoding": "UTF8",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
_OWN = """
    namespace.nspname = current_schema() AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e'
        AND objid = class.oid)
"""
_TABLES = f"""
    SELECT class.relname, array_agg(attname::text ORDER BY attnum), pg_table_size(class.oid)
    FROM pg_class class JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
    JOIN pg_attribute ON attrelid = class.oid AND attnum > 0
        AND NOT attisdropped AND attgenerated = ''
    WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition AND {_OWN}
    GROUP BY class.oid, class.relname ORDER BY class.relname
"""
_ANYTHING = f"""
    SELECT class.relname
    FROM pg_class class JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
    WHERE class.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {_OWN} LIMIT 1
"""
_REFERENCES = """
    SELECT child.relname, parent.relname FROM pg_constraint
    JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
    WHERE contype = 'f' AND conrelid <> confrelid
"""
# Who may not read a sequence would be told that it has not begun.
_SEQUENCES = """
    SELECT sequencename, last_value, has_sequence_privilege(
        quote_ident(schemaname) || '.' || quote_ident(sequencename), 'USAGE, SELECT')
    FROM pg_sequences WHERE schemaname = current_schema()
"""
_ONLY_THE_OWNER = (
    "Only the owner of the tables can back them up: name it in LEADLINE_MIGRATION_URL."
)

Connection = psycopg.Connection[Any]


class BackupError(Exception):
    """The backup cannot be made or restored. The text says why and what to do."""


class TableCopy(msgspec.Struct, frozen=True):
    """One table in the archive. ``size`` is bytes before compression."""

    name: str
    columns: list[str]
    rows: int
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What the archive holds. ``migrations`` are those applied, with their checksums.

    ``files`` is how many uploads are in it, None when they are elsewhere.
    """

    format: int
    leadline: str
    made_at: datetime
    postgresql: int
    migrations: dict[str, str]
    tables: list[TableCopy]
    sequences: dict[str, int | None]
    files: int | None = None

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def write_backup(
    connection: Connection,
    path: Path,
    now: datetime,
    progress: Progress = ignore,
    *,
    files: Path | None = None,
) -> Manifest:
    """Writes the database into ``path``, which only its owner may read, replacing what is there.

    With ``files`` the content of that folder goes with it. The connection must be in autocommit
    mode. The file appears when it is complete.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                manifest = _write_all(connection, archive, now, progress)
                if files is not None:
                    count = write_files(connection, archive, files, now)
                    manifest = msgspec.structs.replace(manifest, files=count)
                archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return manifest


def write_backup_before(
    connection: Connection, folder: Path, migration: str, now: datetime
) -> Path:
    """The automatic backup before an upgrade; only the last few are kept."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"before-{migration}.backup"
    write_backup(connection, path, now)
    made = sorted(folder.glob("before-*.backup"), key=lambda found: found.stat().st_mtime_ns)
    for old in made[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself; BackupError when it is none or damaged."""
    with _open(path) as archive:
        return _read_manifest(archive)


def restore_backup(
    connection: Connection,
    path: Path,
    progress: Progress = ignore,
    *,
    files: Path | None = None,
) -> list[str]:
    """Puts everything back into an empty database, in the form that it had, in one transaction.

    Returns the names of tables that were not Leadline's, and are left out. Uploads go into the
    folder ``files``. The connection must be in autocommit mode. Whatever is wrong with the file,
    the database stays empty.
    """
    with _open(path) as archive:
        manifest = _read_manifest(archive)
        known = _migrations_of(manifest)
        with connection.transaction():
            _settle(connection)
            migrations.wait_for_others(connection)
            _refuse_unless_empty(connection)
            migrations.apply(connection, known, manifest.made_at)
            foreign = _read_all(connection, archive, manifest, progress)
            if files is not None:
                read_files(archive, files)
            # Ids of transactions mean nothing in another server. These events get their positions
            # as soon as this transaction has ended.
            connection.execute(
                "UPDATE events SET transaction_id = pg_current_xact_id() WHERE position IS NULL"
            )
            tables = list(_tables(connection))
    connection.execute(sql.SQL("ANALYZE {}").format(_names(tables)))
    return foreign


# Writing.


def _write_all(
    connection: Connection, archive: zipfile.ZipFile, now: datetime, progress: Progress
) -> Manifest:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _settle(connection)
        found = _tables(connection)
        if "schema_migrations" not in found:
            raise BackupError("There is nothing to back up: the database is not Leadline's.")
        applied = connection.execute("SELECT name, checksum FROM schema_migrations").fetchall()
        meter = Meter(progress, sum(size for _, size in found.values()))
        try:
            copies = [
                _write_table(connection, archive, name, columns, meter)
                for name, (columns, _) in found.items()
            ]
        except psycopg.errors.InsufficientPrivilege as error:  # row security shows not all
            raise BackupError(_ONLY_THE_OWNER) from error
        return Manifest(
            format=FORMAT,
            leadline=metadata.version("leadline"),
            made_at=now,
            postgresql=connection.info.server_version,
            migrations=dict(applied),
            tables=copies,
            sequences=_sequences(connection),
        )


def _write_table(
    connection: Connection, archive: zipfile.ZipFile, name: str, columns: list[str], meter: Meter
) -> TableCopy:
    statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
        _names(columns), sql.Identifier(name)
    )
    digest, size = hashlib.sha256(), 0
    cursor = connection.cursor()
    with (
        archive.open(_member(name), "w", force_zip64=True) as member,
        cursor.copy(statement) as copy,
    ):
        for block in _blocks(copy):
            member.write(block)
            digest.update(block)
            size += len(block)
            meter.add(len(block))
    return TableCopy(name, columns, cursor.rowcount, size, digest.hexdigest())


def _blocks(rows: Iterable[Buffer]) -> Iterator[bytes]:
    """The driver hands out single rows; larger pieces cost a fraction of the time."""
    block = bytearray()
    for row in rows:
        block += row
        if len(block) >= _BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


# Reading.


def _migrations_of(manifest: Manifest) -> list[migrations.Migration]:
    """The migrations that make the form of the backup; BackupError when we have others."""
    known = {migration.name: migration for migration in migrations.all_migrations()}
    unknown = sorted(set(manifest.migrations) - set(known))
    if unknown:
        raise BackupError(
            f"The backup was made by Leadline {manifest.leadline}, which is newer than this one "
            f"({', '.join(unknown)}). Restore it with that version."
        )
    for name, checksum in manifest.migrations.items():
        if known[name].checksum != checksum:
            raise BackupError(
                f"The backup was made by Leadline {manifest.leadline}, whose {name} differs from "
                "this version's. Restore it with the version that made it."
            )
    return [migration for name, migration in known.items() if name in manifest.migrations]


def _refuse_unless_empty(connection: Connection) -> None:
    found = connection.execute(_ANYTHING).fetchone()
    if found is not None:
        raise BackupError(
            f"The database is not empty: it has {found[0]!r}. A backup is restored into an empty "
            "one only. Choose a new data folder with --data, or make a new database and name it "
            "in LEADLINE_DATABASE_URL."
        )


def _read_all(
    connection: Connection, archive: zipfile.ZipFile, manifest: Manifest, progress: Progress
) -> list[str]:
    """Fills the tables, those that others refer to first; returns those that are not ours."""
    expected = {name: columns for name, (columns, _) in _tables(connection).items()}
    inside = set(archive.namelist())
    copies = {copy.name: copy for copy in manifest.tables if _member(copy.name) in inside}
    for name, columns in expected.items():
        if name not in copies or set(copies[name].columns) != set(columns):
            raise BackupError(f"The backup is damaged: it lacks the table {name}.")
    # Migrations may have put rows in.
    connection.execute(sql.SQL("TRUNCATE {}").format(_names(list(expected))))
    order = TopologicalSorter[str]({name: set() for name in expected})
    for child, parent in connection.execute(_REFERENCES).fetchall():
        if child in expected and parent in expected:
            order.add(child, parent)
    meter = Meter(progress, sum(copies[name].size for name in expected))
    for name in order.static_order():
        _read_table(connection, archive, copies[name], meter)
    for name in _sequences(connection):
        value = manifest.sequences.get(name)
        if value is not None:
            quoted = sql.Identifier(name).as_string(connection)
            connection.execute("SELECT setval(%s::regclass, %s)", (quoted, value))
    return sorted(set(copies) - set(expected))


def _read_table(
    connection: Connection, archive: zipfile.ZipFile, table: TableCopy, meter: Meter
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), _names(table.columns)
    )
    digest, size = hashlib.sha256(), 0
    cursor = connection.cursor()
    with archive.open(_member(table.name)) as member, cursor.copy(statement) as copy:
        while block := member.read(_BLOCK):
            copy.write(block)
            digest.update(block)
            size += len(block)
            meter.add(len(block))
    if (cursor.rowcount, size, digest.hexdigest()) != (table.rows, table.size, table.sha256):
        raise BackupError(f"The backup is damaged: table {table.name} is not what it was.")


# Both.


def _settle(connection: Connection) -> None:
    for name, value in _SETTINGS.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))


def _tables(connection: Connection) -> dict[str, tuple[list[str], int]]:
    """Columns and size on disk of every table of ours, by name."""
    return {name: (columns, size) for name, columns, size in connection.execute(_TABLES)}


def _sequences(connection: Connection) -> dict[str, int | None]:
    """The last value of each. They know no snapshot: read them last, and no row is ahead."""
    found = connection.execute(_SEQUENCES).fetchall()
    if not all(may_read for _, _, may_read in found):
        raise BackupError(_ONLY_THE_OWNER)
    return {name: value for name, value, _ in found}


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive. Whatever shows that it is damaged becomes a BackupError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BackupError(f"{path} is no backup, or it is damaged: {error}.") from error


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    if _MANIFEST not in archive.namelist():
        raise BackupError(f"{archive.filename} is an archive, but no backup of Leadline.")
    try:
        text = archive.read(_MANIFEST)
        made_by = msgspec.json.decode(text, type=dict[str, Any])
        if made_by.get("format") != FORMAT:
            raise BackupError(
                f"The backup has format {made_by.get('format')}; this Leadline reads {FORMAT}. "
                f"Restore it with Leadline {made_by.get('leadline')}."
            )
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupError(f"The backup is damaged: {error}") from error


def _member(table: str) -> str:
    return f"tables/{table}.copy"


def _names(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
