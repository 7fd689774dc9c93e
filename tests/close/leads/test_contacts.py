"""Contacts through the Close API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import (
    UNKNOWN,
    call,
    contact,
    count_events,
    custom_field,
    events,
    lead,
    opportunity,
    statements,
    wrong,
)

JOHN: dict[str, Any] = {
    "name": "John Smith",
    "title": "President",
    "emails": [{"email": "john@example.com", "type": "office"}],
    "phones": [{"phone": "9045551234", "type": "mobile"}],
    "urls": [{"type": "url", "url": "http://twitter.com/google/"}],
}


def test_a_contact_is_added_to_a_lead(world: World):
    home = lead(world, name="Wayne Enterprises")
    made = contact(world, lead_id=home["id"], **JOHN)
    contact_id = made.pop("id")
    assert contact_id.startswith("cont_")
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "display_name": "John Smith",
        "emails": [{"email": "john@example.com", "is_unsubscribed": False, "type": "office"}],
        "integration_links": [],
        "lead_id": home["id"],
        "lead_suggestions_operation_id": None,
        "name": "John Smith",
        "organization_id": f"orga_{world.ada.organization_id.hex()}",
        "phones": [
            {
                "country": "US",
                "phone": "+19045551234",
                "phone_formatted": "+1 904-555-1234",
                "type": "mobile",
            }
        ],
        "subscriptions": [],
        "timezone": None,
        "timezone_source": None,
        "title": "President",
        "updated_by": me,
        "urls": [{"type": "url", "url": "http://twitter.com/google/"}],
    }
    assert world.bo.close.get(f"/contact/{contact_id}/") == {"id": contact_id, **made}


def test_without_a_lead_a_contact_gets_one_named_after_it(world: World):
    made = contact(world, **JOHN)
    home = world.ada.close.get(f"/lead/{made['lead_id']}/")
    assert (home["name"], home["status_label"]) == ("John Smith", "New Lead")
    assert home["contacts"] == [made]


def test_nothing_is_required(world: World):
    made = contact(world)
    assert (made["name"], made["display_name"]) == (None, "Untitled")
    assert (made["emails"], made["phones"], made["urls"]) == ([], [], [])
    assert contact(world, emails=[{"email": "a@example.com"}])["display_name"] == "a@example.com"
    reached = contact(world, phones=[{"phone": "415 555 0133"}])
    assert reached["display_name"] == "+1 415-555-0133"


def test_methods_are_normalised_and_duplicates_dropped(world: World):
    made = contact(
        world,
        emails=[{"email": " John@Example.COM "}, {"email": "john@example.com", "type": "home"}],
        phones=[
            {"phone": "(800) 444-5555"},
            {"phone": "+1 800 444 5555", "type": "home"},
            {"phone": "+44 20 7946 0958", "type": "direct"},
            {"phone": None},
            {"phone": "  "},
        ],
        urls=[{"url": "example.com"}, {"url": "http://example.com"}],
    )
    assert [(e["email"], e["type"]) for e in made["emails"]] == [("john@example.com", "office")]
    assert [(p["phone"], p["type"], p["country"]) for p in made["phones"]] == [
        ("+18004445555", "office", "US"),
        ("+442079460958", "direct", "GB"),
    ]
    assert made["urls"] == [{"type": "url", "url": "http://example.com"}]


def test_numbers_without_a_country_code_belong_to_the_organizations_country(world: World):
    world.sql("UPDATE organizations SET country = 'DE' WHERE id = %s", world.ada.organization_id)
    (phone,) = contact(world, phones=[{"phone": "030 901820"}])["phones"]
    assert (phone["phone"], phone["country"]) == ("+4930901820", "DE")


def test_every_wrong_method_is_named_where_it_stands(world: World):
    before = count_events(world)
    answer = world.ada.close.post(
        "/contact/",
        {
            "emails": [{"email": "fine@example.com"}, {"email": "bad"}],
            "phones": [{"phone": "12"}],
            "urls": [{"url": "javascript:alert(1)"}, {"url": "http://a b"}],
            "timezone": "Mars/Base",
            "lead_id": f"lead_{UNKNOWN}",
            "created_by": f"user_{UNKNOWN}",
        },
        400,
    )
    assert wrong(answer) == {
        "emails": {"errors": {"1": {"field-errors": {"email": "Invalid email address."}}}},
        "phones": {"errors": {"0": {"field-errors": {"phone": "Invalid phone number."}}}},
        "urls": {
            "errors": {
                "0": {"field-errors": {"url": "Invalid URL."}},
                "1": {"field-errors": {"url": "Invalid URL."}},
            }
        },
        "timezone": "There is no such time zone.",
        "lead_id": "Object does not exist.",
        "created_by": "Object does not exist.",
    }
    assert count_events(world) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": 5}, "name"),
        ({"name": "x" * 1001}, "name"),
        ({"title": "x" * 1001}, "title"),
        ({"emails": "a@example.com"}, "emails"),
        ({"emails": [{"type": "office"}]}, "emails"),
        ({"emails": [{"email": f"a{n}@example.com"} for n in range(101)]}, "emails"),
        ({"phones": [{"phone": f"+1415555{n:04}"} for n in range(101)]}, "phones"),
        ({"urls": [{}]}, "urls"),
        ({"lead_id": "lead_x"}, "lead_id"),
        ({"lead_id": 7}, "lead_id"),
        ({"date_created": "yesterday"}, "date_created"),
        ({"colour": "red"}, "colour"),
        ({"customer": "red"}, "customer"),
        ({f"custom.cf_{UNKNOWN}": "x"}, f"custom.cf_{UNKNOWN}"),
        ({"custom": {"Nothing": "x"}}, "custom"),
        ({"custom": ["x"]}, "custom"),
    ],
)
def test_a_wrong_body_is_refused(world: World, body: dict[str, Any], field: str):
    before = count_events(world)
    assert list(wrong(world.ada.close.post("/contact/", body, 400))) == [field]
    assert count_events(world) == before


def test_a_hundred_methods_are_enough(world: World):
    made = contact(world, emails=[{"email": f"a{n}@example.com"} for n in range(100)])
    assert len(made["emails"]) == 100


def test_an_update_changes_what_is_sent_and_nothing_else(world: World):
    made = contact(world, **JOHN)
    world.clock.advance(minutes=5)
    changed = world.bo.close.put(f"/contact/{made['id']}/", {"name": "Johnny Smith"})
    assert changed == {
        **made,
        "name": "Johnny Smith",
        "display_name": "Johnny Smith",
        "date_updated": "2026-05-17T09:35:00.000000+00:00",
        "updated_by": f"user_{world.bo.user_id.hex()}",
    }


def test_lists_are_replaced_whole_and_null_clears(world: World):
    made = contact(world, **JOHN, timezone="Europe/Berlin")
    path = f"/contact/{made['id']}/"
    changed = world.ada.close.put(path, {"emails": [{"email": "new@example.com"}]})
    assert [each["email"] for each in changed["emails"]] == ["new@example.com"]
    assert changed["phones"] == made["phones"]
    nulls = dict.fromkeys(("name", "title", "emails", "phones", "urls", "timezone", "lead_id"))
    cleared = world.ada.close.put(path, nulls)
    assert cleared == {
        **changed,
        **dict.fromkeys(("name", "title", "timezone")),
        **{key: [] for key in ("emails", "phones", "urls")},
        "display_name": "Untitled",
    }


def test_what_is_known_of_a_number_survives_a_list_that_keeps_it(world: World):
    made = contact(world, phones=[{"phone": "+14155550133"}])
    contact_id = made["id"].removeprefix("cont_")
    world.sql(
        "UPDATE contacts SET phones = jsonb_set(phones, '{0,verified_by}', '\"sms\"') "
        "WHERE id = %s",
        bytes.fromhex(contact_id),
    )
    phones = [{"phone": "+14155550134"}, {"phone": "415-555-0133", "type": "home"}]
    world.ada.close.put(f"/contact/{made['id']}/", {"phones": phones})
    (stored,) = world.sql("SELECT phones FROM contacts WHERE id = %s", bytes.fromhex(contact_id))
    assert stored[0] == [
        {"value": "+14155550134", "type": "office"},
        {"value": "+14155550133", "type": "home", "verified_by": "sms"},
    ]


def test_a_read_contact_can_be_sent_back(world: World):
    industry = custom_field(world, "contact", "Industry")
    made = contact(world, **JOHN, **{industry: "Law"})
    world.clock.advance(minutes=5)
    assert world.bo.close.put(f"/contact/{made['id']}/", made) == made
    again = contact(world, **made)
    assert again == {**made, "id": again["id"], "date_updated": again["date_updated"]}
    assert again["id"] != made["id"]


def test_date_and_author_can_be_imported(world: World):
    bo = f"user_{world.bo.user_id.hex()}"
    made = contact(world, name="Old", date_created="2019-03-01T10:00:00+02:00", created_by=bo)
    assert made["date_created"] == "2019-03-01T08:00:00.000000+00:00"
    assert made["created_by"] == bo
    changed = world.ada.close.put(
        f"/contact/{made['id']}/", {"date_created": "2020-01-01", "created_by": None}
    )
    assert (changed["date_created"], changed["created_by"]) == (made["date_created"], bo)


def test_custom_values_are_set_by_id_or_name_and_unset_by_null(world: World):
    industry = custom_field(world, "contact", "Industry")
    size = custom_field(world, "contact", "Size", "number")
    made = contact(world, name="A", **{industry: "Law"}, custom={"Size": 12})
    assert (made[industry], made[size]) == ("Law", 12)
    path = f"/contact/{made['id']}/"
    assert world.ada.close.get(path, params={"_fields": "custom"}) == {industry: "Law", size: 12}
    assert world.ada.close.get(path, params={"_fields": size}) == {size: 12}
    changed = world.ada.close.put(path, {"custom.Industry": "Tax", size: None})
    assert changed[industry] == "Tax"
    assert size not in changed
    for value in ("twelve", True, {"a": 1}, [1, "two"]):
        answer = world.ada.close.put(path, {size: value}, 400)
        assert wrong(answer) == {size: "Value must be of number type."}
    assert wrong(world.ada.close.put(path, {industry: {"a": 1}}, 400)) == {
        industry: "Value must be of str type."
    }
    other = custom_field(world, "lead", "Industry")
    assert list(wrong(world.ada.close.put(path, {other: "x"}, 400))) == [other]


def test_contacts_move_and_both_leads_keep_a_primary_one(world: World):
    old = lead(world, name="Old", contacts=[{"name": "Ann"}, {"name": "Ben"}])
    new = lead(world, name="New")
    ann, ben = old["contact_ids"]
    moved = world.ada.close.put(f"/contact/{ann}/", {"lead_id": new["id"], "title": "CEO"})
    assert (moved["lead_id"], moved["title"]) == (new["id"], "CEO")
    assert world.ada.close.get(f"/lead/{new['id']}/")["contact_ids"] == [ann]
    world.ada.close.put(f"/contact/{ben}/", {"lead_id": new["id"]})
    assert world.ada.close.get(f"/lead/{new['id']}/")["contact_ids"] == [ann, ben]
    assert world.ada.close.get(f"/lead/{old['id']}/")["contacts"] == []
    primary = world.sql(
        "SELECT lead_id, count(*) FROM contacts WHERE organization_id = %s AND is_primary "
        "GROUP BY 1",
        world.ada.organization_id,
    )
    assert [count for _, count in primary] == [1, 1]
    answer = world.ada.close.put(f"/contact/{ann}/", {"lead_id": f"lead_{UNKNOWN}"}, 400)
    assert wrong(answer) == {"lead_id": "Object does not exist."}


def test_the_last_contact_leaves_a_lead_that_takes_another(world: World):
    home = lead(world, name="Wayne", contacts=[{"name": "Bruce"}])
    (bruce,) = home["contact_ids"]
    call(world, contact_id=bruce)
    assert world.ada.close.delete(f"/contact/{bruce}/", status=200) == {}
    for method in ("get", "delete"):
        getattr(world.ada.close, method)(f"/contact/{bruce}/", status=404)
    assert world.ada.close.get(f"/lead/{home['id']}/")["contacts"] == []
    assert world.ada.close.get("/contact/")["data"] == []
    alfred = contact(world, lead_id=home["id"], name="Alfred", date_created="2020-02-02")
    assert alfred["date_created"] == "2020-02-02T00:00:00.000000+00:00"
    assert world.ada.close.get(f"/lead/{home['id']}/")["contacts"] == [alfred]


def test_a_hidden_placeholder_is_not_there(world: World):
    home = lead(world, name="Empty")
    ((placeholder,),) = world.sql(
        "SELECT encode(id, 'hex') FROM contacts WHERE organization_id = %s AND is_placeholder",
        world.ada.organization_id,
    )
    path = f"/contact/cont_{placeholder}/"
    world.ada.close.get(path, 404)
    world.ada.close.put(path, {"name": "x"}, 404)
    world.ada.close.delete(path, status=404)
    answer = world.ada.close.post("/activity/call/", {"contact_id": f"cont_{placeholder}"}, 400)
    assert wrong(answer) == {"contact_id": "Object does not exist."}
    assert home["contact_ids"] == []


# Where contacts are named, with what else is needed there.
NAMING_A_CONTACT = {
    "/activity/call/": {},
    "/activity/note/": {"note": "x"},
    "/opportunity/": {},
    "/task/": {"text": "x"},
}


@pytest.mark.parametrize("path", NAMING_A_CONTACT)
def test_a_placeholder_cannot_be_named(world: World, path: str):
    home = lead(world, name="Empty")
    ((placeholder,),) = world.sql(
        "SELECT encode(id, 'hex') FROM contacts WHERE organization_id = %s AND is_placeholder",
        world.ada.organization_id,
    )
    named = {"contact_id": f"cont_{placeholder}"}
    refused = {"contact_id": "Object does not exist."}
    body = {**NAMING_A_CONTACT[path], "lead_id": home["id"]}
    made = world.ada.close.post(path, body, 200)
    before = count_events(world)
    assert wrong(world.ada.close.post(path, {**body, **named}, 400)) == refused
    assert wrong(world.ada.close.put(f"{path}{made['id']}/", named, 400)) == refused
    if path in ("/activity/call/", "/opportunity/"):  # the others need a lead in any case
        assert wrong(world.ada.close.post(path, named, 400)) == refused
    assert count_events(world) == before


def test_lists_page_and_filter_by_lead(world: World):
    home = lead(world, contacts=[{"name": "Ann"}, {"name": "Ben"}, {"name": "Cem"}])
    other = contact(world, name="Dan")
    names = lambda answer: [each["name"] for each in answer["data"]]  # noqa: E731 - read thrice
    everybody = world.ada.close.get("/contact/")
    assert names(everybody) == ["Ann", "Ben", "Cem", "Dan"]
    assert set(everybody) == {"data", "has_more"}
    page = world.ada.close.get("/contact/", params={"_limit": 2, "lead_id": home["id"]})
    assert (names(page), page["has_more"]) == (["Ann", "Ben"], True)
    both = f"{home['id']},{other['lead_id']}"
    assert names(world.ada.close.get("/contact/", params={"lead_id": both, "_skip": 2})) == [
        "Cem",
        "Dan",
    ]
    for nowhere in (f"lead_{UNKNOWN}", "nonsense"):
        assert world.ada.close.get("/contact/", params={"lead_id": nowhere})["data"] == []
    assert (
        "max_limit = 100" in world.ada.close.get("/contact/", 400, params={"_limit": 101})["error"]
    )


def test_another_organizations_contacts_are_not_there(world: World):
    theirs = contact(world, name="Ann")
    path = f"/contact/{theirs['id']}/"
    world.eve.close.get(path, 404)
    world.eve.close.put(path, {"name": "Eve"}, 404)
    world.eve.close.delete(path, status=404)
    assert world.eve.close.get("/contact/")["data"] == []
    assert world.eve.close.get("/contact/", params={"lead_id": theirs["lead_id"]})["data"] == []
    body = {"lead_id": theirs["lead_id"], "created_by": theirs["created_by"]}
    assert set(wrong(world.eve.close.post("/contact/", body, 400))) == {"lead_id", "created_by"}
    own = world.eve.close.post("/contact/", {"name": "Own"})
    answer = world.eve.close.put(f"/contact/{own['id']}/", {"lead_id": theirs["lead_id"]}, 400)
    assert set(wrong(answer)) == {"lead_id"}
    assert world.ada.close.get(path) == theirs


def test_adding_and_removing_a_contact_updates_its_lead_too(world: World):
    home = lead(world, name="Home", contacts=[{"name": "Ann"}])
    assert events(world, home["id"]) == [("lead", "created")]
    world.clock.advance(minutes=1)
    ben = contact(world, lead_id=home["id"], name="Ben")
    assert events(world, ben["id"]) == [("contact", "created")]
    assert events(world, home["id"])[1:] == [("lead", "updated")]
    shown = world.ada.close.get(f"/lead/{home['id']}/")
    assert shown["date_updated"] == "2026-05-17T09:31:00.000000+00:00"
    world.ada.close.put(f"/contact/{ben['id']}/", {"title": "CFO"})
    world.ada.close.put(f"/contact/{ben['id']}/", {"title": "CFO"})
    assert events(world, ben["id"])[1:] == [("contact", "updated")]
    assert len(events(world, home["id"])) == 2
    world.ada.close.delete(f"/contact/{ben['id']}/")
    assert events(world, ben["id"])[-1] == ("contact", "deleted")
    assert events(world, home["id"])[2:] == [("lead", "updated")]


def test_phones_and_addresses_stay_findable_for_the_intake(world: World):
    home = lead(world, name="Home")
    made = contact(world, lead_id=home["id"], **JOHN)
    world.ada.close.put(f"/contact/{made['id']}/", {"emails": [{"email": "new@example.com"}]})
    found = world.sql(
        "SELECT kind, value FROM contact_methods WHERE contact_id = %s ORDER BY kind",
        bytes.fromhex(made["id"].removeprefix("cont_")),
    )
    assert found == [("email", "new@example.com"), ("phone", "+19045551234")]


def test_a_list_costs_as_much_for_thirty_as_for_one(world: World, monkeypatch: pytest.MonkeyPatch):
    home = lead(world, contacts=[{"name": f"Contact {n}"} for n in range(30)])
    opportunity(world, home["id"])
    with statements(world, monkeypatch) as counts:
        assert len(world.ada.close.get("/contact/")["data"]) == 30
        assert len(world.ada.close.get("/contact/", params={"_limit": 1})["data"]) == 1
    assert counts == [2, 2]  # contacts, and the links that are shown on them


def test_a_number_under_plus_one_is_of_no_country_unless_its_range_is(world: World):
    numbers = ("+14155550133", "+12045550100", "+16000000001", "+447700900000")
    made = contact(world, phones=[{"phone": number} for number in numbers])
    assert [each["country"] for each in made["phones"]] == ["US", "CA", None, "GB"]
    assert made["phones"][2]["phone_formatted"] == "+1 600-000-0001"
