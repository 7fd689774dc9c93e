"""Every change of notes."""

from __future__ import annotations

from msgspec import UNSET

from leadline.features.comments.actions import delete_comments_on
from leadline.features.contacts.queries import check_on_lead
from leadline.features.leads.tables import LEADS
from leadline.features.notes.inputs import NewNote, NoteChange
from leadline.features.notes.tables import NOTES, Note
from leadline.features.users.queries import check_members
from leadline.kernel.errors import Path, Problems
from leadline.kernel.inputs import given_fields
from leadline.kernel.rights import Right
from leadline.platform.rich_text import both_texts
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_note(unit: Unit, new: NewNote, problems: Problems) -> Note:
    """Adds a note to a lead. Raises all ``problems``, its own included."""
    if await rows.find(unit, LEADS, new.lead_id) is None:
        problems.add("not_found", "lead_id")
    await check_on_lead(unit, new.contact_id, new.lead_id, problems)
    people: dict[Path, bytes | None] = {
        ("user_id",): new.user_id,
        ("created_by",): new.created_by,
    }
    await check_members(unit, people, problems)
    problems.stop_if_any()
    note, note_html = both_texts(new.note, new.note_html)
    created_at = new.created_at or unit.now
    row = Note(
        **unit.stamps(created_at=created_at, created_by=new.created_by),
        lead_id=new.lead_id,
        contact_id=new.contact_id,
        user_id=unit.scope.speak_for(new.user_id, Right.ACTIVITY_MANAGE_OTHERS),
        title=new.title,
        note=note,
        note_html=note_html,
        pinned_at=unit.now if new.is_pinned else None,
        attachments=new.attachments,
        happened_at=new.happened_at or created_at,
    )
    return await writes.insert(unit, NOTES, row)


async def update_note(unit: Unit, before: Note, change: NoteChange, problems: Problems) -> Note:
    """Changes what is given; ``before`` must be locked. Raises all ``problems``."""
    unit.scope.require_over(before.user_id, Right.ACTIVITY_MANAGE_OTHERS)
    if change.contact_id is not UNSET and change.contact_id != before.contact_id:
        await check_on_lead(unit, change.contact_id, before.lead_id, problems)
    problems.stop_if_any()
    changes = given_fields(change, "contact_id", "title", "attachments", "happened_at")
    if change.is_pinned is not UNSET:
        changes["pinned_at"] = (before.pinned_at or unit.now) if change.is_pinned else None
    changes.update(_changed_texts(before, change))
    return await writes.update(unit, NOTES, before, **changes)


async def delete_note(unit: Unit, note_id: bytes) -> None:
    """Removes a note."""
    note = await rows.lock(unit, NOTES, note_id)
    unit.scope.require_over(note.user_id, Right.ACTIVITY_MANAGE_OTHERS, Right.ACTIVITY_DELETE_OWN)
    await delete_comments_on(unit, [note.id])
    await writes.delete(unit, NOTES, note)


def _changed_texts(before: Note, change: NoteChange) -> dict[str, str]:
    """One of the two is given; of both, the rich one counts."""
    if change.note_html is not UNSET and change.note_html != before.note_html:
        plain, rich = both_texts(None, change.note_html)
    elif change.note_html is UNSET and change.note is not UNSET and change.note != before.note:
        plain, rich = both_texts(change.note, None)
    else:
        return {}
    return {"note": plain, "note_html": rich}
