"""Integration links in the Close dialect: ``/api/v1/integration_link/``."""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null, spell_time
from leadline.features.integration_links import actions
from leadline.features.integration_links.inputs import IntegrationLinkChange, NewIntegrationLink
from leadline.features.integration_links.tables import INTEGRATION_LINKS, IntegrationLink
from leadline.kernel.rights import Right
from leadline.wire.operation import Request


class IntegrationLinkShape(TypedDict):
    """``url`` is the template; the filled-in links stand on the objects."""

    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    name: str
    organization_id: str
    type: str
    updated_by: str | None
    url: str


READABLE = frozenset(IntegrationLinkShape.__annotations__)


async def show(request: Request[Any], found: list[IntegrationLink]) -> list[IntegrationLinkShape]:
    return [
        {
            "created_by": spell_id_or_null("user", row.created_by),
            "date_created": spell_time(row.created_at),
            "date_updated": spell_time(row.updated_at),
            "id": spell_id("ilink", row.id),
            "name": row.name,
            "organization_id": spell_id("orga", row.organization_id),
            "type": row.type,
            "updated_by": spell_id_or_null("user", row.updated_by),
            "url": row.url,
        }
        for row in found
    ]


RESOURCE = Resource(
    noun="integration_link",
    tag="Integration links",
    path="/api/v1/integration_link/",
    prefix="ilink",
    table=INTEGRATION_LINKS,
    shape=IntegrationLinkShape,
    show=show,
    read=Right.INTEGRATION_LINK_READ,
    write=Right.INTEGRATION_LINK_WRITE,
    is_paged=False,
)

OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE, action=actions.create_integration_link, body=NewIntegrationLink, ignored=READABLE
    ),
    get_operation(RESOURCE),
    update_operation(
        RESOURCE,
        action=actions.update_integration_link,
        body=IntegrationLinkChange,
        ignored=READABLE,
    ),
    delete_operation(RESOURCE, action=actions.delete_integration_link),
)
