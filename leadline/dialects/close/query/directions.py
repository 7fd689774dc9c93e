"""Directions of calls and messages by their other names: incoming and received are inbound."""

from __future__ import annotations

from leadline.reporting.search.tree import CustomFieldOf, Field

_DIRECTIONS = {
    "incoming": "inbound",
    "received": "inbound",
    "outgoing": "outbound",
    "sent": "outbound",
}


def stored_choice(field: Field | CustomFieldOf, text: str) -> str:
    """A choice as the rows have it."""
    is_direction = isinstance(field, Field) and field.name == "direction"
    return _DIRECTIONS.get(text.lower(), text) if is_direction else text
