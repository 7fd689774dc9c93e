"""Changes that concern a call alone. Whether what it refers to exists is the flow's concern."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from leadline.features.calls.inputs import CallChange, NewCall
from leadline.features.calls.tables import CALLS, Call
from leadline.features.comments.actions import delete_comments_on
from leadline.kernel.rights import Right
from leadline.platform.phone_numbers import to_e164
from leadline.platform.rich_text import both_texts
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def insert_call(unit: Unit, new: NewCall, lead_id: bytes, contact_id: bytes | None) -> Call:
    """Adds a call to a lead."""
    note, note_html = both_texts(new.note, new.note_html)
    row = Call(
        **unit.stamps(created_at=new.created_at, created_by=new.created_by),
        lead_id=lead_id,
        contact_id=contact_id,
        user_id=unit.scope.speak_for(new.user_id, Right.ACTIVITY_MANAGE_OTHERS),
        direction=new.direction,
        status=new.status,
        duration_s=new.duration_s,
        phone=_phone(new.phone, unit.scope.country),
        note=note,
        note_html=note_html,
        outcome_id=new.outcome_id,
        playbook_id=new.playbook_id,
        quality_info=new.quality_info,
        recording_url=new.recording_url,
        voicemail_url=new.voicemail_url,
        source="External",
        custom={},
        happened_at=new.happened_at or new.created_at or unit.now,
    )
    return await writes.insert(unit, CALLS, row)


async def update_call(
    unit: Unit, before: Call, change: CallChange, lead_id: bytes, contact_id: bytes | None
) -> Call:
    """Changes what is given; ``before`` must be locked."""
    unit.scope.require_over(before.user_id, Right.ACTIVITY_MANAGE_OTHERS)
    changes: dict[str, Any] = {
        name: getattr(change, name)
        for name in (
            "user_id",
            "direction",
            "status",
            "duration_s",
            "outcome_id",
            "playbook_id",
            "quality_info",
            "recording_url",
            "voicemail_url",
            "happened_at",
        )
        if getattr(change, name) is not UNSET
    }
    if change.phone is not UNSET:
        changes["phone"] = _phone(change.phone, unit.scope.country)
    changes.update(_changed_notes(before, change.note, change.note_html))
    return await writes.update(
        unit, CALLS, before, lead_id=lead_id, contact_id=contact_id, **changes
    )


async def delete_call(unit: Unit, call_id: bytes) -> None:
    """Removes a call."""
    call = await rows.lock(unit, CALLS, call_id)
    unit.scope.require_over(call.user_id, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    await delete_comments_on(unit, [call.id])
    await writes.delete(unit, CALLS, call)


def _phone(text: str | None, country: str) -> str | None:
    """In E.164 when it can be a phone number; else as it is, since it has been called already."""
    written = (text or "").strip()
    return to_e164(written, country) or written or None


def _changed_notes(
    before: Call, note: str | UnsetType | None, note_html: str | UnsetType | None
) -> dict[str, str]:
    if note_html is not UNSET and note_html != before.note_html:
        plain, rich = both_texts(None, note_html)
    elif note_html is UNSET and note is not UNSET and note != before.note:
        plain, rich = both_texts(note, None)
    else:
        return {}
    return {"note": plain, "note_html": rich}
