"""Lists that search: what scripts send, contacts, opportunities, tasks, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, contact, lead, statements
from tests.close.query.making import ACME, BLUTH, GLOBEX, found, names, refused, three_leads, which

# What scripts and connectors that people use send, in their own words.
SENT = {
    "* sort:created": "ABG",
    'name:"Acme Rockets"': "A",
    'company:"Bluth Company" sort:created': "B",
    'email_address:"gob@bluth.example.com" sort:created': "B",
    '"Two Words":"Alpha beta" sort:created': "A",
    '"custom.Two Words":"Alpha beta" sort:created': "A",
    'custom.Size:"250" status:"New Lead" sort:updated': "A",
    "addresses > 1 sort:activities": "A",
    "has:calls": "AB",
    'call( date >= "2026-05-16" date < "2026-05-17")': "B",
    'call( date >= "2026-05-01" date < "2026-05-16")': "A",
    "contact(sequence_subscription(sequence:*))": "",
    "(name:acme or name:globex) slice:1/1": "AG",
    'date_updated>="2026-05-17T09:30" sort:date_updated': "ABG",
    'date_updated>="2026-05-17T09:31" sort:date_updated': "",
    "sort:updated date_updated > 2026-05-17T09:29:59Z date_updated <= 2026-05-17T09:30:00Z": "ABG",
    "sort:updated date_updated > 2026-05-17T09:30:00Z date_updated <= 2026-05-18T00:00:00Z": "",
    'status:"Qualified"': "B",
    "opportunity(status_type:won value > 1000)": "B",
    "status_change(old_status:Contacted new_status:Qualified date:today)": "B",
}


@pytest.mark.parametrize(("query", "letters"), SENT.items())
def test_what_scripts_send_is_understood(world: World, query: str, letters: str):
    three_leads(world)
    assert which(world, query) == letters


def contacts(world: World, query: str, **params: Any) -> list[str]:
    return [each["name"] for each in found(world, query, "/contact/", params=params)["data"]]


def test_contacts_are_searched(world: World):
    made = three_leads(world)
    for query, expected in {
        "jane": ["Jane Roe"],
        "name:john": ["John Doe"],
        "email:jane.roe@acme.example.com": ["Jane Roe"],
        "email_address:bluth.example.com": ["Gob Bluth"],
        "phone:4155550101": ["Jane Roe"],
        'title:"head of sales"': ["Jane Roe"],
        "url:jane.example.com": ["Jane Roe"],
        "no:email": ["John Doe"],
        'company:"acme rockets" sort:name': ["Jane Roe", "John Doe"],
        "lead_status:qualified": ["Gob Bluth"],
        f"lead_id:{made.leads[BLUTH]}": ["Gob Bluth"],
        f"id:{made.contacts['John Doe']}": ["John Doe"],
        "has:calls": ["Jane Roe"],
        "opportunity(value_period:monthly)": ["Jane Roe"],
        "lead(has:notes)": ["Gob Bluth"],
        "contact(name:gob)": ["Gob Bluth"],
        "Birthday < 1991": ["Jane Roe"],
        "* sort:-name": ["John Doe", "Jane Roe", "Gob Bluth"],
        "name:nobody": [],
    }.items():
        assert contacts(world, query) == expected, query
    assert sorted(contacts(world, "*")) == ["Gob Bluth", "Jane Roe", "John Doe"]  # no empty ones
    on_acme = {"lead_id": made.leads[ACME]}
    assert contacts(world, "sort:name", **on_acme) == ["Jane Roe", "John Doe"]
    assert contacts(world, "gob", **on_acme) == []
    page = found(world, "* sort:name", "/contact/", params={"_limit": 2, "_fields": "name"})
    assert page == {"data": [{"name": "Gob Bluth"}, {"name": "Jane Roe"}], "has_more": True}
    assert 'a contact has no field "city"' in refused(world, "city:berlin", "/contact/")


def test_the_latest_contacts_come_first(world: World):
    for day in (2, 3, 1):
        contact(world, name=f"Day {day}", date_created=f"2026-01-0{day}T00:00:00Z")
    assert contacts(world, "day") == ["Day 3", "Day 2", "Day 1"]


def deals(world: World, **params: str) -> list[str]:
    answer = world.ada.close.get("/opportunity/", params=params)
    assert answer["total_results"] == len(answer["data"])
    return [each["note"] for each in answer["data"]]


ROCKET, HOUSE = "An important rocket", "A house"


def test_opportunities_are_searched(world: World):
    made = three_leads(world)
    view = {"name": "Rockets", "query": "name:rockets"}
    saved = world.ada.close.post("/saved_search/", view)["id"]
    for query, expected in {
        "note:important": [ROCKET],
        "important": [ROCKET],
        "opportunity(note:important)": [ROCKET],
        "status:won": [HOUSE],
        "status_type:active": [ROCKET],
        "status in (active, won)": [ROCKET, HOUSE],
        "value > 90000": [ROCKET],
        "value:[* TO 90000]": [HOUSE],
        "confidence:100": [HOUSE],
        "expected_value > 100000": [ROCKET],
        "value_period:monthly": [ROCKET],
        "status_change(old_status:active new_status:won date:today)": [HOUSE],
        "status_change(old_status:active new_status:won date:yesterday)": [],
        "date_won:today": [HOUSE],
        'date_won:"next month"': [ROCKET],
        "contact:jane": [ROCKET],
        "lead:bluth": [HOUSE],
        "lead(city:berlin)": [ROCKET],
        "Contract:C-1": [ROCKET],
        "no:custom.Contract": [HOUSE],
        "user:me": [ROCKET, HOUSE],
        "created:today sort:-value": [ROCKET, HOUSE],
        "sort:value": [HOUSE, ROCKET],
    }.items():
        assert deals(world, query=query) == expected, query
    assert deals(world, query="user:me", _order_by="value") == [HOUSE, ROCKET]
    assert deals(world, query="user:me", status_type="won") == [HOUSE]
    assert deals(world, lead_query="name:acme") == [ROCKET]
    assert deals(world, lead_query="* sort:created") == [ROCKET, HOUSE]
    assert deals(world, lead_query="name:acme", query="status:won") == []
    assert deals(world, lead_saved_search_id=saved) == [ROCKET]
    assert deals(world, lead_saved_search_id=saved, lead_query="has:notes") == []
    assert deals(world, lead_id=made.leads[ACME], query="house") == []
    parts = [each for number in (1, 2, 3) for each in deals(world, query=f"slice:{number}/3")]
    assert sorted(parts) == [HOUSE, ROCKET]


def test_sums_are_those_of_what_is_found(world: World):
    three_leads(world)
    answer = found(world, "note:important", "/opportunity/", params={"_limit": 0})
    assert (answer["total_results"], answer["data"]) == (1, [])
    assert answer["total_value_monthly"] == 500000
    assert answer["expected_value_annualized"] == 3600000
    assert answer["count_by_value_period"] == {"annual": 0, "monthly": 1, "one_time": 0}
    (group,) = found(world, "status:won", "/opportunity/", params={"_group_by": "user_id"})["data"]
    assert (group["total_results"], group["total_value_one_time"]) == (1, 90000)


def test_a_search_of_opportunities_that_says_nothing_is_refused(world: World):
    three_leads(world)
    for params, words in (
        ({"query": "nonsense:1"}, 'an opportunity has no field "nonsense"'),
        ({"query": "sort:note"}, "This list can be sorted by"),
        ({"lead_query": "nonsense:1"}, 'a lead has no field "nonsense"'),
        ({"lead_query": "slice:1/2"}, "A search with a slice cannot be a part of another one."),
    ):
        assert words in world.ada.close.get("/opportunity/", 400, params=params)["error"]
    for saved in (f"save_{UNKNOWN}", "nonsense", f"lead_{UNKNOWN}"):
        params = {"lead_saved_search_id": saved}
        answer = world.ada.close.get("/opportunity/", 400, params=params)
        assert answer["field-errors"] == {"lead_saved_search_id": "Object does not exist."}


def tasks(world: World, query: str, **params: str) -> list[str]:
    answer = found(world, query, "/task/", params=params)
    assert answer["total_results"] == len(answer["data"])
    return [each["text"] for each in answer["data"]]


def test_tasks_are_searched(world: World):
    made = three_leads(world)
    for query, expected in {
        "jane": ["Call Jane back"],
        "text:write": ["Write to Gob"],
        "is_complete:yes": ["Write to Gob"],
        "complete:no sort:date": ["Visit", "Call Jane back"],
        "sort:-date complete:no": ["Call Jane back", "Visit"],
        "due:today": ["Visit"],
        "date > today": ["Call Jane back"],
        "due <= 2026-05-17T19:00": [],
        "assigned_to:me sort:date_created": ["Call Jane back", "Write to Gob", "Visit"],
        "user:bo": [],
        "lead(name:bluth) complete:no": ["Visit"],
        'company:"acme rockets"': ["Call Jane back"],
        f"id:{made.tasks['visit']}": ["Visit"],
        "no:date": ["Write to Gob"],
    }.items():
        assert tasks(world, query) == expected, query
    assert tasks(world, "*", view="inbox") == ["Visit"]
    assert tasks(world, "*", _order_by="-date")[0] == "Call Jane back"
    for query in ("sort:text", "sort:date sort:date_created", "sort:date,-date"):
        words = "This list can be sorted by one of: date, date_created."
        assert refused(world, query, "/task/") == words
    assert 'a task has no field "city"' in refused(world, "city:x", "/task/")


def test_a_search_does_not_say_which_tasks_change(world: World):
    three_leads(world)
    before = tasks(world, "*")
    answer = world.ada.close.put("/task/", {"text": "x"}, 400, params={"query": "jane"})
    assert set(answer) == {"error"}
    body = {"_params": {"query": "jane"}, "text": "x"}
    world.ada.close.put("/task/", body, 400)
    assert tasks(world, "*") == before


def test_saved_searches_are_named_in_a_query(world: World):
    three_leads(world)
    structured = {
        "query": {
            "type": "and",
            "queries": [
                {"type": "object_type", "object_type": "lead"},
                {
                    "type": "has_related",
                    "this_object_type": "lead",
                    "related_object_type": "activity.note",
                    "related_query": {"type": "and", "queries": []},
                },
            ],
        }
    }
    for body in (
        {"name": "Rocket People", "query": "name:rockets sort:name"},
        {"name": "With notes", "s_query": structured},
        {"name": "Either", "query": 'in:"rocket people" or in:"With notes"'},
        {"name": "Sliced", "query": "* slice:1/2"},
        {"name": "Contacts", "type": "contact", "query": "jane"},
    ):
        world.ada.close.post("/saved_search/", body)
    assert which(world, 'in:"Rocket People"') == "A"
    assert which(world, 'in:"rocket people" name:globex') == ""
    assert which(world, '-in:"Rocket People"') == "BG"
    assert which(world, 'in:"With notes"') == "B"
    assert which(world, "in:either") == "AB"
    assert which(world, 'in:("With notes", "Rocket People")') == "AB"
    assert contacts(world, "in:contacts") == ["Jane Roe"]
    assert "there is no saved search" in refused(world, "in:contacts")
    assert "A search with a slice cannot be a part" in refused(world, "in:sliced")
    # Others do not see them.
    answer = world.bo.close.get("/lead/", 400, params={"query": 'in:"Rocket People"'})
    assert 'there is no saved search "Rocket People"' in answer["error"]


def test_what_a_search_costs_does_not_grow(world: World, monkeypatch: pytest.MonkeyPatch):
    three_leads(world)
    # Statuses are two statements, users and custom fields one each, however often they are named.
    plain = 'name:* or -"nothing" or call(duration > 1) or created < today'
    named = (
        'status:"New Lead" or status:Qualified or created_by:bo or user:cy or Size:1 or '
        'custom.Size:2 or "Two Words":x or lead(status:contacted)'
    )
    with statements(world, monkeypatch) as counts:
        found(world, plain)
        found(world, named)
        found(world, "created_by:me or id in (lead_0123456789abcdef01234567)")
        for number in range(20):
            lead(world, name=f"Lead {number}", contacts=[{"name": "x"}])
        found(world, plain, params={"_limit": 200})
        found(world, plain, params={"_limit": 0})
    first, with_names, with_ids, more, none = counts
    assert with_names == first + 4
    assert with_ids <= first
    assert more == first
    assert none < first
    assert first <= 12


def test_nobody_else_finds_it(world: World):
    three_leads(world)
    for path in ("/lead/", "/contact/", "/opportunity/", "/task/"):
        assert world.eve.close.get(path, params={"query": "*"})["data"] == []
        assert world.eve.close.get(path, params={"query": "jane or house or gob"})["data"] == []


def test_lists_without_a_query_are_as_before(world: World):
    three_leads(world)
    without = [each["name"] for each in world.ada.close.get("/lead/")["data"]]
    assert without == [ACME, BLUTH, GLOBEX]
    assert names(world, "  ") == without
