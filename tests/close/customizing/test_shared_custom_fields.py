"""Shared custom fields, what they are associated with, and the order of fields in a schema."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.customizing.making import activity_type, make_field, object_type, share, shared
from tests.close.making import UNKNOWN, contact, events, lead, wrong

LEAD = {"editable_with_roles": [], "object_type": "lead", "required": False}


def names(world: World, schema: str) -> list[str]:
    found = world.ada.close.get(f"/custom_field_schema/{schema}/")["fields"]
    return [each["name"] for each in found]


def test_a_shared_field_belongs_nowhere_at_first(world: World):
    field = shared(world)
    assert (field["is_shared"], field["associations"]) == (True, [])
    assert "editable_with_roles" not in field
    assert names(world, "lead") == []
    key = f"custom.{field['id']}"
    assert list(wrong(world.ada.close.post("/lead/", {key: "x"}, 400))) == [key]


def test_an_association_makes_it_a_field_of_that_noun(world: World):
    field = shared(world)
    key = f"custom.{field['id']}"
    assert share(world, field, "lead") == LEAD
    roles = {"editable_with_roles": ["admin"], "required": True}
    assert share(world, field, "contact", **roles) == {"object_type": "contact", **roles}
    path = f"/custom_field/shared/{field['id']}/"
    found = world.ada.close.get(path)["associations"]
    assert [each["object_type"] for each in found] == ["lead", "contact"]
    assert world.ada.close.get("/custom_field/shared/")["data"] == [
        {**field, "associations": found}
    ]
    assert lead(world, **{key: "x"})[key] == "x"
    assert world.bo.close.post("/lead/", {"custom.Owner": "y"})[key] == "y"
    assert contact(world, **{key: "x"})[key] == "x"
    answer = world.bo.close.post("/contact/", {key: "x"}, 400)
    assert wrong(answer) == {key: "Your role may not change this field."}
    assert names(world, "lead") == names(world, "contact") == ["Owner"]
    assert names(world, "opportunity") == []
    assert world.ada.close.get("/custom_field/lead/")["data"] == []


@pytest.mark.parametrize("kind", ["custom_activity_type", "custom_object_type"])
def test_a_shared_field_belongs_to_one_custom_type(world: World, kind: str):
    type_id = activity_type(world) if kind == "custom_activity_type" else object_type(world)
    key, field = f"{kind}_id", shared(world)
    made = share(world, field, kind, **{key: type_id}, required=True)
    assert made == {**LEAD, "object_type": kind, "required": True, key: type_id}
    path = f"/custom_field/shared/{field['id']}/association/{kind}/{type_id}/"
    assert world.bo.close.get(path) == made
    assert world.ada.close.put(path, {"required": False}) == {**made, "required": False}
    where = "custom_activity" if kind == "custom_activity_type" else kind
    (shown,) = world.ada.close.get(f"/{where}/{type_id}/")["fields"]
    assert (shown["name"], shown["is_shared"], shown["required"]) == ("Owner", True, False)
    assert names(world, f"{kind}/{type_id}") == ["Owner"]
    assert set(wrong(share(world, field, kind, 400))) == {key}
    unknown = type_id[:-24] + UNKNOWN
    assert set(wrong(share(world, field, kind, 400, **{key: unknown}))) == {key}
    assert world.ada.close.send("DELETE", path).status_code == 204
    world.ada.close.get(path, 404)
    assert world.ada.close.get(f"/{where}/{type_id}/")["fields"] == []


def test_a_new_association_says_where_it_is(world: World):
    field, demo = shared(world), activity_type(world)
    path = f"/custom_field/shared/{field['id']}/association/"
    response = world.ada.close.send("POST", path, {"object_type": "lead"})
    assert response.headers["location"] == f"/api/v1{path}lead/"
    body = {"object_type": "custom_activity_type", "custom_activity_type_id": demo}
    response = world.ada.close.send("POST", path, body)
    assert response.headers["location"] == f"/api/v1{path}custom_activity_type/{demo}/"


def test_an_association_that_cannot_be_is_refused(world: World):
    field = shared(world)
    share(world, field, "lead")
    assert set(wrong(share(world, field, "lead", 400))) == {"object_type"}
    make_field(world, "contact", name="Owner", type="text")
    assert wrong(share(world, field, "contact", 400)) == {
        "object_type": "There is a custom field 'Owner' already."
    }
    assert set(wrong(share(world, field, "task", 400))) == {"object_type"}
    assert set(wrong(share(world, field, "opportunity", 400, editable_with_roles=["x"]))) == {
        "editable_with_roles"
    }
    plain = make_field(world, "lead", name="Size", type="text")
    path = f"/custom_field/shared/{plain['id']}/association/"
    world.ada.close.post(path, {"object_type": "lead"}, 404)


def test_names_stay_unique_where_a_shared_field_belongs(world: World):
    field = shared(world)
    share(world, field, "lead")
    answer = make_field(world, "lead", 400, name="Owner", type="text")
    assert set(wrong(answer)) == {"name"}
    size = make_field(world, "lead", name="Size", type="text")
    path = f"/custom_field/shared/{field['id']}/"
    assert set(wrong(world.ada.close.put(path, {"name": "Size"}, 400))) == {"name"}
    plain = f"/custom_field/lead/{size['id']}/"
    assert set(wrong(world.ada.close.put(plain, {"name": "Owner"}, 400))) == {"name"}
    assert world.ada.close.put(path, {"name": "Owned by"})["name"] == "Owned by"
    assert world.ada.close.put(plain, {"name": "Owner"})["name"] == "Owner"


def test_an_association_changes_and_goes_with_its_values(world: World):
    field = shared(world)
    key = f"custom.{field['id']}"
    share(world, field, "lead")
    share(world, field, "contact")
    made = lead(world, name="A", contacts=[{"name": "Ann", key: "a"}], **{key: "x"})
    path = f"/custom_field/shared/{field['id']}/association/lead/"
    assert world.bo.close.get(path) == LEAD
    changed = world.ada.close.put(path, {"editable_with_roles": ["admin"], "required": True})
    assert changed == {**LEAD, "editable_with_roles": ["admin"], "required": True}
    assert world.ada.close.put(path, {"required": None, "editable_with_roles": None}) == {
        **LEAD,
        "required": True,
    }
    assert world.ada.close.send("DELETE", path).status_code == 204
    shown = world.ada.close.get(f"/lead/{made['id']}/")
    assert key not in shown
    assert shown["contacts"][0][key] == "a"
    for method in ("GET", "PUT", "DELETE"):
        body = {"required": True} if method == "PUT" else None
        assert world.ada.close.send(method, path, body).status_code == 404
    assert events(world, made["id"])[-1] == ("lead", "updated")


def test_a_deleted_shared_field_takes_all_its_values_along(world: World):
    field = shared(world)
    key = f"custom.{field['id']}"
    for noun in ("lead", "contact"):
        share(world, field, noun)
    made = lead(world, contacts=[{"name": "Ann", key: "a"}], **{key: "x"})
    world.ada.close.delete(f"/custom_field/shared/{field['id']}/", status=200)
    shown = world.ada.close.get(f"/lead/{made['id']}/")
    assert key not in shown
    assert key not in shown["contacts"][0]
    assert names(world, "lead") == names(world, "contact") == []


def test_paths_that_name_no_association_are_not_there(world: World):
    field, demo = shared(world), activity_type(world)
    share(world, field, "lead")
    path = f"/custom_field/shared/{field['id']}/association/"
    for rest in (
        "contact/",
        "task/",
        "custom_activity_type/",
        f"lead/{demo}/",
        f"custom_activity_type/{demo}/",
        f"custom_object_type/{demo}/",
    ):
        assert world.ada.close.get(path + rest, 404)["error"]
    world.eve.close.get(path + "lead/", 404)
    old = path.replace("custom_field/", "custom_fields/")
    assert world.ada.close.get(old + "lead/") == LEAD


# Schemas.


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
        "fields": [a, b, {**field, "associations": [LEAD]}, c],
    }
    order = {"fields": [{"id": c["id"]}, {"id": field["id"]}]}
    changed = world.ada.close.put("/custom_field_schema/lead/", order)
    assert [each["name"] for each in changed["fields"]] == ["c", "s", "a", "b"]
    assert names(world, "lead") == ["c", "s", "a", "b"]
    make_field(world, "lead", name="d", type="text")
    assert names(world, "lead") == ["c", "s", "a", "b", "d"]
    whole = world.ada.close.get("/custom_field_schema/lead/")
    assert world.ada.close.put("/custom_field_schema/lead/", whole) == whole


def test_the_order_belongs_to_one_schema(world: World):
    field = shared(world, "s")
    for noun in ("lead", "contact"):
        make_field(world, noun, name="a", type="text")
        share(world, field, noun)
    world.ada.close.put("/custom_field_schema/lead/", {"fields": [{"id": field["id"]}]})
    assert (names(world, "lead"), names(world, "contact")) == (["s", "a"], ["a", "s"])


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
    assert names(world, f"activity/{visit}") == []
    for path in (
        f"activity/{account}",
        f"lead/{demo}",
        "activity",
        "task",
        f"custom_object/{demo}",
    ):
        world.ada.close.get(f"/custom_field_schema/{path}/", 404)
    world.eve.close.get(f"/custom_field_schema/activity/{demo}/", 404)
