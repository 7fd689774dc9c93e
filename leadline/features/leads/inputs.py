"""Inputs: create and change a lead. The dialects translate into these."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.custom_fields.tables import CustomValues
from leadline.features.leads.tables import UNASSIGNED, Address

NAME_LENGTH = 1000


class NewLead(msgspec.Struct, frozen=True, kw_only=True):
    """``owner_id`` None is whoever acts; so is ``created_by`` None."""

    name: str | None = None
    description: str = ""
    url: str | None = None
    source: str = UNASSIGNED
    configuration_id: bytes | None = None
    owner_id: bytes | None = None
    addresses: list[Address] = []
    custom: CustomValues = {}
    external_id: str | None = None
    created_at: datetime | None = None
    created_by: bytes | None = None


class LeadChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays. ``custom`` holds changes: null unsets a value."""

    name: str | UnsetType | None = UNSET
    description: str | UnsetType = UNSET
    url: str | UnsetType | None = UNSET
    source: str | UnsetType = UNSET
    owner_id: bytes | UnsetType | None = UNSET
    addresses: list[Address] | UnsetType = UNSET
    custom: CustomValues = {}
