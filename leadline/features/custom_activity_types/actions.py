"""Changes that concern a custom activity type alone. Deleting one is a flow: its fields go too."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.custom_activity_types.inputs import (
    CustomActivityTypeChange,
    NewCustomActivityType,
)
from leadline.features.custom_activity_types.tables import (
    CUSTOM_ACTIVITY_TYPES,
    CustomActivityType,
)
from leadline.kernel.errors import Problems
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_custom_activity_type(unit: Unit, new: NewCustomActivityType) -> CustomActivityType:
    row = CustomActivityType(
        **unit.stamps(),
        name=_read_name(new.name),
        description=new.description,
        api_create_only=bool(new.api_create_only),
        editable_with_roles=new.editable_with_roles or [],
        is_archived=bool(new.is_archived),
    )
    return await writes.insert(unit, CUSTOM_ACTIVITY_TYPES, row)


async def update_custom_activity_type(
    unit: Unit, type_id: bytes, change: CustomActivityTypeChange
) -> CustomActivityType:
    """Changes what is given."""
    before = await rows.lock(unit, CUSTOM_ACTIVITY_TYPES, type_id)
    changes: dict[str, Any] = {}
    if change.name is not None:
        changes["name"] = _read_name(change.name)
    if change.description is not UNSET:
        changes["description"] = change.description
    if change.editable_with_roles is not UNSET:
        changes["editable_with_roles"] = change.editable_with_roles or []
    for name in ("api_create_only", "is_archived"):
        if getattr(change, name) is not None:
            changes[name] = getattr(change, name)
    return await writes.update(unit, CUSTOM_ACTIVITY_TYPES, before, **changes)


def _read_name(text: str) -> str:
    name = text.strip()
    problems = Problems()
    if not name:
        problems.add("required", "name")
    problems.stop_if_any()
    return name
