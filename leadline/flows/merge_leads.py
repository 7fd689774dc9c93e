"""Making one lead part of another: everything on it moves, and then it is deleted.

Transitions move too, so that reports see one lead: taken in once, closed once, and reached by what
either of them had. Where both were taken in by configurations, the destination's intake is the one
that counts; the source's keeps what it cost, for its own source and configuration. The history
report counts transitions, and a merge neither adds nor removes any.
"""

from __future__ import annotations

from typing import Any

import msgspec

from leadline.features.contacts.actions import delete_contact_row
from leadline.features.contacts.inputs import MAX_CONTACTS
from leadline.features.contacts.queries import contacts_of_leads, lead_display_name
from leadline.features.contacts.tables import CONTACTS, Contact
from leadline.features.conversations.actions import delete_conversations
from leadline.features.lead_merges.tables import LEAD_MERGES, LeadMerge
from leadline.features.leads.actions import change_row, delete_row
from leadline.features.leads.tables import LEADS, UNASSIGNED, Lead
from leadline.features.stage_transitions.tables import STAGE_TRANSITIONS
from leadline.flows.lead_parts import LEAD_PARTS
from leadline.kernel.errors import Problems
from leadline.store import rows, writes
from leadline.store.tables import Table
from leadline.store.unit import Unit

# Single values of the destination that the source's fill where there are none.
_FILLED = ("name", "description", "url", "owner_id", "external_id")


async def merge_leads(
    unit: Unit, source_id: bytes, destination_id: bytes, problems: Problems
) -> LeadMerge:
    """Merges the source into the destination. Raises all ``problems``, its own included."""
    source, destination = await _lock_both(unit, source_id, destination_id, problems)
    contacts = await contacts_of_leads(unit, [source_id, destination_id])
    if len(contacts[source_id]) + len(contacts[destination_id]) > MAX_CONTACTS:
        problems.add("conflict", "source", text=f"A lead has at most {MAX_CONTACTS:,} contacts.")
    problems.stop_if_any()
    names = {lead.id: lead_display_name(lead, contacts[lead.id]) for lead in (source, destination)}
    await _move_contacts(unit, contacts[source_id], contacts[destination_id], destination_id)
    for part in LEAD_PARTS:
        if part.moves:
            await _move(unit, part.table, source_id, destination_id)
    await _move_transitions(unit, source_id, destination_id)
    labels = {
        "merge": {
            "source_lead_id": source_id.hex(),
            "destination_lead_id": destination_id.hex(),
        }
    }
    await delete_row(unit, source, labels)
    merged = await _fill(unit, destination, source)
    unit.record("merged", LEADS, destination, merged, lead_id=destination_id, labels=labels)
    return await _record_merge(unit, source_id, destination_id, names)


async def _lock_both(
    unit: Unit, source_id: bytes, destination_id: bytes, problems: Problems
) -> tuple[Lead, Lead]:
    if source_id == destination_id:
        problems.add("conflict", "destination_id", text="A lead cannot be merged with itself.")
        problems.stop_if_any()
    # In the order of their ids, so that two merges at once cannot lock each other.
    found = await rows.select(
        unit, LEADS, "AND id = ANY(%(ids)s) ORDER BY id FOR UPDATE", ids=[source_id, destination_id]
    )
    leads = {lead.id: lead for lead in found}
    for name, lead_id in (("source_id", source_id), ("destination_id", destination_id)):
        if lead_id not in leads:
            problems.add("not_found", name)
    problems.stop_if_any()
    return leads[source_id], leads[destination_id]


async def _move_contacts(
    unit: Unit, coming: list[Contact], waiting: list[Contact], destination_id: bytes
) -> None:
    """The destination keeps its primary contact, unless that is an empty placeholder."""
    source_id = coming[0].lead_id
    if coming[0].is_placeholder:
        await _remove(unit, coming[0])
        return
    if waiting[0].is_placeholder:
        await _remove(unit, waiting[0])
        await _move(unit, CONTACTS, source_id, destination_id)
    else:
        await _move(unit, CONTACTS, source_id, destination_id, is_primary=False)


async def _remove(unit: Unit, placeholder: Contact) -> None:
    await delete_conversations(unit, placeholder.id, placeholder.lead_id)
    await delete_contact_row(unit, placeholder)


async def _move_transitions(unit: Unit, source_id: bytes, destination_id: bytes) -> None:
    was_taken_in = await unit.fetch_value(
        "SELECT true FROM stage_transitions WHERE organization_id = %(organization_id)s "
        "AND lead_id = %(lead_id)s AND is_intake LIMIT 1",
        lead_id=destination_id,
    )
    demoted = {"is_intake": False} if was_taken_in else {}
    await _move(unit, STAGE_TRANSITIONS, source_id, destination_id, **demoted)


async def _move(
    unit: Unit, table: Table[Any], source_id: bytes, destination_id: bytes, **more: Any
) -> None:
    """Moves what of the table stands on the source, each row with its event."""
    found = await rows.select(
        unit, table, "AND lead_id = %(lead_id)s ORDER BY id FOR UPDATE", lead_id=source_id
    )
    if not found:
        return
    changes: dict[str, Any] = {"lead_id": destination_id, **more}
    if "updated_at" in table.columns:
        changes.update(unit.update_stamps())
    await unit.execute(
        table.update_where(changes, b"lead_id = %(source_id)s"),
        source_id=source_id,
        **changes,
    )
    for row in found:
        unit.record("updated", table, row, msgspec.structs.replace(row, **changes))


async def _fill(unit: Unit, destination: Lead, source: Lead) -> Lead:
    """What the destination has not, it gets from the source; lists have what either had."""
    changes: dict[str, Any] = {
        name: getattr(destination, name) or getattr(source, name) for name in _FILLED
    }
    changes["addresses"] = _combined(destination.addresses, source.addresses)
    changes["custom"] = {
        key: _combined_values(destination.custom.get(key), source.custom.get(key))
        for key in {**destination.custom, **source.custom}
    }
    if destination.source == UNASSIGNED:
        changes["source"] = source.source
    if destination.configuration_id is None:
        changes["configuration_id"] = source.configuration_id
    return await change_row(unit, destination, **changes)


def _combined_values(kept: Any, added: Any) -> Any:
    if isinstance(kept, list) and isinstance(added, list):
        return _combined(kept, added)
    return added if kept is None else kept


def _combined(kept: list[Any], added: list[Any]) -> list[Any]:
    return [*kept, *(value for value in added if value not in kept)]


async def _record_merge(
    unit: Unit, source_id: bytes, destination_id: bytes, names: dict[bytes, str]
) -> LeadMerge:
    row = LeadMerge(
        **unit.stamps(),
        lead_id=destination_id,
        user_id=unit.scope.user_id,
        source_lead_id=source_id,
        source_name=names[source_id],
        destination_lead_id=destination_id,
        destination_name=names[destination_id],
        happened_at=unit.now,
    )
    return await writes.insert(unit, LEAD_MERGES, row)
