"""The table of outcomes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """``type`` is custom (picked by people) or vm-dropped (set when a voicemail is dropped)."""

    organization_id: bytes
    id: bytes
    name: str
    description: str | None
    type: str
    applies_to: list[str]
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


OUTCOMES = Table("outcomes", "outcome", Outcome, json=("applies_to",))
