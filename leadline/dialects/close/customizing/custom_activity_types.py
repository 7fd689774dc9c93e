"""Custom activity types in the Close dialect: ``/api/v1/custom_activity/``."""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.close.customizing.custom_field_schemas import FieldPlace
from leadline.dialects.close.people.role_lists import check_roles
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    CustomActivityTypeId,
    CustomFieldId,
    CustomObjectTypeId,
    spell_id,
    spell_id_or_null,
)
from leadline.features.custom_activity_types import actions
from leadline.features.custom_activity_types.inputs import (
    CustomActivityTypeChange,
    NewCustomActivityType,
)
from leadline.features.custom_activity_types.tables import (
    CUSTOM_ACTIVITY_TYPES,
    CustomActivityType,
)
from leadline.features.custom_fields.actions import order_fields
from leadline.features.custom_fields.queries import fields_of_types
from leadline.features.custom_fields.tables import CustomField
from leadline.flows.delete_custom_type import delete_custom_activity_type
from leadline.kernel.rights import Right
from leadline.kernel.times import utc_text
from leadline.store.unit import Unit
from leadline.wire.operation import Request


class ActivityTypeFieldShape(TypedDict):
    """A custom field of the type, without its choices."""

    accepts_multiple_values: bool
    back_reference_is_visible: bool | None
    converting_to_type: str | None
    description: str | None
    editable_with_roles: list[str]
    id: str
    is_shared: bool
    name: str
    referenced_custom_type_id: str | None
    required: bool
    type: str


class CustomActivityTypeShape(TypedDict):
    api_create_only: bool
    created_by: str | None
    date_created: str
    date_updated: str
    description: str | None
    editable_with_roles: list[str]
    fields: list[ActivityTypeFieldShape]
    id: str
    is_archived: bool
    name: str
    organization_id: str
    updated_by: str | None


class CustomActivityTypeBody(CustomActivityTypeChange, frozen=True, kw_only=True):
    """``fields`` puts the fields of the type in order; those that are left out follow."""

    fields: list[FieldPlace] | None = None


def _spell_field(field: CustomField) -> ActivityTypeFieldShape:
    return {
        "accepts_multiple_values": field.accepts_multiple_values,
        "back_reference_is_visible": field.back_reference_is_visible,
        "converting_to_type": field.converting_to,
        "description": field.description,
        "editable_with_roles": field.editable_with_roles,
        "id": spell_id(CustomFieldId.prefix, field.id),
        "is_shared": field.is_shared,
        "name": field.name,
        "referenced_custom_type_id": spell_id_or_null(
            CustomObjectTypeId.prefix, field.referenced_custom_type_id
        ),
        "required": field.is_required,
        "type": field.type,
    }


def _spell(row: CustomActivityType, fields: list[CustomField]) -> CustomActivityTypeShape:
    return {
        "api_create_only": row.api_create_only,
        "created_by": spell_id_or_null("user", row.created_by),
        "date_created": utc_text(row.created_at),
        "date_updated": utc_text(row.updated_at),
        "description": row.description,
        "editable_with_roles": row.editable_with_roles,
        "fields": [_spell_field(field) for field in fields],
        "id": spell_id(CustomActivityTypeId.prefix, row.id),
        "is_archived": row.is_archived,
        "name": row.name,
        "organization_id": spell_id("orga", row.organization_id),
        "updated_by": spell_id_or_null("user", row.updated_by),
    }


async def show(
    request: Request[Any], found: list[CustomActivityType]
) -> list[CustomActivityTypeShape]:
    fields = await fields_of_types(request.unit, "custom_activity", [row.id for row in found])
    return [_spell(row, fields[row.id]) for row in found]


RESOURCE = Resource(
    noun="custom_activity_type",
    tag="Custom activity types",
    path="/api/v1/custom_activity/",
    prefix=CustomActivityTypeId.prefix,
    table=CUSTOM_ACTIVITY_TYPES,
    shape=CustomActivityTypeShape,
    show=show,
    read=Right.CUSTOM_FIELD_READ,
    write=Right.CUSTOM_FIELD_WRITE,
    is_paged=False,
)


async def create_custom_activity_type(
    unit: Unit, body: NewCustomActivityType
) -> CustomActivityType:
    await check_roles(unit, body.editable_with_roles)
    return await actions.create_custom_activity_type(unit, body)


async def update_custom_activity_type(
    request: Request[CustomActivityTypeBody],
) -> CustomActivityTypeShape:
    unit, body = request.unit, request.body
    await check_roles(unit, body.editable_with_roles)
    row = await actions.update_custom_activity_type(unit, RESOURCE.id_in(request), body)
    if body.fields is not None:
        await order_fields(unit, "custom_activity", row.id, [bytes(f.id) for f in body.fields])
    return await RESOURCE.show_one(request, row)


OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE, action=create_custom_activity_type, body=NewCustomActivityType, status=201
    ),
    get_operation(RESOURCE),
    update_operation(
        RESOURCE,
        update_custom_activity_type,
        body=CustomActivityTypeBody,
        names={"field_ids.*": "fields.*.id"},
    ),
    delete_operation(RESOURCE, action=delete_custom_activity_type, status=204),
)
