"""Logging a call on a lead, and changing what was logged.

A call refers to its lead, contact, user, outcome and playbook: each must exist when it is set.
What a call refers to already may be gone since, and is no reason to refuse another change.
"""

from __future__ import annotations

from msgspec import UNSET

from leadline.features.calls.actions import insert_call, update_call
from leadline.features.calls.inputs import CallChange, NewCall, check_https
from leadline.features.calls.tables import CALLS, Call
from leadline.features.contacts.queries import check_is_on_lead
from leadline.features.contacts.tables import CONTACTS
from leadline.features.leads.tables import LEADS
from leadline.features.outcomes.tables import OUTCOMES
from leadline.features.playbooks.tables import PLAYBOOKS
from leadline.features.users.queries import check_members
from leadline.kernel.errors import Path, Problems
from leadline.store import rows
from leadline.store.unit import Unit


async def log_call(unit: Unit, new: NewCall, problems: Problems) -> Call:
    """Adds a call. Raises all ``problems``, its own included."""
    lead_id = new.lead_id
    if new.contact_id is not None:
        lead_id = await _lead_of_contact(unit, new.contact_id, lead_id, problems)
    elif lead_id is None:
        problems.add("required", "lead_id")
    else:
        await _check_lead(unit, lead_id, problems)
    people: dict[Path, bytes | None] = {
        ("user_id",): new.user_id,
        ("created_by",): new.created_by,
    }
    await check_members(unit, people, problems)
    await _check_outcome(unit, new.outcome_id, problems)
    await _check_playbook(unit, new.playbook_id, problems)
    check_https(new.recording_url, "recording_url", problems)
    check_https(new.voicemail_url, "voicemail_url", problems)
    problems.stop_if_any()
    assert lead_id is not None  # noqa: S101 - a missing one is a problem
    return await insert_call(unit, new, lead_id, new.contact_id)


async def change_call(unit: Unit, call_id: bytes, change: CallChange, problems: Problems) -> Call:
    """Changes what is given, and checks what becomes different."""
    before = await rows.lock(unit, CALLS, call_id)
    lead_id, contact_id = await _place(unit, before, change, problems)
    if change.user_id is not UNSET and change.user_id != before.user_id:
        await check_members(unit, {("user_id",): change.user_id}, problems)
    if change.outcome_id is not UNSET and change.outcome_id != before.outcome_id:
        await _check_outcome(unit, change.outcome_id, problems)
    if change.playbook_id is not UNSET and change.playbook_id != before.playbook_id:
        await _check_playbook(unit, change.playbook_id, problems)
    for name in ("recording_url", "voicemail_url"):
        url = getattr(change, name)
        if url is not UNSET and url != getattr(before, name):
            check_https(url, name, problems)
    problems.stop_if_any()
    return await update_call(unit, before, change, lead_id, contact_id)


async def _place(
    unit: Unit, before: Call, change: CallChange, problems: Problems
) -> tuple[bytes, bytes | None]:
    """The lead and the contact afterwards. A call that moves leaves a contact behind who does
    not come along."""
    wanted = None if change.lead_id is UNSET else change.lead_id
    lead_id = wanted or before.lead_id
    contact_id = before.contact_id if change.contact_id is UNSET else change.contact_id
    if (lead_id, contact_id) == (before.lead_id, before.contact_id):
        return lead_id, contact_id
    if contact_id is not None and change.contact_id is not UNSET:
        found = await _lead_of_contact(unit, contact_id, wanted, problems)
        return found or lead_id, contact_id
    if lead_id != before.lead_id:
        await _check_lead(unit, lead_id, problems)
        if contact_id is not None:
            contact = await rows.find(unit, CONTACTS, contact_id)
            if contact is None or contact.lead_id != lead_id:
                contact_id = None
    return lead_id, contact_id


async def _lead_of_contact(
    unit: Unit, contact_id: bytes, lead_id: bytes | None, problems: Problems
) -> bytes | None:
    """The contact's lead, which must be ``lead_id`` if that is given."""
    contact = await rows.find(unit, CONTACTS, contact_id)
    is_elsewhere = contact is None or contact.lead_id != lead_id
    if lead_id is not None and is_elsewhere and not await _check_lead(unit, lead_id, problems):
        lead_id = None
    check_is_on_lead(contact, {lead_id}, problems)
    return contact.lead_id if contact else None


async def _check_lead(unit: Unit, lead_id: bytes, problems: Problems) -> bool:
    if await rows.find(unit, LEADS, lead_id) is not None:
        return True
    problems.add("not_found", "lead_id")
    return False


async def _check_playbook(unit: Unit, playbook_id: bytes | None, problems: Problems) -> None:
    if playbook_id is not None and await rows.find(unit, PLAYBOOKS, playbook_id) is None:
        problems.add("not_found", "playbook_id")


async def _check_outcome(unit: Unit, outcome_id: bytes | None, problems: Problems) -> None:
    if outcome_id is None:
        return
    outcome = await rows.find(unit, OUTCOMES, outcome_id)
    if outcome is None:
        problems.add("not_found", "outcome_id")
    elif "calls" not in outcome.applies_to:
        problems.add("conflict", "outcome_id", text="This outcome does not apply to calls.")
