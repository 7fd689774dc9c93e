"""The official client on leads, contacts, opportunities, tasks and activities."""

from __future__ import annotations

from typing import Any

import pytest
from closeio_api import API

from tests.cast import World
from tests.close.making import UNKNOWN
from tests.close.official_client import client_of, every, failed, ids, refused

Json = dict[str, Any]


@pytest.fixture
def bluth(client: API) -> Json:
    """A lead with two people."""
    people = [
        {
            "name": "Gob",
            "title": "Magician",
            "emails": [{"email": "gob@example.com", "type": "office"}],
            "phones": [{"phone": "8004445555", "type": "office"}],
            "urls": [{"url": "gob.example.com", "type": "url"}],
        },
        {"name": "Michael"},
    ]
    address = {"address_1": "1 Main St", "city": "Newport", "state": "CA", "country": "US"}
    body = {"name": "Bluth", "url": "bluth.example.com", "contacts": people, "addresses": [address]}
    made: Json = client.post("lead", body)
    return made


def test_leads(client: API, bluth: Json):
    size = client.post("custom_field/lead", {"name": "Size", "type": "number"})["id"]
    path = f"lead/{bluth['id']}"
    assert client.get(path) == bluth
    assert (bluth["url"], bluth["addresses"][0]["city"]) == ("http://bluth.example.com", "Newport")
    assert client.get(path, params={"_fields": "id,name"}) == {"id": bluth["id"], "name": "Bluth"}
    changed = client.put(path, {"description": "Homes", f"custom.{size}": 7, "status": "Qualified"})
    assert (changed["description"], changed[f"custom.{size}"]) == ("Homes", 7)
    assert client.put(path, changed) == changed
    assert f"custom.{size}" not in client.put(path, {f"custom.{size}": None})
    (moved,) = client.get("activity/status_change/lead", {"lead_id": bluth["id"]})["data"]
    assert (moved["old_status_label"], moved["new_status_label"]) == ("New Lead", "Qualified")

    others = [client.post("lead", {"name": f"Company {number}"})["id"] for number in range(4)]
    assert ids(every(client, "lead")) == [bluth["id"], *others]
    assert client.get("lead", {"_limit": 0})["total_results"] == 5
    merging = {"source": others[0], "destination": bluth["id"]}
    assert client.post("lead/merge", merging) == {}
    assert failed(client.get, f"lead/{others[0]}") == 404
    (merge,) = client.get("activity/lead_merge", {"lead_id": bluth["id"]})["data"]
    assert merge["source_lead_id"] == others[0]
    assert client.delete(f"lead/{others[1]}") == {}
    assert failed(client.delete, f"lead/{others[1]}") == 404
    assert ids(every(client, "lead")) == [bluth["id"], *others[2:]]


def test_contacts(client: API, bluth: Json):
    gob, michael = bluth["contact_ids"]
    born = client.post("custom_field/contact", {"name": "Born", "type": "date"})["id"]
    found = client.get(f"contact/{gob}")
    assert found == client.get(f"lead/{bluth['id']}")["contacts"][0]
    assert found["phones"][0]["phone"] == "+18004445555"
    added = client.post("contact", {"lead_id": bluth["id"], "name": "Lucille", "title": "Mother"})
    assert ids(every(client, "contact", lead_id=bluth["id"])) == [gob, michael, added["id"]]
    path = f"contact/{added['id']}"
    emails = [{"email": "lucille@example.com", "type": "home"}]
    changed = client.put(path, {"emails": emails, f"custom.{born}": "1942-05-17"})
    assert (changed["emails"][0]["email"], changed["title"]) == ("lucille@example.com", "Mother")
    assert client.put(path, changed) == changed
    alone = client.post("contact", {"name": "Tobias"})
    assert client.get(f"lead/{alone['lead_id']}")["name"] == "Tobias"
    assert client.put(path, {"lead_id": alone["lead_id"]})["lead_id"] == alone["lead_id"]
    assert client.get(f"lead/{bluth['id']}")["contact_ids"] == [gob, michael]
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404
    assert ids(every(client, "contact")) == [gob, michael, alone["id"]]


