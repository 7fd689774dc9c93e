"""Custom activities in the Close dialect: ``/api/v1/activity/custom/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.activities.activities import CUSTOM, list_activities
from leadline.dialects.close.people.role_lists import require_listed
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.comment_summaries import (
    CommentSummaryShape,
    add_comment_summaries,
)
from leadline.dialects.close.protocol.custom_values import (
    check_required,
    fields_for,
    read_custom,
    spell_custom,
)
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ContactId,
    CustomActivityTypeId,
    LeadId,
    UserId,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.custom_activities import actions
from leadline.features.custom_activities.inputs import CustomActivityChange, NewCustomActivity
from leadline.features.custom_activities.tables import CUSTOM_ACTIVITIES, CustomActivity, Status
from leadline.features.custom_activity_types.queries import hold_activity_type
from leadline.features.custom_activity_types.tables import (
    CUSTOM_ACTIVITY_TYPES,
    CustomActivityType,
)
from leadline.features.custom_fields.actions import merged
from leadline.features.users.queries import names_of
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.instants import Instant
from leadline.wire.operation import Request


class CustomActivityShape(TypedDict):
    """Values of custom fields stand beside these, as ``custom.cf_..``."""

    _type: Literal["CustomActivity"]
    activity_at: str
    comment_summary: CommentSummaryShape | None
    contact_id: str | None
    created_by: str | None
    created_by_name: str | None
    custom_activity_type_id: str
    date_created: str
    date_updated: str
    id: str
    last_published_at: str | None
    lead_id: str
    mentions: list[str]
    mentions_updated_at: None
    organization_id: str
    pinned: bool
    pinned_at: str | None
    source: Literal["api"]
    status: Status
    updated_by: str | None
    updated_by_name: str | None
    user_id: str | None
    user_name: str | None
    users: list[str]


IGNORED = frozenset(CustomActivityShape.__annotations__) | {"custom_fields"}


class CustomActivityBody(msgspec.Struct, frozen=True, kw_only=True):
    """A draft may lack values of required fields. ``created_by_id`` is the old ``created_by``."""

    custom_activity_type_id: CustomActivityTypeId
    lead_id: LeadId
    contact_id: ContactId | None = None
    user_id: UserId | None = None
    status: Status = "published"
    pinned: bool | None = None
    activity_at: Instant | None = None
    date_created: Instant | None = None
    created_by: UserId | None = None
    created_by_id: UserId | None = None


class CustomActivityChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears the contact and takes down what is pinned."""

    contact_id: ContactId | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    pinned: bool | UnsetType | None = UNSET
    activity_at: Instant | None = None


async def show(request: Request[Any], found: list[CustomActivity]) -> list[CustomActivityShape]:
    people = {user_id for row in found for user_id in (row.created_by, row.updated_by, row.user_id)}
    names = await names_of(request.unit, people)
    shapes = [_spell(row, names) for row in found]
    await add_comment_summaries(request.unit, shapes)
    return shapes


def _spell(row: CustomActivity, names: dict[bytes | None, str]) -> CustomActivityShape:
    shape: CustomActivityShape = {
        "_type": "CustomActivity",
        "activity_at": spell_time(row.happened_at),
        "comment_summary": None,
        "contact_id": spell_id_or_null("cont", row.contact_id),
        "created_by": spell_id_or_null("user", row.created_by),
        "created_by_name": names.get(row.created_by),
        "custom_activity_type_id": spell_id(CustomActivityTypeId.prefix, row.type_id),
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "id": spell_id("acti", row.id),
        "last_published_at": spelling.spell_time_or_null(row.published_at),
        "lead_id": spell_id("lead", row.lead_id),
        "mentions": [],
        "mentions_updated_at": None,
        "organization_id": spell_id("orga", row.organization_id),
        "pinned": row.pinned_at is not None,
        "pinned_at": spelling.spell_time_or_null(row.pinned_at),
        "source": "api",
        "status": row.status,
        "updated_by": spell_id_or_null("user", row.updated_by),
        "updated_by_name": names.get(row.updated_by),
        "user_id": spell_id_or_null("user", row.user_id),
        "user_name": names.get(row.user_id),
        "users": [],
    }
    shape.update(spell_custom(row.custom))  # type: ignore[typeddict-item]  # keys of its own
    return shape


