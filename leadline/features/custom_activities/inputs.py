"""Inputs: create and change a custom activity. The dialects translate into these."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.custom_activities.tables import Status
from leadline.features.custom_fields.tables import CustomValues


class NewCustomActivity(msgspec.Struct, frozen=True, kw_only=True):
    """``user_id`` and ``created_by`` None is whoever acts, times None are now."""

    lead_id: bytes
    contact_id: bytes | None = None
    user_id: bytes | None = None
    status: Status = "published"
    is_pinned: bool = False
    custom: CustomValues = {}
    happened_at: datetime | None = None
    created_at: datetime | None = None
    created_by: bytes | None = None


class CustomActivityChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays; of ``custom``, what is null is unset."""

    contact_id: bytes | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    is_pinned: bool | UnsetType = UNSET
    happened_at: datetime | UnsetType = UNSET
    custom: CustomValues = {}
