"""Who may not write a field, or add one, may not by any operation of either dialect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import contact, lead
from tests.close.people.making import blind, give
from tests.outreach import make_configuration

REFUSED = "Your role may not change this field."


@pytest.fixture
def card(world: World) -> dict[str, Any]:
    """A contact of north with a value in a field that only admins may change."""
    field = world.ada.close.post(
        "/custom_field/contact/",
        {"name": "creditlimit", "type": "number", "editable_with_roles": ["admin"]},
        200,
    )["id"]
    made = contact(world, lead_id=lead(world)["id"], name="Ann", **{f"custom.{field}": 100})
    return {"id": made["id"].removeprefix("cont_"), "field": field}


def value(world: World, card: dict[str, Any]) -> Any:
    return world.ada.close.get(f"/contact/cont_{card['id']}/")[f"custom.{card['field']}"]


def test_a_field_for_some_roles_is_for_them_alone_everywhere(world: World, card: dict[str, Any]):
    path = f"/contacts/{card['id']}"
    for send in (world.bo.tether.put, world.bo.tether.patch):
        refused = send(path, {"creditlimit": 999}, 400)
        assert REFUSED in str(refused)
    assert REFUSED in str(world.bo.tether.post("/contact", {"creditlimit": 5}, 400))
    refused = world.bo.close.put(
        f"/contact/cont_{card['id']}/", {f"custom.{card['field']}": 999}, 400
    )
    assert REFUSED in str(refused)
    assert value(world, card) == 100
    # What was read may come back, and who is in the list may change it.
    world.bo.tether.patch(path, {"creditlimit": 100})
    world.ada.tether.patch(path, {"creditlimit": 200})
    assert value(world, card) == 200


def test_the_intake_changes_no_field_that_its_caller_may_not(world: World, card: dict[str, Any]):
    make_configuration(world.bo)
    body = {"phoneNumber": "+14155550111", "creditlimit": 666}
    assert REFUSED in str(world.bo.tether.post("/outreach", body, 400))
    assert world.ada.close.get("/lead/", params={"query": "phone:4155550111"})["data"] == []


def test_a_restricted_role_adds_no_fields_by_naming_them(world: World, card: dict[str, Any]):
    def fields() -> int:
        return len(world.ada.close.get("/custom_field/contact/")["data"])

    before = fields()
    give(world, world.bo, "restricteduser")
    unknown = {f"unknown{number}": "x" for number in range(3)}
    refused = world.bo.tether.patch(f"/contacts/{card['id']}", unknown, 400)
    assert str(refused).count("There is no such field, and your role may not add one.") >= 3
    assert fields() == before
    blind(world, world.cy, permissions=["view_all_leads"])
    world.cy.tether.patch(f"/contacts/{card['id']}", unknown, 400)
    assert fields() == before
    world.ada.tether.patch(f"/contacts/{card['id']}", unknown)
    assert fields() == before + 3
