"""What leads are shown with, one by one and in lists, through the Close API."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import contact, id_of, lead, opportunity, statements


def test_a_nameless_lead_is_shown_under_its_first_contacts_name(world: World):
    made = lead(world, name="  ", contacts=[{}, {"name": "Gob"}])
    assert (made["name"], made["display_name"]) == (None, "Untitled")
    made = lead(world, contacts=[{"name": "Gob"}, {"name": "Ann"}])
    assert (made["name"], made["display_name"]) == (None, "Gob")


def test_opportunities_are_embedded(world: World):
    made = lead(world, name="Wayne", contacts=[{"name": "Bruce"}])
    (bruce,) = made["contact_ids"]
    oppo = opportunity(world, made["id"], bruce)
    world.sql(
        "UPDATE opportunities SET value_minor = 130050, value_period = 'monthly', note = 'A & B', "
        "note_html = '<body><p>A &amp; B</p></body>', "
        "confidence = 75 WHERE id = %s",
        id_of(oppo),
    )
    (shown,) = world.ada.close.get(f"/lead/{made['id']}/")["opportunities"]
    me = f"user_{world.ada.user_id.hex()}"
    for key in ("pipeline_id", "status_id"):
        shown.pop(key)
    assert shown == {
        "annualized_expected_value": 1170450,
        "annualized_value": 1560600,
        "attachments": [],
        "confidence": 75,
        "contact_id": bruce,
        "contact_name": "Bruce",
        "created_by": me,
        "created_by_name": world.ada.email,
        "date_created": made["date_created"],
        "date_lost": None,
        "date_updated": made["date_updated"],
        "date_won": None,
        "expected_value": 97538,
        "id": oppo,
        "integration_links": [],
        "lead_id": made["id"],
        "lead_name": "Wayne",
        "note": "A & B",
        "note_html": "<body><p>A &amp; B</p></body>",
        "organization_id": made["organization_id"],
        "pipeline_name": "Sales",
        "status_display_name": "Active",
        "status_label": "Active",
        "status_type": "active",
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "user_id": me,
        "user_name": world.ada.email,
        "value": 130050,
        "value_currency": "USD",
        "value_formatted": "$1,300.50 monthly",
        "value_period": "monthly",
    }


def test_lists_page_count_and_pick_fields(world: World):
    for number in range(5):
        lead(world, name=f"Lead {number}")
    params = {"_limit": 2, "_skip": 2, "_fields": "name,nothing"}
    assert world.ada.close.get("/lead/", params=params) == {
        "data": [{"name": "Lead 2"}, {"name": "Lead 3"}],
        "has_more": True,
        "total_results": 5,
    }
    last = world.ada.close.get("/lead/", params={"_skip": 4, "some_filter": "x"})
    assert [each["name"] for each in last["data"]] == ["Lead 4"]
    assert (last["has_more"], last["total_results"]) == (False, 5)
    counted = world.ada.close.get("/lead/", params={"_limit": 0})
    assert (counted["data"], counted["total_results"]) == ([], 5)
    assert len(world.ada.close.get("/lead/", params={"_limit": 200})["data"]) == 5
    too_many = world.ada.close.get("/lead/", 400, params={"_limit": 201})
    assert "max_limit = 200" in too_many["error"]


def test_a_list_costs_as_much_for_thirty_as_for_one(world: World, monkeypatch: pytest.MonkeyPatch):
    def fill(count: int) -> None:
        for number in range(count):
            made = lead(world, contacts=[{"name": f"A{number}"}, {"name": f"B{number}"}])
            opportunity(world, made["id"], made["contact_ids"][0])

    with statements(world, monkeypatch) as counts:
        fill(1)
        assert len(world.ada.close.get("/lead/")["data"]) == 1
        fill(29)
        assert len(world.ada.close.get("/lead/")["data"]) == 30
    # Leads, their number, contacts, opportunities, tasks, stages, pipelines, names, links.
    assert counts == [9, 9]


def test_the_link_leads_to_where_the_caller_found_the_server(world: World):
    made = lead(world)
    path = f"/lead/{made['id']}/"
    headers = {"Host": "crm.example.com", "X-Forwarded-Proto": "https"}
    shown = world.ada.close.get(path, headers=headers)
    assert shown["html_url"] == f"https://crm.example.com/lead/{made['id']}/"


def test_a_lead_from_the_other_dialect_is_a_lead_here_at_once(world: World):
    body = {"firstName": "Jane", "phoneNumber": "(415) 555-0133"}
    card = world.ada.tether.post("/contact", body, 201)["contact"]
    (shown,) = world.ada.close.get("/lead/")["data"]
    assert shown["contact_ids"] == [f"cont_{card['_id']}"]
    assert shown["primary_phone"]["phone"] == "+14155550133"
    world.ada.close.put(f"/lead/{shown['id']}/", {"status": "Qualified"})
    assert world.ada.tether.get(f"/contacts/{card['_id']}")["data"]["status"] == "Qualified"
    added = contact(world, lead_id=shown["id"], name="Joe")
    assert world.ada.close.get("/lead/")["data"][0]["contact_ids"][1:] == [added["id"]]
