"""Roles of north, and giving them to its people."""

from __future__ import annotations

from typing import Any

from tests.cast import Person, World

EVERYTHING_ABOUT_LEADS = ["calling", "delete_leads", "merge_leads", "view_all_leads"]
BLIND = [name for name in EVERYTHING_ABOUT_LEADS if name != "view_all_leads"]


def role(world: World, *permissions: str, name: str = "Account Manager") -> str:
    body = {"name": name, "permissions": list(permissions)}
    made: str = world.ada.close.post("/role/", body, 201)["id"]
    return made


def membership(person: Person) -> Any:
    return person.close.get("/me/")["memberships"][0]


def give(world: World, person: Person, role_id: str, status: int = 200) -> Any:
    path = f"/membership/{membership(person)['id']}/"
    return world.ada.close.put(path, {"role_id": role_id}, status)


def user_field(world: World, name: str = "Rep", **more: Any) -> str:
    body = {"name": name, "type": "user", **more}
    made: str = world.ada.close.post("/custom_field/lead/", body, 200)["id"]
    return made


def blind(
    world: World,
    person: Person,
    *field_ids: str,
    behavior: str | None = None,
    permissions: list[str] = BLIND,
) -> str:
    """Gives the person a role that does not see all leads."""
    body = {
        "name": f"Blind {person.name}",
        "permissions": permissions,
        "visibility_user_lcf_ids": list(field_ids) or None,
        "visibility_user_lcf_behavior": behavior,
    }
    made = world.ada.close.post("/role/", body, 201)
    give(world, person, made["id"])
    return str(made["id"])
