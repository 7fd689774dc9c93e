"""Custom activity types and custom object types."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.customizing.making import activity_type, make_field, object_type, share, shared
from tests.close.making import events, wrong

NOW = "2026-05-17T09:30:00.000000"
PATHS = {"custom_activity": "actitype_", "custom_object_type": "cotype_"}


def body_of(path: str, **more: Any) -> dict[str, Any]:
    plural = {"name_plural": "Demos"} if path == "custom_object_type" else {}
    return {"name": "Demo", **plural, **more}


@pytest.mark.parametrize("path", PATHS)
def test_a_type_is_made_changed_and_deleted(world: World, path: str):
    body = body_of(path, description="d", api_create_only=True, editable_with_roles=["admin"])
    response = world.ada.close.send("POST", f"/{path}/", body)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/{path}/{made['id']}/"
    assert made["id"].startswith(PATHS[path])
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        **body,
        **({"back_reference_fields": []} if path == "custom_object_type" else {}),
        "created_by": me,
        "date_created": NOW,
        "date_updated": NOW,
        "fields": [],
        "id": made["id"],
        "is_archived": False,
        "organization_id": f"orga_{world.ada.org}",
        "updated_by": me,
    }
    where = f"/{path}/{made['id']}/"
    assert world.bo.close.get(where) == made
    assert world.bo.close.get(f"/{path}/") == {"data": [made], "has_more": False}
    world.clock.advance(minutes=5)
    assert world.ada.close.put(where, made) == made
    changed = world.ada.close.put(
        where, {"name": " Visit ", "description": None, "is_archived": True}
    )
    assert changed == {
        **made,
        "name": "Visit",
        "description": None,
        "is_archived": True,
        "date_updated": "2026-05-17T09:35:00.000000",
    }
    left = {"name": None, "api_create_only": None, "is_archived": None}
    assert world.ada.close.put(where, left) == changed
    assert world.ada.close.put(where, {"editable_with_roles": None})["editable_with_roles"] == []
    assert world.ada.close.send("DELETE", where).status_code == 204
    world.ada.close.get(where, 404)
    noun = "custom_activity_type" if path == "custom_activity" else path
    assert events(world, made["id"]) == [
        (noun, "created"),
        (noun, "updated"),
        (noun, "updated"),
        (noun, "deleted"),
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": 5}, "name"),
        ({"api_create_only": "yes"}, "api_create_only"),
        ({"editable_with_roles": ["boss"]}, "editable_with_roles"),
        ({"editable_with_roles": "admin"}, "editable_with_roles"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_type_is_refused(world: World, path: str, more: dict[str, Any], field: str):
    assert list(wrong(world.ada.close.post(f"/{path}/", body_of(path, **more), 400))) == [field]
    made = world.ada.close.post(f"/{path}/", body_of(path))
    where = f"/{path}/{made['id']}/"
    assert list(wrong(world.ada.close.put(where, more, 400))) == [field]
    assert world.ada.close.get(where) == made


def test_an_object_type_has_a_plural(world: World):
    for body in ({"name": "A"}, {"name": "A", "name_plural": ""}):
        answer = world.ada.close.post("/custom_object_type/", body, 400)
        assert list(wrong(answer)) == ["name_plural"]
    where = f"/custom_object_type/{object_type(world)}/"
    changed = world.ada.close.put(where, {"name_plural": "Many"})
    assert (changed["name"], changed["name_plural"]) == ("Account", "Many")


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
        "converting_to_type": None,
        "description": None,
        "editable_with_roles": [],
        "id": field["id"],
        "is_shared": False,
        "name": "Plan",
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


@pytest.mark.parametrize("path", PATHS)
def test_a_deleted_type_takes_its_fields_along(world: World, path: str):
    kind = "activity" if path == "custom_activity" else path
    noun = "custom_activity_type" if path == "custom_activity" else path
    type_id = activity_type(world) if path == "custom_activity" else object_type(world)
    own = make_field(world, kind, name="a", type="text", **{f"{noun}_id": type_id})
    field = shared(world)
    share(world, field, noun, **{f"{noun}_id": type_id})
    share(world, field, "lead")
    world.ada.close.delete(f"/{path}/{type_id}/", status=204)
    assert world.ada.close.get(f"/custom_field/{kind}/")["data"] == []
    assert events(world, own["id"])[-1] == ("custom_field", "deleted")
    (left,) = world.ada.close.get("/custom_field/shared/")["data"]
    assert [each["object_type"] for each in left["associations"]] == ["lead"]


@pytest.mark.parametrize("path", PATHS)
def test_another_organizations_types_are_not_there(world: World, path: str):
    made = world.ada.close.post(f"/{path}/", body_of(path))
    where = f"/{path}/{made['id']}/"
    world.eve.close.get(where, 404)
    world.eve.close.put(where, {"name": "Mine"}, 404)
    world.eve.close.delete(where, status=404)
    assert world.eve.close.get(f"/{path}/")["data"] == []
    world.bo.close.put(where, {"name": "Mine"}, 403)
    assert world.ada.close.get(where) == made
