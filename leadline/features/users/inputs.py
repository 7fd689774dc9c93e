"""Inputs: change a member."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class MemberChange(msgspec.Struct, frozen=True, kw_only=True):
    """Null or an empty text clears phone number and designation."""

    full_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone_number: str | UnsetType | None = UNSET
    designation: str | UnsetType | None = UNSET
