"""``leadline import leads`` and ``leadline import transitions``: a history, with its dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from leadline.cli.answers import CommandError, JsonOption, print_json
from leadline.cli.context import DataOption, open_database, read_settings, refuse_unknown
from leadline.cli.csv_files import CsvFile, Row, write_rows
from leadline.cli.inputs import did_you_mean, read_organization_id

if TYPE_CHECKING:
    from leadline.features.lead_sources.tables import LeadSource
    from leadline.flows.import_leads import Imported, LeadRow
    from leadline.flows.import_transitions import TransitionRow
    from leadline.kernel.scope import Scope
    from leadline.store.database import Database
    from leadline.store.unit import Unit

T = TypeVar("T")
_BATCH = 500

app = typer.Typer(help="Bring an existing history in, with its dates.", no_args_is_help=True)

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV file with a heading row.", exists=True)
]
OrganizationOption = Annotated[
    str, typer.Option(metavar="ID", help="24 hexadecimal digits, or orga_ and these.")
]
ReportOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where remarks go.  [FILE's name and .report.csv]"),
]


EncodingOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The file's encoding, as windows-1252.  [UTF-8]"),
]


def _column(text: str) -> Any:
    return typer.Option(metavar="COLUMN", help=text)


CustomOption = Annotated[
    list[str] | None,
    _column(
        "Kept as a custom field of that name, and checked as one. Several values of one field "
        "stand between semicolons. May be repeated."
    ),
]


@app.command()
def leads(
    file: FileArgument,
    *,
    organization: OrganizationOption,
    configuration: Annotated[str, typer.Option(metavar="NAME", help="Takes the leads in.")],
    external_id: Annotated[str, _column("The id that the leads are known by.")],
    created_at: Annotated[str, _column("When they came in.")],
    user: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Whose configuration is meant.")
    ] = None,
    source: Annotated[str | None, _column("Empty cells get the configuration's.")] = None,
    name: Annotated[str | None, _column("The contact's whole name.")] = None,
    first_name: Annotated[str | None, _column("The contact's first name.")] = None,
    last_name: Annotated[str | None, _column("The contact's last name.")] = None,
    email: Annotated[str | None, _column("An e-mail address.")] = None,
    phone: Annotated[str | None, _column("A phone number.")] = None,
    custom: CustomOption = None,
    report: ReportOption = None,
    encoding: EncodingOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import leads.

    Rows that are there already are left alone, so the same file can be imported again.
    """
    from leadline.features.pipelines.queries import stage_book
    from leadline.flows.import_leads import LeadImport, LeadRow

    texts = {
        "external_id": external_id,
        "created_at": created_at,
        "source": source,
        "name": name,
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "phone": phone,
    }
    columns = {field: column for field, column in texts.items() if column is not None}
    table = CsvFile(file, [*columns.values(), *(custom or [])], encoding)

    def read(line: int, cells: dict[str, str]) -> LeadRow:
        values = {field: cells[column] for field, column in columns.items()}
        kept = {column: cells[column] for column in custom or [] if cells[column]}
        return LeadRow(line=line, custom=kept, **values)

    async def run(database: Database) -> Imported:
        scope = await _scope(database, organization)
        async with database.reading(scope) as unit:
            chosen = await _configuration(unit, configuration, user)
            book = await stage_book(unit, "lead")
        job = LeadImport(chosen, book)
        refused = partial(_refuse, job.result, external_id)
        await _in_batches(database, scope, table, read, add=job.add, refuse=refused)
        return job.result

    with open_database(read_settings(data=data)) as opened:
        _print_result(opened.run(run), table, report, as_json)


