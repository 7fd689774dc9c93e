"""Leads through the Close API."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.making import (
    UNKNOWN,
    call,
    count_events,
    custom_field,
    events,
    id_of,
    lead,
    opportunity,
    statuses,
    wrong,
)

ADDRESS = {
    "address_1": "747 Howard St",
    "address_2": "Room 3",
    "city": "San Francisco",
    "country": "US",
    "label": "business",
    "state": "CA",
    "zipcode": "94103",
}
BLUTH: dict[str, Any] = {
    "name": "Bluth Company",
    "description": "Best. Show. Ever.",
    "url": "http://thebluthcompany.tumblr.com/",
    "addresses": [ADDRESS],
    "contacts": [
        {
            "name": "Gob",
            "title": "Sr. Vice President",
            "emails": [{"email": "gob@example.com", "type": "office"}],
            "phones": [{"phone": "8004445555", "type": "office"}],
        }
    ],
}


def transitions(world: World, lead_id: str) -> list[tuple[Any, ...]]:
    found = world.sql(
        "SELECT from_stage_name, stage_name FROM stage_transitions WHERE lead_id = %s ORDER BY id",
        id_of(lead_id),
    )
    return [tuple(row) for row in found]


def test_a_lead_is_created_with_its_contacts(world: World):
    source = custom_field(world, "lead", "Source")
    choices = custom_field(world, "lead", "Choices", "choices")
    status_id = statuses(world)["Qualified"]
    values = {source: "Website contact form", choices: ["Choice 1", "Choice 2"]}
    made = lead(world, **BLUTH, **values, status_id=status_id)
    lead_id = made["id"]
    assert lead_id.startswith("lead_")
    (gob,) = made["contacts"]
    me = f"user_{world.ada.user_id.hex()}"
    now = "2026-05-17T09:30:00.000000+00:00"
    assert made == {
        **values,
        "addresses": [ADDRESS],
        "contact_ids": [gob["id"]],
        "contacts": [gob],
        "contacts_summary": "Gob",
        "created_by": me,
        "created_by_name": world.ada.email,
        "custom": {"Source": "Website contact form", "Choices": ["Choice 1", "Choice 2"]},
        "date_created": now,
        "date_updated": now,
        "description": "Best. Show. Ever.",
        "display_name": "Bluth Company",
        "html_url": f"http://testserver/lead/{lead_id}/",
        "id": lead_id,
        "integration_links": [],
        "localtime": None,
        "name": "Bluth Company",
        "opportunities": [],
        "organization_id": f"orga_{world.ada.organization_id.hex()}",
        "primary_address_full": "747 Howard St, Room 3, San Francisco, CA, 94103, US",
        "primary_address_summary": "San Francisco, CA, US",
        "primary_email": gob["emails"][0],
        "primary_phone": gob["phones"][0],
        "source": "Unassigned",
        "status_id": status_id,
        "status_label": "Qualified",
        "summaries": [],
        "tasks": [],
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "url": "http://thebluthcompany.tumblr.com/",
    }
    assert gob == world.ada.close.get(f"/contact/{gob['id']}/")
    assert (gob["lead_id"], gob["phones"][0]["phone"]) == (lead_id, "+18004445555")
    assert world.bo.close.get(f"/lead/{lead_id}/") == made


def test_nothing_is_required(world: World):
    made = lead(world)
    assert (made["name"], made["display_name"], made["description"]) == (None, "Untitled", "")
    assert (made["contacts"], made["contact_ids"], made["addresses"]) == ([], [], [])
    assert made["status_label"] == "New Lead"
    assert (made["primary_email"], made["primary_phone"], made["url"]) == (None, None, None)
    nulls = dict.fromkeys(("name", "url", "status_id", "status", "contacts", "addresses"))
    assert lead(world, **nulls)["status_label"] == "New Lead"


def test_the_status_is_given_by_id_or_by_label_but_not_by_both(world: World):
    known = statuses(world)
    assert lead(world, status="Contacted")["status_id"] == known["Contacted"]
    assert lead(world, status="contacted")["status_id"] == known["Contacted"]
    both = {"status": "Contacted", "status_id": known["Contacted"]}
    assert list(wrong(world.ada.close.post("/lead/", both, 400))) == ["status"]
    for field, value in (
        ("status", "No such label"),
        ("status_id", f"stat_{UNKNOWN}"),
        ("status_id", "stat_x"),
        ("status_id", f"lead_{UNKNOWN}"),
    ):
        answer = world.ada.close.post("/lead/", {field: value}, 400)
        assert wrong(answer) == {field: "Object does not exist."}
    deal = world.sql(
        "SELECT encode(id, 'hex') FROM stages WHERE organization_id = %s AND kind = 'opportunity'",
        world.ada.organization_id,
    )[0][0]
    answer = world.ada.close.post("/lead/", {"status_id": f"stat_{deal}"}, 400)
    assert list(wrong(answer)) == ["status_id"]


def test_a_bad_address_of_a_nested_contact_is_named_where_it_stands(world: World):
    before = count_events(world)
    body = {**BLUTH, "contacts": [{"emails": [{"email": "bad"}]}]}
    assert world.ada.close.post("/lead/", body, 400) == {
        "errors": [],
        "field-errors": {
            "contacts": {
                "errors": {
                    "0": {
                        "field-errors": {
                            "emails": {
                                "errors": {
                                    "0": {"field-errors": {"email": "Invalid email address."}}
                                }
                            }
                        }
                    }
                }
            }
        },
    }
    assert count_events(world) == before
    assert world.ada.close.get("/lead/")["total_results"] == 0


def test_every_wrong_field_is_named_at_once(world: World):
    key = f"custom.cf_{UNKNOWN}"
    body = {
        "status": "Nowhere",
        "url": "mailto:a@example.com",
        "created_by": f"user_{UNKNOWN}",
        "contacts": [{}, {"created_by": f"user_{UNKNOWN}", "timezone": "x", key: 1}],
        key: 1,
    }
    found = wrong(world.ada.close.post("/lead/", body, 400))
    assert set(found) == {"status", "url", "created_by", "contacts", key}
    assert set(found["contacts"]["errors"]["1"]["field-errors"]) == {"created_by", "timezone", key}
    types = {"name": 1, "contacts": [{"name": 2}], "addresses": [{"city": 3}], "status_id": 4}
    assert set(wrong(world.ada.close.post("/lead/", types, 400))) == set(types)
    assert set(wrong(world.ada.close.post("/lead/", {"addresses": [{}] * 101}, 400))) == {
        "addresses"
    }


def test_date_and_author_can_be_imported_and_count_from_then(world: World):
    bo = f"user_{world.bo.user_id.hex()}"
    made = lead(world, name="Old", date_created="2019-03-01T10:00:00Z", created_by=bo)
    assert made["date_created"] == "2019-03-01T10:00:00.000000+00:00"
    assert (made["created_by"], made["created_by_name"]) == (bo, "Bo Berg")
    ((at,),) = world.sql(
        "SELECT created_at FROM stage_transitions WHERE lead_id = %s", id_of(made["id"])
    )
    assert at.isoformat() == "2019-03-01T10:00:00+00:00"


def test_an_update_changes_what_is_sent_and_nothing_else(world: World):
    made = lead(world, **BLUTH)
    world.clock.advance(minutes=5)
    body = {"description": "Best show ever canceled.  Sad."}
    changed = world.bo.close.put(f"/lead/{made['id']}/", body)
    assert changed == {
        **made,
        **body,
        "date_updated": "2026-05-17T09:35:00.000000+00:00",
        "updated_by": f"user_{world.bo.user_id.hex()}",
        "updated_by_name": "Bo Berg",
    }


def test_null_clears_and_addresses_are_replaced_whole(world: World):
    industry = custom_field(world, "lead", "Industry")
    made = lead(world, **BLUTH, **{industry: "Law"})
    path = f"/lead/{made['id']}/"
    changed = world.ada.close.put(path, {"addresses": [{"city": "Berlin"}], "url": "bluth.com"})
    assert changed["addresses"] == [
        {**dict.fromkeys(ADDRESS), "city": "Berlin", "label": "business"}
    ]
    assert changed["url"] == "http://bluth.com"
    cleared = world.ada.close.put(
        path, dict.fromkeys(("name", "description", "url", "addresses", industry))
    )
    assert (cleared["name"], cleared["display_name"]) == (None, "Gob")
    assert (cleared["description"], cleared["url"], cleared["addresses"]) == ("", None, [])
    assert industry not in cleared
    assert cleared["contacts"] == made["contacts"]


def test_a_lead_moves_by_status_and_every_move_is_counted_once(world: World):
    known = statuses(world)
    made = lead(world, name="Mover")
    path = f"/lead/{made['id']}/"
    moved = world.ada.close.put(path, {"status_id": known["Qualified"], "description": "hot"})
    assert (moved["status_label"], moved["description"]) == ("Qualified", "hot")
    world.ada.close.put(path, {"status": "closed won"})
    world.ada.close.put(path, {"status_id": known["Closed Won"]})
    assert transitions(world, made["id"]) == [
        (None, "New Lead"),
        ("New Lead", "Qualified"),
        ("Qualified", "Closed Won"),
    ]
    for body in (
        {"status": "x"},
        {"status_id": f"stat_{UNKNOWN}"},
        {"status_id": None},
        {"status": None},
    ):
        assert list(wrong(world.ada.close.put(path, body, 400))) == list(body)
    both = {"status": "Contacted", "status_id": known["Contacted"]}
    assert list(wrong(world.ada.close.put(path, both, 400))) == ["status"]
    assert world.ada.close.get(path)["status_label"] == "Closed Won"


def test_a_retired_status_may_stay_but_not_be_given(world: World):
    known = statuses(world)
    stays, other = lead(world, status="Contacted"), lead(world)
    # What retiring a status does to its leads is told elsewhere; here it is simply gone.
    world.sql("UPDATE stages SET is_active = false WHERE id = %s", id_of(known["Contacted"]))
    shown = world.ada.close.put(f"/lead/{stays['id']}/", stays)
    assert shown["status_label"] == "Contacted"
    body = {"status_id": known["Contacted"]}
    assert list(wrong(world.ada.close.put(f"/lead/{other['id']}/", body, 400))) == ["status_id"]


def test_contacts_are_not_changed_with_their_lead(world: World):
    made = lead(world, **BLUTH)
    path = f"/lead/{made['id']}/"
    michael = {**made["contacts"][0], "name": "Michael"}
    for contacts in ([], None, [michael], [{"name": "Buster"}], "none", 5):
        assert world.ada.close.put(path, {"contacts": contacts}) == made
    others = {"opportunities": [{"value": 5}], "tasks": [{"text": "Call"}]}
    changed = world.ada.close.put(path, {"contacts": [], **others, "description": "Good."})
    assert changed == {**made, "description": "Good."}
    assert world.ada.close.get(path) == changed


def test_a_read_lead_can_be_sent_back(world: World):
    industry = custom_field(world, "lead", "Industry")
    made = lead(world, **BLUTH, **{industry: "Law"}, status="Qualified")
    opportunity(world, made["id"])
    made = world.ada.close.get(f"/lead/{made['id']}/")
    world.clock.advance(minutes=5)
    before = count_events(world)
    assert world.bo.close.put(f"/lead/{made['id']}/", made) == made
    assert count_events(world) == before
    again = lead(world, **made)
    assert again["id"] != made["id"]
    assert again["contact_ids"] != made["contact_ids"]
    changed = {"id", "html_url", "contacts", "contact_ids", "opportunities", "date_updated"}
    assert {key: value for key, value in again.items() if key not in changed} == {
        key: value for key, value in made.items() if key not in changed
    }


def test_a_deleted_lead_takes_everything_along_but_its_history(world: World):
    made = lead(world, **BLUTH)
    (gob,) = made["contact_ids"]
    oppo = opportunity(world, made["id"])
    called = call(world, contact_id=gob)
    path = f"/lead/{made['id']}/"
    assert world.bo.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    world.ada.close.put(path, {}, 404)
    world.ada.close.delete(path, status=404)
    world.ada.close.get(f"/contact/{gob}/", 404)
    world.ada.close.get(f"/activity/call/{called['id']}/", 404)
    for object_id, noun in (
        (made["id"], "lead"),
        (gob, "contact"),
        (oppo, "opportunity"),
        (called["id"], "call"),
    ):
        assert events(world, object_id) == [(noun, "created"), (noun, "deleted")]
    assert transitions(world, made["id"]) == [(None, "New Lead"), (None, "Active")]


def test_another_organizations_leads_are_not_there(world: World):
    theirs = lead(world, **BLUTH)
    path = f"/lead/{theirs['id']}/"
    unknown = world.eve.close.get(f"/lead/lead_{UNKNOWN}/", 404)
    assert world.eve.close.get(path, 404) == unknown
    assert world.eve.close.put(path, {"name": "Eve"}, 404) == unknown
    assert world.eve.close.delete(path, status=404) == unknown
    for other in ("lead_x", theirs["contact_ids"][0], theirs["id"].replace("lead_", "cont_")):
        assert world.ada.close.get(f"/lead/{other}/", 404) == unknown
    assert world.eve.close.get("/lead/") == {"data": [], "has_more": False, "total_results": 0}
    body = {"status_id": theirs["status_id"], "created_by": theirs["created_by"]}
    assert set(wrong(world.eve.close.post("/lead/", body, 400))) == set(body)
    field = custom_field(world, "lead", "Industry")
    assert set(wrong(world.eve.close.post("/lead/", {field: "x"}, 400))) == {field}
    assert world.ada.close.get(path) == theirs


def test_every_change_is_an_event(world: World):
    made = lead(world, **BLUTH)
    (gob,) = made["contact_ids"]
    assert events(world, gob) == [("contact", "created")]
    path = f"/lead/{made['id']}/"
    world.ada.close.put(path, {"name": "Bluth & Co"})
    world.ada.close.put(path, {"name": "Bluth & Co"})
    world.ada.close.put(path, {"status": "Qualified"})
    found = world.sql(
        "SELECT action, before->>'name', after->>'name', labels->'after'->>'stage_name' "
        "FROM events WHERE object_id = %s ORDER BY sequence",
        id_of(made["id"]),
    )
    assert [tuple(row) for row in found] == [
        ("created", None, "Bluth Company", "New Lead"),
        ("updated", "Bluth Company", "Bluth & Co", None),
        ("updated", "Bluth & Co", "Bluth & Co", "Qualified"),
    ]
