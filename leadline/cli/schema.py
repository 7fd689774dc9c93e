"""``leadline schema``: the SQL behind the database, for those who look after one themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json


def schema(
    *,
    citus: Annotated[
        bool, typer.Option("--citus", help="What distributes it by organization on Citus instead.")
    ] = False,
    role: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What makes a role for the server that owns nothing instead."
        ),
    ] = None,
    row_security: Annotated[
        bool,
        typer.Option(
            "--row-security", help="What makes PostgreSQL itself keep organizations apart instead."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the SQL of the schema."""
    from leadline.store.citus import distribution
    from leadline.store.migrations import all_migrations
    from leadline.store.roles import role_script
    from leadline.store.row_security import row_security_script

    if citus + (role is not None) + row_security > 1:
        raise CommandError("Only one of --citus, --role and --row-security.")
    migrations = all_migrations()
    if role is not None:
        sql = role_script(role)
    elif row_security:
        sql = row_security_script()
    elif citus:
        sql = distribution(migrations)
    else:
        sql = "\n".join(migration.sql for migration in migrations)
    if as_json:
        print_json({"sql": sql})
    else:
        print(sql)
