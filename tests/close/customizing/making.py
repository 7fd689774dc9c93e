"""Custom fields and types of north, and values of them."""

from __future__ import annotations

from typing import Any

from tests.cast import World
from tests.close.making import Json, lead


def make_field(world: World, kind: str, status: Any = None, **body: Any) -> Json:
    """A custom field of north."""
    made: Json = world.ada.close.post(f"/custom_field/{kind}/", body, status)
    return made


def activity_type(world: World, name: str = "Demo") -> str:
    made: str = world.ada.close.post("/custom_activity/", {"name": name}, 201)["id"]
    return made


def object_type(world: World, name: str = "Account") -> str:
    body = {"name": name, "name_plural": f"{name}s"}
    made: str = world.ada.close.post("/custom_object_type/", body, 201)["id"]
    return made


def field(world: World, kind: str, type_: str, **more: Any) -> str:
    """A new field, as the key of its values."""
    body = {"name": more.pop("name", "Field"), "type": type_, **more}
    if type_ == "choices":
        body.setdefault("choices", ["A", "B"])
    if type_ == "custom_object":
        new = {"name": "Account", "name_plural": "Accounts"}
        account = world.ada.close.post("/custom_object_type/", new, 201)
        body["referenced_custom_type_id"] = account["id"]
    return f"custom.{world.ada.close.post(f'/custom_field/{kind}/', body)['id']}"


def shared(world: World, name: str = "Owner", **more: Any) -> Json:
    return make_field(world, "shared", **{"name": name, "type": "text", **more})


def share(world: World, field: Json, object_type: str, status: Any = 201, **more: Any) -> Json:
    """Associates a shared field."""
    path = f"/custom_field/shared/{field['id']}/association/"
    made: Json = world.ada.close.post(path, {"object_type": object_type, **more}, status)
    return made


def custom_object(world: World, type_id: str, expected: Any = 201, **fields: Any) -> Json:
    """A custom object of that type, on a lead of its own unless one is named."""
    if "lead_id" not in fields:
        fields["lead_id"] = lead(world)["id"]
    body = {"custom_object_type_id": type_id, "name": "Main account", **fields}
    made: Json = world.ada.close.post("/custom_object/", body, expected)
    return made


def object_field(world: World, type_id: str, kind: str, **more: Any) -> str:
    """A new field of a custom object type, as the key of its values."""
    return field(world, "custom_object_type", kind, custom_object_type_id=type_id, **more)


def reference(world: World, kind: str, to: str, **more: Any) -> str:
    """A new field whose values are custom objects of a type, as the key of its values."""
    body = {"name": "Account", "type": "custom_object", "referenced_custom_type_id": to, **more}
    return f"custom.{world.ada.close.post(f'/custom_field/{kind}/', body)['id']}"


def names_in_schema(world: World, schema: str) -> list[str]:
    found = world.ada.close.get(f"/custom_field_schema/{schema}/")["fields"]
    return [each["name"] for each in found]
