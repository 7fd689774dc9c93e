"""What shared custom fields belong to: ``/api/v1/custom_field/shared/{id}/association/``."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.customizing.custom_fields import (
    TYPE_PREFIXES,
    FieldAssociationShape,
    at_old_path,
    spell_association,
)
from leadline.dialects.close.people.role_lists import check_roles
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.spelling import (
    CustomActivityTypeId,
    CustomFieldId,
    CustomObjectTypeId,
)
from leadline.features.custom_fields import actions, queries
from leadline.features.custom_fields.queries import get_field
from leadline.features.custom_fields.tables import ASSOCIATIONS, SHARED, Association, FieldNoun
from leadline.flows.change_custom_field import dissociate_field
from leadline.kernel.errors import NotFoundError
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Reply, Request, operation

PATH = "/api/v1/custom_field/shared/{shared_custom_field_id}/association/"

ObjectType = Literal["lead", "contact", "opportunity", "custom_activity_type", "custom_object_type"]
# Our noun behind each of them.
NOUNS: dict[str, FieldNoun] = {
    "lead": "lead",
    "contact": "contact",
    "opportunity": "opportunity",
    "custom_activity_type": "custom_activity",
    "custom_object_type": "custom_object",
}


class FieldAssociationBody(msgspec.Struct, frozen=True, kw_only=True):
    """The id of the type is needed for the two kinds that have types."""

    object_type: ObjectType
    custom_activity_type_id: CustomActivityTypeId | None = None
    custom_object_type_id: CustomObjectTypeId | None = None
    required: bool | None = None
    editable_with_roles: list[str] | None = None


class FieldAssociationChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    required: bool | None = None
    editable_with_roles: list[str] | UnsetType | None = UNSET


def _field_id(request: Request[Any]) -> bytes:
    text = request.path["shared_custom_field_id"]
    return spelling.id_in_path("custom_field", CustomFieldId.prefix, text)


def _target(request: Request[Any]) -> tuple[FieldNoun, bytes | None]:
    """The noun and the custom type in a path; NotFoundError when they do not go together."""
    noun, text = NOUNS.get(request.path["object_type"]), request.path.get("type_id")
    prefix = TYPE_PREFIXES.get(noun or "")
    if noun is None or (prefix is None) != (text is None):
        raise NotFoundError(ASSOCIATIONS.noun)
    if prefix is None or text is None:
        return noun, None
    return noun, spelling.id_in_path(ASSOCIATIONS.noun, prefix, text)


async def _find(request: Request[Any]) -> Association:
    field = await get_field(request.unit, SHARED, _field_id(request))
    return await queries.get_association(request.unit, field.id, *_target(request))


async def create_association(
    request: Request[FieldAssociationBody],
) -> Reply[FieldAssociationShape]:
    unit, body = request.unit, request.body
    await check_roles(unit, body.editable_with_roles)
    field = await get_field(unit, SHARED, _field_id(request))
    noun = NOUNS[body.object_type]
    type_id = getattr(body, f"{noun}_type_id", None)
    made = await actions.associate_field(
        unit,
        field,
        noun,
        type_id,
        is_required=bool(body.required),
        editable_with_roles=body.editable_with_roles or [],
    )
    location = PATH.replace("{shared_custom_field_id}", request.path["shared_custom_field_id"])
    location += body.object_type + "/"
    if type_id is not None:
        location += spelling.spell_id(TYPE_PREFIXES[noun], type_id) + "/"
    return Reply(spell_association(made), headers=(("Location", location),))


async def get_association(request: Request[None]) -> FieldAssociationShape:
    return spelling.pick(spell_association(await _find(request)), request.query)


async def update_association(
    request: Request[FieldAssociationChangeBody],
) -> FieldAssociationShape:
    body = request.body
    await check_roles(request.unit, body.editable_with_roles)
    roles = body.editable_with_roles
    changed = await actions.update_association(
        request.unit,
        await _find(request),
        is_required=UNSET if body.required is None else body.required,
        editable_with_roles=UNSET if roles is UNSET else roles or [],
    )
    return spell_association(changed)


async def delete_association(request: Request[None]) -> None:
    noun, type_id = _target(request)
    await dissociate_field(request.unit, _field_id(request), noun, type_id)


def _names(body: FieldAssociationBody) -> dict[str, str]:
    """What the body calls the noun, and the type that such a noun has."""
    return {"noun": "object_type", "type_id": f"{NOUNS[body.object_type]}_type_id"}


_NAME = "shared_custom_field_association"
_TAG = "Custom fields"


def _on_one(suffix: str, rest: str, of: str) -> tuple[Operation, ...]:
    """Reading, changing and removing what binds a field to one object type."""
    path = PATH + rest
    return (
        operation(
            name=f"{_NAME}.get{suffix}",
            method="GET",
            path=path,
            summary=f"Fetch an association with {of}",
            right=Right.CUSTOM_FIELD_READ,
            run=get_association,
            tag=_TAG,
            answer=FieldAssociationShape,
            query=(spelling.FIELDS,),
        ),
        operation(
            name=f"{_NAME}.update{suffix}",
            method="PUT",
            path=path,
            summary=f"Update an association with {of}",
            right=Right.CUSTOM_FIELD_WRITE,
            run=update_association,
            tag=_TAG,
            body=FieldAssociationChangeBody,
            answer=FieldAssociationShape,
        ),
        operation(
            name=f"{_NAME}.delete{suffix}",
            method="DELETE",
            path=path,
            summary=f"Remove an association with {of}",
            right=Right.CUSTOM_FIELD_WRITE,
            run=delete_association,
            tag=_TAG,
            status=204,
        ),
    )


OPERATIONS = tuple(
    at_old_path(each)
    for each in (
        operation(
            name=f"{_NAME}.create",
            method="POST",
            path=PATH,
            summary="Associate a shared custom field with an object type",
            right=Right.CUSTOM_FIELD_WRITE,
            run=create_association,
            tag=_TAG,
            body=FieldAssociationBody,
            names=_names,
            answer=FieldAssociationShape,
            status=201,
        ),
        *_on_one("", "{object_type}/", "an object type"),
        *_on_one("_of_type", "{object_type}/{type_id}/", "a custom type"),
    )
)
