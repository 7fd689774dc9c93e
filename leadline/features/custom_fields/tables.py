"""The table of custom fields. Their values stand on the objects themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from leadline.store.tables import Table

FieldNoun = Literal["lead", "contact", "opportunity", "conversation"]

# Values of an object's custom fields, keyed by the field's id in hexadecimal.
CustomValues = dict[str, Any]


class CustomField(msgspec.Struct, frozen=True, gc=False):
    """``name`` is the property key in Tether and the field's name in Close."""

    organization_id: bytes
    id: bytes
    noun: str
    name: str
    type: str
    rank: int
    created_at: datetime
    updated_at: datetime


CUSTOM_FIELDS = Table("custom_fields", "custom_field", CustomField)
