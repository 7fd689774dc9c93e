"""The command line: ``leadline serve`` and everything that an owner does beside it.

One module per family of commands. A command imports what it runs when it runs, so that ``--help``
starts at once. Whatever goes wrong ends as one plain sentence here, in ``main``.
"""

from __future__ import annotations

import sys

import typer

from leadline.cli import (
    audit,
    backup,
    database,
    doctor,
    imports,
    oauth_apps,
    operations,
    organizations,
    people,
    phone_numbers,
    schema,
    serve,
)
from leadline.cli.answers import explain, print_error

app = typer.Typer(
    name="leadline",
    help="Leadline, the open, self-hosted sales-outreach server.",
    add_completion=False,
    rich_markup_mode=None,
    # Their tracebacks show local variables, and with those passwords.
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(serve.work)
app.command()(database.migrate)
app.command()(schema.schema)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(organizations.create_organization)
app.command()(organizations.create_user)
app.command()(organizations.set_time_zone)
app.command()(people.set_password)
app.command()(people.reset_password)
app.command()(people.confirm_email)
app.add_typer(oauth_apps.app, name="oauth-app")
app.add_typer(phone_numbers.app, name="phone-numbers")
app.add_typer(imports.app, name="import")
app.command()(audit.audit)
app.command()(operations.operations)
app.command()(doctor.doctor)
app.command()(operations.version)


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and ends the process: 0 done, 1 the answer is no, 2 it could not be done."""
    given = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        status = app(given, prog_name="leadline", standalone_mode=False)
    except Exception as error:
        text = explain(error)
        if text is None:
            raise
        print_error(text, as_json="--json" in given)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
