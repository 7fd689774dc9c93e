"""E-mail templates in the Close dialect: ``/api/v1/email_template/``, and rendering one."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.messaging.email_previews import (
    PARAMETERS,
    is_searched,
    named_preview,
    searched_preview,
)
from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.attachments import AttachmentBody, read_attachments
from leadline.dialects.close.protocol.file_links import connect_files, sign_links
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import ListOf, spell_id, spell_id_or_null, spell_time
from leadline.features.contacts.queries import contacts_of_leads, display_name, lead_display_name
from leadline.features.email_templates import actions
from leadline.features.email_templates.inputs import EmailTemplateChange
from leadline.features.email_templates.queries import get_template, page_of_templates
from leadline.features.email_templates.tables import EMAIL_TEMPLATES, EmailTemplate
from leadline.features.opportunities.tables import Attachment
from leadline.kernel.control_characters import one_line
from leadline.kernel.errors import Problems
from leadline.kernel.placeholders import render
from leadline.kernel.rights import Right
from leadline.platform.email_html import clean_email_html
from leadline.reporting.placeholder_values import placeholder_values
from leadline.wire.operation import Operation, Request


class AttachmentShape(TypedDict):
    content_id: None
    content_type: str
    filename: str
    inline_only: bool
    size: int | None
    url: str


class SequenceLabel(TypedDict):
    id: str
    name: str


class EmailTemplateShape(TypedDict):
    """``used_by_sequences`` is there for a single template, not in lists."""

    attachments: list[AttachmentShape]
    body: str
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    is_archived: bool
    is_shared: bool
    name: str
    organization_id: str
    subject: str
    updated_by: str | None
    used_by_sequences: NotRequired[list[SequenceLabel]]


class RenderedShape(TypedDict):
    body: str
    contact_display_name: str
    contact_id: str
    email: str | None
    lead_display_name: str
    lead_id: str
    subject: str


class NothingShape(TypedDict):
    """Past the end of what a search finds."""


class NewEmailTemplateBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    subject: str | None = None
    body: str | None = None
    attachments: list[AttachmentBody] | None = None
    is_shared: bool | None = None
    is_archived: bool | None = None


class EmailTemplateBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes; null empties texts and attachments."""

    name: str | UnsetType = UNSET
    subject: str | UnsetType | None = UNSET
    body: str | UnsetType | None = UNSET
    attachments: list[AttachmentBody] | UnsetType | None = UNSET
    is_shared: bool | None = None
    is_archived: bool | None = None


# On the way out.


def _spell_attachment(attachment: Attachment) -> AttachmentShape:
    return {
        "content_id": None,
        "content_type": attachment["content_type"],
        "filename": attachment["filename"],
        "inline_only": False,
        "size": attachment["size"],
        "url": attachment["url"],
    }


async def show(request: Request[Any], found: list[EmailTemplate]) -> list[EmailTemplateShape]:
    shapes: list[EmailTemplateShape] = [
        {
            "attachments": [_spell_attachment(each) for each in row.attachments],
            "body": row.body,
            "created_by": spell_id_or_null("user", row.created_by),
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "id": spell_id("tmpl", row.id),
            "is_archived": row.is_archived,
            "is_shared": row.is_shared,
            "name": row.name,
            "organization_id": spell_id("orga", row.organization_id),
            "subject": row.subject,
            "updated_by": spell_id_or_null("user", row.updated_by),
        }
        for row in found
    ]
    await sign_links(request.unit, shapes)
    return shapes


async def _show_whole(request: Request[Any], row: EmailTemplate) -> EmailTemplateShape:
    (shape,) = await show(request, [row])
    shape["used_by_sequences"] = []
    return spelling.pick(shape, request.query)


# On the way in.


async def _read(
    request: Request[NewEmailTemplateBody] | Request[EmailTemplateBody],
) -> EmailTemplateChange:
    """Null of a text is an empty one; of a flag, nothing."""
    body = request.body
    problems = Problems()
    attachments: list[Attachment] | UnsetType = UNSET
    if body.attachments is not UNSET:
        attachments = read_attachments(body.attachments, [], problems)
        attachments = await connect_files(request, attachments, problems)
    problems.stop_if_any()
    return EmailTemplateChange(
        name=body.name,
        subject=UNSET if body.subject is UNSET else body.subject or "",
        body=UNSET if body.body is UNSET else body.body or "",
        attachments=attachments,
        is_shared=UNSET if body.is_shared is None else body.is_shared,
        is_archived=UNSET if body.is_archived is None else body.is_archived,
    )


