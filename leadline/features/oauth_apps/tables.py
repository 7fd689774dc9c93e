"""The table of OAuth apps."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class OAuthApp(msgspec.Struct, frozen=True, gc=False):
    """``secret_hint`` is the end of the secret. The hash of the secret is not part of the row."""

    organization_id: bytes
    id: bytes
    name: str
    redirect_uris: list[str]
    secret_hint: str
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


OAUTH_APPS = Table("oauth_apps", "oauth_app", OAuthApp, json=("redirect_uris",))
