"""Status changes: what stands on a lead of how it, or an opportunity, changed its status."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, count_events, events, id_of, lead, statuses
from tests.close.making import wrong as problems_of
from tests.outreach import JANE, make_configuration, send_lead

LEADS = "/activity/status_change/lead/"
DEALS = "/activity/status_change/opportunity/"
Json = dict[str, Any]


def listed(world: World, path: str = LEADS, **params: Any) -> list[Json]:
    found: list[Json] = world.ada.close.get(path, params=params)["data"]
    return found


def move(world: World, lead_id: str, label: str) -> None:
    world.ada.close.put(f"/lead/{lead_id}/", {"status": label})


def deal_statuses(world: World) -> dict[str, str]:
    found = world.ada.close.get("/status/opportunity/")["data"]
    return {status["label"]: status["id"] for status in found}


def history(world: World) -> Any:
    """What the metrics are made of, to see that nothing touches it."""
    return world.sql(
        "SELECT * FROM stage_transitions WHERE organization_id = %s ORDER BY id",
        world.ada.organization_id,
    ), world.ada.tether.get(
        "/outreach-metrics/history", params={"from": "2010-01-01", "to": "2026-12-31"}
    )


def test_a_lead_that_moves_leaves_an_entry(world: World):
    home, ids = lead(world)["id"], statuses(world)
    assert listed(world) == []
    world.clock.advance(minutes=5)
    world.bo.close.put(f"/lead/{home}/", {"status": "Qualified"})
    (entry,) = listed(world)
    bo = f"user_{world.bo.user_id.hex()}"
    assert entry == {
        "_paused_subscriptions": [],
        "_type": "LeadStatusChange",
        "activity_at": "2026-05-17T09:35:00.000000+00:00",
        "contact_id": None,
        "created_by": bo,
        "created_by_name": "Bo Berg",
        "date_created": "2026-05-17T09:35:00.000000+00:00",
        "date_updated": "2026-05-17T09:35:00.000000+00:00",
        "id": entry["id"],
        "lead_id": home,
        "new_status_id": ids["Qualified"],
        "new_status_label": "Qualified",
        "old_status_id": ids["New Lead"],
        "old_status_label": "New Lead",
        "organization_id": f"orga_{world.ada.org}",
        "updated_by": bo,
        "updated_by_name": "Bo Berg",
        "user_id": bo,
        "user_name": "Bo Berg",
        "users": [],
    }
    assert world.bo.close.get(f"{LEADS}{entry['id']}/") == entry
    assert world.bo.close.get(f"{LEADS}{entry['id']}/", params={"_fields": "id"}) == {
        "id": entry["id"]
    }
    assert ("lead_status_change", "created") in events(world, entry["id"])
    # Statuses keep the names that they had.
    world.ada.close.put(f"/status/lead/{ids['Qualified']}/", {"label": "Fine"})
    assert listed(world)[0]["new_status_label"] == "Qualified"


def test_whoever_moves_a_lead_leaves_an_entry(world: World):
    configuration = make_configuration(world.ada)
    send_lead(world.ada, configuration, **JANE)
    assert listed(world) == []
    (card,) = world.ada.tether.get("/contacts")["contacts"]
    world.ada.tether.patch(f"/contacts/{card['_id']}", {"status": "Contacted"})
    assert [each["new_status_label"] for each in listed(world)] == ["Contacted"]


def test_an_opportunity_that_moves_leaves_an_entry_with_its_worth(world: World):
    ids = deal_statuses(world)
    deal = world.ada.close.post("/opportunity/", {"value": 5000, "value_period": "monthly"})
    (pipeline,) = world.ada.close.get("/pipeline/")["data"]
    path = f"/opportunity/{deal['id']}/"
    world.ada.close.put(path, {"status_id": ids["Won"]})
    world.ada.close.put(path, {"value": 1})
    (entry,) = listed(world, DEALS)
    assert listed(world) == []
    moment, me = "2026-05-17T09:30:00.000000+00:00", f"user_{world.ada.user_id.hex()}"
    assert entry == {
        "_type": "OpportunityStatusChange",
        "activity_at": moment,
        "contact_id": None,
        "created_by": me,
        "created_by_name": world.ada.email,
        "date_created": moment,
        "date_updated": moment,
        "id": entry["id"],
        "lead_id": deal["lead_id"],
        "new_pipeline_id": pipeline["id"],
        "new_pipeline_name": "Sales",
        "new_status_id": ids["Won"],
        "new_status_label": "Won",
        "new_status_type": "won",
        "old_pipeline_id": pipeline["id"],
        "old_pipeline_name": "Sales",
        "old_status_id": ids["Active"],
        "old_status_label": "Active",
        "old_status_type": "active",
        "opportunity_confidence": 100,
        "opportunity_date_won": "2026-05-17T00:00:00+00:00",
        "opportunity_id": deal["id"],
        "opportunity_value": 5000,
        "opportunity_value_currency": "USD",
        "opportunity_value_formatted": "$50 monthly",
        "opportunity_value_period": "monthly",
        "organization_id": f"orga_{world.ada.org}",
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "user_id": me,
        "user_name": world.ada.email,
        "users": [],
    }
    assert world.bo.close.get(f"{DEALS}{entry['id']}/") == entry
    world.ada.close.get(f"{LEADS}{entry['id']}/", 404)


def test_an_entry_made_by_hand_moves_nothing_and_counts_nowhere(world: World):
    send_lead(world.ada, make_configuration(world.ada), **JANE)
    home, ids = world.ada.close.get("/lead/")["data"][0], statuses(world)
    before = history(world)
    body = {
        "lead_id": home["id"],
        "old_status_id": ids["New Lead"],
        "new_status_id": ids["Closed Won"],
        "date_created": "2013-08-23T20:57:45.956+00:00",
        "user_id": f"user_{world.bo.user_id.hex()}",
        "new_status_label": "nonsense",
    }
    made = world.ada.close.post(LEADS, body, 200)
    assert made["activity_at"] == made["date_created"] == "2013-08-23T20:57:45.956000+00:00"
    assert (made["user_name"], made["new_status_label"]) == ("Bo Berg", "Closed Won")
    assert made["created_by_name"] == world.ada.email
    assert world.ada.close.get(f"{LEADS}{made['id']}/") == made
    later = {**body, "activity_at": "2013-08-24"}
    assert world.ada.close.post(LEADS, later)["activity_at"] == "2013-08-24T00:00:00.000000+00:00"
    assert world.ada.close.get(f"/lead/{home['id']}/")["status_label"] == "New Lead"
    assert history(world) == before


def test_an_entry_is_removed_and_nothing_else(world: World):
    send_lead(world.ada, make_configuration(world.ada), **JANE)
    home = world.ada.close.get("/lead/")["data"][0]["id"]
    move(world, home, "Closed Won")
    before = history(world)
    (entry,) = listed(world)
    path = f"{LEADS}{entry['id']}/"
    assert world.bo.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    world.ada.close.delete(path, status=404)
    assert listed(world) == []
    assert ("lead_status_change", "deleted") in events(world, entry["id"])
    assert world.ada.close.get(f"/lead/{home}/")["status_label"] == "Closed Won"
    assert history(world) == before


def test_an_entry_of_an_opportunity_is_made_and_removed_by_hand(world: World):
    deal, ids = world.ada.close.post("/opportunity/", {"value": 0}), deal_statuses(world)
    before = history(world)
    body = {
        "lead_id": deal["lead_id"],
        "opportunity_id": deal["id"],
        "old_status_id": ids["Lost"],
        "new_status_id": ids["Won"],
    }
    made = world.ada.close.post(DEALS, body, 200)
    assert (made["old_status_type"], made["new_status_type"]) == ("lost", "won")
    assert (made["opportunity_value"], made["opportunity_value_formatted"]) == (0, None)
    assert (made["opportunity_confidence"], made["opportunity_date_won"]) == (50, None)
    assert world.ada.close.delete(f"{DEALS}{made['id']}/", status=200) == {}
    assert world.ada.close.get(f"/opportunity/{deal['id']}/")["status_label"] == "Active"
    assert history(world) == before


def test_what_is_wrong_with_an_entry_is_told(world: World):
    home, ids = lead(world)["id"], statuses(world)
    deal, deal_ids = world.ada.close.post("/opportunity/", {}), deal_statuses(world)
    before = count_events(world)
    gone = "Object does not exist."
    body = {"lead_id": home, "old_status_id": ids["Contacted"], "new_status_id": deal_ids["Won"]}
    body["user_id"] = f"user_{world.eve.user_id.hex()}"
    assert problems_of(world.ada.close.post(LEADS, body, 400)) == {
        "new_status_id": gone,
        "user_id": gone,
    }
    required = dict.fromkeys(
        ("lead_id", "old_status_id", "new_status_id"), "This field is required."
    )
    assert problems_of(world.ada.close.post(LEADS, {}, 400)) == required
    body = {
        "lead_id": home,
        "opportunity_id": deal["id"],
        "old_status_id": deal_ids["Active"],
        "new_status_id": deal_ids["Won"],
    }
    assert problems_of(world.ada.close.post(DEALS, body, 400)) == {
        "opportunity_id": "The opportunity is on another lead."
    }
    body |= {"lead_id": f"lead_{UNKNOWN}", "opportunity_id": f"oppo_{UNKNOWN}"}
    assert problems_of(world.ada.close.post(DEALS, body, 400)) == {
        "lead_id": gone,
        "opportunity_id": gone,
    }
    assert count_events(world) == before


def test_lists_are_filtered(world: World):
    one, two = lead(world)["id"], lead(world)["id"]
    for label in ("Contacted", "Qualified"):
        world.clock.advance(days=1)
        move(world, one, label)
    world.clock.advance(days=1)
    world.bo.close.put(f"/lead/{two}/", {"status": "Contacted"})
    third, second, first = (entry["id"] for entry in listed(world))
    bo = f"user_{world.bo.user_id.hex()}"

    def found(**params: Any) -> list[str]:
        return [entry["id"] for entry in listed(world, **params)]

    assert found(lead_id=one) == [second, first]
    assert found(lead_id=f"{one},{two}") == [third, second, first]
    assert found(id__in=f"{first},acti_{UNKNOWN}") == [first]
    assert found(user_id=bo) == [third]
    assert found(contact_id=f"cont_{UNKNOWN}") == []
    assert found(_type="Call") == []
    assert found(_type="Call,LeadStatusChange", _limit=1, _skip=1) == [second]
    assert found(date_created__gt="2026-05-19") == [third, second]
    assert found(activity_at__lt="2026-05-19") == [first]
    assert found(opportunity_id=f"oppo_{UNKNOWN}", nonsense="x") == [third, second, first]
    assert world.eve.close.get(LEADS)["data"] == []


def test_entries_of_one_opportunity_are_found(world: World):
    deals = [world.ada.close.post("/opportunity/", {}) for _ in range(2)]
    for deal in deals:
        world.ada.close.put(f"/opportunity/{deal['id']}/", {"status": "Won"})
    (entry,) = listed(world, DEALS, opportunity_id=deals[0]["id"])
    assert entry["opportunity_id"] == deals[0]["id"]
    assert len(listed(world, DEALS, lead_id=deals[1]["lead_id"])) == 1
    assert listed(world, DEALS, opportunity_id="x") == []


def test_a_deleted_lead_takes_its_entries_along(world: World):
    home = lead(world)["id"]
    move(world, home, "Contacted")
    deal = world.ada.close.post("/opportunity/", {"lead_id": home})
    world.ada.close.put(f"/opportunity/{deal['id']}/", {"status": "Won"})
    entries = [*listed(world), *listed(world, DEALS)]
    assert len(entries) == 2
    world.ada.close.delete(f"/lead/{home}/")
    assert [*listed(world), *listed(world, DEALS)] == []
    for entry in entries:
        assert events(world, entry["id"])[-1][1] == "deleted"
    kept = world.sql("SELECT count(*) FROM stage_transitions WHERE lead_id = %s", id_of(home))
    assert kept == [(4,)]


@pytest.mark.parametrize("path", [LEADS, DEALS])
def test_entries_cannot_be_changed(world: World, path: str):
    response = world.ada.close.send("PUT", f"{path}acti_{UNKNOWN}/", {})
    assert response.status_code == 405