def test_opportunities(client: API, bluth: Json, world: World):
    lead_id, (gob, _) = bluth["id"], bluth["contact_ids"]
    labels = {row["label"]: row["id"] for row in client.get("status/opportunity")["data"]}
    plan = client.post("custom_field/opportunity", {"name": "Plan", "type": "text"})["id"]
    made = [
        client.post(
            "opportunity",
            {
                "lead_id": lead_id,
                "contact_id": gob,
                "value": 1000 * (number + 1),
                "value_period": "monthly",
                "confidence": 50,
                "note": "Wants a model home",
                f"custom.{plan}": "A",
            },
        )
        for number in range(3)
    ]
    assert ids(every(client, "opportunity", _order_by="value")) == ids(made)
    assert ids(every(client, "opportunity", _order_by="-value")) == ids(made)[::-1]
    sums = client.get("opportunity", {"_limit": 1, "lead_id": lead_id})
    assert (sums["total_value_monthly"], sums["total_value_annualized"]) == (6000, 72000)
    assert (sums["total_results"], sums["has_more"]) == (3, True)
    bo = f"user_{world.bo.user_id.hex()}"
    path = f"opportunity/{made[0]['id']}"
    won = client.put(path, {"status_id": labels["Won"], "user_id": bo, "date_won": "2026-05-01"})
    assert (won["confidence"], won["date_won"], won["user_name"]) == (100, "2026-05-01", "Bo Berg")
    assert won[f"custom.{plan}"] == "A"
    assert client.put(path, won) == won
    assert client.get(path) == won
    assert ids(every(client, "opportunity", status_type="won")) == [won["id"]]
    assert ids(every(client, "opportunity", user_id__in=f"{bo},{UNKNOWN}")) == [won["id"]]
    grouped = client.get("opportunity", {"_group_by": "user_id"})["data"]
    assert sorted(group["total_results"] for group in grouped) == [1, 2]
    changes = client.get("activity/status_change/opportunity", {"lead_id": lead_id})["data"]
    assert [each["new_status_label"] for each in changes] == ["Won"]
    assert len(client.get(f"lead/{lead_id}")["opportunities"]) == 3
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404
    assert ids(every(client, "opportunity", _order_by="value")) == ids(made[1:])


def test_tasks_one_by_one_and_in_bulk(client: API, bluth: Json, world: World):
    body = {"_type": "lead", "lead_id": bluth["id"], "text": "Call back"}
    days = ("2026-05-15", "2026-05-16", "2026-06-01")
    made = [client.post("task", {**body, "date": day}) for day in days]
    assert every(client, "task", lead_id=bluth["id"], _order_by="date") == made
    assert ids(every(client, "task", view="future")) == [made[2]["id"]]
    assert client.get("task", {"_limit": 0})["total_results"] == 3
    path = f"task/{made[0]['id']}"
    bo = f"user_{world.bo.user_id.hex()}"
    changed = client.put(path, {"text": "Write", "assigned_to": bo})
    assert (changed["text"], changed["assigned_to_name"]) == ("Write", "Bo Berg")
    assert client.put(path, changed) == changed
    assert client.get(path) == changed

    chosen = {"id__in": ",".join(ids(made[1:]))}
    answer = client.put("task", {"_params": chosen, "is_complete": True})
    assert answer == {"ok": True, "count": 2}
    assert ids(every(client, "task", is_complete=True)) == ids(made[1:])
    completed = client.get("activity/task_completed", {"lead_id": bluth["id"]})["data"]
    assert {each["task_id"] for each in completed} == {*ids(made[1:])}
    # The selection may stand in the query, too.
    answer = client.put("task", {"is_complete": False}, params=chosen)
    assert answer["count"] == 2
    answer = client.put("task", {"_params": {"assigned_to": bo}, "is_complete": True})
    assert answer["count"] == 1
    assert ids(every(client, "task", is_complete=True)) == [made[0]["id"]]
    assert len(client.get(f"lead/{bluth['id']}")["tasks"]) == 2
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404
    assert len(every(client, "task")) == 2


