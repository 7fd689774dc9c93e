"""Calls in the Close dialect: ``/api/v1/activity/call/``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.dialects.close.activities.activities import list_activities
from leadline.dialects.close.protocol.custom_values import refuse_custom
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
    OutcomeId,
    PlaybookId,
    UserId,
    is_asked_for,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.calls.actions import delete_call
from leadline.features.calls.inputs import MAX_DURATION_S, CallChange, Direction, NewCall, Status
from leadline.features.calls.tables import CALLS, Call
from leadline.features.users.queries import names_of
from leadline.flows.log_call import change_call, log_call
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.platform import phone_numbers
from leadline.wire.instants import Instant
from leadline.wire.operation import Request

# Shown when they are asked for; nothing is transcribed here.
_TRANSCRIPTS: tuple[Literal["recording_transcript", "voicemail_transcript"], ...] = (
    "recording_transcript",
    "voicemail_transcript",
)


class CallShape(TypedDict):
    _type: Literal["Call"]
    activity_at: str
    call_method: str
    coach_legs: list[Any]
    contact_id: str | None
    cost: str
    created_by: str | None
    created_by_name: str | None
    date_answered: None
    date_created: str
    date_updated: str
    dialer_id: None
    dialer_saved_search_id: None
    direction: str
    disposition: str | None
    duration: int
    forwarded_to: None
    has_recording: bool
    id: str
    is_forwarded: bool
    is_joinable: bool
    is_to_group_number: bool
    lead_id: str
    local_country_iso: str
    local_phone: None
    local_phone_formatted: None
    note: str
    note_html: str
    organization_id: str
    outcome_id: str | None
    phone: str | None
    playbook_id: str | None
    quality_info: str | None
    recording_expires_at: None
    recording_transcript: NotRequired[None]
    recording_url: str | None
    remote_country_iso: str | None
    remote_phone: str | None
    remote_phone_formatted: str | None
    sequence_id: None
    sequence_name: None
    sequence_subscription_id: None
    source: str
    status: str
    transferred_from: None
    transferred_from_user_id: None
    transferred_to: None
    transferred_to_user_id: None
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]
    voicemail_duration: None
    voicemail_transcript: NotRequired[None]
    voicemail_url: str | None


# What comes with calls that are copied from elsewhere, and means nothing here.
IGNORED = frozenset(CallShape.__annotations__) | {"custom_fields"}

Duration = Annotated[int, Meta(ge=0, le=MAX_DURATION_S)]
Phone = Annotated[str, Meta(max_length=100)]


class CallBody(msgspec.Struct, frozen=True, kw_only=True):
    """A lead or a contact is needed; the contact must be on the lead.

    ``created_by_id`` and ``conversation_type_id`` are old names of ``created_by`` and
    ``playbook_id``.
    """

    lead_id: LeadId | None = None
    contact_id: ContactId | None = None
    user_id: UserId | None = None
    direction: Direction | None = None
    status: Status | None = None
    duration: Duration | None = None
    phone: Phone | None = None
    note: str | None = None
    note_html: str | None = None
    outcome_id: OutcomeId | None = None
    playbook_id: PlaybookId | None = None
    conversation_type_id: PlaybookId | None = None
    quality_info: str | None = None
    recording_url: str | None = None
    voicemail_url: str | None = None
    activity_at: Instant | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None
    created_by_id: UserId | None = None


class CallChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears what may be absent; lead, status, direction and time it leaves as they are."""

    lead_id: LeadId | None = None
    contact_id: ContactId | UnsetType | None = UNSET
    user_id: UserId | UnsetType | None = UNSET
    direction: Direction | None = None
    status: Status | None = None
    duration: Duration | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    note_html: str | UnsetType | None = UNSET
    outcome_id: OutcomeId | UnsetType | None = UNSET
    playbook_id: PlaybookId | UnsetType | None = UNSET
    conversation_type_id: PlaybookId | UnsetType | None = UNSET
    quality_info: str | UnsetType | None = UNSET
    recording_url: str | UnsetType | None = UNSET
    voicemail_url: str | UnsetType | None = UNSET
    activity_at: Instant | None = None


# On the way out.


def disposition(row: Call) -> str | None:
    """How the call ended technically, as far as what was logged tells."""
    if row.status == "completed":
        return "answered" if row.duration_s > 0 else None
    return {"no-answer": "no-answer", "busy": "busy", "failed": "error"}.get(row.status)


