"""Inputs: create and change a call. The dialects translate into these."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from leadline.kernel.errors import Problems
from leadline.platform import web_addresses

Direction = Literal["inbound", "outbound"]
Status = Literal[
    "created", "in-progress", "completed", "cancel", "no-answer", "busy", "failed", "timeout"
]
MAX_DURATION_S = 7 * 86400


class NewCall(msgspec.Struct, frozen=True, kw_only=True):
    """A lead or a contact is needed. ``user_id`` None is whoever acts. ``happened_at`` None is
    ``created_at``, and that is now unless the call was logged elsewhere before.
    """

    lead_id: bytes | None = None
    contact_id: bytes | None = None
    user_id: bytes | None = None
    direction: Direction = "outbound"
    status: Status = "completed"
    duration_s: int = 0
    phone: str | None = None
    note: str | None = None
    note_html: str | None = None
    outcome_id: bytes | None = None
    playbook_id: bytes | None = None
    quality_info: str | None = None
    recording_url: str | None = None
    voicemail_url: str | None = None
    happened_at: datetime | None = None
    created_at: datetime | None = None
    created_by: bytes | None = None


class CallChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. A call is always on a lead."""

    lead_id: bytes | UnsetType = UNSET
    contact_id: bytes | UnsetType | None = UNSET
    user_id: bytes | UnsetType | None = UNSET
    direction: Direction | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    duration_s: int | UnsetType = UNSET
    phone: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    note_html: str | UnsetType | None = UNSET
    outcome_id: bytes | UnsetType | None = UNSET
    playbook_id: bytes | UnsetType | None = UNSET
    quality_info: str | UnsetType | None = UNSET
    recording_url: str | UnsetType | None = UNSET
    voicemail_url: str | UnsetType | None = UNSET
    happened_at: datetime | UnsetType = UNSET


def check_https(url: str | None, field: str, problems: Problems) -> None:
    """Adds a problem unless ``url`` is null or the address of something that is sent encrypted."""
    if url is None:
        return
    if not url.startswith("https://"):
        problems.add("url", field, text="Invalid URL: it must start with https://.")
    elif web_addresses.normalise(url) is None:
        problems.add("url", field)
