"""``leadline migrate``: brings the database to the form that this version expects."""

from __future__ import annotations

from typing import Annotated

import typer

from leadline.cli.answers import JsonOption, print_json
from leadline.cli.context import DataOption, migrate_database, open_database, read_settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with 1 if something is pending.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Apply pending migrations.

    The server does the same when it starts.
    """
    with open_database(read_settings(data=data), migrate=False) as opened:
        names = pending_migrations(opened.url) if check else migrate_database(opened.url)
    if as_json:
        print_json({"pending" if check else "applied": names})
    else:
        for name in names:
            print(f"{'pending' if check else 'applied'}  {name}")
        if not names:
            print("The database is up to date.")
    if check and names:
        raise typer.Exit(1)


def pending_migrations(url: str) -> list[str]:
    """The names of what ``migrate`` would apply."""
    import psycopg

    from leadline.store.migrations import pending

    with psycopg.connect(url, autocommit=True) as connection:
        return [migration.name for migration in pending(connection)]
