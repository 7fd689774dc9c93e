"""The table of lead merges."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class LeadMerge(msgspec.Struct, frozen=True, gc=False):
    """``lead_id`` is the destination, or what that has become part of since."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    user_id: bytes | None
    source_lead_id: bytes
    source_name: str
    destination_lead_id: bytes
    destination_name: str
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


LEAD_MERGES = Table("lead_merges", "lead_merge", LeadMerge)
