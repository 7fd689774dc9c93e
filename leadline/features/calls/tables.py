"""The table of calls."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table


class Call(msgspec.Struct, frozen=True, gc=False):
    """``happened_at`` is when the call took place, ``created_at`` when it was logged.

    ``outcome_id`` and ``playbook_id`` may name what was deleted since.
    """

    organization_id: bytes
    id: bytes
    lead_id: bytes
    contact_id: bytes | None
    user_id: bytes | None
    direction: str
    status: str
    duration_s: int
    phone: str | None
    note: str
    note_html: str
    outcome_id: bytes | None
    playbook_id: bytes | None
    quality_info: str | None
    recording_url: str | None
    voicemail_url: str | None
    source: str
    custom: CustomValues
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CALLS = Table("calls", "call", Call, json=("custom",))
