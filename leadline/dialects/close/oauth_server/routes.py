"""OAuth 2 at the root of the server, as Close has it: ``/oauth2/authorize/`` and its siblings."""

from __future__ import annotations

from functools import partial

from starlette.routing import Route

from leadline.dialects.close.oauth_server import authorize as oauth_authorize
from leadline.dialects.close.oauth_server import tokens as oauth_tokens
from leadline.dialects.close.oauth_server.requests import Counters, oauth_route
from leadline.wire.services import Services


def oauth_routes(services: Services) -> list[Route]:
    """The page for people, and the two endpoints for apps."""
    counters = Counters(services)
    return [
        *oauth_route(
            "/oauth2/authorize",
            "oauth.authorize",
            counters,
            oauth_authorize.show_refusal,
            GET=partial(oauth_authorize.ask, services=services),
            POST=partial(oauth_authorize.decide, services=services),
        ),
        *oauth_route(
            "/oauth2/token",
            "oauth.token",
            counters,
            oauth_tokens.show_refusal,
            POST=partial(oauth_tokens.token, services=services),
        ),
        *oauth_route(
            "/oauth2/revoke",
            "oauth.revoke",
            counters,
            oauth_tokens.show_refusal,
            POST=partial(oauth_tokens.revoke, services=services),
        ),
    ]
