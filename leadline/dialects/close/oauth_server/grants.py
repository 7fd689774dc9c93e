"""What one has allowed OAuth apps: ``/api/v1/oauth_grant/``. Close has no API for it."""

from __future__ import annotations

from typing import TypedDict

from leadline.dialects.close.oauth_server.apps import CLIENT_PREFIX
from leadline.dialects.close.protocol.spelling import (
    FIELDS,
    PAGING,
    ListOf,
    id_in_path,
    list_of,
    page_of,
    spell_id,
    spell_time,
)
from leadline.features.oauth_grants.actions import end_own_grant
from leadline.features.oauth_grants.queries import page_of_own
from leadline.kernel.rights import Right
from leadline.wire.operation import Operation, Request, operation


class OAuthGrantShape(TypedDict):
    """``name`` is that of the app."""

    date_created: str
    id: str
    name: str
    oauth_client_id: str
    scope: str


_PATH, _PREFIX, _TAG = "/api/v1/oauth_grant/", "oa2grant", "OAuth grants"


async def list_oauth_grants(request: Request[None]) -> ListOf[OAuthGrantShape]:
    page = page_of(request.query)
    shapes: list[OAuthGrantShape] = [
        {
            "date_created": spell_time(grant.created_at),
            "id": spell_id(_PREFIX, grant.id),
            "name": grant.app_name,
            "oauth_client_id": spell_id(CLIENT_PREFIX, grant.app_id),
            "scope": grant.scope,
        }
        for grant in await page_of_own(request.unit, limit=page.fetch, skip=page.skip)
    ]
    return list_of(shapes, page, request.query)


async def delete_oauth_grant(request: Request[None]) -> None:
    await end_own_grant(request.unit, id_in_path("oauth_grant", _PREFIX, request.path["id"]))
    request.unit.after_commit(request.services.authentication.forget_all)


OPERATIONS = (
    Operation(
        name="oauth_grant.list",
        method="GET",
        path=_PATH,
        summary="List OAuth grants",
        right=Right.SELF_READ,
        run=list_oauth_grants,
        tag=_TAG,
        answer=OAuthGrantShape,
        is_list=True,
        query=(*PAGING, FIELDS),
    ),
    operation(
        name="oauth_grant.delete",
        method="DELETE",
        path=f"{_PATH}{{id}}/",
        summary="Delete an OAuth grant",
        right=Right.SELF_WRITE,
        run=delete_oauth_grant,
        tag=_TAG,
        status=204,
    ),
)
