"""Importing leads with the dates they had. Run again, it changes nothing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.contacts.inputs import NewContact, read_emails, read_phones
from leadline.features.custom_fields.actions import fields_named
from leadline.features.custom_fields.inputs import read_value, value_of_text
from leadline.features.custom_fields.references import References
from leadline.features.custom_fields.tables import CustomField, CustomValues
from leadline.features.lead_sources.tables import LeadSource
from leadline.features.leads.inputs import NewLead
from leadline.features.pipelines.queries import StageBook
from leadline.flows.create_lead import create_lead
from leadline.flows.find_references import find_references
from leadline.flows.intake import entry_stage
from leadline.kernel.errors import Path, Problems
from leadline.kernel.times import read_local
from leadline.platform import phone_numbers
from leadline.store.unit import Unit

_SHOWN = 100  # characters of a cell in a remark


class LeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the file; ``line`` is where it stands there. Texts are as they were found."""

    line: int
    external_id: str
    created_at: str
    source: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    custom: dict[str, str] = {}


class Remark(msgspec.Struct, frozen=True):
    """What is to be said of a row. An ``error`` was left out, a ``warning`` was kept."""

    line: int
    level: str
    external_id: str
    reason: str


class Imported(msgspec.Struct):
    """What became of the rows so far."""

    created: int = 0
    unchanged: int = 0
    failed: int = 0
    warnings: int = 0
    remarks: list[Remark] = []

    def fail(self, line: int, external_id: str, reason: str) -> None:
        self.failed += 1
        self.remarks.append(Remark(line, "error", shortened(external_id), reason))

    def warn(self, line: int, external_id: str, reason: str) -> None:
        self.warnings += 1
        self.remarks.append(Remark(line, "warning", shortened(external_id), reason))

    def in_order(self) -> list[Remark]:
        """The remarks in the order of their lines."""
        return sorted(self.remarks, key=lambda remark: remark.line)


