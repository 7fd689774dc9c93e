"""Custom fields in the Close dialect: ``/api/v1/custom_field/lead/`` and its siblings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.people.role_lists import check_roles
from leadline.dialects.close.protocol import spelling
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
    ListOf,
    spell_id,
    spell_id_or_null,
    spell_time,
)
from leadline.features.custom_fields import queries
from leadline.features.custom_fields.actions import create_custom_field
from leadline.features.custom_fields.inputs import CustomFieldChange, Description, NewCustomField
from leadline.features.custom_fields.queries import associations_of, page_of_fields
from leadline.features.custom_fields.tables import (
    CUSTOM_FIELDS,
    Association,
    CustomField,
    FieldType,
)
from leadline.flows.change_custom_field import change_custom_field, delete_custom_field
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Reply, Request

MAX_LIMIT = 1000


class FieldAssociationShape(TypedDict):
    """The id of the type is there where the field belongs to one."""

    editable_with_roles: list[str]
    object_type: str
    required: bool
    custom_activity_type_id: NotRequired[str]
    custom_object_type_id: NotRequired[str]


class CustomFieldShape(TypedDict):
    """Shared fields have associations and all others roles; activities and objects have a type."""

    accepts_multiple_values: bool
    back_reference_is_visible: bool | None
    choices: list[str] | None
    converting_to_type: str | None
    created_by: str | None
    date_created: str
    date_updated: str
    description: str | None
    id: str
    is_shared: bool
    name: str
    organization_id: str
    referenced_custom_type_id: str | None
    type: str
    updated_by: str | None
    associations: NotRequired[list[FieldAssociationShape]]
    custom_activity_type_id: NotRequired[str]
    custom_object_type_id: NotRequired[str]
    editable_with_roles: NotRequired[list[str]]
    required: NotRequired[bool]


class FieldBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: FieldType
    choices: list[str] | None = None
    accepts_multiple_values: bool | None = None
    description: Description | None = None
    editable_with_roles: list[str] | None = None
    referenced_custom_type_id: CustomObjectTypeId | None = None
    back_reference_is_visible: bool | None = None


class ActivityFieldBody(FieldBody, frozen=True, kw_only=True):
    custom_activity_type_id: CustomActivityTypeId
    required: bool | None = None


class ObjectFieldBody(FieldBody, frozen=True, kw_only=True):
    custom_object_type_id: CustomObjectTypeId
    required: bool | None = None


class FieldChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears the description and the roles, and leaves the rest as it is."""

    name: str | None = None
    type: FieldType | None = None
    choices: list[str] | None = None
    accepts_multiple_values: bool | None = None
    description: Description | UnsetType | None = UNSET
    editable_with_roles: list[str] | UnsetType | None = UNSET
    referenced_custom_type_id: CustomObjectTypeId | None = None
    back_reference_is_visible: bool | None = None


class ActivityFieldChangeBody(FieldChangeBody, frozen=True, kw_only=True):
    custom_activity_type_id: CustomActivityTypeId | None = None
    required: bool | None = None


class ObjectFieldChangeBody(FieldChangeBody, frozen=True, kw_only=True):
    custom_object_type_id: CustomObjectTypeId | None = None
    required: bool | None = None


# On the way out.

# What Close calls the nouns that have custom types, and their ids.
TYPE_PREFIXES = {
    "custom_activity": CustomActivityTypeId.prefix,
    "custom_object": CustomObjectTypeId.prefix,
}


def spell_field(row: CustomField, associations: list[Association]) -> CustomFieldShape:
    shape: CustomFieldShape = {
        "accepts_multiple_values": row.accepts_multiple_values,
        "back_reference_is_visible": row.back_reference_is_visible,
        "choices": row.choices,
        "converting_to_type": row.converting_to,
        "created_by": spell_id_or_null("user", row.created_by),
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "description": row.description,
        "id": spell_id(CustomFieldId.prefix, row.id),
        "is_shared": row.is_shared,
        "name": row.name,
        "organization_id": spell_id("orga", row.organization_id),
        "referenced_custom_type_id": spell_id_or_null(
            CustomObjectTypeId.prefix, row.referenced_custom_type_id
        ),
        "type": row.type,
        "updated_by": spell_id_or_null("user", row.updated_by),
    }
    if row.is_shared:
        shape["associations"] = [spell_association(each) for each in associations]
        return shape
    shape["editable_with_roles"] = row.editable_with_roles
    if row.noun in TYPE_PREFIXES:
        shape["required"] = row.is_required
        shape.update(_spell_type(row.noun, row.type_id))  # type: ignore[typeddict-item]
    return shape


def spell_association(row: Association) -> FieldAssociationShape:
    shape: FieldAssociationShape = {
        "editable_with_roles": row.editable_with_roles,
        "object_type": f"{row.noun}_type" if row.noun in TYPE_PREFIXES else row.noun,
        "required": row.is_required,
    }
    if row.noun in TYPE_PREFIXES:
        shape.update(_spell_type(row.noun, row.type_id))  # type: ignore[typeddict-item]
    return shape


def _spell_type(noun: str, type_id: bytes | None) -> dict[str, str | None]:
    return {f"{noun}_type_id": spell_id_or_null(TYPE_PREFIXES[noun], type_id)}


