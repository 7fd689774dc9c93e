"""Custom objects in the Close dialect: ``/api/v1/custom_object/``."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leadline.dialects.close.people.role_lists import require_listed
from leadline.dialects.close.protocol import filters, spelling
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
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    CustomObjectTypeId,
    LeadId,
    ListOf,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.custom_fields.actions import merged
from leadline.features.custom_object_types.queries import hold_object_type
from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES, CustomObjectType
from leadline.features.custom_objects import actions
from leadline.features.custom_objects.inputs import CustomObjectChange, NewCustomObject
from leadline.features.custom_objects.queries import page_of_objects
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS, CustomObject
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.unit import Unit
from leadline.wire.operation import Parameter, Reply, Request

Name = Annotated[str, Meta(max_length=255)]


class CustomObjectShape(TypedDict):
    """Values of custom fields stand beside these, as ``custom.cf_..``."""

    created_by: str | None
    custom_object_type_id: str
    date_created: str
    date_updated: str
    id: str
    lead_id: str
    name: str
    organization_id: str
    updated_by: str | None


class CustomObjectBody(msgspec.Struct, frozen=True, kw_only=True):
    custom_object_type_id: CustomObjectTypeId
    lead_id: LeadId
    name: Name


class CustomObjectChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """An object stays on its lead and of its type; its name and its values change."""

    name: Name | UnsetType = UNSET


async def show(request: Request[Any], found: list[CustomObject]) -> list[CustomObjectShape]:
    return [_spell(row) for row in found]


def _spell(row: CustomObject) -> CustomObjectShape:
    shape: CustomObjectShape = {
        "created_by": spell_id_or_null("user", row.created_by),
        "custom_object_type_id": spell_id(CustomObjectTypeId.prefix, row.type_id),
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "id": spell_id("custobj", row.id),
        "lead_id": spell_id("lead", row.lead_id),
        "name": row.name,
        "organization_id": spell_id("orga", row.organization_id),
        "updated_by": spell_id_or_null("user", row.updated_by),
    }
    shape.update(spell_custom(row.custom))  # type: ignore[typeddict-item]  # keys of its own
    return shape


async def list_custom_objects(request: Request[None]) -> ListOf[CustomObjectShape]:
    page = RESOURCE.page_of(request.query)
    lead_ids = filters.ids(request.query, "lead_id", "lead")
    problems = Problems()
    if lead_ids is None:
        problems.add("required", "lead_id")
    problems.stop_if_any()
    type_ids = filters.ids(request.query, "custom_object_type_id", CustomObjectTypeId.prefix)
    found = await page_of_objects(request.unit, lead_ids or [], type_ids, page.fetch, page.skip)
    return spelling.list_of(await show(request, found), page, request.query)


async def create_custom_object(request: Request[CustomObjectBody]) -> Reply[CustomObjectShape]:
    unit, body = request.unit, request.body
    problems = Problems()
    new = NewCustomObject(lead_id=body.lead_id, name=body.name)
    kind = await hold_object_type(unit, body.custom_object_type_id)
    if kind is not None:
        require_listed(unit.scope, kind.editable_with_roles)
        book = await fields_for(unit, "custom_object", [request.raw], kind.id, is_whole=True)
        values = merged({}, read_custom(book, request.raw, problems))
        check_required(book, values, problems)
        new = msgspec.structs.replace(new, custom=values)
    row = await actions.create_custom_object(unit, kind, new, problems)
    return await RESOURCE.show_made(request, row)


async def update_custom_object(request: Request[CustomObjectChangeBody]) -> CustomObjectShape:
    unit = request.unit
    before, kind = await _lock(unit, RESOURCE.id_in(request))
    problems = Problems()
    book = await fields_for(unit, "custom_object", [request.raw], kind.id)
    values = read_custom(book, request.raw, problems, before=before.custom)
    if values:
        check_required(book, merged(before.custom, values), problems)
    change = CustomObjectChange(name=request.body.name, custom=values)
    row = await actions.update_custom_object(unit, before, change, problems)
    return await RESOURCE.show_one(request, row)


async def delete_custom_object(unit: Unit, object_id: bytes) -> None:
    row, _ = await _lock(unit, object_id)
    await actions.delete_custom_object(unit, row)


async def _lock(unit: Unit, object_id: bytes) -> tuple[CustomObject, CustomObjectType]:
    """The object, locked, and its type, if the caller's role may change what is of that type."""
    row = await rows.lock(unit, CUSTOM_OBJECTS, object_id)
    kind = await rows.get(unit, CUSTOM_OBJECT_TYPES, row.type_id)
    require_listed(unit.scope, kind.editable_with_roles)
    return row, kind


RESOURCE = Resource(
    noun="custom_object",
    tag="Custom objects",
    path="/api/v1/custom_object/",
    prefix="custobj",
    table=CUSTOM_OBJECTS,
    shape=CustomObjectShape,
    show=show,
    read=Right.CUSTOM_OBJECT_READ,
    write=Right.CUSTOM_OBJECT_WRITE,
    is_paged=False,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_custom_objects,
        filters=(
            Parameter("lead_id", "Filter by lead ids, comma separated.", required=True),
            Parameter(
                "custom_object_type_id", "Filter by custom object type ids, comma separated."
            ),
        ),
    ),
    create_operation(
        RESOURCE,
        create_custom_object,
        body=CustomObjectBody,
        names={"type_id": "custom_object_type_id"},
        status=201,
    ),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_custom_object, body=CustomObjectChangeBody),
    delete_operation(RESOURCE, action=delete_custom_object, status=204),
)