# The operations.


async def list_email_templates(request: Request[None]) -> ListOf[EmailTemplateShape]:
    page = spelling.page_of(request.query)
    found = await page_of_templates(
        request.unit,
        is_archived=filters.flag(request.query, "is_archived"),
        is_shared=filters.flag(request.query, "is_shared"),
        limit=page.fetch,
        skip=page.skip,
    )
    return spelling.list_of(await show(request, found), page, request.query)


async def get_email_template(request: Request[None]) -> EmailTemplateShape:
    return await _show_whole(request, await get_template(request.unit, RESOURCE.id_in(request)))


async def create_email_template(request: Request[NewEmailTemplateBody]) -> EmailTemplateShape:
    row = await actions.create_email_template(request.unit, await _read(request))
    return await _show_whole(request, row)


async def update_email_template(request: Request[EmailTemplateBody]) -> EmailTemplateShape:
    row = await actions.update_email_template(
        request.unit, RESOURCE.id_in(request), await _read(request)
    )
    return await _show_whole(request, row)


async def render_template(request: Request[None]) -> RenderedShape | NothingShape:
    """For one contact of a lead, in the name of the caller; {} past the end of a search."""
    unit = request.unit
    template = await get_template(unit, RESOURCE.id_in(request))
    if is_searched(request):
        preview = await searched_preview(request)
    else:
        preview = await named_preview(request)
    if preview is None:
        return {}
    lead, contact = preview.lead, preview.contact
    others = (await contacts_of_leads(unit, [lead.id]))[lead.id]
    lead_name = lead_display_name(lead, [row for row in others if not row.is_placeholder])
    values = await placeholder_values(unit, lead, lead_name, contact)
    values |= {"lead.id": spell_id("lead", lead.id), "contact.id": spell_id("cont", contact.id)}
    answer: RenderedShape = {
        "body": _render_body(template.body, values),
        "contact_display_name": display_name(contact),
        "contact_id": spell_id("cont", contact.id),
        "email": contact.emails[0]["value"] if contact.emails else None,
        "lead_display_name": lead_name,
        "lead_id": spell_id("lead", lead.id),
        "subject": one_line(render(template.subject, values)),
    }
    return answer


def _render_body(body: str, values: Mapping[str, object]) -> str:
    """A body is HTML, and in it a value is text, whatever signs are in it."""
    escaped = {
        name: None if value is None else html.escape(str(value)) for name, value in values.items()
    }
    return clean_email_html(render(body, escaped))


RESOURCE = Resource(
    noun="email_template",
    tag="Email templates",
    path="/api/v1/email_template/",
    prefix="tmpl",
    table=EMAIL_TEMPLATES,
    shape=EmailTemplateShape,
    show=show,
    read=Right.TEMPLATE_READ,
    write=Right.TEMPLATE_WRITE,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_email_templates,
        filters=(
            filters.flag_parameter(
                "is_archived", "Return only archived (true) or only active (false) templates."
            ),
            filters.flag_parameter(
                "is_shared", "Return only shared (true) or only private (false) templates."
            ),
        ),
    ),
    create_operation(RESOURCE, create_email_template, body=NewEmailTemplateBody),
    get_operation(
        RESOURCE,
        get_email_template,
        filters=(
            filters.flag_parameter(
                "include_embedded",
                "Include templates that are embedded in sequences. There are none so far.",
            ),
        ),
    ),
    update_operation(RESOURCE, update_email_template, body=EmailTemplateBody),
    delete_operation(RESOURCE, action=actions.delete_email_template),
    Operation(
        name="email_template.render",
        method="GET",
        path=f"{RESOURCE.path}{{id}}/render/",
        summary="Render an email template for a contact",
        right=RESOURCE.read,
        run=render_template,
        tag=RESOURCE.tag,
        answer=(RenderedShape, NothingShape),
        query=PARAMETERS,
    ),
)
