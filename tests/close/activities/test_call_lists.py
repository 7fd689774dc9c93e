"""Lists of calls through the Close API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, call, contact, lead, statements, wrong


def listed(world: World, **params: Any) -> list[str]:
    found = world.ada.close.get("/activity/call/", params=params)["data"]
    return [each["id"] for each in found]


def test_lists_are_newest_first_and_page(world: World):
    home = lead(world)["id"]
    first = call(world, lead_id=home)["id"]
    second = call(world, lead_id=home)["id"]
    world.clock.advance(minutes=1)
    third = call(world, lead_id=home)["id"]
    old = call(world, lead_id=home, date_created="2019-01-01")["id"]
    assert listed(world) == [third, second, first, old]
    page = world.ada.close.get("/activity/call/", params={"_limit": 2, "_skip": 1, "_fields": "id"})
    assert page == {"data": [{"id": second}, {"id": first}], "has_more": True}
    assert (
        "max_limit = 100"
        in world.ada.close.get("/activity/call/", 400, params={"_limit": 101})["error"]
    )


def test_lists_are_filtered_by_what_calls_refer_to(world: World):
    ann, ben = contact(world, name="Ann"), contact(world, name="Ben")
    bo = f"user_{world.bo.user_id.hex()}"
    first = call(world, contact_id=ann["id"])["id"]
    second = call(world, contact_id=ben["id"], user_id=bo)["id"]
    third = call(world, lead_id=ben["lead_id"])["id"]
    assert listed(world, id__in=f"{first},{third},acti_{UNKNOWN},x") == [third, first]
    assert listed(world, lead_id=ben["lead_id"]) == [third, second]
    assert listed(world, lead_id=f"{ann['lead_id']}, {ben['lead_id']}") == [third, second, first]
    assert listed(world, contact_id=f"{ann['id']},{ben['id']}") == [second, first]
    assert listed(world, user_id=bo) == [second]
    assert listed(world, user_id=bo, lead_id=ann["lead_id"]) == []
    assert listed(world, lead_id=f"lead_{UNKNOWN}") == listed(world, lead_id="x") == []
    everything = [third, second, first]
    assert listed(world, lead_id="", something="else") == everything
    assert listed(world, _type="Call") == listed(world, _type="Note,Call") == everything
    assert listed(world, _type="Note") == []


def test_lists_are_filtered_by_time(world: World):
    home = lead(world)["id"]
    days = ("2026-01-01", "2026-01-02", "2026-01-03")
    one, two, three = (call(world, lead_id=home, date_created=day)["id"] for day in days)
    assert listed(world, date_created__gt="2026-01-02") == [three]
    assert listed(world, date_created__gte="2026-01-02T00:00:00Z") == [three, two]
    assert listed(world, date_created__lt="2026-01-02T01:00:00+01:00") == [one]
    assert listed(world, date_created__lte="2026-01-02") == [two, one]
    assert listed(world, date_created__gt="2026-01-01", date_created__lt="2026-01-03") == [two]
    late = call(world, lead_id=home, date_created="2025-01-01", activity_at="2026-02-01")["id"]
    assert listed(world, activity_at__gte="2026-02-01", activity_at__lte="2026-02-01") == [late]
    assert listed(world, activity_at__gt="2026-02-01") == []
    assert listed(world, activity_at__lt="2026-02-01") == [three, two, one]
    params = {"date_created__gt": "x", "activity_at__lt": "2026-13-01"}
    answer = world.ada.close.get("/activity/call/", 400, params=params)
    assert wrong(answer) == dict.fromkeys(params, "Invalid ISO 8601 datetime.")


def test_a_list_costs_as_much_for_thirty_as_for_one(world: World, monkeypatch: pytest.MonkeyPatch):
    home = lead(world)["id"]
    with statements(world, monkeypatch) as counts:
        call(world, lead_id=home)
        assert len(listed(world)) == 1
        for person in (world.ada, world.bo, world.dora) * 10:
            call(world, lead_id=home, user_id=f"user_{person.user_id.hex()}")
        assert len(listed(world)) == 31
    assert counts == [2, 2]
