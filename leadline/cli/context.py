"""What every command needs: the settings, and an open, migrated database to work with."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from leadline.cli.answers import CommandError
from leadline.kernel.control_characters import escape_controls

if TYPE_CHECKING:
    from leadline.settings import Settings
    from leadline.store.database import Database
    from leadline.store.embedded import Attachment
    from leadline.store.unit import Unit

DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The data folder of the embedded database (or LEADLINE_DATA).",
        show_default=False,
    ),
]

T = TypeVar("T")


@dataclass(frozen=True)
class OpenDatabase:
    """A database that can be reached. ``server`` is the embedded one, if it is that.

    ``url`` is for what the server does, ``owner_url`` for what changes or copies the tables.
    """

    settings: Settings
    url: str
    owner_url: str
    server: Attachment | None

    @property
    def revive(self) -> Callable[[], None] | None:
        """Brings the embedded server back after it has died."""
        return None if self.server is None else self.server.ensure_running

    def migrate(self, *, backup: bool = True) -> list[str]:
        """Applies what is pending and lets the server's role use it; returns what was applied."""
        if self.settings.pooled and self.owner_url == self.url:
            # Migrating takes a lock that lasts as long as the connection, which a pooler shares.
            raise CommandError(
                "LEADLINE_POOLED=true needs LEADLINE_MIGRATION_URL too: the address of the "
                "database itself, past the pooler, for migrations and backups."
            )
        return migrate_database(
            self.owner_url,
            self.backups if backup else None,
            self._role,
            row_security=not self.settings.pooled,
        )

    @property
    def _role(self) -> str | None:
        """The role of the server, where that is not the owner."""
        from psycopg.conninfo import conninfo_to_dict

        role = conninfo_to_dict(self.url).get("user")
        return None if role is None or self.url == self.owner_url else str(role)

    @property
    def backups(self) -> Path | None:
        """Where the automatic backups go; None for a database that is not ours to look after."""
        return None if self.server is None else self.settings.data / "backups"

    def run(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Runs a coroutine function that works with the database, and returns its result."""
        from leadline.kernel.clock import SystemClock
        from leadline.store.database import Database

        async def run() -> T:
            database = Database(self.url, self.settings, SystemClock(), self.revive)
            await database.open()
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(run())


def read_settings(**options: str | int | None) -> Settings:
    """The settings from the environment; options that were given win. Sets up the logs, too."""
    from leadline.platform.logs import configure_logs
    from leadline.settings import Settings, variable_name

    given = {
        variable_name(name): str(value) for name, value in options.items() if value is not None
    }
    settings = Settings.from_environment({**os.environ, **given})
    configure_logs(settings)
    return settings


@contextmanager
def open_database(settings: Settings, *, migrate: bool = True) -> Iterator[OpenDatabase]:
    """Starts or finds the embedded database, or takes LEADLINE_DATABASE_URL; migrates it."""
    from leadline.store.embedded import attach

    if settings.database_url is None:
        with attach(settings.data) as server:
            opened = OpenDatabase(settings, server.app_url, server.database_url, server)
            if migrate:
                opened.migrate()
            yield opened
    else:
        owner_url = settings.migration_url or settings.database_url
        _check_address(settings.database_url, "LEADLINE_DATABASE_URL")
        _check_address(owner_url, "LEADLINE_MIGRATION_URL")
        opened = OpenDatabase(settings, settings.database_url, owner_url, None)
        if migrate:
            opened.migrate()
        yield opened


def run_in_organization(
    organization: str, data: str | None, work: Callable[[Unit], Awaitable[T]]
) -> T:
    """Opens the database and does the work in one transaction, with all rights there."""
    from leadline.cli.inputs import read_organization_id
    from leadline.kernel.scope import Scope

    scope = Scope.system(read_organization_id(organization))

    async def run(database: Database) -> T:
        async with database.writing(scope) as unit:
            await refuse_unknown(unit)
            return await work(unit)

    with open_database(read_settings(data=data)) as opened:
        return opened.run(run)


async def refuse_unknown(unit: Unit) -> None:
    """CommandError when there is no such organization; it names some that there are."""
    from leadline.features.organizations.queries import get_organization
    from leadline.kernel.errors import NotFoundError

    try:
        await get_organization(unit)
    except NotFoundError:
        names = await unit.fetch_all(
            lambda found, name: f"{found.hex()} ({escape_controls(name)})",
            "SELECT id, name FROM organizations ORDER BY id LIMIT 5",
        )
        hint = ", ".join(names) if names else "none yet; leadline create-organization makes one"
        raise CommandError(
            f"There is no organization {unit.organization_id.hex()}. There is: {hint}."
        ) from None


def migrate_database(
    url: str,
    backups: Path | None = None,
    app_role: str | None = None,
    *,
    row_security: bool = True,
) -> list[str]:
    """Applies what is pending; returns the names of what was applied.

    A database that has been in use is backed up into the folder ``backups`` before, if given.
    ``app_role`` is let use the tables; with ``row_security`` only the rows of the organization at
    work.
    """
    import psycopg
    import structlog

    from leadline.kernel.clock import SystemClock
    from leadline.store import migrations, roles, visibility
    from leadline.store.backup import write_backup_before
    from leadline.store.row_security import protect

    clock = SystemClock()

    def back_up(first: migrations.Migration) -> None:
        if backups is not None:
            path = write_backup_before(connection, backups, first.name, clock.now())
            structlog.get_logger().info("backed up before the upgrade", file=str(path))

    with psycopg.connect(url, autocommit=True) as connection:
        if connection.info.server_version < 150_000:
            raise CommandError(
                f"Leadline needs PostgreSQL 15 or newer; the server at LEADLINE_DATABASE_URL is "
                f"{connection.info.server_version // 10_000}."
            )
        applied = migrations.migrate(connection, clock.now(), back_up)
        if app_role is not None:
            roles.grant(connection, app_role)
            if row_security:
                protect(connection)
        if not visibility.is_installed(connection, app_role):
            with connection.transaction():
                migrations.wait_for_others(connection)
                visibility.install(connection, app_role)
        return applied


def _check_address(url: str, variable: str) -> None:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its text repeats the address, and with it the password
        raise CommandError(
            f"{variable} is no PostgreSQL address such as "
            "postgresql://user:password@host:5432/leadline."
        ) from None
