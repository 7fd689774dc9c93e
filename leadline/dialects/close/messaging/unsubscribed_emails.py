"""Unsubscribed addresses in the Close dialect: ``/api/v1/unsubscribe/email/``."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
from msgspec import Meta

from leadline.dialects.close.protocol.spelling import FIELDS, PAGING, ListOf, list_of, page_of_all
from leadline.features.unsubscribed_emails.actions import resubscribe_email, unsubscribe_email
from leadline.features.unsubscribed_emails.queries import page_of_unsubscribed
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Request, operation

TAG = "Unsubscribed emails"
PATH = "/api/v1/unsubscribe/email/"


class UnsubscribedEmailShape(TypedDict):
    email: str


class UnsubscribedEmailBody(msgspec.Struct, frozen=True, kw_only=True):
    email: Annotated[str, Meta(max_length=500)]


async def list_unsubscribed_emails(request: Request[None]) -> ListOf[UnsubscribedEmailShape]:
    page = page_of_all(request.query)
    found = await page_of_unsubscribed(request.unit, page.fetch, page.skip)
    shapes: list[UnsubscribedEmailShape] = [{"email": row.email} for row in found]
    return list_of(shapes, page, request.query)


async def create_unsubscribed_email(
    request: Request[UnsubscribedEmailBody],
) -> UnsubscribedEmailShape:
    row = await unsubscribe_email(request.unit, request.body.email)
    answer: UnsubscribedEmailShape = {"email": row.email}
    return answer


async def delete_unsubscribed_email(request: Request[None]) -> UnsubscribedEmailShape:
    row = await resubscribe_email(request.unit, request.path["email_address"])
    answer: UnsubscribedEmailShape = {"email": row.email}
    return answer


OPERATIONS = (
    Operation(
        name="unsubscribed_email.list",
        method="GET",
        path=PATH,
        summary="List unsubscribed emails",
        right=Right.UNSUBSCRIBED_EMAIL_READ,
        run=list_unsubscribed_emails,
        tag=TAG,
        answer=UnsubscribedEmailShape,
        is_list=True,
        query=(*PAGING, FIELDS),
    ),
    operation(
        name="unsubscribed_email.create",
        method="POST",
        path=PATH,
        summary="Unsubscribe an email address",
        right=Right.UNSUBSCRIBED_EMAIL_WRITE,
        run=create_unsubscribed_email,
        tag=TAG,
        body=UnsubscribedEmailBody,
        ignored=frozenset(),
        answer=UnsubscribedEmailShape,
        status=201,
    ),
    operation(
        name="unsubscribed_email.delete",
        method="DELETE",
        path=f"{PATH}{{email_address}}/",
        summary="Resubscribe an email address",
        right=Right.UNSUBSCRIBED_EMAIL_DELETE,
        run=delete_unsubscribed_email,
        tag=TAG,
        answer=UnsubscribedEmailShape,
    ),
)
