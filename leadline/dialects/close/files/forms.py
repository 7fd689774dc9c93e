"""Forms in the Close dialect: ``/api/v1/form/``. They are filled in at ``/go/form/``."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import ListOf, Reference, spell_id, spell_time
from leadline.features.forms import actions
from leadline.features.forms.inputs import Name, NewField
from leadline.features.forms.queries import page_of_forms
from leadline.features.forms.tables import FORMS, Choice, FieldType, Form
from leadline.kernel.rights import Right
from leadline.wire.operation import Request

SUBMIT_PATH = "/go/form/"


class FormFieldShape(TypedDict):
    choices: list[Choice] | None
    id: str
    name: str
    type: str


class FormShape(TypedDict):
    """``submission_url`` is where the form posts to, from any page."""

    date_created: str
    date_updated: str
    field_definitions: list[FormFieldShape]
    id: str
    is_archived: bool
    name: str
    organization_id: str
    submission_url: str


IGNORED = frozenset(FormShape.__annotations__)


class FormFieldId(Reference):
    prefix = "formfld"


class FormFieldBody(msgspec.Struct, frozen=True, kw_only=True):
    """With the id of a field that is there, it is that one, maybe under another name."""

    id: FormFieldId | None = None
    name: Name
    type: FieldType = "text"
    choices: list[Choice] | None = None


class NewFormBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    field_definitions: list[FormFieldBody]


class FormBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes; fields are replaced as a whole, and keep their ids."""

    name: str | None = None
    field_definitions: list[FormFieldBody] | None = None
    is_archived: bool | None = None


def spell_form(row: Form, base_url: str) -> FormShape:
    form_id, organization_id = spell_id("form", row.id), spell_id("orga", row.organization_id)
    return {
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "field_definitions": [
            {
                "choices": field["choices"],
                "id": f"{FormFieldId.prefix}_{field['id']}",
                "name": field["name"],
                "type": field["type"],
            }
            for field in row.fields
        ],
        "id": form_id,
        "is_archived": row.is_archived,
        "name": row.name,
        "organization_id": organization_id,
        "submission_url": f"{base_url}{SUBMIT_PATH}{organization_id}/{form_id}/",
    }


def _read(given: list[FormFieldBody]) -> list[NewField]:
    return [
        NewField(id=field.id, name=field.name, type=field.type, choices=field.choices)
        for field in given
    ]


async def show(request: Request[Any], found: list[Form]) -> list[FormShape]:
    return [spell_form(row, request.base_url) for row in found]


async def list_forms(request: Request[None]) -> ListOf[FormShape]:
    page = spelling.page_of(request.query)
    is_archived = filters.flag(request.query, "is_archived")
    found = await page_of_forms(request.unit, is_archived, page.fetch, page.skip)
    return spelling.list_of(await show(request, found), page, request.query)


async def create_form(request: Request[NewFormBody]) -> FormShape:
    body = request.body
    row = await actions.create_form(request.unit, body.name, _read(body.field_definitions))
    return await RESOURCE.show_one(request, row)


async def update_form(request: Request[FormBody]) -> FormShape:
    body = request.body
    row = await actions.update_form(
        request.unit,
        RESOURCE.id_in(request),
        name=body.name,
        fields=None if body.field_definitions is None else _read(body.field_definitions),
        is_archived=body.is_archived,
    )
    return await RESOURCE.show_one(request, row)


RESOURCE = Resource(
    noun="form",
    tag="Forms",
    path="/api/v1/form/",
    prefix="form",
    table=FORMS,
    shape=FormShape,
    show=show,
    read=Right.FORM_READ,
    write=Right.FORM_WRITE,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_forms,
        filters=(
            filters.flag_parameter(
                "is_archived", "Return only archived (true) or only active (false) forms."
            ),
        ),
    ),
    create_operation(RESOURCE, create_form, body=NewFormBody, ignored=IGNORED),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_form, body=FormBody, ignored=IGNORED),
    delete_operation(RESOURCE, action=actions.delete_form),
)
