"""What a structured search finds, in the shapes that the types have in their own lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from leadline.dialects.close.activities import (
    calls,
    custom_activities,
    form_submissions,
    notes,
    status_changes,
    task_completions,
)
from leadline.dialects.close.customizing import custom_objects
from leadline.dialects.close.leads import contacts, leads, opportunities, tasks
from leadline.dialects.close.protocol import spelling
from leadline.dialects.close.protocol.resource import Resource
from leadline.reporting.search.queries import field_values
from leadline.store import rows
from leadline.wire.operation import Request

# By the noun; the others cannot be shown, or not yet.
ACTIVITIES: dict[str, Resource[Any, Any]] = {
    "call": calls.RESOURCE,
    "note": notes.RESOURCE,
    "custom_activity": custom_activities.RESOURCE,
    "form_submission": form_submissions.RESOURCE,
    "lead_status_change": status_changes.LEAD_RESOURCE,
    "opportunity_status_change": status_changes.OPPORTUNITY_RESOURCE,
    "task_completed": task_completions.RESOURCE,
}
OBJECTS: dict[str, Resource[Any, Any]] = {
    "lead": leads.RESOURCE,
    "contact": contacts.RESOURCE,
    "opportunity": opportunities.RESOURCE,
    "task": tasks.RESOURCE,
    "custom_object": custom_objects.RESOURCE,
    **ACTIVITIES,
}

# Types of Close that can be asked for and have no objects here yet, or none with a shape.
NOT_SHOWN = frozenset({"email", "sms", "meeting", "whatsapp_message", "sequence_subscription"})

# What needs no object to be read.
_PLAIN = frozenset({"__object_type", "id"})


async def show_found(
    request: Request[Any], noun: str, ids: list[bytes], names: list[str]
) -> list[dict[str, Any]]:
    """The objects in the order of their ids, with the fields of these names.

    Beside those of the shape, the figures and moments that can be searched for may be named.
    """
    resource = OBJECTS[noun]
    object_type = f"activity.{noun}" if noun in ACTIVITIES else noun
    shapes: dict[bytes, Mapping[str, Any]] = {}
    figures: dict[bytes, dict[str, Any]] = {}
    is_plain = set(names) <= _PLAIN and noun != "task"  # whose ids tell what kind of task it is
    if ids and not is_plain:
        found = await rows.select_ids(request.unit, resource.table, ids)
        shapes = dict(zip(found, await resource.show(request, list(found.values())), strict=True))
        figures = await _figures(request, noun, ids, names, shapes)
    shown = []
    for object_id in ids:
        if not is_plain and object_id not in shapes:
            continue  # deleted since it was found
        picked = spelling.pick(shapes.get(object_id, {}), {"_fields": ",".join(names)})
        shown.append(
            {
                "__object_type": object_type,
                "id": _id(resource, object_id, shapes.get(object_id, {})),
                **figures.get(object_id, {}),
                **picked,
            }
        )
    return shown


def _id(resource: Resource[Any, Any], object_id: bytes, shape: Mapping[str, Any]) -> str:
    return shape.get("id") or spelling.spell_id(resource.prefix, object_id)


async def _figures(
    request: Request[Any],
    noun: str,
    ids: list[bytes],
    names: list[str],
    shapes: Mapping[bytes, Mapping[str, Any]],
) -> dict[bytes, dict[str, Any]]:
    """What is asked for and not in the shapes, but known to searches."""
    shape = next(iter(shapes.values()), {})
    missing = [name for name in dict.fromkeys(names) if name not in shape]
    values = await field_values(request.unit, noun, ids, missing)
    return {
        object_id: {name: _spell(value) for name, value in each.items()}
        for object_id, each in values.items()
    }


def _spell(value: Any) -> Any:
    if isinstance(value, datetime):
        return spelling.spell_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
