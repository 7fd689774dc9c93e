"""The table of contacts. Where they are found by phone or e-mail is ``contact_methods``."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict

import msgspec

from leadline.features.custom_fields.tables import CustomValues
from leadline.store.tables import Table


class Method(TypedDict):
    """A phone (E.164), an e-mail address (lower case) or a URL of a contact, with its label."""

    value: str
    type: str
    verified_at: NotRequired[str | None]
    verified_by: NotRequired[str | None]
    verification_source: NotRequired[str | None]


class Contact(msgspec.Struct, frozen=True, gc=False):
    """``is_placeholder``: made with a lead that had no contact; hidden until it is filled."""

    organization_id: bytes
    id: bytes
    lead_id: bytes
    is_primary: bool
    is_placeholder: bool
    name: str | None
    first_name: str | None
    last_name: str | None
    title: str | None
    emails: list[Method]
    phones: list[Method]
    urls: list[Method]
    time_zone: str | None
    custom: CustomValues
    prompt_id: bytes | None
    is_autopilot: bool
    is_unread: bool
    is_bulk: bool
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CONTACTS = Table("contacts", "contact", Contact, json=("emails", "phones", "urls", "custom"))
