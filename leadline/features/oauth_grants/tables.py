"""The table of OAuth grants."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class OAuthGrant(msgspec.Struct, frozen=True, gc=False):
    """``code_challenge`` is that of PKCE. The hash of the code is not part of the row."""

    organization_id: bytes
    id: bytes
    app_id: bytes
    user_id: bytes
    scope: str
    redirect_uri: str
    code_challenge: str | None
    code_expires_at: datetime
    exchanged_at: datetime | None
    created_at: datetime


OAUTH_GRANTS = Table("oauth_grants", "oauth_grant", OAuthGrant)
