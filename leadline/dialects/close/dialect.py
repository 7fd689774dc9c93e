"""The Close dialect as data: its operations, its statuses, its way to authenticate."""

from __future__ import annotations

from leadline.dialects.close import (
    activities,
    calling,
    customizing,
    files,
    leads,
    messaging,
    oauth_server,
    people,
    scheduling,
    searching,
)
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.auth import authenticate
from leadline.dialects.close.protocol.errors import STATUSES, rate_limit_headers, spell_error
from leadline.wire.operation import Dialect

OPERATIONS = (
    *leads.OPERATIONS,
    *activities.OPERATIONS,
    *people.OPERATIONS,
    *customizing.OPERATIONS,
    *searching.OPERATIONS,
    *messaging.OPERATIONS,
    *calling.OPERATIONS,
    *scheduling.OPERATIONS,
    *files.OPERATIONS,
    *oauth_server.OPERATIONS,
)

CLOSE = Dialect(
    name="close",
    title="Leadline, Close dialect",
    prefix="/api/v1",
    operations=OPERATIONS,
    authenticate=authenticate,
    statuses=STATUSES,
    error_body=spell_error,
    hook=spelling.hook,
    security={
        "apiKey": {"type": "http", "scheme": "basic"},
        "oauth": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth2/authorize/",
                    "tokenUrl": "/oauth2/token/",
                    "refreshUrl": "/oauth2/token/",
                    "scopes": {
                        "all.full_access": "Whatever the user may do.",
                        "offline_access": "Also a refresh token.",
                    },
                }
            },
        },
    },
    headers=rate_limit_headers,
    reads_by_post=True,
)