def test_notes_calls_and_all_activities_together(client: API, bluth: Json):
    lead_id, (gob, _) = bluth["id"], bluth["contact_ids"]
    outcome = client.post("outcome", {"name": "Booked"})["id"]
    notes = [
        client.post("activity/note", {"lead_id": lead_id, "note": f"Note {number}\nof three"})
        for number in range(3)
    ]
    assert notes[0]["note_html"] == "<body><p>Note 0<br />of three</p></body>"
    path = f"activity/note/{notes[0]['id']}"
    changed = client.put(path, {"note_html": "<body><p><b>Bold</b></p></body>", "title": "Hi"})
    assert (changed["note"], changed["title"]) == ("Bold", "Hi")
    assert client.put(path, changed) == client.get(path) == changed
    assert sorted(ids(every(client, "activity/note", lead_id=lead_id))) == sorted(ids(notes))
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404

    body = {"contact_id": gob, "direction": "inbound", "duration": 153, "phone": "8004445555"}
    made = client.post("activity/call", {**body, "note": "Yes!", "outcome_id": outcome})
    assert (made["lead_id"], made["disposition"]) == (lead_id, "answered")
    path = f"activity/call/{made['id']}"
    changed = client.put(path, {"note": "No!", "outcome_id": None})
    assert (changed["note"], changed["outcome_id"]) == ("No!", None)
    assert client.put(path, changed) == client.get(path) == changed
    calls = [client.post("activity/call", body) for _ in range(2)]
    assert set(ids(every(client, "activity/call", contact_id=gob))) == {
        made["id"],
        *ids(calls),
    }

    together = every(client, "activity", lead_id=lead_id, _type__in="Call,Note")
    assert {each["_type"] for each in together} == {"Call", "Note"}
    assert len(together) == 5
    shown = client.get("activity", {"lead_id": lead_id, "_type": "Call", "_fields": "id"})["data"]
    assert {each["id"] for each in shown} == {made["id"], *ids(calls)}
    assert "_type" in refused(client.get, "activity", {"_type": "Call"}).field_errors
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404


def test_activities_of_a_type_of_ones_own(client: API, bluth: Json):
    visit = client.post("custom_activity", {"name": "Visit"})["id"]
    mood = client.post(
        "custom_field/activity",
        {
            "name": "Mood",
            "type": "choices",
            "choices": ["Good", "Bad"],
            "required": True,
            "custom_activity_type_id": visit,
        },
    )["id"]
    body = {"custom_activity_type_id": visit, "lead_id": bluth["id"]}
    assert set(refused(client.post, "activity/custom", body).field_errors) == {f"custom.{mood}"}
    made = [client.post("activity/custom", {**body, f"custom.{mood}": "Good"}) for _ in range(3)]
    path = f"activity/custom/{made[0]['id']}"
    changed = client.put(path, {f"custom.{mood}": "Bad"})
    assert changed[f"custom.{mood}"] == "Bad"
    assert client.put(path, changed) == client.get(path) == changed
    listed = every(client, "activity/custom", lead_id=bluth["id"], custom_activity_type_id=visit)
    assert {each["id"] for each in listed} == {*ids(made)}
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404
    (created,) = client.get("activity/created", {"lead_id": bluth["id"]})["data"]
    assert client.get(f"activity/created/{created['id']}") == created


