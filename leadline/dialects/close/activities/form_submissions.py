"""Form submissions in the Close dialect: ``/api/v1/activity/form_submission/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict
from urllib.parse import urlsplit

import msgspec

from leadline.dialects.close.activities.activities import (
    FILTERS,
    colleagues_in,
    read_filter,
    read_kinds,
)
from leadline.dialects.close.protocol import filters, spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    delete_operation,
    get_operation,
    list_operation,
)
from leadline.dialects.close.protocol.spelling import ListOf, spell_id, spell_id_or_null, spell_time
from leadline.features.activities.queries import page_of_activities
from leadline.features.form_submissions.actions import delete_form_submission
from leadline.features.form_submissions.tables import FORM_SUBMISSIONS, FormSubmission
from leadline.features.users.queries import names_of
from leadline.kernel.rights import Right
from leadline.wire.operation import Parameter, Request

KIND = "FormSubmission"


class FormSubmissionShape(TypedDict):
    """Nobody of the organization has made it, so it has no user."""

    _type: Literal["FormSubmission"]
    activity_at: str
    contact_id: str | None
    created_by: None
    created_by_name: None
    date_created: str
    date_updated: str
    form_configuration_id: str
    form_id: str
    form_name: str
    id: str
    ip_address: str | None
    lead_id: str
    organization_id: str
    origin: str | None
    source_url: str | None
    source_url_normalized: str | None
    updated_by: str | None
    updated_by_name: str | None
    user_id: None
    user_name: None
    users: list[str]
    values: dict[str, str | bool | None]
    values_by_name: dict[str, str | bool | None]


async def show(request: Request[Any], found: list[FormSubmission]) -> list[FormSubmissionShape]:
    names = await names_of(request.unit, {row.updated_by for row in found})
    return [
        {
            "_type": "FormSubmission",
            "activity_at": spell_time(row.happened_at),
            "contact_id": spell_id_or_null("cont", row.contact_id),
            "created_by": None,
            "created_by_name": None,
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "form_configuration_id": spell_id("formconf", row.configuration_id),
            "form_id": spell_id("form", row.form_id),
            "form_name": row.form_name,
            "id": spell_id("acti", row.id),
            "ip_address": row.ip_address,
            "lead_id": spell_id("lead", row.lead_id),
            "organization_id": spell_id("orga", row.organization_id),
            "origin": row.origin,
            "source_url": row.source_url,
            "source_url_normalized": _normalized(row.source_url),
            "updated_by": spell_id_or_null("user", row.updated_by),
            "updated_by_name": names.get(row.updated_by),
            "user_id": None,
            "user_name": None,
            "users": [],
            "values": {f"formfld_{each['id']}": each["value"] for each in row.answers},
            "values_by_name": {each["name"]: each["value"] for each in row.answers},
        }
        for row in found
    ]


def _normalized(url: str | None) -> str | None:
    """Host and path, which is what pages are compared by."""
    if url is None:
        return None
    parts = urlsplit(url)
    return (parts.netloc + parts.path).rstrip("/")


async def list_form_submissions(request: Request[None]) -> ListOf[FormSubmissionShape]:
    unit, query = request.unit, request.query
    page = spelling.page_of(query)
    form_ids = filters.ids(query, "form_id", "form")
    wanted = read_filter(query, await colleagues_in(unit, query))
    wanted = msgspec.structs.replace(wanted, form_ids=form_ids)
    found: list[FormSubmission] = []
    if read_kinds(query, [KIND])[0]:
        found = await page_of_activities(unit, FORM_SUBMISSIONS, wanted, page.fetch, page.skip)
    return spelling.list_of(await show(request, found), page, query)


RESOURCE = Resource(
    noun="form_submission",
    tag="Form submissions",
    path="/api/v1/activity/form_submission/",
    prefix="acti",
    table=FORM_SUBMISSIONS,
    shape=FormSubmissionShape,
    show=show,
    read=Right.LEAD_READ,
    write=Right.LEAD_WRITE,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_form_submissions,
        filters=(
            *FILTERS,
            Parameter("form_id", "Filter by form ids, comma separated."),
            Parameter("form_id__in", "Same as form_id."),
        ),
    ),
    get_operation(RESOURCE),
    delete_operation(RESOURCE, action=delete_form_submission),
)
