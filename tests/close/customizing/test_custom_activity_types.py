"""Custom activity types: the fields that they show, and their order."""

from __future__ import annotations

from tests.cast import World
from tests.close.customizing.making import activity_type, make_field
from tests.close.making import wrong


def test_an_activity_type_shows_its_fields_without_choices(world: World):
    demo = activity_type(world)
    field = make_field(
        world,
        "activity",
        name="Plan",
        type="choices",
        choices=["A"],
        required=True,
        custom_activity_type_id=demo,
    )
    (shown,) = world.ada.close.get(f"/custom_activity/{demo}/")["fields"]
    assert shown == {
        "accepts_multiple_values": False,
        "back_reference_is_visible": None,
        "converting_to_type": None,
        "description": None,
        "editable_with_roles": [],
        "id": field["id"],
        "is_shared": False,
        "name": "Plan",
        "referenced_custom_type_id": None,
        "required": True,
        "type": "choices",
    }


def test_an_update_puts_the_fields_of_an_activity_type_in_order(world: World):
    demo = activity_type(world)
    fields = [
        make_field(world, "activity", name=name, type="text", custom_activity_type_id=demo)
        for name in "abc"
    ]
    where = f"/custom_activity/{demo}/"
    order = {"fields": [{"id": fields[2]["id"]}, {"id": fields[0]["id"]}]}
    changed = world.ada.close.put(where, order)
    assert [each["name"] for each in changed["fields"]] == ["c", "a", "b"]
    assert world.ada.close.get(where) == changed
    stranger = make_field(world, "lead", name="x", type="text")
    body = {"fields": [{"id": stranger["id"]}], "name": "Never"}
    assert set(wrong(world.ada.close.put(where, body, 400))) == {"fields"}
    assert world.ada.close.get(where) == changed
