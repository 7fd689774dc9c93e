"""Inputs: create and change a task. The dialects translate into these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

TaskType = Literal["lead", "outgoing_call"]
Priority = Literal["high", "medium"]
Resolution = Literal["abandoned", "skipped"]


class Due(msgspec.Struct, frozen=True):
    """A day or an instant; neither is whenever."""

    on: date | None = None
    at: datetime | None = None


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """``assigned_to`` and ``created_by`` None is whoever acts."""

    type: TaskType = "lead"
    lead_id: bytes | None = None
    contact_id: bytes | None = None
    assigned_to: bytes | None = None
    text: str | None = None
    priority: Priority | None = None
    due: Due = Due()
    is_complete: bool = False
    created_at: datetime | None = None
    created_by: bytes | None = None


class TaskChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. A task is always somebody's, and always on its lead."""

    contact_id: bytes | UnsetType | None = UNSET
    assigned_to: bytes | UnsetType = UNSET
    text: str | UnsetType | None = UNSET
    priority: Priority | UnsetType | None = UNSET
    due: Due | UnsetType = UNSET
    is_complete: bool | UnsetType = UNSET
    resolution: Resolution | UnsetType | None = UNSET
