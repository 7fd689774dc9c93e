"""Shared custom fields, and the kinds of objects that they are associated with."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.customizing.making import (
    activity_type,
    make_field,
    names_in_schema,
    object_type,
    share,
    shared,
)
from tests.close.making import UNKNOWN, contact, events, lead, wrong

LEAD = {"editable_with_roles": [], "object_type": "lead", "required": False}


def test_a_shared_field_belongs_nowhere_at_first(world: World):
    field = shared(world)
    assert (field["is_shared"], field["associations"]) == (True, [])
    assert "editable_with_roles" not in field
    assert names_in_schema(world, "lead") == []
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
    assert names_in_schema(world, "lead") == names_in_schema(world, "contact") == ["Owner"]
    assert names_in_schema(world, "opportunity") == []
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
    assert names_in_schema(world, f"{kind}/{type_id}") == ["Owner"]
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
    assert names_in_schema(world, "lead") == names_in_schema(world, "contact") == []


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
