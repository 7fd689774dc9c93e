"""OAuth 2 at the root of the server, as Close has it: ``/oauth2/authorize/`` and its siblings."""

from __future__ import annotations

from functools import partial

from starlette.routing import Route

from leadline.dialects.close.oauth_server import authorize, tokens
from leadline.dialects.close.oauth_server.requests import Limit, oauth_route
from leadline.wire.services import Services


def oauth_routes(services: Services) -> list[Route]:
    """The page for people, and the two endpoints for apps."""
    limit = Limit(services)
    return [
        *oauth_route(
            "/oauth2/authorize",
            "oauth.authorize",
            limit,
            authorize.show_error,
            GET=partial(authorize.ask, services=services),
            POST=partial(authorize.decide, services=services),
        ),
        *oauth_route(
            "/oauth2/token",
            "oauth.token",
            limit,
            tokens.show_error,
            POST=partial(tokens.token, services=services),
        ),
        *oauth_route(
            "/oauth2/revoke",
            "oauth.revoke",
            limit,
            tokens.show_error,
            POST=partial(tokens.revoke, services=services),
        ),
    ]
