"""The tables of custom fields and of what shared ones belong to. Values stand on the objects."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from leadline.store.tables import Table

# What has custom fields. Activities and custom objects have those of their custom type.
FieldNoun = Literal[
    "lead", "contact", "opportunity", "conversation", "custom_activity", "custom_object"
]
FieldType = Literal[
    "text",
    "number",
    "date",
    "datetime",
    "choices",
    "user",
    "contact",
    "custom_object",
    "textarea",
    "hidden",
]

# Values of an object's custom fields, keyed by the field's id in hexadecimal.
CustomValues = dict[str, Any]

SHARED = "shared"


class CustomField(msgspec.Struct, frozen=True, gc=False):
    """``name`` is the property key in Tether and the field's name in Close.

    ``noun`` is a FieldNoun, or "shared"; then associations say what the field belongs to. As part
    of a schema a shared field has type_id, rank, is_required and editable_with_roles of its
    association. ``converting_to`` is the type that values are being converted to.
    """

    organization_id: bytes
    id: bytes
    noun: str
    type_id: bytes | None
    name: str
    type: str
    description: str | None
    choices: list[str] | None
    accepts_multiple_values: bool
    is_required: bool
    editable_with_roles: list[str]
    referenced_custom_type_id: bytes | None
    back_reference_is_visible: bool | None
    converting_to: str | None
    rank: int
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None

    @property
    def is_shared(self) -> bool:
        return self.noun == SHARED

    @property
    def target_type(self) -> str:
        """The type that new values must have."""
        return self.converting_to or self.type


class Association(msgspec.Struct, frozen=True, gc=False):
    """Says that a shared field belongs to a noun, or to one custom type of it."""

    organization_id: bytes
    id: bytes
    field_id: bytes
    noun: FieldNoun
    type_id: bytes | None
    is_required: bool
    editable_with_roles: list[str]
    rank: int
    created_at: datetime
    updated_at: datetime
    created_by: bytes | None
    updated_by: bytes | None


CUSTOM_FIELDS = Table(
    "custom_fields", "custom_field", CustomField, json=("choices", "editable_with_roles")
)
ASSOCIATIONS = Table(
    "custom_field_associations",
    "custom_field_association",
    Association,
    json=("editable_with_roles",),
)
