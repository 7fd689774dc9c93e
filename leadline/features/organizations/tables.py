"""The table of organizations."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadline.store.tables import Table


class Organization(msgspec.Struct, frozen=True, gc=False):
    """``close_stages`` are the names of the stages that count as closed, in order.

    ``gross_profit_property`` names the contact property whose number is the gross profit.
    """

    id: bytes
    name: str
    time_zone: str
    country: str
    currency: str
    close_stages: list[str]
    gross_profit_property: str | None
    enable_unsubscribe_link: bool
    require_unsubscribe_link: bool
    reject_anonymous_calls: bool
    created_at: datetime
    updated_at: datetime


ORGANIZATIONS = Table("organizations", "organization", Organization, json=("close_stages",))