async def show(request: Request[Any], found: list[CustomField]) -> list[CustomFieldShape]:
    """Fields of whatever noun; the associations of the shared ones are fetched at once."""
    unit = request.unit
    associations = await associations_of(unit, [row.id for row in found if row.is_shared])
    return [spell_field(row, associations.get(row.id, [])) for row in found]


# The operations. Each kind of field has the same five.


@dataclass(frozen=True)
class Kind:
    """One family of custom fields. ``noun`` is ours, ``name`` is Close's."""

    name: str
    noun: str
    body: type[FieldBody] = FieldBody
    change: type[FieldChangeBody] = FieldChangeBody
    is_paged: bool = True
    create_status: int = 200
    delete_status: int = 200


def _new_field(kind: Kind, body: FieldBody) -> NewCustomField:
    return NewCustomField(
        noun=kind.noun,
        type_id=getattr(body, f"{kind.noun}_type_id", None),
        name=body.name,
        type=body.type,
        description=body.description,
        choices=body.choices,
        accepts_multiple_values=bool(body.accepts_multiple_values),
        is_required=bool(getattr(body, "required", None)),
        editable_with_roles=body.editable_with_roles or [],
        referenced_custom_type_id=body.referenced_custom_type_id,
        back_reference_is_visible=body.back_reference_is_visible,
    )


def _change(kind: Kind, body: FieldChangeBody) -> CustomFieldChange:
    given: dict[str, Any] = {
        "type_id": getattr(body, f"{kind.noun}_type_id", None),
        "name": body.name,
        "type": body.type,
        "choices": body.choices,
        "accepts_multiple_values": body.accepts_multiple_values,
        "is_required": getattr(body, "required", None),
        "referenced_custom_type_id": body.referenced_custom_type_id,
        "back_reference_is_visible": body.back_reference_is_visible,
    }
    given = {name: value for name, value in given.items() if value is not None}
    given["description"] = body.description
    if body.editable_with_roles is not UNSET:
        given["editable_with_roles"] = body.editable_with_roles or []
    return CustomFieldChange(**given)


def field_operations(kind: Kind) -> tuple[Operation, ...]:
    """The five operations of one family, under the old plural path too."""
    resource = Resource(
        noun=f"{kind.name}_custom_field",
        tag="Custom fields",
        path=f"/api/v1/custom_field/{kind.name}/",
        prefix=CustomFieldId.prefix,
        table=CUSTOM_FIELDS,
        shape=CustomFieldShape,
        show=show,
        read=Right.CUSTOM_FIELD_READ,
        write=Right.CUSTOM_FIELD_WRITE,
    )

    async def list_fields(request: Request[None]) -> ListOf[CustomFieldShape]:
        query = request.query
        is_paged = kind.is_paged
        page = spelling.page_of(query, MAX_LIMIT) if is_paged else spelling.page_of_all(query)
        found = await page_of_fields(request.unit, kind.noun, page.fetch, page.skip)
        return spelling.list_of(await show(request, found), page, query)

    async def create_field(request: Request[FieldBody]) -> Reply[CustomFieldShape]:
        new = _new_field(kind, request.body)
        await check_roles(request.unit, new.editable_with_roles)
        row = await create_custom_field(request.unit, new)
        location = ("Location", resource.path_of(row))
        headers = (location,) if kind.create_status == 201 else ()
        return Reply(await resource.show_one(request, row), headers=headers)

    async def get_field(request: Request[None]) -> CustomFieldShape:
        field = await queries.get_field(request.unit, kind.noun, resource.id_in(request))
        return await resource.show_one(request, field)

    async def update_field(request: Request[FieldChangeBody]) -> CustomFieldShape:
        change = _change(kind, request.body)
        await check_roles(request.unit, change.editable_with_roles)
        field_id = resource.id_in(request)
        field = await change_custom_field(request.unit, kind.noun, field_id, change)
        return await resource.show_one(request, field)

    async def delete_field(request: Request[None]) -> None:
        await delete_custom_field(request.unit, kind.noun, resource.id_in(request))

    names = {"type_id": f"{kind.noun}_type_id"}
    return tuple(
        at_old_path(each)
        for each in (
            list_operation(resource, list_fields),
            create_operation(
                resource, create_field, body=kind.body, names=names, status=kind.create_status
            ),
            get_operation(resource, get_field),
            update_operation(resource, update_field, body=kind.change, names=names),
            delete_operation(resource, delete_field, status=kind.delete_status),
        )
    )


def at_old_path(operation: Operation) -> Operation:
    """The same operation under ``/custom_fields/`` too, as it was called once."""
    old = operation.path.replace("/custom_field/", "/custom_fields/")
    return replace(operation, old_path=old)


KINDS = (
    Kind("lead", "lead"),
    Kind("contact", "contact"),
    Kind("opportunity", "opportunity"),
    Kind("activity", "custom_activity", ActivityFieldBody, ActivityFieldChangeBody),
    Kind(
        "custom_object_type",
        "custom_object",
        ObjectFieldBody,
        ObjectFieldChangeBody,
        is_paged=False,
        create_status=201,
        delete_status=204,
    ),
    Kind("shared", "shared", is_paged=False),
)

OPERATIONS = tuple(each for kind in KINDS for each in field_operations(kind))