def test_objects_of_a_type_of_ones_own(client: API, bluth: Json):
    account = client.post("custom_object_type", {"name": "Account", "name_plural": "Accounts"})
    of_type = {"custom_object_type_id": account["id"]}
    size = client.post(
        "custom_field/custom_object_type", {"name": "Size", "type": "number", **of_type}
    )["id"]
    link = {"name": "Account", "type": "custom_object", "referenced_custom_type_id": account["id"]}
    field = client.post("custom_field/lead", link)["id"]
    body = {"lead_id": bluth["id"], "name": "Main", f"custom.{size}": 5, **of_type}
    made = [client.post("custom_object", body) for _ in range(3)]
    path = f"custom_object/{made[0]['id']}"
    changed = client.put(path, {"name": "Other", f"custom.{size}": 6})
    assert (changed["name"], changed[f"custom.{size}"]) == ("Other", 6)
    assert client.put(path, changed) == client.get(path) == changed
    listed = every(client, "custom_object", lead_id=bluth["id"])
    assert {each["id"] for each in listed} == {*ids(made)}
    pointing = client.put(f"lead/{bluth['id']}", {f"custom.{field}": made[1]["id"]})
    assert pointing[f"custom.{field}"] == made[1]["id"]
    assert client.delete(path) == ""
    assert failed(client.get, path) == 404


def test_status_changes_are_added_and_removed_by_hand(client: API, bluth: Json):
    labels = {row["label"]: row["id"] for row in client.get("status/lead")["data"]}
    body = {
        "lead_id": bluth["id"],
        "old_status_id": labels["New Lead"],
        "new_status_id": labels["Contacted"],
    }
    made = client.post("activity/status_change/lead", body)
    path = f"activity/status_change/lead/{made['id']}"
    assert client.get(path) == made
    assert client.get(f"lead/{bluth['id']}")["status_label"] == "New Lead"
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("lead", {"status_id": f"stat_{UNKNOWN}"}, {"status_id"}),
        ("lead", {"contacts": [{"emails": [{"email": "bad"}]}]}, {"contacts"}),
        ("lead", {"name": 5, "custom.nothing": 1}, {"name"}),
        ("contact", {"lead_id": f"lead_{UNKNOWN}"}, {"lead_id"}),
        ("opportunity", {"value": "much", "confidence": 101}, {"value", "confidence"}),
        ("opportunity", {"contact_id": f"cont_{UNKNOWN}"}, {"contact_id"}),
        ("task", {"_type": "lead"}, {"lead_id", "text"}),
        ("task", {"_type": "nothing"}, {"_type"}),
        ("activity/note", {"note": "x"}, {"lead_id"}),
        ("activity/call", {"duration": -1}, {"duration"}),
    ],
)
def test_what_is_wrong_stands_by_its_field(client: API, path: str, body: Json, fields: set[str]):
    error = refused(client.post, path, body)
    assert fields <= set(error.field_errors)
    assert error.errors == []
    assert every(client, "lead") == []


def test_records_are_for_their_own_organization(client: API, bluth: Json, world: World):
    eve = client_of(client.base_url, world.eve.api_key)
    bo = client_of(client.base_url, world.bo.api_key)
    gob = bluth["contact_ids"][0]
    called = client.post("activity/call", {"contact_id": gob})["id"]
    written = client.post("activity/note", {"lead_id": bluth["id"], "note": "x"})["id"]
    deal = client.post("opportunity", {"lead_id": bluth["id"]})["id"]
    to_do = client.post("task", {"lead_id": bluth["id"], "_type": "lead", "text": "x"})["id"]
    for path in (
        f"lead/{bluth['id']}",
        f"contact/{gob}",
        f"opportunity/{deal}",
        f"task/{to_do}",
        f"activity/call/{called}",
        f"activity/note/{written}",
    ):
        assert bo.get(path) == client.get(path)
        assert failed(eve.get, path) == 404
        assert failed(eve.put, path, {}) == 404
        assert failed(eve.delete, path) == 404
        assert every(eve, path.rpartition("/")[0]) == []
    for api in (eve, bo):
        api.session.close()
