"""The table of blocked phone numbers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class BlockedPhoneNumber(msgspec.Struct, frozen=True, gc=False):
    """``phone`` is in E.164."""

    organization_id: bytes
    id: bytes
    phone: str
    reason: str
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


BLOCKED_PHONE_NUMBERS = Table("blocked_phone_numbers", "blocked_phone_number", BlockedPhoneNumber)
