"""All kinds of activities in one list, through the Close API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.activities.making import note
from tests.close.customizing.making import activity_type
from tests.close.leads.making import task
from tests.close.making import Json, call, contact, lead, opportunity, statements, statuses, wrong


def shown(world: World, status: int = 200, **params: Any) -> Json:
    found: Json = world.ada.close.get("/activity/", status, params=params)
    return found


def kinds(world: World, **params: Any) -> list[str]:
    return [each["_type"] for each in shown(world, **params)["data"]]


@pytest.fixture
def busy(world: World) -> str:
    """The id of a lead on which everything has happened, a minute apart."""
    other = lead(world, name="Sitwell")
    on = contact(world, name="Gob")
    lead_id: str = on["lead_id"]
    home = {"lead_id": lead_id}
    call(world, contact_id=on["id"], activity_at="2026-05-20T00:00:00Z")
    world.clock.advance(minutes=1)
    note(world, **home)
    world.clock.advance(minutes=1)
    task(world, **home, is_complete=True)
    world.clock.advance(minutes=1)
    world.ada.close.put(f"/lead/{lead_id}/", {"status_id": statuses(world)["Qualified"]})
    world.clock.advance(minutes=1)
    oppo = opportunity(world, lead_id)
    won = world.ada.close.get("/status/opportunity/")["data"]
    status_id = next(each["id"] for each in won if each["type"] == "won")
    world.ada.close.put(f"/opportunity/{oppo}/", {"status_id": status_id})
    world.clock.advance(minutes=1)
    world.ada.close.post("/lead/merge/", {"source": other["id"], "destination": lead_id})
    world.clock.advance(minutes=1)
    demo = activity_type(world)
    world.ada.close.post("/activity/custom/", {**home, "custom_activity_type_id": demo})
    world.clock.advance(minutes=1)
    note(world, note="Elsewhere")
    return lead_id


NEWEST_FIRST = [
    "CustomActivity",
    "LeadMerge",
    "OpportunityStatusChange",
    "LeadStatusChange",
    "TaskCompleted",
    "Note",
    "Call",
    "Created",
]
# On the other lead, which was made with its note.
ELSEWHERE = ["Note", "Created"]


def test_all_kinds_are_in_one_list_newest_first(world: World, busy: str):
    assert kinds(world) == [*ELSEWHERE, *NEWEST_FIRST]
    oldest_first = kinds(world, _order_by="date_created")
    assert oldest_first == [*reversed(NEWEST_FIRST), *reversed(ELSEWHERE)]
    assert kinds(world, lead_id=busy) == NEWEST_FIRST
    by_activity = kinds(world, lead_id=busy, _order_by="-activity_at")
    assert by_activity == ["Call", *(kind for kind in NEWEST_FIRST if kind != "Call")]
    assert kinds(world, lead_id=busy, _order_by="activity_at") == by_activity[::-1]
    for each in shown(world)["data"]:
        kind = {"TaskCompleted": "task_completed", "LeadMerge": "lead_merge"}
        kind |= {"CustomActivity": "custom", "Created": "created"}
        kind |= {"LeadStatusChange": "status_change/lead", "Note": "note", "Call": "call"}
        path = kind.get(each["_type"], "status_change/opportunity")
        assert world.ada.close.get(f"/activity/{path}/{each['id']}/") == each


def test_a_page_is_the_same_part_of_the_whole(world: World, busy: str):
    whole = shown(world)["data"]
    pages = [shown(world, _limit=4, _skip=skip) for skip in (0, 4, 8)]
    assert [each for page in pages for each in page["data"]] == whole
    assert [page["has_more"] for page in pages] == [True, True, False]
    assert shown(world, _limit=1, _fields="_type")["data"] == [{"_type": "Note"}]


def test_one_lead_can_be_asked_for_more(world: World, busy: str):
    on: Json = {"lead_id": busy}
    gob = world.ada.close.get(f"/lead/{busy}/")["contact_ids"][0]
    assert kinds(world, **on, _type="Note") == ["Note"]
    assert kinds(world, **on, _type__in="Call,TaskCompleted,Email") == ["TaskCompleted", "Call"]
    assert kinds(world, **on, _type="Email") == []
    assert kinds(world, **on, contact_id=gob) == ["Call"]
    assert kinds(world, **on, user_id__in=f"user_{world.bo.user_id.hex()}") == []
    assert kinds(world, **on, user_id=f"user_{world.ada.user_id.hex()}") == NEWEST_FIRST
    assert kinds(world, **on, date_created__gt="2026-05-17T09:35:00Z") == ["CustomActivity"]
    late: Json = {"_order_by": "-activity_at", "activity_at__gte": "2026-05-18"}
    assert kinds(world, **on, **late) == ["Call"]
    newest = shown(world, **on)["data"][0]["id"]
    assert kinds(world, id__in=newest) == ["CustomActivity"]


def test_what_would_have_to_look_through_everything_is_refused(world: World, busy: str):
    user_id = f"user_{world.ada.user_id.hex()}"
    of_one: list[Json] = [{"user_id": user_id}, {"contact_id__in": "cont_x"}, {"_type": "Note"}]
    of_many: list[Json] = [{}, {"lead_id__in": f"{busy},lead_x"}]
    for params in of_one:
        (name,) = params
        for leads in of_many:
            found = wrong(shown(world, 400, **params, **leads))
            assert list(found) == [name.removesuffix("__in")]
    both: Json = {"_order_by": "-activity_at", "date_created__gt": "2026-05-01"}
    assert set(wrong(shown(world, 400, **both))) == {"_order_by", "date_created__gt"}
    assert set(wrong(shown(world, 400, lead_id=busy, activity_at__gt="2026-05-01"))) == {
        "activity_at__gt"
    }
    assert set(wrong(shown(world, 400, date_created__gt="soon"))) == {"date_created__gt"}


def test_a_list_costs_as_much_for_thirty_as_for_one(world: World, monkeypatch: pytest.MonkeyPatch):
    with statements(world, monkeypatch) as counts:
        for count in (1, 14):
            for _ in range(count):
                made = note(world)
                call(world, lead_id=made["lead_id"])
            shown(world)
    # Which ones, then notes, calls and leads that were created, each with the names of people.
    assert counts == [8, 8]
