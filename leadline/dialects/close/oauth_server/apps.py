"""OAuth apps, which admins register: ``/api/v1/oauth_app/``. Close has no API for it."""

from __future__ import annotations

from typing import Any, TypedDict

from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.resource import (
    Resource,
    create_operation,
    delete_operation,
    get_operation,
    list_operation,
    update_operation,
)
from leadline.dialects.close.protocol.spelling import spell_id, spell_id_or_null, spell_time
from leadline.features.oauth_apps import actions
from leadline.features.oauth_apps.inputs import NewOAuthApp, OAuthAppChange
from leadline.features.oauth_apps.tables import OAUTH_APPS, OAuthApp
from leadline.kernel.rights import Right
from leadline.wire.operation import Reply, Request, operation

CLIENT_PREFIX = "oa2client"


class OAuthAppShape(TypedDict):
    """``id`` is the client id. ``client_secret_hint`` is how the secret ends."""

    client_secret_hint: str
    created_by: str | None
    date_created: str
    date_updated: str
    id: str
    name: str
    organization_id: str
    redirect_uris: list[str]
    updated_by: str | None


class OAuthAppSecretShape(OAuthAppShape):
    """``client_secret`` is shown this once."""

    client_secret: str


READABLE = frozenset(OAuthAppShape.__annotations__)


def _spell(row: OAuthApp) -> OAuthAppShape:
    return {
        "client_secret_hint": f"…{row.secret_hint}",
        "created_by": spell_id_or_null("user", row.created_by),
        "date_created": spell_time(row.created_at),
        "date_updated": spell_time(row.updated_at),
        "id": spell_id(CLIENT_PREFIX, row.id),
        "name": row.name,
        "organization_id": spell_id("orga", row.organization_id),
        "redirect_uris": row.redirect_uris,
        "updated_by": spell_id_or_null("user", row.updated_by),
    }


async def show(request: Request[Any], found: list[OAuthApp]) -> list[OAuthAppShape]:
    return [_spell(row) for row in found]


RESOURCE = Resource(
    noun="oauth_app",
    tag="OAuth apps",
    path="/api/v1/oauth_app/",
    prefix=CLIENT_PREFIX,
    table=OAUTH_APPS,
    shape=OAuthAppShape,
    show=show,
    read=Right.OAUTH_APP_MANAGE,
    write=Right.OAUTH_APP_MANAGE,
)


async def create_oauth_app(request: Request[NewOAuthApp]) -> Reply[OAuthAppSecretShape]:
    row, secret = await actions.create_oauth_app(request.unit, request.body)
    location = ("Location", RESOURCE.path_of(row))
    return Reply(_with_secret(row, secret, request), headers=(location,))


async def rotate_secret(request: Request[None]) -> OAuthAppSecretShape:
    row, secret = await actions.rotate_secret(request.unit, RESOURCE.id_in(request))
    return _with_secret(row, secret, request)


async def delete_oauth_app(request: Request[None]) -> None:
    await actions.delete_oauth_app(request.unit, RESOURCE.id_in(request))
    request.unit.after_commit(request.services.authentication.forget_all)


def _with_secret(row: OAuthApp, secret: str, request: Request[Any]) -> OAuthAppSecretShape:
    answer: OAuthAppSecretShape = {**_spell(row), "client_secret": secret}
    return spelling.pick(answer, request.query)


OPERATIONS = (
    list_operation(RESOURCE),
    create_operation(
        RESOURCE,
        create_oauth_app,
        body=NewOAuthApp,
        status=201,
        ignored=READABLE,
        answer=OAuthAppSecretShape,
        is_secret=True,
    ),
    get_operation(RESOURCE),
    update_operation(
        RESOURCE, action=actions.update_oauth_app, body=OAuthAppChange, ignored=READABLE
    ),
    delete_operation(RESOURCE, delete_oauth_app, status=204),
    operation(
        name="oauth_app.rotate_secret",
        method="POST",
        path=f"{RESOURCE.path}{{id}}/rotate_secret/",
        summary="Rotate the client secret of an OAuth app",
        right=Right.OAUTH_APP_MANAGE,
        run=rotate_secret,
        tag=RESOURCE.tag,
        answer=OAuthAppSecretShape,
        query=(spelling.FIELDS,),
        is_secret=True,
        description="The former secret stops working. Tokens stay valid.",
    ),
)
