"""How a custom value refers to a user, a contact or a custom object: ``user_<24 digits>``.

A stored reference has a prefix that tells what it refers to, so that the values of an object can be
read without their fields. The prefixes are those of Close's ids, and stay what they are: values and
events of many years are full of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from leadline.features.custom_fields.tables import CustomField
from leadline.kernel.ids import parse_hex, parse_prefixed

# By the type of the field.
PREFIXES: Mapping[str, str] = {"user": "user", "contact": "cont", "custom_object": "custobj"}


def reference_to(field_type: str, object_id: bytes) -> str:
    """What a field of that type keeps to refer to the object."""
    return f"{PREFIXES[field_type]}_{object_id.hex()}"


def referenced_id(field_type: str, value: Any) -> bytes | None:
    """The id of what a kept value of that type refers to; None when it refers to nothing."""
    return parse_prefixed(PREFIXES[field_type], value) if isinstance(value, str) else None


def mentioned_ids(field_type: str, value: Any) -> list[bytes]:
    """The ids of that type that a value on its way in, or a list of values, names: a mere id will
    do."""
    values = value if isinstance(value, list) else [value]
    found = (
        referenced_id(field_type, each) or parse_hex(each)
        for each in values
        if isinstance(each, str)
    )
    return [object_id for object_id in found if object_id is not None]


class References(msgspec.Struct):
    """What values may refer to, and the names of users by reference.

    ``known`` is found by sort (users, contacts, custom objects of one type) and by whatever may be
    said for them.
    """

    known: dict[tuple[str, str], str] = {}
    users: dict[str, str] = {}

    def add(self, field_type: str, object_id: bytes, *, sort: str | None = None) -> str:
        """Makes something known by its reference, and by its id alone."""
        reference = reference_to(field_type, object_id)
        sort = sort or field_type
        self.known[sort, reference] = self.known[sort, object_id.hex()] = reference
        return reference

    def find(self, field: CustomField, text: str) -> str | None:
        """What the field refers to when that is said; None when there is no such thing."""
        type_id = field.referenced_custom_type_id
        sort = field.target_type if type_id is None else type_id.hex()
        return self.known.get((sort, text))
