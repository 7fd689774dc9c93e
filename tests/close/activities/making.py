"""Activities on leads of north, and what is said about calls that are refused."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.customizing.making import field
from tests.close.making import Json, count_events, lead, wrong


def note(world: World, **fields: Any) -> Json:
    """A note of ada's, on a lead of its own unless one is named."""
    if "lead_id" not in fields:
        fields["lead_id"] = lead(world, name="Bluth Company")["id"]
    made: Json = world.ada.close.post("/activity/note/", fields, 200)
    return made


def refused_call(world: World, **fields: Any) -> Json:
    """The problems of a call that is not logged, by field."""
    before = count_events(world)
    found = wrong(world.ada.close.post("/activity/call/", fields, 400))
    assert count_events(world) == before
    return found


def activity(world: World, type_id: str, expected: Any = 200, **fields: Any) -> Json:
    """An activity of that type by ada, on a lead of its own unless one is named."""
    if "lead_id" not in fields:
        fields["lead_id"] = lead(world)["id"]
    body = {"custom_activity_type_id": type_id, **fields}
    made: Json = world.ada.close.post("/activity/custom/", body, expected)
    return made


def activity_field(world: World, type_id: str, kind: str, **more: Any) -> str:
    """A new field of a custom activity type, as the key of its values."""
    return field(world, "activity", kind, custom_activity_type_id=type_id, **more)
