"""Inputs: create and change a note. The dialects translate into these."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.opportunities.tables import Attachment


class NewNote(msgspec.Struct, frozen=True, kw_only=True):
    """``user_id`` and ``created_by`` None is whoever acts, times None are now."""

    lead_id: bytes
    contact_id: bytes | None = None
    user_id: bytes | None = None
    title: str | None = None
    note: str | None = None
    note_html: str | None = None
    is_pinned: bool = False
    attachments: list[Attachment] = []
    happened_at: datetime | None = None
    created_at: datetime | None = None
    created_by: bytes | None = None


class NoteChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. A note is always on its lead."""

    contact_id: bytes | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    note_html: str | UnsetType | None = UNSET
    is_pinned: bool | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET
    happened_at: datetime | UnsetType = UNSET
