"""Custom object types: their plural, the fields that they show, and what refers to them."""

from __future__ import annotations

from tests.cast import World
from tests.close.customizing.making import make_field, object_type
from tests.close.making import wrong


def test_an_object_type_has_a_plural(world: World):
    for body in ({"name": "A"}, {"name": "A", "name_plural": ""}):
        answer = world.ada.close.post("/custom_object_type/", body, 400)
        assert list(wrong(answer)) == ["name_plural"]
    where = f"/custom_object_type/{object_type(world)}/"
    changed = world.ada.close.put(where, {"name_plural": "Many"})
    assert (changed["name"], changed["name_plural"]) == ("Account", "Many")


def test_an_object_type_shows_what_refers_to_it(world: World):
    account, asset = object_type(world), object_type(world, "Asset")
    link = {"type": "custom_object", "referenced_custom_type_id": account}
    own = make_field(
        world, "custom_object_type", name="Account", custom_object_type_id=asset, **link
    )
    of_lead = make_field(world, "lead", name="Account", **link)
    plan = make_field(
        world,
        "custom_object_type",
        name="Plan",
        type="choices",
        choices=["A"],
        custom_object_type_id=asset,
    )
    first, second = world.ada.close.get(f"/custom_object_type/{asset}/")["fields"]
    assert first == {
        "accepts_multiple_values": False,
        "back_reference_is_visible": True,
        "description": None,
        "editable_with_roles": [],
        "id": own["id"],
        "is_shared": False,
        "name": "Account",
        "referenced_custom_type_id": account,
        "required": False,
        "type": "custom_object",
    }
    assert (second["id"], second["choices"]) == (plan["id"], ["A"])
    shown = world.ada.close.get(f"/custom_object_type/{account}/")
    assert shown["fields"] == []
    assert [each["id"] for each in shown["back_reference_fields"]] == [own["id"], of_lead["id"]]


def test_a_type_that_fields_refer_to_is_not_deleted(world: World):
    account = object_type(world)
    link = {"type": "custom_object", "referenced_custom_type_id": account, "name": "Account"}
    make_field(world, "custom_object_type", custom_object_type_id=account, **link)
    of_lead = make_field(world, "lead", **link)
    where = f"/custom_object_type/{account}/"
    answer = world.ada.close.delete(where, status=400)
    assert answer == {"error": "The custom field 'Account' refers to this type."}
    world.ada.close.delete(f"/custom_field/lead/{of_lead['id']}/")
    world.ada.close.delete(where, status=204)
