"""Forms: making them, and filling them in from any page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.kernel.clock import MovableClock
from tests.cast import World
from tests.close.files.making import CHOICES, FIELDS, JOHN, fill_in, form, leads, submissions
from tests.close.making import UNKNOWN, contact, count_events, events, wrong
from tests.conftest import ADDRESS, START, TEST_SETTINGS


def test_a_form_is_told_as_documented(world: World):
    made = form(world)
    assert made == {
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "field_definitions": [
            {
                "choices": field.get("choices"),
                "id": shown["id"],
                "name": field["name"],
                "type": field.get("type", "text"),
            }
            for field, shown in zip(FIELDS, made["field_definitions"], strict=True)
        ],
        "id": made["id"],
        "is_archived": False,
        "name": "Contact Us",
        "organization_id": f"orga_{world.ada.org}",
        "submission_url": f"http://testserver/go/form/orga_{world.ada.org}/{made['id']}/",
    }
    assert made["id"].startswith("form_")
    assert {field["id"][:8] for field in made["field_definitions"]} == {"formfld_"}
    assert world.bo.close.get(f"/form/{made['id']}/") == made
    assert world.bo.close.get("/form/") == {"data": [made], "has_more": False}
    assert world.eve.close.get("/form/")["data"] == []
    before = count_events(world)
    assert world.ada.close.put(f"/form/{made['id']}/", made) == made
    assert count_events(world) == before


def test_lists_of_forms_can_leave_out_the_archived_ones(world: World):
    old, new = form(world, name="Old"), form(world, name="New")
    world.ada.close.put(f"/form/{old['id']}/", {"is_archived": True})
    names = {
        query: [each["name"] for each in world.bo.close.get(f"/form/{query}")["data"]]
        for query in ("", "?is_archived=true", "?is_archived=false", "?_limit=1&_skip=1")
    }
    assert names == {
        "": ["New", "Old"],
        "?is_archived=true": ["Old"],
        "?is_archived=false": ["New"],
        "?_limit=1&_skip=1": ["Old"],
    }
    assert world.bo.close.get(f"/form/{new['id']}/?_fields=name") == {"name": "New"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"field_definitions": FIELDS}, "name"),
        ({"name": " ", "field_definitions": FIELDS}, "name"),
        ({"name": "F"}, "field_definitions"),
        ({"name": "F", "field_definitions": []}, "field_definitions"),
        ({"name": "F", "field_definitions": [{"name": " "}]}, "field_definitions"),
        ({"name": "F", "field_definitions": [{"name": "a"}, {"name": "A "}]}, "field_definitions"),
        ({"name": "F", "field_definitions": [{"name": "a", "type": "x"}]}, "field_definitions"),
        ({"name": "F", "field_definitions": [{"name": "a"}] * 101}, "field_definitions"),
        (
            {"name": "F", "field_definitions": [{"name": "a", "choices": CHOICES}]},
            "field_definitions",
        ),
        (
            {"name": "F", "field_definitions": [{"name": "a", "type": "select"}]},
            "field_definitions",
        ),
    ],
)
def test_mistakes_in_a_form_are_named(world: World, body: Any, field: str):
    assert set(wrong(world.ada.close.post("/form/", body, 400))) == {field}


def test_fields_keep_their_ids_and_a_change_of_them_is_another_configuration(world: World):
    made = form(world, [{"name": "Name"}, {"name": "Email", "type": "email"}])
    fill_in(world, made, JOHN)
    name, email = made["field_definitions"]
    fields = [
        {"name": "Email"},
        {"name": "Mail", "id": email["id"], "type": "email"},
        {"name": "name"},
        {"name": "Other", "id": f"formfld_{UNKNOWN}"},
    ]
    changed = world.ada.close.put(f"/form/{made['id']}/", {"field_definitions": fields})
    ids = [each["id"] for each in changed["field_definitions"]]
    assert ids[1:3] == [email["id"], name["id"]]
    assert len({*ids, f"formfld_{UNKNOWN}"}) == 5
    fill_in(world, made, {"mail": "john@example.com"})
    new, old = submissions(world)
    assert old["values_by_name"] == {"Name": "John Doe", "Email": "john@example.com"}
    assert new["values_by_name"] == {
        "Email": None,
        "Mail": "john@example.com",
        "name": None,
        "Other": None,
    }
    assert old["form_configuration_id"] != new["form_configuration_id"]


def test_a_submission_makes_a_lead_and_an_activity(world: World):
    made = form(world)
    ids = {field["name"]: field["id"] for field in made["field_definitions"]}
    answer = fill_in(
        world,
        made,
        {**JOHN, "company": "Doe & Co", "phone": "(415) 555-0133", ids["Interest"]: "sales"},
        Origin="https://example.com",
        Referer="https://example.com/contact?utm_source=google",
    )
    assert answer == {"ok": True}
    (shown,) = submissions(world)
    values = {
        "Name": "John Doe",
        "Email": "john@example.com",
        "Phone": "+14155550133",
        "Company": "Doe & Co",
        "Interest": "sales",
        "Message": None,
        "Newsletter": True,
        "Site": None,
    }
    assert shown == {
        "_type": "FormSubmission",
        "activity_at": "2026-05-17T09:30:00.000000+00:00",
        "contact_id": shown["contact_id"],
        "created_by": None,
        "created_by_name": None,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "form_configuration_id": shown["form_configuration_id"],
        "form_id": made["id"],
        "form_name": "Contact Us",
        "id": shown["id"],
        "ip_address": ADDRESS,
        "lead_id": shown["lead_id"],
        "organization_id": f"orga_{world.ada.org}",
        "origin": "https://example.com",
        "source_url": "https://example.com/contact?utm_source=google",
        "source_url_normalized": "example.com/contact",
        "updated_by": None,
        "updated_by_name": None,
        "user_id": None,
        "user_name": None,
        "users": [],
        "values": {ids[name]: value for name, value in values.items()},
        "values_by_name": values,
    }
    assert world.bo.close.get(f"/activity/form_submission/{shown['id']}/") == shown
    assert events(world, shown["id"]) == [("form_submission", "created")]
    made_lead = world.bo.close.get(f"/lead/{shown['lead_id']}/")
    assert (made_lead["name"], made_lead["source"]) == ("Doe & Co", "Contact Us")
    (person,) = made_lead["contacts"]
    assert person["id"] == shown["contact_id"]
    assert person["name"] == "John Doe"
    assert [each["email"] for each in person["emails"]] == ["john@example.com"]


def test_a_known_contact_is_found_and_left_as_it_is(world: World):
    known = contact(world, name="Jane", emails=[{"email": "john@example.com", "type": "office"}])
    other = contact(world, name="Joe", phones=[{"phone": "+14155550133", "type": "office"}])
    made, count = form(world), leads(world)
    fill_in(world, made, JOHN)
    fill_in(world, made, {**JOHN, "phone": "+14155550133"})  # phones go first
    by_phone, by_email = submissions(world)
    assert (by_email["contact_id"], by_email["lead_id"]) == (known["id"], known["lead_id"])
    assert by_phone["contact_id"] == other["id"]
    assert leads(world) == count
    for before in (known, other):
        assert world.ada.close.get(f"/contact/{before['id']}/") == before


def test_contacts_of_other_organizations_are_not_found(world: World):
    body = {"emails": [{"email": "john@example.com", "type": "office"}]}
    theirs = world.eve.close.post("/contact/", body)
    fill_in(world, form(world), JOHN)
    assert submissions(world)[0]["lead_id"] != theirs["lead_id"]
    assert world.eve.close.get("/activity/form_submission/")["data"] == []


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"email": "nobody"}, {"Email"}),
        ({"phone": "12", "email": "x@", "site": "not a site"}, {"Phone", "Email", "Site"}),
        ({"interest": "Sales"}, {"Interest"}),
        ({"name": 5, "message": ["x", 5]}, {"Name", "Message"}),
        ({"interest": ["sales", "support"]}, {"Interest"}),
        ({"name": "x" * 10_001}, {"Name"}),
    ],
)
def test_invalid_values_are_named_by_field(world: World, values: Any, fields: set[str]):
    made = form(world)
    before = count_events(world)
    assert set(wrong(fill_in(world, made, values, 400))) == fields
    assert count_events(world) == before


@pytest.mark.parametrize("values", [{}, {"name": "  "}, {"newsletter": ""}, {"unknown": "x"}])
def test_an_empty_form_is_refused(world: World, values: Any):
    answer = fill_in(world, form(world), values, 400)
    assert answer["errors"] == ["Nothing was filled in."]


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_browsers_post_forms_without_any_script(world: World, kind: str):
    path = urlsplit(form(world)["submission_url"]).path
    values = {**JOHN, "message": "Grüße & more", "_source_url": "https://example.com/a"}
    more: Any = {"data": values}
    if kind == "multipart":
        more = {"files": {name: (None, text) for name, text in values.items()}}
    thanks = world.client.post(path, headers={"Accept": "text/html,*/*"}, **more)
    assert (thanks.status_code, thanks.headers["content-type"]) == (
        201,
        "text/html; charset=utf-8",
    )
    (shown,) = submissions(world)
    assert shown["values_by_name"]["Message"] == "Grüße & more"
    assert shown["source_url"] == "https://example.com/a"
    assert shown["origin"] is None


def test_other_pages_may_ask_whether_they_may_post(world: World):
    path = urlsplit(form(world)["submission_url"]).path
    allowed = world.client.options(
        path, headers={"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    )
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert allowed.headers["access-control-allow-headers"] == "content-type"
    assert "access-control-allow-credentials" not in allowed.headers


def test_a_filled_honeypot_is_answered_as_usual_and_dropped(world: World):
    made = form(world)
    before = count_events(world)
    assert fill_in(world, made, {**JOHN, "_gotcha": "http://spam"}) == {"ok": True}
    assert count_events(world) == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"name": "a\\u0000"}', "application/json", 400),
        (b"name=a%00", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 300), "application/x-www-form-urlencoded", 400),
        (b"x", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=b", 400),
        (b"name=a", "text/plain", 400),
        (b"name=a", "", 400),
        (b"x" * 1_100_000, "application/json", 413),
    ],
)
def test_bodies_that_are_no_form_are_refused(world: World, body: bytes, kind: str, status: int):
    path = urlsplit(form(world)["submission_url"]).path
    answer = world.client.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert "error" in answer.json() or "errors" in answer.json()
    assert submissions(world) == []


def test_a_form_that_is_not_there_takes_nothing(world: World):
    made = form(world)
    org = f"orga_{world.ada.org}"
    texts = set()
    for path in (
        f"/go/form/{org}/form_{UNKNOWN}/",
        f"/go/form/orga_{UNKNOWN}/{made['id']}/",
        f"/go/form/orga_{world.eve.org}/{made['id']}/",
        f"/go/form/{org}/x",
    ):
        answer = world.client.post(path, json=JOHN)
        assert answer.status_code == 404
        texts.add(answer.text)
    assert len(texts) == 1
    world.ada.close.put(f"/form/{made['id']}/", {"is_archived": True})
    fill_in(world, made, JOHN, 404)
    world.ada.close.put(f"/form/{made['id']}/", {"is_archived": False})
    fill_in(world, made, JOHN)
    world.ada.close.delete(f"/form/{made['id']}/")
    fill_in(world, made, JOHN, 404)
    (shown,) = submissions(world)
    assert shown["form_name"] == "Contact Us"


def test_submissions_are_rate_limited(world: World, app_url: str):
    settings = msgspec.structs.replace(
        TEST_SETTINGS, anonymous_rate_limit=3, rate_window_s=86_400, pool_size=1
    )
    path = urlsplit(form(world)["submission_url"]).path
    services = make_services(settings, app_url, MovableClock(START))
    with TestClient(make_app(services)) as client:
        answers = [client.post(path, json=JOHN) for _ in range(4)]
    assert [each.status_code for each in answers] == [201, 201, 201, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len(submissions(world)) == 3
