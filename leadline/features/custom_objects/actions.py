"""Every change of custom objects, but that they go with their lead or with their type."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from leadline.features.custom_fields.actions import merged
from leadline.features.custom_object_types.tables import CustomObjectType
from leadline.features.custom_objects.inputs import CustomObjectChange, NewCustomObject
from leadline.features.custom_objects.tables import CUSTOM_OBJECTS, CustomObject
from leadline.features.leads.tables import LEADS
from leadline.kernel.errors import Problems
from leadline.kernel.names import read_name
from leadline.store import rows, writes
from leadline.store.unit import Unit


async def create_custom_object(
    unit: Unit, kind: CustomObjectType | None, new: NewCustomObject, problems: Problems
) -> CustomObject:
    """Adds an object of that type to a lead. Raises all ``problems``, its own included.

    ``kind`` None is a type that there is not; another must be held until the commit.
    """
    if kind is None:
        problems.add("not_found", "type_id")
    elif kind.is_archived:
        problems.add("conflict", "type_id", text="The type is archived.")
    if await rows.find(unit, LEADS, new.lead_id) is None:
        problems.add("not_found", "lead_id")
    name = read_name(new.name, problems)
    problems.stop_if_any()
    assert kind is not None  # noqa: S101 - a missing one is a problem
    row = CustomObject(
        **unit.stamps(),
        type_id=kind.id,
        lead_id=new.lead_id,
        name=name,
        custom=new.custom,
    )
    return await writes.insert(unit, CUSTOM_OBJECTS, row)


async def update_custom_object(
    unit: Unit, before: CustomObject, change: CustomObjectChange, problems: Problems
) -> CustomObject:
    """Changes what is given; ``before`` must be locked. Raises all ``problems``."""
    changes: dict[str, Any] = {"custom": merged(before.custom, change.custom)}
    if change.name is not UNSET:
        changes["name"] = read_name(change.name, problems)
    problems.stop_if_any()
    return await writes.update(unit, CUSTOM_OBJECTS, before, **changes)


async def delete_custom_object(unit: Unit, row: CustomObject) -> None:
    """Removes a locked object. Values that refer to it stay, and name what is gone."""
    await writes.delete(unit, CUSTOM_OBJECTS, row)