def spell_call(row: Call, names: Mapping[bytes | None, str], country: str) -> CallShape:
    return {
        "_type": "Call",
        "activity_at": spell_time(row.happened_at),
        "call_method": "external",
        "coach_legs": [],
        "contact_id": spell_id_or_null("cont", row.contact_id),
        "cost": "0",
        "created_by": spell_id_or_null("user", row.created_by),
        "created_by_name": names.get(row.created_by),
        "date_answered": None,
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "dialer_id": None,
        "dialer_saved_search_id": None,
        "direction": row.direction,
        "disposition": disposition(row),
        "duration": row.duration_s,
        "forwarded_to": None,
        "has_recording": row.recording_url is not None,
        "id": spell_id("acti", row.id),
        "is_forwarded": False,
        "is_joinable": False,
        "is_to_group_number": False,
        "lead_id": spell_id("lead", row.lead_id),
        "local_country_iso": country,
        "local_phone": None,
        "local_phone_formatted": None,
        "note": row.note,
        "note_html": row.note_html,
        "organization_id": spell_id("orga", row.organization_id),
        "outcome_id": spell_id_or_null("outcome", row.outcome_id),
        "phone": row.phone,
        "playbook_id": spell_id_or_null(PlaybookId.prefix, row.playbook_id),
        "quality_info": row.quality_info,
        "recording_expires_at": None,
        "recording_url": row.recording_url,
        "remote_country_iso": phone_numbers.country_of(row.phone) if row.phone else None,
        "remote_phone": row.phone,
        "remote_phone_formatted": phone_numbers.for_people(row.phone) if row.phone else None,
        "sequence_id": None,
        "sequence_name": None,
        "sequence_subscription_id": None,
        "source": row.source,
        "status": row.status,
        "transferred_from": None,
        "transferred_from_user_id": None,
        "transferred_to": None,
        "transferred_to_user_id": None,
        "updated_by": spell_id_or_null("user", row.updated_by),
        "updated_by_name": names.get(row.updated_by),
        "user_id": spell_id_or_null("user", row.user_id),
        "user_name": names.get(row.user_id),
        "users": [],
        "voicemail_duration": None,
        "voicemail_url": row.voicemail_url,
    }


async def show(request: Request[Any], found: list[Call]) -> list[CallShape]:
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    names = await names_of(request.unit, people)
    shapes = [spell_call(row, names, request.unit.scope.country) for row in found]
    for name in _TRANSCRIPTS:
        if is_asked_for(request.query, name):
            for shape in shapes:
                shape[name] = None
    return shapes


# The operations.


async def create_call(request: Request[CallBody]) -> CallShape:
    body = request.body
    problems = Problems()
    refuse_custom(request.raw, problems)
    new = NewCall(
        lead_id=body.lead_id,
        contact_id=body.contact_id,
        user_id=body.user_id,
        direction=body.direction or "outbound",
        status=body.status or "completed",
        duration_s=body.duration or 0,
        phone=body.phone,
        note=body.note,
        note_html=body.note_html,
        outcome_id=body.outcome_id,
        playbook_id=body.playbook_id or body.conversation_type_id,
        quality_info=body.quality_info,
        recording_url=body.recording_url,
        voicemail_url=body.voicemail_url,
        happened_at=body.activity_at,
        created_at=body.date_created,
        created_by=body.created_by or body.created_by_id,
    )
    return await RESOURCE.show_one(request, await log_call(request.unit, new, problems))


async def update_call(request: Request[CallChangeBody]) -> CallShape:
    body = request.body
    problems = Problems()
    refuse_custom(request.raw, problems)
    change = CallChange(
        lead_id=body.lead_id or UNSET,
        contact_id=body.contact_id,
        user_id=body.user_id,
        direction=body.direction or UNSET,
        status=body.status or UNSET,
        duration_s=UNSET if body.duration is UNSET else body.duration or 0,
        phone=body.phone,
        note=body.note,
        note_html=body.note_html,
        outcome_id=body.outcome_id,
        playbook_id=body.conversation_type_id if body.playbook_id is UNSET else body.playbook_id,
        quality_info=body.quality_info,
        recording_url=body.recording_url,
        voicemail_url=body.voicemail_url,
        happened_at=body.activity_at or UNSET,
    )
    call = await change_call(request.unit, RESOURCE.id_in(request), change, problems)
    return await RESOURCE.show_one(request, call)


RESOURCE = Resource(
    noun="call",
    tag="Calls",
    path="/api/v1/activity/call/",
    prefix="acti",
    table=CALLS,
    shape=CallShape,
    show=show,
    read=Right.CALL_READ,
    write=Right.CALL_WRITE,
)

OPERATIONS = (
    list_activities(RESOURCE, "Call"),
    create_operation(RESOURCE, create_call, body=CallBody, ignored=IGNORED),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_call, body=CallChangeBody, ignored=IGNORED),
    delete_operation(RESOURCE, action=delete_call),
)
