"""Unsubscribed addresses in the Close dialect: ``/api/v1/unsubscribe/email/``."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import msgspec
from msgspec import Meta

from leadline.dialects.close.protocol.spelling import FIELDS, PAGING, list_of, page_of_all
from leadline.features.unsubscribed_emails.actions import resubscribe_email, unsubscribe_email
from leadline.features.unsubscribed_emails.tables import UNSUBSCRIBED_EMAILS
from leadline.kernel.rights import Right
from leadline.store import rows
from leadline.wire.operation import Operation, Request

TAG = "Unsubscribed emails"
PATH = "/api/v1/unsubscribe/email/"


class UnsubscribedEmailShape(TypedDict):
    email: str


class UnsubscribedEmailBody(msgspec.Struct, frozen=True, kw_only=True):
    email: Annotated[str, Meta(max_length=500)]


async def list_all(request: Request[None]) -> Any:
    page = page_of_all(request.query)
    where = "ORDER BY id LIMIT %(limit)s OFFSET %(skip)s"
    found = await rows.select(
        request.unit, UNSUBSCRIBED_EMAILS, where, limit=page.fetch, skip=page.skip
    )
    shapes: list[UnsubscribedEmailShape] = [{"email": row.email} for row in found]
    return list_of(shapes, page, request.query)


async def create(request: Request[UnsubscribedEmailBody]) -> Any:
    row = await unsubscribe_email(request.unit, request.body.email)
    answer: UnsubscribedEmailShape = {"email": row.email}
    return answer


async def delete(request: Request[None]) -> Any:
    row = await resubscribe_email(request.unit, request.path["email_address"])
    answer: UnsubscribedEmailShape = {"email": row.email}
    return answer


OPERATIONS = (
    Operation(
        "unsubscribed_email.list",
        "GET",
        PATH,
        "List unsubscribed emails",
        Right.UNSUBSCRIBED_EMAIL_READ,
        list_all,
        TAG,
        answer=UnsubscribedEmailShape,
        is_list=True,
        query=(*PAGING, FIELDS),
    ),
    Operation(
        "unsubscribed_email.create",
        "POST",
        PATH,
        "Unsubscribe an email address",
        Right.UNSUBSCRIBED_EMAIL_WRITE,
        create,
        TAG,
        body=UnsubscribedEmailBody,
        ignored=frozenset(),
        answer=UnsubscribedEmailShape,
        status=201,
    ),
    Operation(
        "unsubscribed_email.delete",
        "DELETE",
        f"{PATH}{{email_address}}/",
        "Resubscribe an email address",
        Right.UNSUBSCRIBED_EMAIL_WRITE,
        delete,
        TAG,
        answer=UnsubscribedEmailShape,
    ),
)