@app.command()
def transitions(
    file: FileArgument,
    *,
    organization: OrganizationOption,
    external_id: Annotated[str, _column("The id that the leads are known by.")],
    stage: Annotated[str, typer.Option(metavar="NAME", help="The stage that they entered.")],
    at: Annotated[str, _column("When they entered it.")],
    gross_profit: Annotated[
        str | None, _column("Written to the configured gross profit property.")
    ] = None,
    report: ReportOption = None,
    encoding: EncodingOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import entries of known leads into a stage.

    Entries that are there already are left alone, so the same file can be imported again.
    """
    from leadline.features.organizations.queries import get_organization
    from leadline.features.pipelines.queries import stage_book
    from leadline.flows.import_transitions import TransitionImport, TransitionRow

    wanted = [external_id, at, *([gross_profit] if gross_profit else [])]
    table = CsvFile(file, wanted, encoding)

    def read(line: int, cells: dict[str, str]) -> TransitionRow:
        return TransitionRow(
            line=line,
            external_id=cells[external_id],
            at=cells[at],
            gross_profit=cells[gross_profit] if gross_profit else "",
        )

    async def run(database: Database) -> Imported:
        scope = await _scope(database, organization)
        async with database.reading(scope) as unit:
            book = await stage_book(unit, "lead")
            property_name = (await get_organization(unit)).gross_profit_property
        found = book.resolve(stage)
        if found is None:
            known = {each.name.lower(): each.name for each in book.active()}
            hint = did_you_mean(stage.lower(), known, known)
            raise CommandError(f"There is no stage {stage!r}{hint}")
        if gross_profit and property_name is None:
            raise CommandError(
                "The organization has no gross profit property. Set it first: PUT "
                f"/api/organizations/{scope.organization_id.hex()}/outreach-gross-profit-config "
                'with {"entityType": "Contact", "propertyKey": "grossProfit"}.'
            )
        job = TransitionImport(found, book, property_name if gross_profit else None)
        refused = partial(_refuse, job.result, external_id)
        await _in_batches(database, scope, table, read, add=job.add, refuse=refused)
        return job.result

    with open_database(read_settings(data=data)) as opened:
        _print_result(opened.run(run), table, report, as_json)


async def _scope(database: Database, organization: str) -> Scope:
    """The scope of the import: nobody in particular, in the organization with its time zone."""
    import msgspec

    from leadline.features.organizations.queries import get_organization
    from leadline.kernel.scope import Scope

    bare = Scope.system(read_organization_id(organization))
    async with database.reading(bare) as unit:
        await refuse_unknown(unit)
        found = await get_organization(unit)
    return msgspec.structs.replace(
        bare,
        time_zone=found.time_zone,
        country=found.country,
        currency=found.currency,
    )


async def _configuration(unit: Unit, name: str, user: str | None) -> LeadSource:
    from leadline.features.lead_sources.tables import LEAD_SOURCES
    from leadline.features.users.queries import list_members
    from leadline.store import rows

    emails = {member.id: member.email for member in await list_members(unit)}
    everything = await rows.select(unit, LEAD_SOURCES, "ORDER BY id")
    named = [c for c in everything if c.configuration_name.lower() == name.strip().lower()]
    if user is not None:
        named = [c for c in named if emails[c.user_id] == user.strip().lower()]
    if len(named) == 1:
        return named[0]
    if named:
        owners = ", ".join(emails[c.user_id] for c in named)
        raise CommandError(f"Several people have a configuration {name!r}: add --user ({owners}).")
    known = {c.configuration_name.lower(): c.configuration_name for c in everything}
    raise CommandError(
        f"There is no configuration {name!r}{did_you_mean(name.lower(), known, known)}"
    )


async def _in_batches(
    database: Database,
    scope: Scope,
    table: CsvFile,
    read: Callable[[int, dict[str, str]], T],
    *,
    add: Callable[[Unit, list[T]], Any],
    refuse: Callable[[Row], None],
) -> None:
    """Each batch is one transaction: an interrupted import is continued by running it again."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(table.path.name, total=table.count)
        for batch in _batches(table.rows()):
            for row in batch:
                if row.flaw is not None:
                    refuse(row)
            good = [read(row.line, row.cells) for row in batch if row.flaw is None]
            async with database.writing(scope) as unit:
                await add(unit, good)
            progress.advance(task, len(batch))


def _refuse(result: Imported, external_id: str, row: Row) -> None:
    result.fail(row.line, row.cells.get(external_id, ""), row.flaw or "")


def _batches(rows: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _print_result(result: Imported, table: CsvFile, report: Path | None, as_json: bool) -> None:
    path: Path | None = None
    if result.remarks:
        path = report or table.path.with_name(f"{table.path.stem}.report.csv")
        write_rows(
            path,
            ("line", "level", "external_id", "reason"),
            ((r.line, r.level, r.external_id, r.reason) for r in result.in_order()),
        )
    shown = {
        "rows": table.count,
        "created": result.created,
        "unchanged": result.unchanged,
        "failed": result.failed,
        "warnings": result.warnings,
        "report": str(path) if path else None,
    }
    if as_json:
        print_json(shown)
        return
    for label, value in shown.items():
        if value is not None:
            print(f"  {label:<10}  {value}")
