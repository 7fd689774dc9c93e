"""Memberships: bringing people in, giving them roles, letting them go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import PASSWORD, Api, Person, World
from tests.close.making import wrong


def membership_id(person: Person) -> str:
    found: str = person.close.get("/me/")["memberships"][0]["id"]
    return found


def change(world: World, person: Person, body: Any, status: int = 200) -> Any:
    return world.ada.close.put(f"/membership/{membership_id(person)}/", body, status)


def test_a_new_address_becomes_a_member(world: World):
    body = {"email": "John@SalesTeam.com", "role_id": "user"}
    made = world.ada.close.post("/membership/", body, 200)
    assert made["id"].startswith("memb_")
    assert (made["role_id"], made["auto_record_calls"]) == ("user", "unset")
    assert "delete_leads" in made["permissions_granted"]
    assert "export" not in made["permissions_granted"]
    user = world.ada.close.get(f"/user/{made['user_id']}/")
    assert user["email"] == "john@salesteam.com"
    assert world.ada.close.post("/membership/", body, 200) == made


def test_a_user_of_elsewhere_becomes_a_member_here_too(world: World):
    made = world.ada.close.post("/membership/", {"email": world.eve.email, "role_id": "user"}, 200)
    assert made["user_id"] == f"user_{world.eve.user_id.hex()}"
    assert world.eve.close.get("/me/")["memberships"][0]["organization_id"].endswith(world.eve.org)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email", "role_id"}),
        ({"email": "nobody", "role_id": "boss"}, {"email", "role_id"}),
        ({"email": "a@example.com", "role_id": f"role_{'0' * 24}"}, {"role_id"}),
        ({"email": "a@example.com", "role_id": "user", "colour": "red"}, {"colour"}),
    ],
)
def test_what_is_wrong_with_a_membership_is_told(world: World, body: Any, fields: set[str]):
    assert set(wrong(world.ada.close.post("/membership/", body, 400))) == fields


def test_nobody_comes_in_as_an_admin(world: World):
    body = {"email": "boss@example.com", "role_id": "admin"}
    world.ada.close.post("/membership/", body, 403)
    emails = [user["email"] for user in world.ada.close.get("/user/")["data"]]
    assert "boss@example.com" not in emails


def test_only_what_is_sent_changes(world: World):
    changed = change(world, world.bo, {"auto_record_calls": "enabled", "role_id": "superuser"})
    assert (changed["auto_record_calls"], changed["role_id"]) == ("enabled", "superuser")
    assert change(world, world.bo, {"track_email_opens": True}) == {
        **changed,
        "track_email_opens": True,
    }
    assert change(world, world.bo, changed)["auto_record_calls"] == "enabled"
    assert world.bo.close.get("/me/")["memberships"][0]["role_id"] == "superuser"
    assert set(wrong(change(world, world.bo, {"auto_record_calls": "maybe"}, 400))) == {
        "auto_record_calls"
    }


def test_several_memberships_change_alike(world: World):
    ids = [membership_id(person) for person in (world.bo, world.cy)]
    elsewhere = membership_id(world.eve)
    body = {"_params": {"id__in": ",".join([*ids, elsewhere])}, "role_id": "superuser"}
    assert world.ada.close.put("/membership/", body) == {"count": 2}
    roles = {
        person.name: person.close.get("/me/")["memberships"][0]["role_id"]
        for person in (world.bo, world.cy, world.eve)
    }
    assert roles == {"bo": "superuser", "cy": "superuser", "eve": "admin"}
    by_query = world.ada.close.put("/membership/", {"role_id": "user"}, params={"id__in": ids[0]})
    assert by_query == {"count": 1}
    assert wrong(world.ada.close.put("/membership/", {"role_id": "user"}, 400)) == {
        "id__in": "This field is required."
    }
    many = ",".join(f"memb_{number:024x}" for number in range(1001))
    answer = world.ada.close.put("/membership/", {"_params": {"id__in": many}}, 400)
    assert answer["errors"] == ["It's not allowed to update more than 1000 objects at once"]


def test_an_organization_keeps_an_admin(world: World):
    assert "last one" in change(world, world.ada, {"role_id": "user"}, 400)["error"]
    path = f"/membership/{membership_id(world.ada)}/"
    assert "last one" in world.ada.close.delete(path, status=400)["error"]
    change(world, world.bo, {"role_id": "admin"})
    both = ",".join([membership_id(world.ada), membership_id(world.bo)])
    world.ada.close.put("/membership/", {"_params": {"id__in": both}, "role_id": "user"}, 400)
    assert world.bo.close.get("/me/")["memberships"][0]["role_id"] == "admin"
    assert change(world, world.ada, {"role_id": "user"})["role_id"] == "user"


def test_a_super_admin_stays_one_unless_another_says_otherwise(world: World):
    mine = f"/membership/{membership_id(world.sue)}/"
    world.eve.close.put(mine, {"role_id": "user"}, 403)
    assert world.eve.close.put(mine, {"role_id": "admin"})["role_id"] == "admin"
    roles = world.sql("SELECT role FROM memberships WHERE user_id = %s", world.sue.user_id)
    assert roles == [("SUPERADMIN",)]
    world.eve.close.delete(mine, status=403)


def test_a_removed_member_is_out(world: World):
    token = world.bo.session
    group = world.ada.close.post("/group/", {"name": "Sales"}, 201)["id"]
    user_id = f"user_{world.bo.user_id.hex()}"
    world.ada.close.post(f"/group/{group}/member/", {"user_id": user_id}, 201)
    path = f"/membership/{membership_id(world.bo)}/"
    assert world.ada.close.delete(path, status=200) == {}
    world.bo.close.get("/me/", 401)
    token.get("/user/profile", 401)
    assert world.ada.close.get(f"/group/{group}/")["members"] == []
    world.ada.close.delete(path, status=404)
    organization = world.ada.close.get(f"/organization/orga_{world.ada.org}/")
    assert [each["user_id"] for each in organization["inactive_memberships"]] == [user_id]
    assert user_id not in [each["user_id"] for each in organization["memberships"]]


def test_a_removed_member_takes_nobody_along(world: World):
    login = {"email": world.cy.email, "password": PASSWORD}
    of_cy = world.nobody.tether.post("/auth/login", login, 200)
    of_bo = world.nobody.tether.post("/auth/login", {**login, "email": world.bo.email}, 200)
    world.ada.close.delete(f"/membership/{membership_id(world.bo)}/", status=200)
    refresh = {"refreshToken": of_bo["refreshToken"]}
    world.nobody.tether.post("/auth/refresh", refresh, 401)
    refresh = {"refreshToken": of_cy["refreshToken"]}
    assert world.nobody.tether.post("/auth/refresh", refresh, 200)["token"]
    assert world.cy.close.get("/me/")["first_name"] == "Cy"


def test_a_removed_member_of_two_organizations_stays_in_the_other(world: World):
    world.ada.close.post("/membership/", {"email": world.eve.email, "role_id": "user"}, 200)
    login = {"email": world.eve.email, "password": PASSWORD}
    session = world.nobody.tether.post("/auth/login", login, 200)
    user_id = f"user_{world.eve.user_id.hex()}"
    members = world.ada.close.get(f"/organization/orga_{world.ada.org}/")["memberships"]
    (membership,) = [each["id"] for each in members if each["user_id"] == user_id]
    world.ada.close.delete(f"/membership/{membership}/", status=200)
    assert world.eve.close.get("/me/")["id"] == user_id
    refresh = {"refreshToken": session["refreshToken"]}
    world.nobody.tether.post("/auth/refresh", refresh, 200)


def test_coming_back_revives_the_membership_but_not_the_keys(world: World):
    before = membership_id(world.bo)
    world.ada.close.delete(f"/membership/{before}/", status=200)
    body = {"email": world.bo.email, "role_id": "superuser"}
    made = world.ada.close.post("/membership/", body, 200)
    assert (made["id"], made["role_id"]) == (before, "superuser")
    world.bo.close.get("/me/", 401)
    login = {"email": world.bo.email, "password": PASSWORD}
    assert Api(world.client, "/api", None).post("/auth/login", login)["token"]