def shortened(text: str) -> str:
    """The beginning of a text, as much as serves to find it in the file."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class _Ready(msgspec.Struct, frozen=True):
    row: LeadRow
    created_at: datetime
    contact: NewContact

    @property
    def values(self) -> set[str]:
        return {method["value"] for method in (*self.contact.phones, *self.contact.emails)}


class _Columns(msgspec.Struct, frozen=True):
    """The custom fields behind the columns of a batch, and what its values may refer to.

    ``imported`` are rows that are there already. Their values are not looked at: a field may have
    changed since.
    """

    fields: dict[str, CustomField]
    known: References
    imported: set[str]

    def read(self, row: LeadRow, problems: Problems) -> CustomValues:
        """The values of a row as contacts keep them, checked as those of any contact are."""
        if row.external_id in self.imported:
            return {}
        values: CustomValues = {}
        for name, text in row.custom.items():
            field, path = self.fields[name], ("custom", name)
            value = value_of_text(field, text)
            values[field.id.hex()] = read_value(field, value, path, problems, self.known)
        return {key: value for key, value in values.items() if value is not None}


async def _columns(unit: Unit, batch: list[LeadRow], imported: set[str]) -> _Columns:
    """What is needed to read a batch. Columns that no field is named after become text fields."""
    new = [row for row in batch if row.external_id not in imported]
    texts = [(name, text) for row in new for name, text in row.custom.items()]
    if not texts:
        return _Columns({}, References(), imported)
    problems = Problems()
    fields = await fields_named(unit, "contact", dict(texts), problems)
    problems.stop_if_any()
    pairs = [(fields[name], value_of_text(fields[name], text)) for name, text in texts]
    return _Columns(fields, await find_references(unit, pairs), imported)


def _cell(row: LeadRow, path: Path) -> str:
    """What stands in the file where there is a problem."""
    name = str(path[0])
    if name != "custom":
        return repr(shortened(getattr(row, name)))
    column = str(path[1])
    return f"{column} {shortened(row.custom[column])!r}"


class LeadImport:
    """Imports rows for one configuration; ``seen`` remembers which ids of the file are in."""

    def __init__(self, configuration: LeadSource, book: StageBook) -> None:
        self.result = Imported()
        self._configuration = configuration
        self._stage = entry_stage(book, configuration)
        self._seen: dict[str, int] = {}
        self._taken: dict[str, int] = {}

    async def add(self, unit: Unit, rows: list[LeadRow]) -> None:
        """Imports a batch, in the transaction of the unit."""
        known = set(
            await unit.fetch_values(
                "SELECT external_id FROM leads WHERE organization_id = %(organization_id)s "
                "AND external_id = ANY(%(ids)s)",
                ids=[row.external_id for row in rows],
            )
        )
        columns = await _columns(unit, rows, known)
        ready = [found for row in rows if (found := self._read(unit, row, columns)) is not None]
        taken = set(
            await unit.fetch_values(
                "SELECT value FROM contact_methods WHERE organization_id = %(organization_id)s "
                "AND value = ANY(%(values)s)",
                values=[value for entry in ready for value in entry.values],
            )
        )
        for entry in ready:
            if self._is_repeated(entry.row):
                continue
            if entry.row.external_id in known:
                self.result.unchanged += 1
            elif self._is_taken(entry, taken):
                continue
            else:
                await self._create(unit, entry)
            self._seen[entry.row.external_id] = entry.row.line

    def _read(self, unit: Unit, row: LeadRow, columns: _Columns) -> _Ready | None:
        reasons = []
        if not row.external_id:
            reasons.append("it has no external id")
        created_at = None
        try:
            created_at = read_local(row.created_at, unit.scope.time_zone)
        except ValueError:
            reasons.append(f"{shortened(row.created_at)!r} is no date or time")
        problems = Problems()
        no_phone = phone_numbers.says_none(row.phone)
        phones = [(row.phone, "office")] if row.phone and not no_phone else []
        emails = [(row.email, "office")] if row.email else []
        contact = NewContact(
            name=row.name or None,
            first_name=row.first_name or None,
            last_name=row.last_name or None,
            phones=read_phones(phones, unit.scope.country, ("phone",), problems),
            emails=read_emails(emails, ("email",), problems),
            custom=columns.read(row, problems),
            created_at=created_at,
            created_by=self._configuration.user_id,
        )
        reasons += [f"{_cell(row, found.path)}: {found.text}" for found in problems.found]
        if reasons or created_at is None:
            self.result.fail(row.line, row.external_id, "; ".join(reasons))
            return None
        if no_phone and row.external_id not in columns.imported:
            words = f"{shortened(row.phone)!r} is no phone number; left out"
            self.result.warn(row.line, row.external_id, words)
        return _Ready(row, created_at, contact)

    def _is_repeated(self, row: LeadRow) -> bool:
        """An id that a row before has brought in is not given to a second lead."""
        line = self._seen.get(row.external_id)
        if line is not None:
            reason = f"line {line} has the same external id"
            self.result.fail(row.line, row.external_id, reason)
        return line is not None

    def _is_taken(self, entry: _Ready, taken: set[str]) -> bool:
        """A phone or an e-mail address that somebody has is not given to a second lead."""
        for value in entry.values:
            line = self._taken.get(value)
            if line is not None or value in taken:
                owner = f"the lead of line {line}" if line is not None else "another lead"
                reason = f"{value} belongs to {owner}"
                self.result.fail(entry.row.line, entry.row.external_id, reason)
                return True
        self._taken.update(dict.fromkeys(entry.values, entry.row.line))
        return False

    async def _create(self, unit: Unit, entry: _Ready) -> None:
        row, contact = entry.row, entry.contact
        has_name = bool(contact.name or contact.first_name or contact.last_name)
        has_contact = bool(has_name or entry.values or contact.custom)
        await create_lead(
            unit,
            NewLead(
                name=None if has_name else row.external_id,
                source=row.source.strip() or self._configuration.source,
                configuration_id=self._configuration.id,
                owner_id=self._configuration.user_id,
                external_id=row.external_id,
                created_at=entry.created_at,
                created_by=self._configuration.user_id,
            ),
            [contact] if has_contact else [],
            self._stage,
            intake_cost=self._configuration.cost_per_lead,
        )
        self.result.created += 1
