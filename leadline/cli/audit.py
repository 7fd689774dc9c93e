"""``leadline audit``: who logged in or tried, and who changed keys, people, roles and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadline.cli.answers import JsonOption, print_json, print_table
from leadline.cli.context import DataOption, open_database, read_settings, refuse_unknown

if TYPE_CHECKING:
    from leadline.reporting.audit import AuditEntry
    from leadline.store.database import Database


def audit(
    *,
    organization: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Its trail; without, the failed logins with addresses that nobody has.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who logged in, and who changed keys, people, roles and settings.

    Newest first. With --json also the values before and after.
    """
    from leadline.cli.inputs import read_organization_id
    from leadline.features.sign_ins.queries import list_unknown_sign_ins
    from leadline.kernel.scope import Scope
    from leadline.reporting import audit as report

    organization_id = None if organization is None else read_organization_id(organization)

    async def run(database: Database) -> list[AuditEntry]:
        if organization_id is None:
            async with database.connection() as connection:
                found = await list_unknown_sign_ins(connection, limit)
                return [report.of_sign_in(each) for each in found]
        async with database.reading(Scope.system(organization_id)) as unit:
            await refuse_unknown(unit)
            return await report.audit(unit, limit)

    with open_database(read_settings(data=data)) as opened:
        entries = opened.run(run)
    if as_json:
        print_json([_plain(entry) for entry in entries])
    elif entries:
        rows = [
            (
                f"{entry.at:%Y-%m-%d %H:%M:%S}",
                entry.what,
                entry.subject or "-",
                "-" if entry.actor == entry.subject else f"by {entry.actor or 'command line'}",
                entry.client or "-",
                ", ".join(entry.changes) or "-",
            )
            for entry in entries
        ]
        print_table(("at (UTC)", "what", "whom or what", "who", "from", "changed"), rows)
    else:
        print("Nothing has happened.")


def _plain(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "what": entry.what,
        "actor": entry.actor,
        "subject": entry.subject,
        "client": entry.client,
        "request_id": entry.request_id,
        "changes": {
            name: {"before": old, "after": new} for name, (old, new) in entry.changes.items()
        },
    }
