"""One's own scheduling links in the Close dialect: ``/api/v1/scheduling_link/``."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from leadline.dialects.close.oauth_server.apps import CLIENT_PREFIX
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.crud import (
    Wire,
    create_operation,
    operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null
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
from leadline.store.unit import Unit
from leadline.wire.operation import Operation, Request

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


async def show(unit: Unit, found: list[SchedulingLink]) -> list[SchedulingLinkShape]:
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


WIRE = Wire(
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


async def list_own(request: Request[None]) -> Any:
    page = WIRE.page_of(request.query)
    found = await page_of_own(request.unit, limit=page.fetch, skip=page.skip)
    return spelling.list_of(await show(request.unit, found), page, request.query)


async def get(request: Request[None]) -> Any:
    return await WIRE.show_one(request, await get_own(request.unit, WIRE.id_in(request)))


async def delete(request: Request[None]) -> Any:
    await flow.delete_scheduling_link(request.unit, WIRE.id_in(request))


async def save_of_app(request: Request[AppSchedulingLink]) -> Any:
    row = await actions.save_link_of_app(request.unit, request.body)
    return await WIRE.show_one(request, row)


async def delete_of_app(request: Request[None]) -> Any:
    await flow.delete_link_of_app(request.unit, request.path["source_id"])


OPERATIONS = (
    operation(WIRE, "list", list_own),
    create_operation(WIRE, NewSchedulingLink, actions.create_scheduling_link, status=201),
    operation(WIRE, "get", get),
    update_operation(WIRE, SchedulingLinkChange, actions.update_scheduling_link),
    operation(WIRE, "delete", delete, status=204),
    Operation(
        "scheduling_link.save_of_app",
        "POST",
        f"{WIRE.path}integration/",
        "Create or update a scheduling link of the calling OAuth app",
        WIRE.write,
        save_of_app,
        WIRE.tag,
        body=AppSchedulingLink,
        answer=SchedulingLinkShape,
        query=(spelling.FIELDS,),
        needs_app=True,
        description="The link is known by the app's own source_id. API keys are refused.",
    ),
    Operation(
        "scheduling_link.delete_of_app",
        "DELETE",
        f"{WIRE.path}integration/{{source_id}}/",
        "Delete a scheduling link of the calling OAuth app",
        WIRE.write,
        delete_of_app,
        WIRE.tag,
        status=204,
        needs_app=True,
        description="API keys are refused.",
    ),
)
