"""The table of scheduling links."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class SchedulingLink(msgspec.Struct, frozen=True, gc=False):
    """``user_id`` is whose it is. An app that made it knows it by ``source_id``."""

    organization_id: bytes
    id: bytes
    user_id: bytes
    name: str
    url: str
    description: str | None
    duration_in_minutes: int | None
    source: str
    source_id: str | None
    source_type: str | None
    oauth_app_id: bytes | None
    created_at: datetime
    updated_at: datetime


SCHEDULING_LINKS = Table("scheduling_links", "scheduling_link", SchedulingLink)
