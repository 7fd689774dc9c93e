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
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_custom_activity_type(unit: Unit, new: NewCustomActivityType) -> CustomActivityType:
    problems = Problems()
    name = read_name(new.name, problems)
    problems.stop_if_any()
    row = CustomActivityType(
        **unit.stamps(),
        name=name,
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
    problems = Problems()
    if change.name is not None:
        changes["name"] = read_name(change.name, problems)
    problems.stop_if_any()
    if change.description is not UNSET:
        changes["description"] = change.description
    if change.editable_with_roles is not UNSET:
        changes["editable_with_roles"] = change.editable_with_roles or []
    for name in ("api_create_only", "is_archived"):
        if getattr(change, name) is not None:
            changes[name] = getattr(change, name)
    return await writes.update(unit, CUSTOM_ACTIVITY_TYPES, before, **changes)
