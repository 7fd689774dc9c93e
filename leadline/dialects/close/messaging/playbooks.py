"""Playbooks in the Close dialect: ``/api/v1/playbook/``, and putting them away."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from leadline.dialects.close.protocol import filters, spelling
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
    ListOf,
    OutcomeId,
    PlaybookId,
    spell_id,
    spell_id_or_null,
    spell_time,
    spell_time_or_null,
)
from leadline.features.playbooks import actions
from leadline.features.playbooks.inputs import PlaybookChange
from leadline.features.playbooks.queries import PlaybookFilter, page_of_playbooks
from leadline.features.playbooks.tables import PLAYBOOKS, Playbook
from leadline.kernel.errors import Problems
from leadline.kernel.rights import Right
from leadline.wire.operation import Parameter, Reply, Request, operation


class PlaybookShape(TypedDict):
    """An archived playbook has no position."""

    archived_at: str | None
    archived_by_id: str | None
    created_at: str
    created_by_id: str | None
    custom_field_ids: list[str]
    description: str | None
    id: str
    name: str
    organization_id: str
    outcome_ids: list[str]
    position: int | None
    summary_guidance: str | None
    updated_at: str
    updated_by_id: str | None


READABLE = frozenset(PlaybookShape.__annotations__)


class NewPlaybookBody(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    description: str | None = None
    summary_guidance: str | None = None
    outcome_ids: list[OutcomeId] = []
    custom_field_ids: list[CustomFieldId] = []


class PlaybookBody(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is sent changes; lists are replaced whole, null clears a text."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    summary_guidance: str | UnsetType | None = UNSET
    outcome_ids: list[OutcomeId] | UnsetType = UNSET
    custom_field_ids: list[CustomFieldId] | UnsetType = UNSET


async def show(request: Request[Any], found: list[Playbook]) -> list[PlaybookShape]:
    return [
        {
            "archived_at": spell_time_or_null(row.archived_at),
            "archived_by_id": spell_id_or_null("user", row.archived_by),
            "created_at": spell_time(row.created_at),
            "created_by_id": spell_id_or_null("user", row.created_by),
            "custom_field_ids": [f"cf_{field_id}" for field_id in row.custom_field_ids],
            "description": row.description,
            "id": spell_id("convtyp", row.id),
            "name": row.name,
            "organization_id": spell_id("orga", row.organization_id),
            "outcome_ids": [f"outcome_{outcome_id}" for outcome_id in row.outcome_ids],
            "position": row.position,
            "summary_guidance": row.summary_guidance,
            "updated_at": spell_time(row.updated_at),
            "updated_by_id": spell_id_or_null("user", row.updated_by),
        }
        for row in found
    ]


def _read(body: NewPlaybookBody | PlaybookBody) -> PlaybookChange:
    outcomes, fields = body.outcome_ids, body.custom_field_ids
    return PlaybookChange(
        name=body.name,
        description=body.description,
        summary_guidance=body.summary_guidance,
        outcome_ids=UNSET if outcomes is UNSET else list(outcomes),
        custom_field_ids=UNSET if fields is UNSET else list(fields),
    )


async def list_playbooks(request: Request[None]) -> ListOf[PlaybookShape]:
    query = request.query
    page = spelling.page_of(query)
    problems = Problems()
    created = filters.bounds(query, "created_at", problems)
    position = query.get("position__gt", "").strip()
    if position and not (position.lstrip("-").isdecimal() and len(position) <= 18):
        problems.add("type", "position__gt", text="Value must be of int type.")
    problems.stop_if_any()
    found = await page_of_playbooks(
        request.unit,
        PlaybookFilter(
            is_archived=filters.flag(query, "is_archived"),
            after_position=int(position) if position else None,
            created=created,
        ),
        page.fetch,
        page.skip,
    )
    return spelling.list_of(await show(request, found), page, query)


async def create_playbook(request: Request[NewPlaybookBody]) -> Reply[PlaybookShape]:
    row = await actions.create_playbook(request.unit, _read(request.body))
    return await RESOURCE.show_made(request, row)


async def update_playbook(request: Request[PlaybookBody]) -> PlaybookShape:
    row = await actions.update_playbook(request.unit, RESOURCE.id_in(request), _read(request.body))
    return await RESOURCE.show_one(request, row)


async def archive(request: Request[None]) -> PlaybookShape:
    row = await actions.archive_playbook(request.unit, RESOURCE.id_in(request))
    return await RESOURCE.show_one(request, row)


async def unarchive(request: Request[None]) -> PlaybookShape:
    row = await actions.unarchive_playbook(request.unit, RESOURCE.id_in(request))
    return await RESOURCE.show_one(request, row)


RESOURCE = Resource(
    noun="playbook",
    tag="Playbooks",
    path="/api/v1/playbook/",
    prefix=PlaybookId.prefix,
    table=PLAYBOOKS,
    shape=PlaybookShape,
    show=show,
    read=Right.PLAYBOOK_READ,
    write=Right.PLAYBOOK_WRITE,
)

OPERATIONS = (
    list_operation(
        RESOURCE,
        list_playbooks,
        filters=(
            filters.flag_parameter(
                "is_archived", "Return only archived (true) or only active (false) playbooks."
            ),
            Parameter("position__gt", "After this position.", {"type": "integer"}),
            Parameter(
                "created_at__lt",
                "Created before this time.",
                {"type": "string", "format": "date-time"},
            ),
        ),
    ),
    create_operation(RESOURCE, create_playbook, body=NewPlaybookBody, status=201, ignored=READABLE),
    get_operation(RESOURCE),
    update_operation(RESOURCE, update_playbook, body=PlaybookBody, ignored=READABLE),
    delete_operation(RESOURCE, action=actions.delete_playbook, status=204),
    operation(
        name="playbook.archive",
        method="POST",
        path=f"{RESOURCE.path}{{id}}/archive/",
        summary="Archive a playbook",
        right=RESOURCE.write,
        run=archive,
        tag=RESOURCE.tag,
        answer=PlaybookShape,
    ),
    operation(
        name="playbook.unarchive",
        method="POST",
        path=f"{RESOURCE.path}{{id}}/unarchive/",
        summary="Unarchive a playbook",
        right=RESOURCE.write,
        run=unarchive,
        tag=RESOURCE.tag,
        answer=PlaybookShape,
    ),
)
