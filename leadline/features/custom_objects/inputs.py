"""Inputs: create and change a custom object. The dialects translate into these."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from leadline.features.custom_fields.tables import CustomValues


class NewCustomObject(msgspec.Struct, frozen=True, kw_only=True):
    """``custom`` has values that were checked, by key."""

    lead_id: bytes
    name: str
    custom: CustomValues = {}


class CustomObjectChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is UNSET stays; of ``custom``, what is null is unset."""

    name: str | UnsetType = UNSET
    custom: CustomValues = {}
