"""What custom activity types and custom object types have in common."""

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
