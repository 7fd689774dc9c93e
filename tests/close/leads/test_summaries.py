"""What leads, contacts and opportunities say about what belongs to them, through the Close API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import Json, call, contact, lead, opportunity, statements

NOW = "2026-05-17T09:30:00.000000+00:00"
NOBODY = {"phones": [{"phone": "(415) 555-0101", "type": "office"}]}
GOB = {
    "name": "Gob",
    "emails": [{"email": "gob@example.com"}, {"email": "magic@example.com"}],
    "timezone": "America/Los_Angeles",
}


def test_a_lead_says_in_short_who_and_where_it_is(world: World):
    home = {"address_1": "747 Howard St", "city": "San Francisco", "zipcode": "94103"}
    made = lead(
        world, contacts=[NOBODY, GOB], addresses=[{**home, "country": "US"}, {"city": "Newport"}]
    )
    assert made["contacts_summary"] == "+1 415-555-0101, Gob"
    assert made["primary_address_full"] == "747 Howard St, San Francisco, 94103, US"
    assert made["primary_address_summary"] == "San Francisco, US"
    assert made["localtime"] == "2026-05-17T02:30:00.000000-07:00"
    assert made["primary_email"]["email"] == "gob@example.com"
    assert made["primary_phone"]["phone"] == "+14155550101"
    world.ada.close.put(f"/lead/{made['id']}/", {"addresses": [{"address_1": "Pier 39"}]})
    (shown,) = world.ada.close.get("/lead/")["data"]
    assert (shown["primary_address_full"], shown["primary_address_summary"]) == ("Pier 39", None)


def test_a_lead_without_anything_has_nothing_to_say(world: World):
    made = lead(world, name="Empty")
    assert made["contacts_summary"] == ""
    for key in ("localtime", "primary_address_full", "primary_address_summary"):
        assert made[key] is None


def test_the_latest_calls_are_shown_to_who_asks_for_them(world: World):
    home = lead(world, contacts=[GOB, NOBODY])
    gob, nobody = home["contact_ids"]
    last = call(world, contact_id=gob, activity_at="2026-05-16T00:00:00Z", duration=90)
    older = [
        call(world, contact_id=nobody, activity_at=f"2026-05-{day}T00:00:00Z", status="busy")["id"]
        for day in range(10, 16)
    ]
    shown = {
        "dialer_id": None,
        "duration": 90,
        "finish_timestamp": "2026-05-16T00:01:30.000000+00:00",
        "id": last["id"],
        "status": "completed",
    }
    for path in (f"/lead/{home['id']}/", f"/contact/{gob}/"):
        assert "recent_calls" not in world.ada.close.get(path)
        found = world.ada.close.get(path, params={"_fields": "recent_calls"})["recent_calls"]
        assert found[0] == shown
        assert world.ada.close.get(path, params={"_fields": "_all"})["recent_calls"] == found
        wanted = {"lead": older[:1:-1], "contact": []}[path.split("/")[1]]
        assert [each["id"] for each in found[1:]] == wanted
    listed = world.ada.close.get("/contact/", params={"_fields": "id,recent_calls"})["data"]
    assert {each["id"]: len(each["recent_calls"]) for each in listed} == {gob: 1, nobody: 5}
    assert world.eve.close.get("/lead/", params={"_fields": "_all"})["data"] == []


def test_a_contact_can_be_sent_back_with_all_that_it_shows(world: World):
    made = contact(world, **GOB)
    path = f"/contact/{made['id']}/"
    whole = world.ada.close.get(path, params={"_fields": "_all"})
    assert set(whole) == {*made, "recent_calls"}
    assert world.ada.close.put(path, whole, params={"_fields": "_all"}) == whole
    world.ada.close.post("/contact/", whole, 200)


@pytest.mark.parametrize("noun", ["lead", "contact"])
def test_calls_cost_one_statement_for_thirty_as_for_one(
    world: World, noun: str, monkeypatch: pytest.MonkeyPatch
):
    params = {"_fields": "id,recent_calls"}
    with statements(world, monkeypatch) as counts:
        for count in (1, 29):
            for number in range(count):
                made = contact(world, name=f"Gob {number}", emails=[{"email": "g@example.com"}])
                call(world, contact_id=made["id"])
            world.ada.close.get(f"/{noun}/")
            found = world.ada.close.get(f"/{noun}/", params=params)["data"]
            assert all(len(each["recent_calls"]) == 1 for each in found)
    assert counts[1:] == [counts[0] + 1, counts[0], counts[0] + 1]


def test_an_opportunity_says_how_its_lead_is_reached(world: World):
    home = lead(world, contacts=[NOBODY, GOB])
    elsewhere = lead(world, name="Nobody there")
    world.ada.close.post("/unsubscribe/email/", {"email": "gob@example.com"}, 201)
    on = opportunity(world, home["id"])
    alone = opportunity(world, elsewhere["id"])
    email = {"email": "gob@example.com", "is_unsubscribed": True, "type": "office"}
    by_id: dict[str, Json] = {
        each["id"]: each for each in world.ada.close.get("/opportunity/")["data"]
    }
    assert by_id[on]["lead_primary_email"] == email
    assert by_id[on]["lead_primary_phone"] == [home["primary_phone"]]
    assert by_id[alone]["lead_primary_email"] is by_id[alone]["lead_primary_phone"] is None
    for lead_id, opportunity_id in ((home["id"], on), (elsewhere["id"], alone)):
        assert world.ada.close.get(f"/opportunity/{opportunity_id}/") == by_id[opportunity_id]
        shown = world.ada.close.get(f"/lead/{lead_id}/")["opportunities"]
        assert shown == [by_id[opportunity_id]]


def stalled(world: World, **params: Any) -> list[str]:
    found = world.ada.close.get("/opportunity/", params=params)["data"]
    return [each["id"] for each in found if each["is_stalled"]]


def test_an_active_opportunity_that_nobody_changes_for_thirty_days_is_stalled(world: World):
    home = lead(world, name="Wayne")["id"]
    left, moved, won = (opportunity(world, home) for _ in range(3))
    statuses = world.ada.close.get("/status/opportunity/")["data"]
    status_id = next(each["id"] for each in statuses if each["type"] == "won")
    world.ada.close.put(f"/opportunity/{won}/", {"status_id": status_id})
    world.clock.advance(minutes=30 * 24 * 60)
    assert stalled(world) == []
    world.ada.close.put(f"/opportunity/{moved}/", {"confidence": 60})
    world.clock.advance(minutes=1)
    assert stalled(world) == stalled(world, is_stalled="true") == [left]
    assert stalled(world, is_stalled="false") == []
    found = world.ada.close.get("/opportunity/", params={"is_stalled": "true"})
    assert (found["total_results"], len(found["data"])) == (1, 1)
    others = world.ada.close.get("/opportunity/", params={"is_stalled": "false"})
    assert [each["id"] for each in others["data"]] == [moved, won]
    embedded = world.ada.close.get(f"/lead/{home}/")["opportunities"]
    assert [each["id"] for each in embedded if each["is_stalled"]] == [left]
    world.ada.close.put(f"/opportunity/{left}/", {"note": "They called."})
    assert stalled(world) == []
