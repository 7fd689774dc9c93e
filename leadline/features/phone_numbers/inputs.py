"""Inputs: create and change a phone number."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class NewPhoneNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that is the organization's already. Without a ``user_id`` it is a group's.

    ``number`` has its country code.
    """

    number: str
    user_id: bytes | None = None
    participants: list[bytes] = []
    label: str | None = None
    carrier_type: str | None = None
    sms_countries: list[str] = []
    mms_countries: list[str] = []


class PhoneNumberChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null clears what may be absent. Only a group number has participants."""

    label: str | UnsetType | None = UNSET
    forward_to: str | UnsetType | None = UNSET
    forward_to_enabled: bool | UnsetType = UNSET
    press_1_to_accept: bool | UnsetType = UNSET
    inbound_ring_duration: int | UnsetType | None = UNSET
    voicemail_greeting_url: str | UnsetType | None = UNSET
    participants: list[bytes] | UnsetType = UNSET
    external_numbers: list[str] | UnsetType = UNSET
