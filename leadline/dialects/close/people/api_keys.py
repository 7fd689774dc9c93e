"""One's own keys in the Close dialect: ``/api/v1/api_key/``, which scripts ask where they are."""

from __future__ import annotations

from typing import TypedDict

from leadline.dialects.close.protocol.spelling import (
    FIELDS,
    PAGING,
    ListOf,
    list_of,
    page_of,
    spell_id,
    spell_time,
)
from leadline.features.api_keys.queries import active_keys
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Request


class ApiKeyShape(TypedDict):
    """``key`` ends like the key; the rest of it is not kept."""

    date_created: str
    id: str
    key: str
    organization_id: str
    user_id: str


async def list_api_keys(request: Request[None]) -> ListOf[ApiKeyShape]:
    page = page_of(request.query)
    found = await active_keys(request.unit, request.scope.require_user())
    shapes: list[ApiKeyShape] = [
        {
            "date_created": spell_time(row.created_at),
            "id": spell_id("api", row.id),
            "key": f"api_…{row.hint}",
            "organization_id": spell_id("orga", row.organization_id),
            "user_id": spell_id("user", row.user_id),
        }
        for row in found[page.skip : page.skip + page.fetch]
    ]
    return list_of(shapes, page, request.query)


OPERATIONS = (
    Operation(
        name="api_key.list",
        method="GET",
        path="/api/v1/api_key/",
        summary="List the caller's API keys",
        right=Right.SELF_READ,
        run=list_api_keys,
        tag="API keys",
        answer=ApiKeyShape,
        is_list=True,
        query=(*PAGING, FIELDS),
    ),
)
