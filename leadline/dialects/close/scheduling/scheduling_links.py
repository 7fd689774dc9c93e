"""One's own scheduling links in the Close dialect: ``/api/v1/scheduling_link/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from leadline.dialects.close.oauth_server.apps import CLIENT_PREFIX
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import ListOf, spell_id, spell_id_or_null
from leadline.features.scheduling_links import actions
from leadline.features.scheduling_links.inputs import (
    AppSchedulingLink,
    NewSchedulingLink,
    SchedulingLinkChange,
)
from leadline.features.scheduling_links.queries import get_own, page_of_own
from leadline.features.scheduling_links.tables import SCHEDULING_LINKS, SchedulingLink
from leadline.flows import delete_scheduling_link as flow
from leadline.kernel.rights import Right
from leadline.wire.operation import Request, operation

PREFIX = "schlnk"
Source = Literal["MANUAL", "THIRD_PARTY", "CALENDLY"]


class SchedulingLinkShape(TypedDict):
    description: str | None
    duration_in_minutes: int | None
    id: str
    name: str
    oauth_client_id: str | None
    organization_id: str
    source: Source
    source_id: str | None
    source_type: str | None
    template_tag: None
    type: Literal["USER"]
    url: str
    user_id: str


async def show(request: Request[Any], found: list[SchedulingLink]) -> list[SchedulingLinkShape]:
    return [
        {
            "description": row.description,
            "duration_in_minutes": row.duration_in_minutes,
            "id": spell_id(PREFIX, row.id),
            "name": row.name,
            "oauth_client_id": spell_id_or_null(CLIENT_PREFIX, row.oauth_app_id),
            "organization_id": spell_id("orga", row.organization_id),
            "source": cast(Source, row.source),
            "source_id": row.source_id,
            "source_type": row.source_type,
            "template_tag": None,
            "type": "USER",
            "url": row.url,
            "user_id": spell_id("user", row.user_id),
        }
        for row in found
    ]


RESOURCE = Resource(
    noun="scheduling_link",
    tag="Scheduling links",
    path="/api/v1/scheduling_link/",
    prefix=PREFIX,
    table=SCHEDULING_LINKS,
    shape=SchedulingLinkShape,
    show=show,
    read=Right.SCHEDULING_LINK_READ,
    write=Right.SCHEDULING_LINK_WRITE,
    is_paged=False,
)


async def list_scheduling_links(request: Request[None]) -> ListOf[SchedulingLinkShape]:
    page = RESOURCE.page_of(request.query)
    found = await page_of_own(request.unit, limit=page.fetch, skip=page.skip)
    return spelling.list_of(await show(request, found), page, request.query)


async def get_scheduling_link(request: Request[None]) -> SchedulingLinkShape:
    return await RESOURCE.show_one(request, await get_own(request.unit, RESOURCE.id_in(request)))


async def delete_scheduling_link(request: Request[None]) -> None:
    await flow.delete_scheduling_link(request.unit, RESOURCE.id_in(request))


async def save_of_app(request: Request[AppSchedulingLink]) -> SchedulingLinkShape:
    row = await actions.save_link_of_app(request.unit, request.body)
    return await RESOURCE.show_one(request, row)


async def delete_of_app(request: Request[None]) -> None:
    await flow.delete_link_of_app(request.unit, request.path["source_id"])


OPERATIONS = (
    list_operation(RESOURCE, list_scheduling_links),
    create_operation(
        RESOURCE, action=actions.create_scheduling_link, body=NewSchedulingLink, status=201
    ),
    get_operation(RESOURCE, get_scheduling_link),
    update_operation(RESOURCE, action=actions.update_scheduling_link, body=SchedulingLinkChange),
    delete_operation(RESOURCE, delete_scheduling_link, status=204),
    operation(
        name="scheduling_link.save_of_app",
        method="POST",
        path=f"{RESOURCE.path}integration/",
        summary="Create or update a scheduling link of the calling OAuth app",
        right=RESOURCE.write,
        run=save_of_app,
        tag=RESOURCE.tag,
        body=AppSchedulingLink,
        answer=SchedulingLinkShape,
        query=(spelling.FIELDS,),
        needs_app=True,
        description="The link is known by the app's own source_id. API keys are refused.",
    ),
    operation(
        name="scheduling_link.delete_of_app",
        method="DELETE",
        path=f"{RESOURCE.path}integration/{{source_id}}/",
        summary="Delete a scheduling link of the calling OAuth app",
        right=RESOURCE.write,
        run=delete_of_app,
        tag=RESOURCE.tag,
        status=204,
        needs_app=True,
        description="API keys are refused.",
    ),
)
