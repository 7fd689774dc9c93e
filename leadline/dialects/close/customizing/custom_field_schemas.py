"""The custom fields of one kind of object, in order: ``/api/v1/custom_field_schema/``."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import msgspec

from leadline.dialects.close.customizing.custom_fields import TYPE_PREFIXES, CustomFieldShape, show
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.spelling import CustomFieldId, spell_id
from leadline.features.custom_activity_types.tables import CUSTOM_ACTIVITY_TYPES
from leadline.features.custom_fields.actions import order_fields
from leadline.features.custom_fields.queries import fields_of
from leadline.features.custom_fields.tables import CustomField, FieldNoun
from leadline.features.custom_object_types.tables import CUSTOM_OBJECT_TYPES
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.store.tables import Table
from leadline.wire.operation import Operation, Request, operation

PATH = "/api/v1/custom_field_schema/"
_NAME = "custom_field_schema"

_PLAIN: dict[str, FieldNoun] = {
    "lead": "lead",
    "contact": "contact",
    "opportunity": "opportunity",
}
_TYPED: dict[str, FieldNoun] = {
    "activity": "custom_activity",
    "custom_activity_type": "custom_activity",
    "custom_object": "custom_object",
    "custom_object_type": "custom_object",
}


class SchemaShape(TypedDict):
    """The id of the type is there where the fields are those of one."""

    fields: list[CustomFieldShape]
    name: str
    object_type: str
    organization_id: str
    custom_activity_type_id: NotRequired[str]
    custom_object_type_id: NotRequired[str]


class FieldPlace(msgspec.Struct, frozen=True):
    id: CustomFieldId


class SchemaBody(msgspec.Struct, frozen=True, kw_only=True):
    """The order of the fields; those that are left out follow in the order they have."""

    fields: list[FieldPlace]


class _Target(msgspec.Struct, frozen=True):
    """Whose schema it is."""

    noun: FieldNoun
    type_id: bytes | None
    shown: dict[str, str]


async def _target(request: Request[Any]) -> _Target:
    """The kind of object, or the custom type, that the path names; else NotFoundError."""
    object_type, text = request.path["object_type"], request.path.get("type_id")
    if text is None:
        noun = _PLAIN.get(object_type)
        if noun is None:
            raise NotFoundError(_NAME)
        return _Target(noun, None, {"name": noun.capitalize(), "object_type": noun})
    noun = _TYPED.get(object_type)
    if noun is None:
        raise NotFoundError(_NAME)
    table: Table[Any] = CUSTOM_ACTIVITY_TYPES if noun == "custom_activity" else CUSTOM_OBJECT_TYPES
    type_id = spelling.id_in_path(_NAME, TYPE_PREFIXES[noun], text)
    found = await rows.find(request.unit, table, type_id)
    if found is None:
        raise NotFoundError(_NAME)
    shown = {"name": found.name, "object_type": f"{noun}_type", f"{noun}_type_id": text}
    return _Target(noun, type_id, shown)


async def _show(request: Request[Any], target: _Target, fields: list[CustomField]) -> SchemaShape:
    shape: SchemaShape = {
        "fields": await show(request, fields),
        "organization_id": spell_id("orga", request.scope.organization_id),
        **target.shown,  # type: ignore[typeddict-item]  # the key of the id is the type's
    }
    return spelling.pick(shape, request.query)


async def get_custom_field_schema(request: Request[None]) -> SchemaShape:
    target = await _target(request)
    fields = await fields_of(request.unit, target.noun, target.type_id)
    return await _show(request, target, fields)


async def update_custom_field_schema(request: Request[SchemaBody]) -> SchemaShape:
    target = await _target(request)
    wanted = [bytes(place.id) for place in request.body.fields]
    fields = await order_fields(request.unit, target.noun, target.type_id, wanted)
    return await _show(request, target, fields)


def _pair(suffix: str, rest: str, of: str) -> tuple[Operation, ...]:
    return (
        operation(
            name=f"{_NAME}.get{suffix}",
            method="GET",
            path=PATH + rest,
            summary=f"Fetch the ordered custom fields of {of}",
            right=Right.CUSTOM_FIELD_READ,
            run=get_custom_field_schema,
            tag="Custom fields",
            answer=SchemaShape,
            query=(spelling.FIELDS,),
        ),
        operation(
            name=f"{_NAME}.update{suffix}",
            method="PUT",
            path=PATH + rest,
            summary=f"Reorder the custom fields of {of}",
            right=Right.CUSTOM_FIELD_WRITE,
            run=update_custom_field_schema,
            tag="Custom fields",
            body=SchemaBody,
            names={"field_ids.*": "fields.*.id"},
            answer=SchemaShape,
            query=(spelling.FIELDS,),
        ),
    )


OPERATIONS = (
    *_pair("", "{object_type}/", "an object type"),
    *_pair("_of_type", "{object_type}/{type_id}/", "a custom type"),
)
