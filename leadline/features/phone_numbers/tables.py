"""The table of the organization's own phone numbers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class PhoneNumber(msgspec.Struct, frozen=True, gc=False):
    """``number``, ``forward_to`` and ``external_numbers`` (which ring with it) are in E.164.

    A personal number has a ``user_id``; any other is a group's, and ``participants`` (users, in
    hexadecimal) are who shares it. ``provider`` is who it was rented from, None when it is
    registered by hand.
    """

    organization_id: bytes
    id: bytes
    number: str
    country: str | None
    label: str | None
    user_id: bytes | None
    participants: list[str]
    external_numbers: list[str]
    forward_to: str | None
    forward_to_enabled: bool
    press_1_to_accept: bool
    inbound_ring_duration: int | None
    voicemail_greeting_url: str | None
    carrier_type: str | None
    sms_countries: list[str]
    mms_countries: list[str]
    bundle_id: str | None
    provider: str | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None

    def is_usable_by(self, user_id: bytes) -> bool:
        """Whether that member may call from it: a group number without participants is for all."""
        if self.user_id is not None:
            return self.user_id == user_id
        return not self.participants or user_id.hex() in self.participants


PHONE_NUMBERS = Table(
    "phone_numbers",
    "phone_number",
    PhoneNumber,
    json=("participants", "external_numbers", "sms_countries", "mms_countries"),
)
