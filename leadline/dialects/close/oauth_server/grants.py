"""What one has allowed OAuth apps: ``/api/v1/oauth_grant/``. Close has no API for it."""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.close.oauth_server.apps import CLIENT_PREFIX
from leadline.dialects.close.protocol.crud import Noun, operation
from leadline.dialects.close.protocol.spelling import list_of, page_of, spell_id, spell_time
from leadline.features.oauth_grants.actions import end_own_grant
from leadline.features.oauth_grants.queries import page_of_own
from leadline.kernel.rights import Right
from leadline.wire.operation import Request


class OAuthGrantShape(TypedDict):
    """``name`` is that of the app."""

    date_created: str
    id: str
    name: str
    oauth_client_id: str
    scope: str


NOUN = Noun(
    noun="oauth_grant",
    tag="OAuth grants",
    path="/api/v1/oauth_grant/",
    prefix="oa2grant",
    shape=OAuthGrantShape,
    read=Right.SELF_READ,
    write=Right.SELF_WRITE,
)


async def list_own(request: Request[None]) -> Any:
    page = page_of(request.query)
    shapes: list[OAuthGrantShape] = [
        {
            "date_created": spell_time(grant.created_at),
            "id": spell_id(NOUN.prefix, grant.id),
            "name": grant.app_name,
            "oauth_client_id": spell_id(CLIENT_PREFIX, grant.app_id),
            "scope": grant.scope,
        }
        for grant in await page_of_own(request.unit, limit=page.fetch, skip=page.skip)
    ]
    return list_of(shapes, page, request.query)


async def delete(request: Request[None]) -> Any:
    await end_own_grant(request.unit, NOUN.id_in(request))
    request.unit.after_commit(request.services.authentication.forget_all)


OPERATIONS = (
    operation(NOUN, "list", list_own),
    operation(NOUN, "delete", delete, status=204),
)
