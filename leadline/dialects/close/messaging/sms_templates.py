"""SMS templates in the Close dialect: ``/api/v1/sms_template/``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.attachments import AttachmentBody, Text, read_attachments
from leadline.dialects.close.protocol.file_links import connect_files, sign_links
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import (
    ListOf,
    spell_id,
    spell_id_or_null,
    spell_time_without_zone,
)
from leadline.features.opportunities.tables import Attachment
from leadline.features.sms_templates import actions
from leadline.features.sms_templates.inputs import SmsTemplateChange
from leadline.features.sms_templates.queries import get_template, page_of_templates
from leadline.features.sms_templates.tables import SMS_TEMPLATES, SmsTemplate
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.wire.operation import Reply, Request


class SmsAttachmentShape(TypedDict):
    content_type: str
    filename: str
    url: str


class SmsTemplateShape(TypedDict):
    """``attachments`` is there for a single template when ``include_attachments`` asks for it."""

    attachments: NotRequired[list[SmsAttachmentShape]]
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    is_shared: bool
    name: str
    organization_id: str
    owned_by: str | None
    status: str
    text: str
    updated_by: str | None


READABLE = frozenset(SmsTemplateShape.__annotations__)


class SmsAttachmentBody(AttachmentBody, frozen=True, kw_only=True):
    """The provider has to be told what kind of file it is."""

    content_type: Text


class NewSmsTemplateBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    text: str = ""
    attachments: list[SmsAttachmentBody] = []
    is_shared: bool = False


class SmsTemplateBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes."""

    name: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    attachments: list[SmsAttachmentBody] | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET
    status: Literal["active", "archived"] | UnsetType = UNSET


async def show(request: Request[Any], found: list[SmsTemplate]) -> list[SmsTemplateShape]:
    return [
        {
            "created_by": spell_id_or_null("user", row.created_by),
            "date_created": spell_time_without_zone(row.created_at),
            "date_updated": spell_time_without_zone(row.updated_at),
            "id": spell_id("smstmpl", row.id),
            "is_shared": row.is_shared,
            "name": row.name,
            "organization_id": spell_id("orga", row.organization_id),
            "owned_by": spell_id_or_null("user", row.owner_id),
            "status": row.status,
            "text": row.text,
            "updated_by": spell_id_or_null("user", row.updated_by),
        }
        for row in found
    ]


async def _attachments(request: Request[Any], given: Sequence[AttachmentBody]) -> list[Attachment]:
    problems = Problems()
    found = await connect_files(request, read_attachments(given, [], problems), problems)
    problems.stop_if_any()
    return found


async def list_sms_templates(request: Request[None]) -> ListOf[SmsTemplateShape]:
    page = spelling.page_of(request.query)
    found = await page_of_templates(request.unit, page.fetch, page.skip)
    return spelling.list_of(await show(request, found), page, request.query)


async def get_sms_template(request: Request[None]) -> SmsTemplateShape:
    row = await get_template(request.unit, RESOURCE.id_in(request))
    (shape,) = await show(request, [row])
    if filters.flag(request.query, "include_attachments"):
        shape["attachments"] = [
            {
                "content_type": each["content_type"],
                "filename": each["filename"],
                "url": each["url"],
            }
            for each in row.attachments
        ]
        await sign_links(request.unit, [shape])
    return spelling.pick(shape, request.query)


async def create_sms_template(request: Request[NewSmsTemplateBody]) -> Reply[SmsTemplateShape]:
    body = request.body
    new = SmsTemplateChange(
        name=body.name,
        text=body.text,
        attachments=await _attachments(request, body.attachments),
        is_shared=body.is_shared,
    )
    row = await actions.create_sms_template(request.unit, new)
    return await RESOURCE.show_made(request, row)


async def update_sms_template(request: Request[SmsTemplateBody]) -> SmsTemplateShape:
    body = request.body
    change = SmsTemplateChange(
        name=body.name,
        text=body.text,
        attachments=UNSET
        if body.attachments is UNSET
        else await _attachments(request, body.attachments),
        is_shared=body.is_shared,
        status=body.status,
    )
    row = await actions.update_sms_template(request.unit, RESOURCE.id_in(request), change)
    return await RESOURCE.show_one(request, row)


RESOURCE = Resource(
    noun="sms_template",
    tag="SMS templates",
    path="/api/v1/sms_template/",
    prefix="smstmpl",
    table=SMS_TEMPLATES,
    shape=SmsTemplateShape,
    show=show,
    read=Right.TEMPLATE_READ,
    write=Right.TEMPLATE_WRITE,
)

OPERATIONS = (
    list_operation(RESOURCE, list_sms_templates),
    create_operation(
        RESOURCE, create_sms_template, body=NewSmsTemplateBody, status=201, ignored=READABLE
    ),
    get_operation(
        RESOURCE,
        get_sms_template,
        filters=(
            filters.flag_parameter("include_attachments", "Include the attachments."),
            filters.flag_parameter(
                "include_embedded",
                "Include templates that are embedded in sequences. There are none so far.",
            ),
        ),
    ),
    update_operation(RESOURCE, update_sms_template, body=SmsTemplateBody, ignored=READABLE),
    delete_operation(RESOURCE, action=actions.delete_sms_template, status=204),
)
