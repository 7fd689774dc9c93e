"""Phone numbers whose calls are rejected, and the setting for callers without a number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import events, user, wrong


def test_a_number_is_blocked_changed_and_unblocked(world: World):
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


def test_rejecting_anonymous_calls_is_a_setting_of_the_organization(world: World):
    path = "/blocked_phone_number/settings/"
    assert world.bo.close.get(path) == {"reject_anonymous_inbound_calls": False}
    body = {"reject_anonymous_inbound_calls": True}
    assert world.ada.close.put(path, body) == body
    assert world.bo.close.get(path) == body
    assert world.eve.close.get(path) == {"reject_anonymous_inbound_calls": False}
    world.ada.close.put(path, {}, 400)


def test_blocked_numbers_are_listed_for_everybody_of_the_organization(world: World):
    numbers = ["+14155550133", "+14155550134", "+4930901820"]
    made = [
        world.ada.close.post("/blocked_phone_number/", {"phone": each, "reason": "Spam"}, 201)
        for each in numbers
    ]
    assert world.bo.close.get("/blocked_phone_number/") == {"data": made, "has_more": False}
    page = world.bo.close.get("/blocked_phone_number/", params={"_limit": "1", "_skip": "1"})
    assert page == {"data": [made[1]], "has_more": True}
    assert world.eve.close.get("/blocked_phone_number/")["data"] == []
    world.eve.close.delete(f"/blocked_phone_number/{made[0]['id']}/", status=404)
    # Another organization may block the same number for itself.
    body = {"phone": numbers[0], "reason": "Ours"}
    assert world.eve.close.post("/blocked_phone_number/", body, 201)["reason"] == "Ours"
    assert world.bo.close.get("/blocked_phone_number/")["data"] == made


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"phone", "reason"}),
        ({"phone": "12", "reason": " "}, {"phone", "reason"}),
        ({"phone": "+14155550133"}, {"reason"}),
        ({"phone": "+14155550133", "reason": "x" * 256}, {"reason"}),
        ({"phone": None, "reason": "Spam"}, {"phone"}),
        ({"phone": "+14155550133", "reason": "Spam", "colour": "red"}, {"colour"}),
    ],
)
def test_a_block_needs_a_number_and_a_reason(world: World, body: Any, fields: set[str]):
    answer = world.ada.close.post("/blocked_phone_number/", body, 400)
    assert set(wrong(answer)) == fields
    assert world.ada.close.get("/blocked_phone_number/")["data"] == []
