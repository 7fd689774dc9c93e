"""Phone numbers: renting them, finding them, who may change them, and giving them back."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from tests.asgi import ask, key_of
from tests.cast import World
from tests.close.calling.making import PATH, REQUEST, group_number, membership, rent
from tests.close.making import UNKNOWN, call, events, id_of, lead, user, wrong
from tests.conftest import TEST_SETTINGS


def listed(world: World, **params: str) -> list[str]:
    return [each["id"] for each in world.bo.close.get(PATH, params=params)["data"]]


# Renting.


def test_a_rented_number_is_the_callers_own(world: World):
    response = world.bo.close.send("POST", REQUEST, {"country": "us", "prefix": "650"})
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1{PATH}{made['id']}/"
    assert made == {
        "address_id": None,
        "bundle_id": None,
        "carrier": None,
        "carrier_type": "local",
        "country": "US",
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "forward_to": None,
        "forward_to_enabled": False,
        "forward_to_formatted": None,
        "id": made["id"],
        "inbound_ring_duration": None,
        "is_group_number": False,
        "is_premium": False,
        "is_verified": True,
        "label": None,
        "last_billed_price": None,
        "mms_enabled": True,
        "next_billing_on": None,
        "number": "+16505550100",
        "number_formatted": "+1 650-555-0100",
        "organization_id": f"orga_{world.bo.org}",
        "participants": [],
        "phone_numbers": [],
        "phone_numbers_formatted": [],
        "press_1_to_accept": False,
        "sms_enabled": True,
        "supports_mms_to_countries": ["CA", "US"],
        "supports_sms_to_countries": ["CA", "PR", "US"],
        "type": "internal",
        "user_id": user(world.bo),
        "voicemail_greeting_url": None,
        "was_ported": False,
    }
    assert world.cy.close.get(f"{PATH}{made['id']}/") == made
    assert events(world, made["id"]) == [("phone_number", "created")]


def test_no_number_is_rented_twice_and_each_organization_has_its_own(world: World):
    numbers = [rent(person, prefix="212")["number"] for person in (world.bo, world.cy, world.eve)]
    assert numbers == ["+12125550100", "+12125550101", "+12125550100"]
    freed = world.bo.close.get(PATH, params={"number": numbers[0]})["data"][0]["id"]
    world.bo.close.delete(f"{PATH}{freed}/", status=200)
    assert rent(world.cy, prefix="212")["number"] == numbers[0]


def test_concurrent_rentals_get_different_numbers(world: World):
    headers = [key_of(world.bo), (b"content-type", b"application/json")]
    app = world.client.app

    async def run() -> list[Any]:
        asked = (
            ask(app, "POST", f"/api/v1{REQUEST}", headers, b'{"country":"US"}') for _ in "12345"
        )
        return await asyncio.gather(*asked)

    answers = world.call(run)
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.json()["number"] for answer in answers}) == 5


@pytest.mark.parametrize(
    ("body", "number", "sms", "mms"),
    [
        ({"country": "CA"}, "+12045550100", True, True),
        ({"country": "GB"}, "+447700900000", True, False),
        ({"country": "US", "with_sms": False}, "+12015550100", False, True),
        ({"country": "US", "with_mms": False}, "+12015550100", True, False),
        ({"carrier_type": "tollfree", "with_sms": False}, "+18005550199", False, False),
        (
            {"country": "GB", "prefix": "0163", "with_sms": False, "bundle_id": "papers"},
            "+441632960000",
            False,
            False,
        ),
    ],
)
def test_the_rented_number_fits_the_request(
    world: World, body: Any, number: str, sms: bool, mms: bool
):
    made = rent(world.bo, **body)
    assert (made["number"], made["country"]) == (number, body.get("country", "US"))
    assert (made["sms_enabled"], made["mms_enabled"]) == (sms, mms)
    assert bool(made["supports_sms_to_countries"]) is sms
    assert made["bundle_id"] == body.get("bundle_id")


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"country": "GB", "prefix": "20"}, "has-voice-only", "voice"),
        ({"country": "GB", "prefix": "20", "with_sms": False}, "needs-more-info", "bundle_id"),
        ({"country": "GB", "with_mms": True}, "error", "MMS"),
        ({"country": "US", "prefix": "416"}, "error", "no such number"),
        ({"country": "US", "carrier_type": "national"}, "error", "no such number"),
        ({"country": "FR"}, "error", "CA, GB, US"),
    ],
)
def test_programs_are_told_why_nothing_was_rented(world: World, body: Any, status: str, word: str):
    answer = world.bo.close.post(REQUEST, body, 400)
    assert set(answer) == {"status", "error"}
    assert answer["status"] == status
    assert word in answer["error"]
    assert listed(world) == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"country"}),
        ({"country": "USA", "prefix": "123456"}, {"country", "prefix"}),
        (
            {"country": "XX", "prefix": "65a", "bundle_id": "x" * 256},
            {"country", "prefix", "bundle_id"},
        ),
        (
            {"country": "US", "sharing": "all", "carrier_type": "satellite"},
            {"sharing", "carrier_type"},
        ),
        ({"country": "US", "number": "+16505550100"}, {"number"}),
    ],
)
def test_a_request_that_cannot_be_understood_names_its_fields(
    world: World, body: Any, fields: set[str]
):
    assert set(wrong(world.bo.close.post(REQUEST, body, 400))) == fields


def test_without_a_provider_nothing_is_rented_and_nothing_is_given_back(world: World, app_url: str):
    made = rent(world.bo)
    settings = msgspec.structs.replace(TEST_SETTINGS, telephony="none", pool_size=1)
    key = base64.b64encode(f"{world.bo.api_key}:".encode()).decode()
    headers = {"Authorization": f"Basic {key}"}
    with TestClient(make_app(make_services(settings, app_url, world.clock))) as client:
        refused = client.post(f"/api/v1{REQUEST}", json={"country": "US"}, headers=headers)
        kept = client.delete(f"/api/v1{PATH}{made['id']}/", headers=headers)
    assert refused.status_code == kept.status_code == 400
    assert refused.json()["status"] == "error"
    assert "no provider" in refused.json()["error"]
    assert "'test'" in kept.json()["error"]
    assert listed(world) == [made["id"]]


# Looking them up.


def test_numbers_are_listed_by_what_they_are(world: World):
    mine, theirs = rent(world.bo)["id"], rent(world.cy)["id"]
    shared, everybodys = group_number(world, world.bo)["id"], group_number(world)["id"]
    rent(world.eve)
    assert listed(world) == [mine, theirs, shared, everybodys]
    assert listed(world, user_id=user(world.cy)) == [theirs]
    assert listed(world, user_id=user(world.eve)) == []
    assert listed(world, user_id="nobody") == []
    assert listed(world, is_group_number="true") == [shared, everybodys]
    assert listed(world, is_group_number="false", user_id=user(world.bo)) == [mine]
    assert listed(world, participant_user_id=user(world.bo)) == [mine, shared]
    assert listed(world, participant_user_id=user(world.dora)) == []
    assert listed(world, _limit="2", _skip="1") == [theirs, shared]
    page = world.bo.close.get(PATH, params={"_limit": "1", "_fields": "number,colour"})
    assert page == {"data": [{"number": "+12015550100"}], "has_more": True}


@pytest.mark.parametrize("text", ["+12015550101", " 12015550101", "(201) 555-0101", "2015550101"])
def test_a_number_is_found_however_it_is_written(world: World, text: str):
    rent(world.bo)
    second = rent(world.bo)["id"]
    assert listed(world, number=text) == [second]


@pytest.mark.parametrize("text", ["+12015550199", "nothing"])
def test_a_number_that_is_not_there_is_not_found(world: World, text: str):
    rent(world.bo)
    assert listed(world, number=text) == []


# Changing them.


def test_only_what_is_sent_changes(world: World):
    path = f"{PATH}{rent(world.bo)['id']}/"
    world.clock.advance(minutes=1)
    body = {
        "label": " Mine ",
        "forward_to": "(415) 555-0133",
        "forward_to_enabled": True,
        "press_1_to_accept": True,
        "inbound_ring_duration": 45,
        "voicemail_greeting_url": "https://files.example.com/hello.mp3",
        "phone_numbers": ["+1 415 555 0134", "+14155550134", "+442079460001"],
    }
    changed = world.bo.close.put(path, body)
    assert changed["label"] == "Mine"
    assert changed["forward_to"] == "+14155550133"
    assert changed["forward_to_formatted"] == "+1 415-555-0133"
    assert changed["phone_numbers"] == ["+14155550134", "+442079460001"]
    assert changed["phone_numbers_formatted"] == ["+1 415-555-0134", "+44 20 7946 0001"]
    assert changed["inbound_ring_duration"] == 45
    assert changed["voicemail_greeting_url"] == body["voicemail_greeting_url"]
    assert changed["press_1_to_accept"] is changed["forward_to_enabled"] is True
    assert changed["date_updated"] == "2026-05-17T09:31:00.000000+00:00"
    assert world.bo.close.put(path, changed) == changed
    assert world.bo.close.put(path, {"label": ""}) == {**changed, "label": None}


def test_null_clears(world: World):
    path = f"{PATH}{rent(world.bo)['id']}/"
    names = ("label", "forward_to", "inbound_ring_duration", "voicemail_greeting_url")
    body = {
        "label": "Mine",
        "forward_to": "+14155550133",
        "forward_to_enabled": True,
        "inbound_ring_duration": 15,
        "voicemail_greeting_url": "https://files.example.com/hello.mp3",
    }
    world.bo.close.put(path, body)
    cleared = world.bo.close.put(path, dict.fromkeys(names))
    assert [cleared[name] for name in names] == [None] * 4
    assert cleared["forward_to_enabled"] is False


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"forward_to": "12"}, {"forward_to"}),
        ({"forward_to": "+14155550133 ext. 5"}, {"forward_to"}),
        ({"forward_to": "+12015550100"}, {"forward_to"}),
        ({"forward_to_enabled": True}, {"forward_to"}),
        ({"forward_to": None, "forward_to_enabled": True}, {"forward_to"}),
        ({"voicemail_greeting_url": "http://a.example.com/x.mp3"}, {"voicemail_greeting_url"}),
        ({"voicemail_greeting_url": "https://"}, {"voicemail_greeting_url"}),
        ({"inbound_ring_duration": 14}, {"inbound_ring_duration"}),
        (
            {"inbound_ring_duration": 91, "press_1_to_accept": None},
            {"inbound_ring_duration", "press_1_to_accept"},
        ),
        ({"label": "x" * 256, "phone_numbers": ["x"]}, {"label", "phone_numbers"}),
        ({"phone_numbers": ["+12015550100"]}, {"phone_numbers"}),
        ({"phone_numbers": ["+14155550133"] * 101}, {"phone_numbers"}),
        ({"colour": "red"}, {"colour"}),
    ],
)
def test_mistakes_in_a_change_are_named_by_field(world: World, body: Any, fields: set[str]):
    made = rent(world.bo)
    path = f"{PATH}{made['id']}/"
    assert set(wrong(world.bo.close.put(path, body, 400))) == fields
    assert world.bo.close.get(path) == made


def test_a_wrong_number_among_others_is_named_by_its_place(world: World):
    path = f"{PATH}{rent(world.bo)['id']}/"
    answer = world.bo.close.put(path, {"phone_numbers": ["+14155550133", "12"]}, 400)
    assert wrong(answer)["phone_numbers"] == {"errors": {"1": "Invalid phone number."}}


def test_personal_numbers_are_changed_by_nobody_else(world: World):
    path = f"{PATH}{rent(world.bo)['id']}/"
    for person in (world.ada, world.dora, world.cy):
        person.close.put(path, {"label": "Ours"}, 403)
        person.close.delete(path, status=403)
    answer = world.bo.close.put(path, {"participants": [user(world.bo)]}, 400)
    assert set(wrong(answer)) == {"participants"}
    assert world.bo.close.put(path, {"participants": []})["participants"] == []


def test_numbers_of_groups_need_the_permission(world: World):
    refused = world.bo.close.post(REQUEST, {"country": "US", "sharing": "group"}, 403)
    assert refused == {"error": "Permission denied", "status": "error"}
    path = f"{PATH}{group_number(world, world.bo)['id']}/"
    world.bo.close.put(path, {"label": "Ours"}, 403)
    world.bo.close.delete(path, status=403)
    body = {"name": "Switchboard", "permissions": ["manage_group_numbers"]}
    role = world.ada.close.post("/role/", body, 201)["id"]
    me = f"/membership/{membership(world.bo)['id']}/"
    world.ada.close.put(me, {"role_id": role})
    assert world.bo.close.put(path, {"label": "Ours"})["label"] == "Ours"
    assert rent(world.bo, sharing="group")["is_group_number"] is True
    assert world.bo.close.delete(path, status=200) == {}


def test_participants_are_members_of_the_organization(world: World):
    made = group_number(world, world.bo, world.cy, world.bo)
    assert made["participants"] == [user(world.bo), user(world.cy)]
    assert (made["user_id"], made["is_group_number"]) == (None, True)
    path = f"{PATH}{made['id']}/"
    gone = membership(world.dora)["id"]
    world.ada.close.delete(f"/membership/{gone}/", status=200)
    strangers = [user(world.cy), user(world.eve), user(world.dora), f"user_{UNKNOWN}"]
    answer = wrong(world.ada.close.put(path, {"participants": strangers}, 400))
    assert list(answer["participants"]["errors"]) == ["1", "2", "3"]
    answer = wrong(world.ada.close.put(path, {"participants": [user(world.cy)] * 1001}, 400))
    assert set(answer) == {"participants"}
    assert world.ada.close.put(path, {"participants": []})["participants"] == []


# Giving them back.


def test_a_number_that_is_given_back_is_gone_but_its_history_stays(world: World):
    made = rent(world.bo)
    path = f"{PATH}{made['id']}/"
    logged = call(world, lead_id=lead(world)["id"], phone=made["number"])
    assert world.bo.close.delete(path, status=200) == {}
    world.bo.close.get(path, 404)
    world.bo.close.put(path, {"label": "x"}, 404)
    world.bo.close.delete(path, status=404)
    assert listed(world) == []
    assert world.bo.close.get(f"/activity/call/{logged['id']}/") == logged
    assert logged["remote_phone_formatted"] == made["number_formatted"]
    assert events(world, made["id"])[-1] == ("phone_number", "deleted")
    ((number,),) = world.sql(
        "SELECT before ->> 'number' FROM events WHERE object_id = %s AND action = 'deleted'",
        id_of(made["id"]),
    )
    assert number == made["number"]