async def create_custom_activity(request: Request[CustomActivityBody]) -> CustomActivityShape:
    unit, body = request.unit, request.body
    problems = Problems()
    new = NewCustomActivity(
        lead_id=body.lead_id,
        contact_id=body.contact_id,
        user_id=body.user_id,
        status=body.status,
        is_pinned=bool(body.pinned),
        happened_at=body.activity_at,
        created_at=body.date_created,
        created_by=body.created_by or body.created_by_id,
    )
    kind = await hold_activity_type(unit, body.custom_activity_type_id)
    if kind is not None:
        require_listed(unit.scope, kind.editable_with_roles)
        book = await fields_for(unit, "custom_activity", [request.raw], kind.id, is_whole=True)
        values = merged({}, read_custom(book, request.raw, problems))
        if body.status == "published":
            check_required(book, values, problems)
        new = msgspec.structs.replace(new, custom=values)
    row = await actions.create_custom_activity(unit, kind, new, problems)
    return await RESOURCE.show_one(request, row)


async def update_custom_activity(request: Request[CustomActivityChangeBody]) -> CustomActivityShape:
    unit, body = request.unit, request.body
    before, kind = await _lock(unit, RESOURCE.id_in(request))
    problems = Problems()
    status = before.status if body.status is UNSET else body.status
    is_new = status == "published" and before.status == "draft"
    book = await fields_for(unit, "custom_activity", [request.raw], kind.id, is_whole=is_new)
    values = read_custom(book, request.raw, problems, before=before.custom)
    if is_new or (values and status == "published"):
        check_required(book, merged(before.custom, values), problems)
    change = CustomActivityChange(
        contact_id=body.contact_id,
        status=body.status,
        is_pinned=UNSET if body.pinned is UNSET else bool(body.pinned),
        happened_at=body.activity_at or UNSET,
        custom=values,
    )
    row = await actions.update_custom_activity(unit, before, change, problems)
    return await RESOURCE.show_one(request, row)


async def delete_custom_activity(unit: Unit, activity_id: bytes) -> None:
    row, _ = await _lock(unit, activity_id)
    await actions.delete_custom_activity(unit, row)


async def _lock(unit: Unit, activity_id: bytes) -> tuple[CustomActivity, CustomActivityType]:
    """The activity, locked, and its type, if the caller's role may change what is of that type."""
    row = await rows.lock(unit, CUSTOM_ACTIVITIES, activity_id)
    kind = await rows.get(unit, CUSTOM_ACTIVITY_TYPES, row.type_id)
    require_listed(unit.scope, kind.editable_with_roles)
    return row, kind


RESOURCE = Resource(
    noun="custom_activity",
    tag="Custom activities",
    path="/api/v1/activity/custom/",
    prefix="acti",
    table=CUSTOM_ACTIVITIES,
    shape=CustomActivityShape,
    show=show,
    read=Right.CUSTOM_ACTIVITY_READ,
    write=Right.CUSTOM_ACTIVITY_WRITE,
)

OPERATIONS = (
    list_activities(RESOURCE, CUSTOM),
    create_operation(
        RESOURCE,
        create_custom_activity,
        body=CustomActivityBody,
        ignored=IGNORED,
        names={"type_id": "custom_activity_type_id"},
    ),
    get_operation(RESOURCE),
    update_operation(
        RESOURCE, update_custom_activity, body=CustomActivityChangeBody, ignored=IGNORED
    ),
    delete_operation(RESOURCE, action=delete_custom_activity),
)
