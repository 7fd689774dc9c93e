"""The table of notes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.features.opportunities.tables import Attachment
from leadline.store.tables import Table


class Note(msgspec.Struct, frozen=True, gc=False):
    """``note`` is what ``note_html`` says; ``pinned_at`` None is not pinned."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    contact_id: bytes | None
    user_id: bytes | None
    title: str | None
    note: str
    note_html: str
    pinned_at: datetime | None
    attachments: list[Attachment]
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


NOTES = Table("notes", "note", Note, json=("attachments",))
