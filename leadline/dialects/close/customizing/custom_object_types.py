"""Custom object types in the Close dialect: ``/api/v1/custom_object_type/``."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

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
    CustomFieldId,
    CustomObjectTypeId,
    spell_id,
    spell_id_or_null,
)
from leadline.features.custom_fields.queries import fields_of_types, fields_referring_to
from leadline.features.custom_fields.tables import CustomField
from leadline.features.custom_object_types import actions
from leadline.features.custom_object_types.inputs import (
    CustomObjectTypeChange,
    NewCustomObjectType,
)
from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES, CustomObjectType
from leadline.flows.delete_custom_type import delete_custom_object_type
from leadline.kernel.rights import Right
from leadline.kernel.times import utc_text
from leadline.store.unit import Unit
from leadline.wire.operation import Request


class ObjectTypeFieldShape(TypedDict):
    """A custom field of the type; with choices, or with the type that it refers to."""

    accepts_multiple_values: bool
    description: str | None
    editable_with_roles: list[str]
    id: str
    is_shared: bool
    name: str
    required: bool
    type: str
    back_reference_is_visible: NotRequired[bool | None]
    choices: NotRequired[list[str] | None]
    referenced_custom_type_id: NotRequired[str | None]


class CustomObjectTypeShape(TypedDict):
    """``back_reference_fields`` are those of any object that refer to this type."""

    api_create_only: bool
    back_reference_fields: list[ObjectTypeFieldShape]
    created_by: str | None
    date_created: str
    date_updated: str
    description: str | None
    editable_with_roles: list[str]
    fields: list[ObjectTypeFieldShape]
    id: str
    is_archived: bool
    name: str
    name_plural: str
    organization_id: str
    updated_by: str | None


def _spell_field(field: CustomField) -> ObjectTypeFieldShape:
    shape: ObjectTypeFieldShape = {
        "accepts_multiple_values": field.accepts_multiple_values,
        "description": field.description,
        "editable_with_roles": field.editable_with_roles,
        "id": spell_id(CustomFieldId.prefix, field.id),
        "is_shared": field.is_shared,
        "name": field.name,
        "required": field.is_required,
        "type": field.type,
    }
    if field.type == "choices":
        shape["choices"] = field.choices
    if field.type == "custom_object":
        shape["back_reference_is_visible"] = field.back_reference_is_visible
        shape["referenced_custom_type_id"] = spell_id_or_null(
            CustomObjectTypeId.prefix, field.referenced_custom_type_id
        )
    return shape


def _spell(
    row: CustomObjectType, fields: list[CustomField], referring: list[CustomField]
) -> CustomObjectTypeShape:
    return {
        "api_create_only": row.api_create_only,
        "back_reference_fields": [_spell_field(field) for field in referring],
        "created_by": spell_id_or_null("user", row.created_by),
        "date_created": utc_text(row.created_at),
        "date_updated": utc_text(row.updated_at),
        "description": row.description,
        "editable_with_roles": row.editable_with_roles,
        "fields": [_spell_field(field) for field in fields],
        "id": spell_id(CustomObjectTypeId.prefix, row.id),
        "is_archived": row.is_archived,
        "name": row.name,
        "name_plural": row.name_plural,
        "organization_id": spell_id("orga", row.organization_id),
        "updated_by": spell_id_or_null("user", row.updated_by),
    }


async def show(request: Request[Any], found: list[CustomObjectType]) -> list[CustomObjectTypeShape]:
    type_ids = [row.id for row in found]
    fields = await fields_of_types(request.unit, "custom_object", type_ids)
    referring = await fields_referring_to(request.unit, type_ids)
    return [_spell(row, fields[row.id], referring[row.id]) for row in found]


RESOURCE = Resource(
    noun="custom_object_type",
    tag="Custom object types",
    path="/api/v1/custom_object_type/",
    prefix=CustomObjectTypeId.prefix,
    table=CUSTOM_OBJECT_TYPES,
    shape=CustomObjectTypeShape,
    show=show,
    read=Right.CUSTOM_FIELD_READ,
    write=Right.CUSTOM_FIELD_WRITE,
    is_paged=False,
)


async def create_custom_object_type(unit: Unit, body: NewCustomObjectType) -> CustomObjectType:
    await check_roles(unit, body.editable_with_roles)
    return await actions.create_custom_object_type(unit, body)


async def update_custom_object_type(
    unit: Unit, type_id: bytes, body: CustomObjectTypeChange
) -> CustomObjectType:
    await check_roles(unit, body.editable_with_roles)
    return await actions.update_custom_object_type(unit, type_id, body)


OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE, action=create_custom_object_type, body=NewCustomObjectType, status=201
    ),
    get_operation(RESOURCE),
    update_operation(RESOURCE, action=update_custom_object_type, body=CustomObjectTypeChange),
    delete_operation(RESOURCE, action=delete_custom_object_type, status=204),
)
