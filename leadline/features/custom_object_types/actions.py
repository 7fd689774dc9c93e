"""Changes that concern a custom object type alone. Deleting one is a flow: its fields go too."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.custom_object_types.inputs import (
    CustomObjectTypeChange,
    NewCustomObjectType,
)
from leadline.features.custom_object_types.tables import (
    CUSTOM_OBJECT_TYPES,
    CustomObjectType,
)
from leadline.kernel.errors import Problems
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_custom_object_type(unit: Unit, new: NewCustomObjectType) -> CustomObjectType:
    row = CustomObjectType(
        **unit.stamps(),
        **_read_names(name=new.name, name_plural=new.name_plural),
        description=new.description,
        api_create_only=bool(new.api_create_only),
        editable_with_roles=new.editable_with_roles or [],
        is_archived=bool(new.is_archived),
    )
    return await writes.insert(unit, CUSTOM_OBJECT_TYPES, row)


async def update_custom_object_type(
    unit: Unit, type_id: bytes, change: CustomObjectTypeChange
) -> CustomObjectType:
    """Changes what is given."""
    before = await rows.lock(unit, CUSTOM_OBJECT_TYPES, type_id)
    given = {"name": change.name, "name_plural": change.name_plural}
    changes: dict[str, Any] = {
        **_read_names(**{field: text for field, text in given.items() if text is not None})
    }
    if change.description is not UNSET:
        changes["description"] = change.description
    if change.editable_with_roles is not UNSET:
        changes["editable_with_roles"] = change.editable_with_roles or []
    for name in ("api_create_only", "is_archived"):
        if getattr(change, name) is not None:
            changes[name] = getattr(change, name)
    return await writes.update(unit, CUSTOM_OBJECT_TYPES, before, **changes)


def _read_names(**given: str) -> dict[str, str]:
    problems = Problems()
    names = {field: read_name(text, problems, field) for field, text in given.items()}
    problems.stop_if_any()
    return names
