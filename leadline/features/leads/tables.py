"""The table of leads."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table

# The source of a lead that nobody told one.
UNASSIGNED = "Unassigned"


class Address(TypedDict):
    address_1: str | None
    address_2: str | None
    city: str | None
    state: str | None
    zipcode: str | None
    country: str | None
    label: str | None


class Lead(msgspec.Struct, frozen=True, gc=False):
    """``external_id`` is the id that an import knew the lead by."""

    organization_id: bytes
    id: bytes
    name: str | None
    description: str
    url: str | None
    pipeline_id: bytes
    stage_id: bytes
    source: str
    configuration_id: bytes | None
    owner_id: bytes | None
    addresses: list[Address]
    custom: CustomValues
    external_id: str | None
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


LEADS = Table("leads", "lead", Lead, json=("addresses", "custom"))
