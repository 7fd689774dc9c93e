"""Structured searches by type: tasks, and types that have no objects here yet."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, contact, lead
from tests.close.searching.making import (
    EXISTS,
    between,
    found,
    numbers,
    related,
    search,
    term,
    text,
    where,
)


def test_tasks_are_searched_like_everything_else(world: World):
    on = lead(world)["id"]
    who = contact(world, lead_id=on, name="Jo")["id"]
    made = world.ada.close.post("/task/", {"lead_id": on, "text": "Write"})
    to_call = world.ada.close.post(
        "/task/", {"lead_id": on, "_type": "outgoing_call", "contact_id": who}
    )
    assert search(world, of="task")["data"] == [
        {"__object_type": "task", "id": made["id"]},
        {"__object_type": "task", "id": to_call["id"]},
    ]
    of_lead = search(world, of="task.lead", _fields={"task": ["text", "lead_id"]})["data"]
    assert of_lead == [{"__object_type": "task", "id": made["id"], "text": "Write", "lead_id": on}]


@pytest.mark.parametrize(
    "name", ["email", "sms", "meeting", "whatsapp_message", "activity.email", "activity.meeting"]
)
def test_types_without_objects_are_found_empty(world: World, name: str):
    made = lead(world)
    answer = search(world, of=name, include_counts=True)
    assert answer == {"data": [], "cursor": None, "count": {"limited": 0, "total": 0}}
    on_lead = related("lead", name, where("date_created", EXISTS, of=name))
    assert found(world, on_lead) == []
    assert found(world, {**on_lead, "negate": True}) == [made["id"]]


def test_conditions_on_meetings_can_be_asked_before_there_are_any(world: World):
    lead(world)
    asked = (
        where("status", term("completed"), of="activity.meeting"),
        where("duration", numbers(gte=60), of="activity.meeting"),
        where("user_id", {"type": "current_user"}, of="activity.meeting"),
        where("outcome_id", term(f"outcome_{UNKNOWN}"), of="activity.meeting"),
        where("activity_at", between("2026-05-01", None), of="activity.meeting"),
    )
    assert found(world, related("lead", "activity.meeting", *asked)) == []


def test_an_exact_text_may_be_the_id_of_an_object(world: World):
    made, _ = lead(world, name="A")["id"], lead(world, name="B")
    assert found(world, text(made, "exact_value")) == [made]
    assert found(world, text(made)) == []
