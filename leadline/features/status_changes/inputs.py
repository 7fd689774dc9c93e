"""Inputs: record a status change."""

from __future__ import annotations

from datetime import datetime

import msgspec


class StatusChangeDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed a status, and when. None is whoever acts, now; it happened when it was noted.

    ``change_id`` is the id of the transition that the change belongs to.
    """

    change_id: bytes | None = None
    user_id: bytes | None = None
    happened_at: datetime | None = None
    created_at: datetime | None = None
    created_by: bytes | None = None
