"""Memberships: bringing people in, giving them roles, letting them go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import PASSWORD, Person, World
from tests.close.making import wrong
from tests.close.people.making import give, role


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
    first = made.pop("leadline_invitation")
    again = world.ada.close.post("/membership/", body, 200)
    assert again.pop("leadline_invitation")["token"] != first["token"]
    assert again == made
    member = {"email": world.bo.email, "role_id": "user"}
    assert world.ada.close.post("/membership/", member, 200)["leadline_invitation"] is None


def test_who_has_the_address_elsewhere_is_neither_brought_in_nor_described(world: World):
    """Whoever types an address first must not own the invitation of its real owner."""
    world.sql("UPDATE users SET phone_number = '+14155550199' WHERE id = %s", world.eve.user_id)
    made = world.ada.close.post("/membership/", {"email": world.eve.email, "role_id": "user"}, 200)
    assert made["user_id"] != f"user_{world.eve.user_id.hex()}"
    user = world.ada.close.get(f"/user/{made['user_id']}/")
    assert (user["first_name"], user["last_name"]) == ("", "")
    assert user["date_created"] == made_now(world)
    listed = world.ada.tether.get("/user/list")[-1]
    assert (listed["fullName"], listed["phoneNumber"]) == ("", None)
    login = {"email": world.eve.email, "password": PASSWORD}
    session = world.nobody.tether.post("/auth/login", login, 200)
    assert session["user"]["organizationId"] == world.eve.org
    world.eve.tether.put("/user/profile", {"fullName": "Eve E"})
    rename = {"_id": world.sue.user_id.hex(), "designation": "Guest"}
    world.ada.tether.put("/user/profile", rename, 404)


def made_now(world: World) -> str:
    return f"{world.clock.now():%Y-%m-%dT%H:%M:%S.%f}+00:00"


def test_an_invited_person_is_an_address_until_the_link_is_used(world: World):
    body = {"email": "new@north.example.com", "role_id": "user"}
    token = world.ada.close.post("/membership/", body, 200)["leadline_invitation"]["token"]
    login = {"email": body["email"], "password": "a quite unusual sentence"}
    world.nobody.tether.post("/auth/login", login, 401)
    accept = {"token": token, "password": login["password"], "fullName": "Nora New"}
    answer = world.nobody.tether.post("/auth/accept", accept, 200)
    assert answer["email"] == body["email"]
    user = world.nobody.tether.post("/auth/login", login, 200)["user"]
    assert (user["fullName"], user["organizationId"]) == ("Nora New", world.ada.org)
    assert user["mustChangePassword"] is False
    world.nobody.tether.post("/auth/accept", accept, 404)


def test_nobody_gets_the_invitation_of_somebody_who_may_more(world: World):
    """Else a manager could invite once more, and come in, whom an admin has made an admin."""
    invite = {"email": "n@example.com", "role_id": "user"}
    made = world.ada.close.post("/membership/", invite, 200)
    world.ada.close.put(f"/membership/{made['id']}/", {"role_id": "admin"})
    give(world, world.bo, role(world, "manage_organization", "view_all_leads"))
    weak = role(world, "view_all_leads", name="Weak")
    again = world.bo.close.post("/membership/", {**invite, "role_id": weak}, 200)
    assert (again["id"], again["leadline_invitation"]) == (made["id"], None)


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


def test_coming_back_revives_the_membership_but_neither_keys_nor_password(world: World):
    before = membership_id(world.bo)
    world.ada.close.delete(f"/membership/{before}/", status=200)
    body = {"email": world.bo.email, "role_id": "superuser"}
    made = world.ada.close.post("/membership/", body, 200)
    assert (made["id"], made["role_id"]) == (before, "superuser")
    world.bo.close.get("/me/", 401)
    login = {"email": world.bo.email, "password": PASSWORD}
    world.nobody.tether.post("/auth/login", login, 401)
    chosen = {"token": made["leadline_invitation"]["token"], "password": "an unusual sentence, bo"}
    world.nobody.tether.post("/auth/accept", chosen, 200)
    login["password"] = chosen["password"]
    assert world.nobody.tether.post("/auth/login", login, 200)["token"]


def test_who_is_a_member_elsewhere_too_keeps_the_password(world: World):
    """Nobody comes into a second organization any more; those who were in two before stay so."""
    world.sql(
        "INSERT INTO memberships (organization_id, id, user_id, role, created_at, updated_at) "
        "SELECT %s, %s, user_id, 'SALES_REP', created_at, updated_at FROM memberships "
        "WHERE user_id = %s",
        world.ada.organization_id,
        world.cy.user_id,
        world.eve.user_id,
    )
    reset = {"userId": world.eve.user_id.hex()}
    world.ada.tether.post("/user/password/reset", reset, 403)
    world.ada.close.delete(f"/membership/memb_{world.cy.user_id.hex()}/", status=200)
    login = {"email": world.eve.email, "password": PASSWORD}
    world.nobody.tether.post("/auth/login", login, 200)
    invite = {"email": world.eve.email, "role_id": "user"}
    world.ada.close.post("/membership/", invite, 403)
    world.eve.tether.put("/user/profile", {"fullName": "Eve"})
    rename = {"_id": world.eve.user_id.hex(), "fullName": "Eve Ekman"}
    world.sql("UPDATE memberships SET role = 'ADMIN' WHERE user_id = %s", world.sue.user_id)
    world.sql("UPDATE memberships SET role = 'SALES_REP' WHERE user_id = %s", world.eve.user_id)
    world.sue.tether.put("/user/profile", rename)
