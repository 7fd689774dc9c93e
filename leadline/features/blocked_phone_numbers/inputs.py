"""Inputs: create and change a blocked phone number."""

from __future__ import annotations

import msgspec


class NewBlockedPhoneNumber(msgspec.Struct, frozen=True, kw_only=True):
    phone: str
    reason: str


class BlockedPhoneNumberChange(msgspec.Struct, frozen=True, kw_only=True):
    """The number itself cannot be changed."""

    reason: str
