"""Filters that many lists of the Close API have: in two spellings, by group, by organization."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.activities.making import note
from tests.close.leads.making import call_task, task
from tests.close.making import Json, call, contact, lead, opportunity


def ids(world: World, path: str, **params: Any) -> list[str]:
    found: list[Json] = world.ada.close.get(path, params=params)["data"]
    return [each["id"] for each in found]


def organization(person: Any) -> str:
    return f"orga_{person.organization_id.hex()}"


@pytest.mark.parametrize(
    "path", ["/task/", "/opportunity/", "/activity/", "/activity/note/", "/activity/created/"]
)
def test_another_organization_has_nothing_here(world: World, path: str):
    made = note(world)
    task(world, lead_id=made["lead_id"])
    opportunity(world, made["lead_id"])
    whole = ids(world, path)
    assert whole != []
    assert ids(world, path, organization_id=organization(world.ada)) == whole
    assert ids(world, path, organization_id=organization(world.eve)) == []


def test_tasks_of_another_organization_are_not_changed_together(world: World):
    made = task(world, text="Call")
    query = {"organization_id": organization(world.eve)}
    answer = world.ada.close.put("/task/", {"_params": query, "text": "Changed"})
    assert answer == {"ok": True, "count": 0}
    assert world.ada.close.get(f"/task/{made['id']}/")["text"] == "Call"


def test_a_filter_in_both_spellings_lets_through_what_both_do(world: World):
    homes = [lead(world, contacts=[{"name": name}]) for name in ("A", "B", "C")]
    first, second, third = (home["id"] for home in homes)
    both = {"lead_id": f"{first},{second}", "lead_id__in": f"{second},{third}"}
    assert ids(world, "/contact/", **both) == homes[1]["contact_ids"]
    assert ids(world, "/contact/", lead_id=first, lead_id__in=third) == []
    assert ids(world, "/contact/", lead_id=first, lead_id__in="") == homes[0]["contact_ids"]
    written = task(world, lead_id=first)["id"]
    due = call_task(world)["id"]
    assert ids(world, "/task/", _type__in="lead,outgoing_call") == [written, due]
    assert ids(world, "/task/", _type="lead", _type__in="outgoing_call") == []


def test_a_group_stands_for_its_users_in_lists_of_activities(world: World):
    bo, ada = (f"user_{person.user_id.hex()}" for person in (world.bo, world.ada))
    group = world.ada.close.post("/group/", {"name": "Closers"}, 201)["id"]
    world.ada.close.post(f"/group/{group}/member/", {"user_id": bo})
    on = contact(world, name="Gob")
    of_ada = call(world, contact_id=on["id"])["id"]
    of_bo = call(world, contact_id=on["id"], user_id=bo)["id"]
    assert ids(world, "/activity/call/", user_id__in=group) == [of_bo]
    assert ids(world, "/activity/call/", user_id__in=f"{group},{ada}") == [of_bo, of_ada]
    assert ids(world, "/activity/", lead_id=on["lead_id"], user_id__in=group) == [of_bo]
    empty = world.ada.close.post("/group/", {"name": "Nobody"}, 201)["id"]
    assert ids(world, "/activity/call/", user_id=empty) == []


@pytest.mark.parametrize("path", ["/task/", "/opportunity/", "/activity/note/"])
def test_until_a_day_is_until_its_end(world: World, path: str):
    made = note(world)
    task(world, lead_id=made["lead_id"])
    opportunity(world, made["lead_id"])
    assert len(ids(world, path, date_created__lte="2026-05-17", lead_id=made["lead_id"])) == 1
    assert ids(world, path, date_created__lte="2026-05-16", lead_id=made["lead_id"]) == []


@pytest.mark.parametrize("path", ["/task/", "/opportunity/", "/activity/note/"])
def test_a_plus_that_was_not_encoded_is_a_plus(world: World, path: str):
    made = note(world)
    task(world, lead_id=made["lead_id"])
    opportunity(world, made["lead_id"])
    for moment, count in (
        ("2026-05-17T11:30:00+02:00", 1),
        ("2026-05-17T11:30:00.000000+02:00", 1),
        ("2026-05-17T11:30+0200", 1),
        ("2026-05-17T11:31:00+02:00", 0),
        ("2026-05-17 09:30", 1),
        ("2026-05-17 09:31", 0),
    ):
        query = f"?lead_id={made['lead_id']}&date_created__gte={moment}"
        found = world.ada.close.get(path + query.replace(" ", "%20"))
        assert len(found["data"]) == count, moment
