"""What leads are shown with, one by one and in lists, through the Close API."""

from __future__ import annotations

from itertools import product

import pytest

from leadline.features.contacts.queries import lead_display_name_sql
from leadline.features.leads import actions as lead_actions
from leadline.features.leads.actions import begin_count, count_anew
from leadline.kernel.scope import Scope
from leadline.worker import count_leads
from tests.cast import World
from tests.close.making import (
    Json,
    contact,
    custom_field,
    id_of,
    lead,
    opportunity,
    statements,
    statuses,
    wrong,
)


def test_a_nameless_lead_is_shown_under_its_first_contacts_name(world: World):
    made = lead(world, name="  ", contacts=[{}, {"name": "Gob"}])
    assert (made["name"], made["display_name"]) == (None, "Untitled")
    made = lead(world, contacts=[{"name": "Gob"}, {"name": "Ann"}])
    assert (made["name"], made["display_name"]) == (None, "Gob")


def test_the_search_knows_leads_by_the_names_that_are_displayed(world: World):
    contacts: tuple[Json, ...] = (
        {},
        {"name": "Gob"},
        {"emails": [{"email": "ann@example.com"}, {"email": "two@example.com"}]},
        {"phones": [{"phone": "+14155550133"}], "emails": [{"email": "ray@example.com"}]},
        {"phones": [{"phone": "+14155550133"}]},
    )
    # What is displayed, and where the search calls it something else.
    in_search = {"Untitled": None, "+1 415-555-0133": "+14155550133"}
    name = lead_display_name_sql("l").replace("%(organization_id)s", "l.organization_id")
    for own in (None, "Acme"):
        for first, second in product(contacts, repeat=2):
            made = lead(world, name=own, contacts=[first, second])
            found = world.sql(f"SELECT {name} FROM leads l WHERE l.id = %s", id_of(made["id"]))
            shown = made["display_name"]
            assert found == [(in_search.get(shown, shown),)]


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
        "comment_summary": None,
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
        "is_stalled": False,
        "lead_id": made["id"],
        "lead_name": "Wayne",
        "lead_primary_email": None,
        "lead_primary_phone": None,
        "note": "A & B",
        "note_html": "<body><p>A &amp; B</p></body>",
        "organization_id": made["organization_id"],
        "pipeline_name": "Sales",
        "stall_status": None,
        "status_display_name": "Active",
        "status_label": "Active",
        "status_type": "active",
        "suggested_action": None,
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
    assert wrong(too_many) == {"_limit": "Input should be less than or equal to 200"}


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
    # Leads, their number, contacts, opportunities, tasks, stages, pipelines, names, links, and
    # comments on opportunities.
    assert counts == [10, 10]


