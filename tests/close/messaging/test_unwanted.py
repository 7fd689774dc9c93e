"""Who is not to be written to or called, who may send as whom, and what is not connected."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, contact, events, lead, user, wrong

PREFIXES = {"/dialer/": "dial", "/connected_account/": "emailacct"}


def test_an_unsubscribed_address_shows_wherever_it_stands(world: World):
    emails = [{"email": "Steve@example.com"}, {"email": "jane@example.com"}]
    made = lead(world, contacts=[{"name": "Steve", "emails": emails}])
    assert made["primary_email"]["is_unsubscribed"] is False
    body = {"email": "steve@EXAMPLE.com"}
    for _ in range(2):
        answer = world.bo.close.post("/unsubscribe/email/", body, 201)
        assert answer == {"email": "steve@example.com"}
    listed = world.bo.close.get("/unsubscribe/email/")
    assert listed == {"data": [{"email": "steve@example.com"}], "has_more": False}
    found = world.bo.close.get(f"/lead/{made['id']}/")
    assert found["primary_email"]["is_unsubscribed"] is True
    flags = [email["is_unsubscribed"] for email in found["contacts"][0]["emails"]]
    assert flags == [True, False]
    (by_itself,) = world.bo.close.get("/contact/")["data"]
    assert by_itself == found["contacts"][0]
    later = contact(world, name="Other", emails=[{"email": "steve@example.com"}])
    assert later["emails"][0]["is_unsubscribed"] is True
    path = "/unsubscribe/email/Steve@Example.com/"
    world.eve.close.delete(path, status=404)
    assert world.bo.close.delete(path, status=200) == {"email": "steve@example.com"}
    world.bo.close.delete(path, status=404)
    again = world.bo.close.get(f"/contact/{later['id']}/")
    assert again["emails"][0]["is_unsubscribed"] is False


@pytest.mark.parametrize("email", ["nobody", "", "x" * 501, None])
def test_what_is_no_address_cannot_be_unsubscribed(world: World, email: str | None):
    answer = world.bo.close.post("/unsubscribe/email/", {"email": email}, 400)
    assert set(wrong(answer)) == {"email"}


def test_a_number_is_blocked_once(world: World):
    body = {"phone": "(415) 555-0133", "reason": " Unwanted Caller "}
    made = world.dora.close.post("/blocked_phone_number/", body, 201)
    me = user(world.dora)
    assert made == {
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "id": made["id"],
        "organization_id": f"orga_{world.dora.org}",
        "phone": "+14155550133",
        "reason": "Unwanted Caller",
        "updated_by": me,
    }
    again = world.dora.close.post("/blocked_phone_number/", made, 400)
    assert set(wrong(again)) == {"phone"}
    path = f"/blocked_phone_number/{made['id']}/"
    changed = world.ada.close.put(path, {"phone": "+1", "reason": "Incessant Robocaller"})
    assert changed == {**made, "reason": "Incessant Robocaller", "updated_by": user(world.ada)}
    assert set(wrong(world.ada.close.put(path, {}, 400))) == {"reason"}
    both = world.ada.close.post("/blocked_phone_number/", {"phone": "12", "reason": ""}, 400)
    assert set(wrong(both)) == {"phone", "reason"}
    world.ada.close.delete(path, status=204)
    world.ada.close.get(path, 404)
    assert [action for _, action in events(world, made["id"])] == ["created", "updated", "deleted"]
    world.dora.close.post("/blocked_phone_number/", body, 201)


def test_anonymous_callers_are_a_setting(world: World):
    path = "/blocked_phone_number/settings/"
    assert world.bo.close.get(path) == {"reject_anonymous_inbound_calls": False}
    body = {"reject_anonymous_inbound_calls": True}
    assert world.ada.close.put(path, body) == body
    assert world.bo.close.get(path) == body
    assert world.eve.close.get(path) == {"reject_anonymous_inbound_calls": False}
    world.ada.close.put(path, {}, 400)


def test_one_lets_another_send_in_ones_name(world: World):
    body = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.cy)}
    response = world.bo.close.send("POST", "/send_as/", body)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/send_as/{made['id']}/"
    assert made == {**body, "id": made["id"], "organization_id": f"orga_{world.bo.org}"}
    assert world.bo.close.post("/send_as/", body, 201) == made
    assert world.bo.close.get("/send_as/")["data"] == [made]
    assert world.cy.close.get("/send_as/")["data"] == []
    mine = {"allowed_user_id": user(world.cy)}
    assert world.cy.close.get("/send_as/", params=mine)["data"] == [made]
    assert world.cy.close.get(f"/send_as/{made['id']}/") == made
    world.dora.close.get(f"/send_as/{made['id']}/", 404)
    world.dora.close.get("/send_as/", 400, params=mine)
    world.dora.close.get("/send_as/", 400, params={"allowing_user_id": user(world.bo)})
    world.cy.close.delete(f"/send_as/{made['id']}/", status=204)
    assert world.bo.close.get("/send_as/")["data"] == []


def test_leave_to_send_is_ones_own_to_give(world: World):
    theirs = {"allowing_user_id": user(world.ada), "allowed_user_id": user(world.cy)}
    assert set(wrong(world.bo.close.post("/send_as/", theirs, 400))) == {"allowing_user_id"}
    to_stranger = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.eve)}
    assert set(wrong(world.bo.close.post("/send_as/", to_stranger, 400))) == {"allowed_user_id"}
    to_self = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.bo)}
    assert set(wrong(world.bo.close.post("/send_as/", to_self, 400))) == {"allowed_user_id"}
    world.bo.close.delete("/send_as/", status=400)


def test_several_people_are_allowed_and_disallowed_at_once(world: World):
    allowed = {"allowed_user_ids": [user(world.cy), user(world.dora)]}
    found = world.bo.close.post("/send_as/bulk/", allowed, 200)["data"]
    assert [each["allowed_user_id"] for each in found] == allowed["allowed_user_ids"]
    swapped = {"allowed_user_ids": [user(world.ada)], "disallowed_user_ids": [user(world.cy)]}
    found = world.bo.close.post("/send_as/bulk/", swapped, 200)["data"]
    assert [each["allowed_user_id"] for each in found] == [user(world.dora), user(world.ada)]
    wrong_one = {"allowed_user_ids": [user(world.cy), user(world.eve)]}
    answer = wrong(world.bo.close.post("/send_as/bulk/", wrong_one, 400))
    assert list(answer["allowed_user_ids"]["errors"]) == ["1"]
    params = {"allowing_user_id": user(world.bo), "allowed_user_id": user(world.dora)}
    for _ in range(2):
        world.bo.close.delete("/send_as/", status=204, params=params)
    assert len(world.bo.close.get("/send_as/")["data"]) == 1


@pytest.mark.parametrize(("path", "prefix"), PREFIXES.items())
def test_what_is_not_connected_is_an_empty_list(world: World, path: str, prefix: str):
    filters = {"user_id": user(world.bo), "status__in": "active", "source_type": "saved-search"}
    for params in ({}, filters, {"user_id": "x", "_fields": "id"}, {"_limit": "1", "_skip": "5"}):
        assert world.bo.close.get(path, params=params) == {"data": [], "has_more": False}
    for params in ({"_limit": "x"}, {"_skip": "-1"}, {"_limit": "101"}):
        assert set(world.bo.close.get(path, 400, params=params)) == {"error"}
    for wrong_id in (f"{prefix}_{UNKNOWN}", "x", f"lead_{UNKNOWN}"):
        assert set(world.bo.close.get(f"{path}{wrong_id}/", 404)) == {"error"}
    for method in ("POST", "PUT", "DELETE"):
        assert world.bo.close.send(method, path, {}).status_code == 405
