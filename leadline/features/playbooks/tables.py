"""The table of playbooks."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class Playbook(msgspec.Struct, frozen=True, gc=False):
    """An archived playbook has no ``position``. Ids of others are in hexadecimal."""

    organization_id: bytes
    id: bytes
    name: str
    description: str | None
    summary_guidance: str | None
    outcome_ids: list[str]
    custom_field_ids: list[str]
    position: int | None
    archived_at: datetime | None
    archived_by: bytes | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


PLAYBOOKS = Table("playbooks", "playbook", Playbook, json=("outcome_ids", "custom_field_ids"))
