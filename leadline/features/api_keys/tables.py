"""The table of API keys (global: the key is looked up before the organization is known)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class ApiKey(msgspec.Struct, frozen=True, gc=False):
    """``hint`` is the end of the key, to tell keys apart. The hash is not part of the row."""

    organization_id: bytes
    id: bytes
    user_id: bytes
    hint: str
    created_at: datetime
    revoked_at: datetime | None


API_KEYS = Table("api_keys", "api_key", ApiKey)
