"""Importing stage transitions with the dates they had. Run again, it changes nothing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.contacts.actions import update_contact
from leadline.features.contacts.inputs import ContactChange
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.custom_fields.actions import fields_named
from leadline.features.custom_fields.inputs import number_of, read_value
from leadline.features.custom_fields.references import References
from leadline.features.custom_fields.tables import CustomField
from leadline.features.leads.actions import change_row
from leadline.features.leads.tables import LEADS, Lead
from leadline.features.pipelines.queries import StageBook
from leadline.features.pipelines.tables import Stage
from leadline.features.stage_transitions.actions import record_lead_transition
from leadline.features.stage_transitions.tables import STAGE_TRANSITIONS, StageTransition
from leadline.features.status_changes.actions import record_lead_change
from leadline.features.status_changes.inputs import StatusChangeDetails
from leadline.flows.import_leads import Imported, shortened
from leadline.kernel.errors import Problems
from leadline.kernel.times import read_local
from leadline.store import rows
from leadline.store.unit import Unit

MAX_AMOUNT = 10**15


class TransitionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the file. ``gross_profit`` is an amount, or empty."""

    line: int
    external_id: str
    at: str
    gross_profit: str = ""


class _Known(msgspec.Struct):
    """A lead of the batch with what is known of it, kept up to date while rows come in."""

    lead: Lead
    contact: Contact
    transitions: list[StageTransition]


class TransitionImport:
    """Imports entries into one stage. ``property_name`` is where the gross profit is written."""

    def __init__(self, stage: Stage, book: StageBook, property_name: str | None) -> None:
        self.result = Imported()
        self._stage = stage
        self._book = book
        self._property_name = property_name
        self._property: CustomField | None = None

    async def add(self, unit: Unit, batch: list[TransitionRow]) -> None:
        """Imports a batch, in the transaction of the unit."""
        if self._property_name is not None:
            problems = Problems()
            fields = await fields_named(unit, "contact", {self._property_name: 0}, problems)
            problems.stop_if_any()
            self._property = fields[self._property_name]
        known = await self._known(unit, [row.external_id for row in batch])
        for row in batch:
            found = known.get(row.external_id)
            if found is None:
                self.result.fail(row.line, row.external_id, "no lead has this external id")
                continue
            try:
                at = read_local(row.at, unit.scope.time_zone)
            except ValueError:
                reason = f"{shortened(row.at)!r} is no date or time"
                self.result.fail(row.line, row.external_id, reason)
                continue
            amount = _amount(row.gross_profit)
            flaw = self._flaw(row.gross_profit, amount)
            if flaw is not None:
                self.result.fail(row.line, row.external_id, flaw)
                continue
            await self._enter(unit, row, found, at, amount)

    def _flaw(self, text: str, amount: float | None) -> str | None:
        """Why the property cannot have what the file says, or None when it can."""
        if amount is None or self._property is None:
            return f"{shortened(text)!r} is no amount" if text else None
        problems = Problems()
        read_value(self._property, amount, (), problems, References())
        return f"{shortened(text)!r}: {problems.found[0].text}" if problems.found else None

    async def _known(self, unit: Unit, external_ids: list[str]) -> dict[str, _Known]:
        leads = await rows.select(
            unit, LEADS, "AND external_id = ANY(%(ids)s) ORDER BY id FOR UPDATE", ids=external_ids
        )
        lead_ids = [lead.id for lead in leads]
        contacts = await rows.select(
            unit, CONTACTS, "AND lead_id = ANY(%(lead_ids)s) AND is_primary", lead_ids=lead_ids
        )
        by_lead = {contact.lead_id: contact for contact in contacts}
        known = {lead.id: _Known(lead, by_lead[lead.id], []) for lead in leads}
        for transition in await rows.select(
            unit,
            STAGE_TRANSITIONS,
            "AND lead_id = ANY(%(lead_ids)s) AND kind = 'lead' ORDER BY created_at, id",
            lead_ids=lead_ids,
        ):
            known[transition.lead_id].transitions.append(transition)
        return {found.lead.external_id or "": found for found in known.values()}

    async def _enter(
        self, unit: Unit, row: TransitionRow, known: _Known, at: datetime, amount: float | None
    ) -> None:
        changed = await self._write_amount(unit, known, amount)
        history = known.transitions
        if any(t.stage_id == self._stage.id and t.created_at == at for t in history):
            self.result.unchanged += not changed
            self.result.created += changed
            return
        if at < known.lead.created_at:
            words = f"it entered {self._stage.name} before it came in; kept as it is"
            self.result.warn(row.line, row.external_id, words)
        earlier = [t for t in history if t.created_at <= at] or history
        came_from = self._book.by_id.get(earlier[-1].stage_id) if earlier else None
        moved_later = any(t.from_stage_id is not None and t.created_at > at for t in history)
        if not moved_later and known.lead.stage_id != self._stage.id:
            known.lead = await change_row(
                unit,
                known.lead,
                labels={"after": {"stage_name": self._stage.name}},
                stage_id=self._stage.id,
                pipeline_id=self._stage.pipeline_id,
            )
        entry = await record_lead_transition(unit, known.lead, self._stage, came_from, at=at)
        if came_from is not None:
            details = StatusChangeDetails(change_id=entry.id, happened_at=at)
            await record_lead_change(unit, known.lead.id, came_from, self._stage, details)
        history.append(entry)
        history.sort(key=lambda t: (t.created_at, t.id))
        self.result.created += 1

    async def _write_amount(self, unit: Unit, known: _Known, amount: float | None) -> bool:
        if amount is None or self._property is None:
            return False
        before = known.contact
        change = ContactChange(custom={self._property.id.hex(): amount})
        known.contact = await update_contact(unit, before, change)
        return known.contact is not before


def _amount(text: str) -> float | None:
    found = number_of(text)
    return found if found is not None and abs(found) < MAX_AMOUNT else None
