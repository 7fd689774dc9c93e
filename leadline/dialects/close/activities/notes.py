"""Notes in the Close dialect: ``/api/v1/activity/note/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.activities.activities import list_activities
from leadline.dialects.close.leads.contacts import Text
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.attachments import AttachmentBody, read_attachments
from leadline.dialects.close.protocol.comment_summaries import (
    CommentSummaryShape,
    add_comment_summaries,
    mentions_in,
)
from leadline.dialects.close.protocol.custom_values import refuse_custom
from leadline.dialects.close.protocol.file_links import connect_files, sign_links
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ContactId,
    LeadId,
    UserId,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.notes import actions
from leadline.features.notes.inputs import NewNote, NoteChange
from leadline.features.notes.tables import NOTES, Note
from leadline.features.opportunities.tables import Attachment
from leadline.features.users.queries import names_of
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.wire.instants import Instant
from leadline.wire.operation import Request

MAX_ATTACHMENTS = 1000


class NoteShape(TypedDict):
    _type: Literal["Note"]
    activity_at: str
    attachments: list[Attachment]
    comment_summary: CommentSummaryShape | None
    contact_id: str | None
    created_by: str | None
    created_by_name: str | None
    date_created: str
    date_updated: str
    id: str
    lead_id: str
    note: str
    note_html: str
    note_mentions: list[str]
    organization_id: str
    pinned: bool
    pinned_at: str | None
    source: Literal["api"]
    title: str | None
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]


IGNORED = frozenset(NoteShape.__annotations__)


class NoteBody(msgspec.Struct, frozen=True, kw_only=True):
    """``note_html`` wins over ``note``. ``created_by_id`` is an old name of ``created_by``."""

    lead_id: LeadId
    contact_id: ContactId | None = None
    user_id: UserId | None = None
    title: Text | None = None
    note: str | None = None
    note_html: str | None = None
    pinned: bool | None = None
    attachments: list[AttachmentBody] | None = None
    activity_at: Instant | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None
    created_by_id: UserId | None = None


class NoteChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears what may be absent; the time of the note it leaves as it is."""

    contact_id: ContactId | UnsetType | None = UNSET
    title: Text | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    note_html: str | UnsetType | None = UNSET
    pinned: bool | UnsetType | None = UNSET
    attachments: list[AttachmentBody] | UnsetType | None = UNSET
    activity_at: Instant | None = None


async def show(request: Request[Any], found: list[Note]) -> list[NoteShape]:
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    names = await names_of(request.unit, people)
    shapes: list[NoteShape] = [
        {
            "_type": "Note",
            "activity_at": spell_time(row.happened_at),
            "attachments": row.attachments,
            "comment_summary": None,
            "contact_id": spell_id_or_null("cont", row.contact_id),
            "created_by": spell_id_or_null("user", row.created_by),
            "created_by_name": names.get(row.created_by),
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "id": spell_id("acti", row.id),
            "lead_id": spell_id("lead", row.lead_id),
            "note": row.note,
            "note_html": row.note_html,
            "note_mentions": mentions_in(row.note_html),
            "organization_id": spell_id("orga", row.organization_id),
            "pinned": row.pinned_at is not None,
            "pinned_at": spelling.spell_time_or_null(row.pinned_at),
            "source": "api",
            "title": row.title,
            "updated_by": spell_id_or_null("user", row.updated_by),
            "updated_by_name": names.get(row.updated_by),
            "user_id": spell_id_or_null("user", row.user_id),
            "user_name": names.get(row.user_id),
            "users": [],
        }
        for row in found
    ]
    await add_comment_summaries(request.unit, shapes)
    await sign_links(request.unit, shapes)
    return shapes


async def create_note(request: Request[NoteBody]) -> NoteShape:
    body = request.body
    problems = Problems()
    refuse_custom(request.raw, problems)
    attachments = read_attachments(body.attachments, [], problems, at_most=MAX_ATTACHMENTS)
    new = NewNote(
        lead_id=body.lead_id,
        contact_id=body.contact_id,
        user_id=body.user_id,
        title=body.title,
        note=body.note,
        note_html=body.note_html,
        is_pinned=bool(body.pinned),
        attachments=await connect_files(request, attachments, problems),
        happened_at=body.activity_at,
        created_at=body.date_created,
        created_by=body.created_by or body.created_by_id,
    )
    return await RESOURCE.show_one(request, await actions.create_note(request.unit, new, problems))


async def update_note(request: Request[NoteChangeBody]) -> NoteShape:
    body = request.body
    before = await rows.lock(request.unit, NOTES, RESOURCE.id_in(request))
    problems = Problems()
    refuse_custom(request.raw, problems)
    attachments: list[Attachment] | UnsetType = UNSET
    if body.attachments is not UNSET:
        attachments = read_attachments(
            body.attachments, before.attachments, problems, at_most=MAX_ATTACHMENTS
        )
        attachments = await connect_files(request, attachments, problems)
    change = NoteChange(
        contact_id=body.contact_id,
        title=body.title,
        note=body.note,
        note_html=body.note_html,
        is_pinned=UNSET if body.pinned is UNSET else bool(body.pinned),
        attachments=attachments,
        happened_at=body.activity_at or UNSET,
    )
    return await RESOURCE.show_one(
        request, await actions.update_note(request.unit, before, change, problems)
    )


RESOURCE = Resource(
    noun="note",
    tag="Notes",
    path="/api/v1/activity/note/",
    prefix="acti",
    table=NOTES,
    shape=NoteShape,
    show=show,
    read=Right.NOTE_READ,
    write=Right.NOTE_WRITE,
)

OPERATIONS = (
    list_activities(RESOURCE, "Note"),
    create_operation(RESOURCE, create_note, body=NoteBody, ignored=IGNORED),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_note, body=NoteChangeBody, ignored=IGNORED),
    delete_operation(RESOURCE, action=actions.delete_note),
)
