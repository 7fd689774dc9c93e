"""Schemas: all custom fields of one kind of object, in the order of forms."""

from __future__ import annotations

from tests.cast import World
from tests.close.customizing.making import (
    activity_type,
    make_field,
    names_in_schema,
    object_type,
    share,
    shared,
)
from tests.close.making import UNKNOWN, wrong


def test_a_schema_has_the_fields_in_order(world: World):
    a, b = (make_field(world, "lead", name=name, type="text") for name in "ab")
    field = shared(world, "s")
    share(world, field, "lead")
    c = make_field(world, "lead", name="c", type="text")
    schema = world.bo.close.get("/custom_field_schema/lead/")
    assert schema == {
        "name": "Lead",
        "object_type": "lead",
        "organization_id": f"orga_{world.ada.org}",
        "fields": [
            a,
            b,
            {
                **field,
                "associations": [
                    {"editable_with_roles": [], "object_type": "lead", "required": False}
                ],
            },
            c,
        ],
    }
    order = {"fields": [{"id": c["id"]}, {"id": field["id"]}]}
    changed = world.ada.close.put("/custom_field_schema/lead/", order)
    assert [each["name"] for each in changed["fields"]] == ["c", "s", "a", "b"]
    assert names_in_schema(world, "lead") == ["c", "s", "a", "b"]
    make_field(world, "lead", name="d", type="text")
    assert names_in_schema(world, "lead") == ["c", "s", "a", "b", "d"]
    whole = world.ada.close.get("/custom_field_schema/lead/")
    assert world.ada.close.put("/custom_field_schema/lead/", whole) == whole


def test_the_order_belongs_to_one_schema(world: World):
    field = shared(world, "s")
    for noun in ("lead", "contact"):
        make_field(world, noun, name="a", type="text")
        share(world, field, noun)
    world.ada.close.put("/custom_field_schema/lead/", {"fields": [{"id": field["id"]}]})
    assert (names_in_schema(world, "lead"), names_in_schema(world, "contact")) == (
        ["s", "a"],
        ["a", "s"],
    )


def test_an_order_of_strangers_is_refused(world: World):
    a = make_field(world, "lead", name="a", type="text")
    other = make_field(world, "contact", name="b", type="text")
    path = "/custom_field_schema/lead/"
    for bad in (other["id"], f"cf_{UNKNOWN}", "x"):
        answer = world.ada.close.put(path, {"fields": [{"id": a["id"]}, {"id": bad}]}, 400)
        assert wrong(answer) == {
            "fields": {"errors": {"1": {"field-errors": {"id": "Object does not exist."}}}}
        }
    twice = {"fields": [{"id": a["id"]}, {"id": a["id"]}]}
    assert set(wrong(world.ada.close.put(path, twice, 400))) == {"fields"}
    assert set(wrong(world.ada.close.put(path, {}, 400))) == {"fields"}


def test_custom_types_have_schemas_of_their_own(world: World):
    demo, visit, account = activity_type(world), activity_type(world, "Visit"), object_type(world)
    for name in "ab":
        make_field(world, "activity", name=name, type="text", custom_activity_type_id=demo)
        make_field(
            world, "custom_object_type", name=name, type="text", custom_object_type_id=account
        )
    for path, key, type_id, title in (
        ("activity", "custom_activity_type_id", demo, "Demo"),
        ("custom_object", "custom_object_type_id", account, "Account"),
    ):
        where = f"/custom_field_schema/{path}/{type_id}/"
        schema = world.bo.close.get(where)
        assert (schema["name"], schema[key]) == (title, type_id)
        a, b = schema["fields"]
        changed = world.ada.close.put(where, {"fields": [{"id": b["id"]}]})
        assert changed["fields"] == [
            {**b, "date_updated": changed["fields"][0]["date_updated"]},
            {**a, "date_updated": changed["fields"][1]["date_updated"]},
        ]
    assert names_in_schema(world, f"activity/{visit}") == []
    for path in (
        f"activity/{account}",
        f"lead/{demo}",
        "activity",
        "task",
        f"custom_object/{demo}",
    ):
        world.ada.close.get(f"/custom_field_schema/{path}/", 404)
    world.eve.close.get(f"/custom_field_schema/activity/{demo}/", 404)
