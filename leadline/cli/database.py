"""``leadline migrate``: brings the database to the form that this version expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json
from leadline.cli.context import DataOption, open_database, read_settings

if TYPE_CHECKING:
    from leadline.store.rehearsal import Rehearsal


def migrate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with 1 if something is pending.")
    ] = False,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Apply it to a copy; end with 1 if that fails.")
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Without the backup of the embedded database.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Apply pending migrations.

    The server does the same when it starts.
    """
    if check and rehearse:
        raise CommandError(
            "--check or --rehearse, not both: --rehearse lists what is pending, too."
        )
    with open_database(read_settings(data=data), migrate=False) as opened:
        if rehearse:
            _tell_rehearsal(_rehearse(opened.owner_url), as_json)
            return
        if check:
            names = pending_migrations(opened.owner_url)
        else:
            names = opened.migrate(backup=not no_backup)
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


def _rehearse(url: str) -> Rehearsal:
    from leadline.kernel.clock import SystemClock
    from leadline.store.rehearsal import rehearse

    return rehearse(url, SystemClock().now())


def _tell_rehearsal(result: Rehearsal, as_json: bool) -> None:
    import msgspec

    if as_json:
        print_json({"ok": result.failed is None, **msgspec.structs.asdict(result)})
    elif not result.applied and result.failed is None:
        print("The database is up to date.")
    else:
        print(f"copied    {result.copied_s:8.2f} s")
        for name, seconds in result.applied.items():
            print(f"applied   {seconds:8.2f} s  {name}")
        if result.failed is not None:
            print(f"failed               {result.failed}: {result.error}")
        print("The copy is gone; the database itself is as it was.")
    if result.failed is not None:
        raise typer.Exit(1)
