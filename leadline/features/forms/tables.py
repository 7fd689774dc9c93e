"""The table of forms."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

import msgspec

from leadline.store.tables import Table

FieldType = Literal["checkbox", "email", "phone", "select", "text", "textarea", "url"]


class Choice(TypedDict):
    label: str
    value: str


class FormField(TypedDict):
    """``id`` is in hexadecimal; ``choices`` are there for a select."""

    id: str
    name: str
    type: FieldType
    choices: list[Choice] | None


class Form(msgspec.Struct, frozen=True, gc=False):
    """``configuration_id`` is another one whenever the fields change."""

    organization_id: bytes
    id: bytes
    name: str
    fields: list[FormField]
    configuration_id: bytes
    is_archived: bool
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


FORMS = Table("forms", "form", Form, json=("fields",))
