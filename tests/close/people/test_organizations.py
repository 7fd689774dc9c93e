"""The organization with its people and statuses, as scripts read it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import custom_field, wrong


def path(world: World) -> str:
    return f"/organization/orga_{world.ada.org}/"


def test_the_organization_brings_everything_that_scripts_look_up(world: World):
    key = custom_field(world, "lead", "Industry")
    found = world.bo.close.get(path(world))
    (me,) = world.bo.close.get("/me/")["organizations"]
    assert {name: found[name] for name in me} == me
    assert (found["currency"], found["currency_symbol"]) == ("USD", "$")
    assert found["lead_custom_fields"][0]["id"] == key.removeprefix("custom.")
    assert found["inactive_memberships"] == []
    people = {each["user_first_name"]: each for each in found["memberships"]}
    bo = people["Bo"]
    assert bo.pop("permissions_granted")
    assert bo == {
        "auto_record_calls": "unset",
        "id": world.bo.close.get("/me/")["memberships"][0]["id"],
        "role_id": "user",
        "track_email_opens": False,
        "user_email": world.bo.email,
        "user_first_name": "Bo",
        "user_full_name": "Bo Berg",
        "user_id": f"user_{world.bo.user_id.hex()}",
        "user_image": None,
        "user_last_name": "Berg",
        "user_phone": None,
    }


def test_people_are_nested_when_that_is_asked_for(world: World):
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.cy.user_id)
    expand = "memberships__user,inactive_memberships__user"
    params = {"_expand": expand, "_fields": "memberships,inactive_memberships"}
    found = world.bo.close.get(path(world), params=params)
    assert set(found) == {"memberships", "inactive_memberships"}
    (gone,) = found["inactive_memberships"]
    assert gone["user"]["first_name"] == "Cy"
    for each in found["memberships"]:
        assert each["user"] == world.bo.close.get(f"/user/{each['user_id']}/")
        assert "user_email" not in each
    half = world.bo.close.get(path(world), params={"_expand": "memberships__user"})
    assert half["inactive_memberships"][0]["user_first_name"] == "Cy"


def test_name_and_currency_change(world: World):
    body = {"name": " New Name ", "currency": "EUR"}
    changed = world.ada.close.put(path(world), body)
    assert (changed["name"], changed["currency"]) == ("New Name", "EUR")
    assert changed["currency_symbol"] == "€"
    made = world.ada.close.post("/opportunity/", {"value": 50000})
    assert (made["value_currency"], made["value_formatted"]) == ("EUR", "€500")
    assert world.ada.close.put(path(world), changed)["name"] == "New Name"
    assert world.eve.close.get("/me/")["organizations"][0]["name"] == "South"


def test_lead_statuses_are_put_in_order(world: World):
    ids = [each["id"] for each in world.bo.close.get("/status/lead/")["data"]]
    wished = [ids[2], ids[0], ids[1]]
    body = {"lead_statuses": [{"id": each, "label": "is not read"} for each in wished]}
    changed = world.ada.close.put(path(world), body)
    assert [each["id"] for each in changed["lead_statuses"]] == [*wished, *ids[3:]]
    assert "is not read" not in str(changed)
    assert [each["id"] for each in world.bo.close.get("/status/lead/")["data"]] == [
        *wished,
        *ids[3:],
    ]
    assert world.bo.close.post("/lead/", {"name": "x"})["status_id"] == wished[0]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"name": None}, {"name"}),
        ({"currency": "dollars"}, {"currency"}),
        ({"lead_statuses": [{"id": f"stat_{'0' * 24}"}]}, {"lead_statuses"}),
        ({"lead_statuses": [{"label": "New"}]}, {"lead_statuses"}),
        ({"colour": "red"}, {"colour"}),
    ],
)
def test_mistakes_are_named_and_nothing_changes(world: World, body: Any, fields: set[str]):
    before = world.ada.close.get(path(world))
    answer = world.ada.close.put(path(world), {"enable_unsubscribe_link": False, **body}, 400)
    assert set(wrong(answer)) == fields
    assert world.ada.close.get(path(world)) == before


def test_a_status_is_named_once(world: World):
    status_id = world.bo.close.get("/status/lead/")["data"][0]["id"]
    body = {"lead_statuses": [{"id": status_id}, {"id": status_id}]}
    answer = wrong(world.ada.close.put(path(world), body, 400))
    assert list(answer["lead_statuses"]["errors"]) == ["1"]


def test_another_organization_is_not_there(world: World):
    unknown = world.bo.close.get(f"/organization/orga_{'0' * 24}/", 404)
    assert world.bo.close.get(f"/organization/orga_{world.eve.org}/", 404) == unknown
    assert world.sue.close.get(path(world), 404) == unknown
    assert world.sue.close.put(path(world), {"name": "Mine"}, 404) == unknown