def test_a_hundred_leads_with_everything_on_them_cost_as_much_as_one(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """Contacts, an opportunity, a task, custom values, links and an unsubscribed address each."""
    ada = world.ada.close
    size, rep = custom_field(world, "lead", "Size", "number"), custom_field(world, "lead", "Rep")
    ada.put(f"/custom_field/lead/{rep.removeprefix('custom.')}/", {"type": "user"})
    likes = custom_field(world, "contact", "Likes", "choices")
    worth = custom_field(world, "opportunity", "Worth")
    for noun in ("lead", "contact", "opportunity"):
        link = {"name": "Look up", "type": noun, "url": f"https://example.com/?{{{{{noun}.id}}}}"}
        ada.post("/integration_link/", link)
    ada.post("/unsubscribe/email/", {"email": "b@example.com"})
    people = [
        {"name": "A", "phones": [{"phone": "(415) 555-0101"}], likes: ["Choice 1"]},
        {"name": "B", "emails": [{"email": "b@example.com"}], likes: ["Choice 1", "Choice 2"]},
    ]
    users = [f"user_{person.user_id.hex()}" for person in (world.ada, world.bo, world.cy)]
    labels = [*statuses(world)]

    def fill(numbers: range) -> None:
        for number in numbers:
            user = users[number % 3]
            status = labels[number % len(labels)]
            fields = {"name": f"Lead {number}", "status": status, size: number, rep: user}
            made = lead(world, contacts=people, **fields)
            value = {"value": 100 * number, "user_id": user, worth: "much"}
            person = made["contact_ids"][number % 2]
            ada.post("/opportunity/", {"lead_id": made["id"], "contact_id": person, **value})
            task = {"text": "Call", "assigned_to": user, "date": "2026-06-01"}
            ada.post("/task/", {"lead_id": made["id"], "_type": "lead", **task})

    with statements(world, monkeypatch) as counts:
        fill(range(1))
        assert len(ada.get("/lead/")["data"]) == 1
        fill(range(1, 100))
        found = ada.get("/lead/", params={"_limit": 100})["data"]
    # Two more than in a plain list: which addresses are unsubscribed, and how fields are called.
    assert counts == [12, 12]
    assert len(found) == 100
    for number, shown in enumerate(found):
        assert (shown["name"], shown[size], shown[rep]) == (
            f"Lead {number}",
            number,
            users[number % 3],
        )
        assert shown["status_label"] == labels[number % len(labels)]
        assert [each[likes] for each in shown["contacts"]] == [each[likes] for each in people]
        assert shown["contacts"][1]["emails"][0]["is_unsubscribed"]
        (deal,), (task,) = shown["opportunities"], shown["tasks"]
        assert (deal["value"], deal[worth], task["text"]) == (100 * number, "much", "Call")
        assert shown["integration_links"][0]["url"].endswith(shown["id"])


def test_the_link_leads_to_where_the_caller_found_the_server(world: World):
    made = lead(world)
    path = f"/lead/{made['id']}/"
    headers = {"Host": "crm.example.com", "X-Forwarded-Proto": "https"}
    shown = world.ada.close.get(path, headers=headers)
    # The scheme is what a proxy says only where that proxy is trusted (tests/test_callers.py).
    assert shown["html_url"] == f"http://crm.example.com/lead/{made['id']}/"


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


def count_old_leads(world: World) -> None:
    """As the worker does every hour, but without the organizations of all earlier tests."""

    async def run() -> None:
        for person in (world.ada, world.eve):
            for step in (begin_count, count_anew):
                async with world.services.database.writing(
                    Scope.system(person.organization_id)
                ) as unit:
                    await step(unit)

    world.call(run)


def test_the_worker_counts_old_leads(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lead_actions, "COUNTED_FROM", 1)
    for _ in range(2):
        lead(world)
    world.clock.advance(hours=2)
    world.call(count_leads, world.services.database)
    assert (total(world), counted(world)) == (2, [(2,)])


def total(world: World) -> int:
    found: int = world.ada.close.get("/lead/", params={"_limit": 1})["total_results"]
    return found


def test_the_total_stays_exact_where_old_leads_are_counted_beforehand(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lead_actions, "COUNTED_FROM", 3)
    old = [lead(world)["id"] for _ in range(3)]
    count_old_leads(world)
    assert counted(world) == []  # too few to be worth it
    old.append(lead(world)["id"])
    world.clock.advance(hours=2)
    new = [lead(world)["id"] for _ in range(2)]
    for _ in range(2):
        count_old_leads(world)
        assert (total(world), counted(world)) == (6, [(4,)])
    world.ada.close.delete(f"/lead/{old[0]}/", status=200)
    assert (total(world), counted(world)) == (5, [(3,)])
    world.ada.close.delete(f"/lead/{new[0]}/", status=200)
    assert (total(world), counted(world)) == (4, [(3,)])
    world.ada.close.post("/lead/merge/", {"source": old[1], "destination": new[1]})
    assert (total(world), counted(world)) == (3, [(2,)])
    world.clock.advance(hours=2)
    count_old_leads(world)
    assert (total(world), counted(world)) == (3, [(3,)])
    assert world.eve.close.get("/lead/")["total_results"] == 0


def counted(world: World) -> list[tuple[int]]:
    return world.sql(
        "SELECT count FROM lead_counts WHERE organization_id = %s", world.ada.organization_id
    )
