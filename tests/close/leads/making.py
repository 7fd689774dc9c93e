"""Tasks on leads of north."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.making import Json, contact, lead


def task(world: World, **fields: Any) -> Json:
    """A task of ada's, on a lead of its own unless one is named."""
    fields.setdefault("text", "Call back")
    if "lead_id" not in fields:
        fields["lead_id"] = lead(world, name="Bluth Company")["id"]
    made: Json = world.ada.close.post("/task/", fields, 200)
    return made


def call_task(world: World, **fields: Any) -> Json:
    on = contact(world, name="Gob")
    return task(world, _type="outgoing_call", lead_id=on["lead_id"], contact_id=on["id"], **fields)


def completions(world: World, **params: str) -> list[Json]:
    found: list[Json] = world.ada.close.get("/activity/task_completed/", params=params)["data"]
    return found
