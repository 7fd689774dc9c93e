"""People in the Tether dialect: the list, the profile and the API key."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from tests.cast import PASSWORD, Api, Person, World


def test_the_list_is_a_bare_array_of_the_own_organization(world: World):
    users = world.bo.tether.get("/user/list")
    assert [user["fullName"] for user in users] == ["", "Dora Diaz", "Bo Berg", "Cy Chen"]
    assert users[2] == {
        "_id": world.bo.user_id.hex(),
        "fullName": "Bo Berg",
        "email": world.bo.email,
        "phoneNumber": None,
        "designation": None,
        "sinchPhoneNumber": None,
        "accessRole": "SALES_REP",
        "organizationId": world.bo.org,
        "departmentId": None,
        "loginDisabled": False,
        "pendingEmail": None,
    }
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.cy.user_id)
    assert world.bo.tether.get("/user/list")[3]["loginDisabled"] is True


def test_the_profile_is_ones_own(world: World):
    profile = world.dora.session.get("/user/profile")
    assert profile["persona"] is None
    assert profile["user"]["_id"] == world.dora.user_id.hex()
    assert profile["user"]["accessRole"] == "DEPARTMENT_HEAD"
    assert profile["user"]["mustChangePassword"] is True, "others have seen the first one"


def test_everybody_changes_the_own_profile(world: World):
    changed = world.bo.tether.put(
        "/user/profile",
        {
            "fullName": "  Bo  Anders Berg ",
            "phoneNumber": "(415) 555-0133",
            "designation": " Closer ",
            "accessRole": "ADMIN",
        },
    )
    user = changed["user"]
    assert changed["message"] == "Profile updated"
    assert user["fullName"] == "Bo Anders Berg"
    assert user["phoneNumber"] == "+14155550133"
    assert user["designation"] == "Closer"
    assert user["email"] == world.bo.email
    assert user["accessRole"] == "SALES_REP"
    assert world.bo.tether.get("/user/profile")["user"] == user
    me = world.bo.close.get("/me/")
    assert (me["first_name"], me["last_name"]) == ("Bo Anders", "Berg")


def test_what_is_not_sent_stays_and_null_clears(world: World):
    world.bo.tether.put("/user/profile", {"phoneNumber": "+14155550133", "designation": "Closer"})
    user = world.bo.tether.put("/user/profile", {"fullName": "Bo"})["user"]
    assert (user["fullName"], user["designation"]) == ("Bo", "Closer")
    assert world.bo.close.get("/me/")["first_name"] == "Bo"
    user = world.bo.tether.put("/user/profile", {"phoneNumber": None, "designation": ""})["user"]
    assert (user["phoneNumber"], user["designation"]) == (None, None)
    assert world.bo.tether.put("/user/profile", {})["user"] == user


def test_a_name_that_is_sent_back_keeps_its_parts(world: World):
    world.sql("UPDATE users SET last_name = 'van den Berg' WHERE id = %s", world.bo.user_id)
    world.bo.tether.put("/user/profile", {"fullName": "Bo van den Berg"})
    assert world.bo.close.get("/me/")["last_name"] == "van den Berg"


def test_every_wrong_field_is_named_at_once(world: World):
    body = {"fullName": " ", "email": "x@", "phoneNumber": "12", "designation": "d" * 256}
    answer = world.bo.tether.put("/user/profile", body, 400)
    assert {entry["field"] for entry in answer["errors"]} == set(body)
    answer = world.bo.tether.put("/user/profile", {"fullName": None, "email": 5}, 400)
    assert {entry["field"] for entry in answer["errors"]} == {"fullName", "email"}
    assert world.bo.tether.get("/user/profile")["user"]["fullName"] == "Bo Berg"


def test_another_address_takes_the_password_and_is_nobodys_until_an_admin_confirms_it(
    world: World,
):
    wanted = {"email": f"New.{world.bo.email.upper()}"}
    world.bo.tether.put("/user/profile", wanted, 403)
    world.bo.session.put("/user/profile", {**wanted, "password": "wrong"}, 403)
    changed = world.bo.tether.put("/user/profile", {**wanted, "password": PASSWORD})["user"]
    assert (changed["email"], changed["pendingEmail"]) == (world.bo.email, f"new.{world.bo.email}")
    pending = {user["pendingEmail"] for user in world.cy.tether.get("/user/list")}
    assert pending == {None}
    login = {"email": changed["pendingEmail"], "password": PASSWORD}
    world.nobody.tether.post("/auth/login", login, 401)
    person = {"userId": world.bo.user_id.hex()}
    world.bo.tether.post("/user/email/confirm", person, 403)
    world.eve.tether.post("/user/email/confirm", person, 404)
    confirmed = world.ada.tether.post("/user/email/confirm", person, 200)
    assert confirmed["email"] == changed["pendingEmail"]
    assert world.nobody.tether.post("/auth/login", login, 200)["user"]["id"] == person["userId"]
    world.nobody.tether.post("/auth/login", {**login, "email": world.bo.email}, 401)
    world.ada.tether.post("/user/email/confirm", person, 409)


def test_an_admin_does_not_confirm_their_own_address(world: World):
    body = {"email": "boss@north.example.com", "password": PASSWORD}
    world.ada.tether.put("/user/profile", body)
    world.ada.tether.post("/user/email/confirm", {"userId": world.ada.user_id.hex()}, 400)


def test_wrong_passwords_of_a_stolen_key_are_counted_like_logins(world: World):
    for _ in range(world.services.settings.login_free_failures):
        wrong = {"email": "thief@north.example.com", "password": "a guess"}
        world.bo.tether.put("/user/profile", wrong, 403)
    right = {"email": "thief@north.example.com", "password": PASSWORD}
    world.bo.tether.put("/user/profile", right, 429)


def test_who_has_an_address_elsewhere_is_told_to_nobody(world: World):
    body = {"email": world.eve.email, "password": PASSWORD}
    world.bo.tether.put("/user/profile", body)
    world.ada.tether.post("/user/email/confirm", {"userId": world.bo.user_id.hex()}, 200)
    assert world.eve.tether.get("/user/profile")["user"]["email"] == world.eve.email


def test_a_manager_changes_nobody_who_may_more(world: World):
    made = world.ada.close.post("/role/", {"name": "M", "permissions": ["manage_organization"]})
    memberships = world.ada.close.get(f"/organization/orga_{world.ada.org}/")["memberships"]
    dora = f"user_{world.dora.user_id.hex()}"
    (bo,) = [
        each["id"] for each in memberships if each["user_id"] == f"user_{world.bo.user_id.hex()}"
    ]
    world.ada.close.put(f"/membership/{bo}/", {"role_id": made["id"]})
    taken = {"_id": dora.removeprefix("user_"), "email": "mine@north.example.com"}
    world.bo.tether.put("/user/profile", taken, 403)
    world.ada.tether.put("/user/profile", taken)


def test_an_address_belongs_to_one_user(world: World):
    before = world.bo.tether.get("/user/profile")["user"]
    taken = {"email": world.cy.email.upper(), "password": PASSWORD, "designation": "Closer"}
    answer = world.bo.tether.put("/user/profile", taken, 409)
    assert answer["success"] is False
    assert world.bo.tether.get("/user/profile")["user"] == before


@pytest.mark.parametrize("key", ["_id", "id", "userId"])
def test_an_admin_changes_users_with_a_lower_role(world: World, key: str):
    body = {key: world.bo.user_id.hex(), "fullName": "Robert Berg"}
    changed = world.ada.tether.put("/user/profile", body)
    assert changed["user"]["_id"] == world.bo.user_id.hex()
    assert world.bo.tether.get("/user/profile")["user"]["fullName"] == "Robert Berg"
    assert world.ada.tether.get("/user/profile")["user"]["fullName"] == ""


def change(actor: Person, target: str, status: int) -> Any:
    return actor.tether.put("/user/profile", {"_id": target, "designation": "Changed"}, status)


def test_nobody_changes_users_of_the_same_or_a_higher_role(world: World):
    change(world.eve, world.sue.user_id.hex(), 403)
    change(world.sue, world.eve.user_id.hex(), 200)
    world.sql("UPDATE memberships SET role = 'ADMIN' WHERE user_id = %s", world.dora.user_id)
    change(world.ada, world.dora.user_id.hex(), 403)
    for actor in (world.bo, world.cy):
        change(actor, world.ada.user_id.hex(), 403)
        change(actor, "0" * 24, 403)
    change(world.bo, world.bo.user_id.hex(), 200)
    assert world.ada.tether.get("/user/profile")["user"]["designation"] is None


def test_users_of_other_organizations_do_not_exist(world: World):
    unknown = change(world.ada, "0" * 24, 404)
    assert change(world.ada, world.eve.user_id.hex(), 404) == unknown
    assert change(world.ada, "nonsense", 404) == unknown
    assert change(world.ada, "", 404) == unknown
    assert change(world.sue, world.bo.user_id.hex(), 404) == unknown


def test_who_belongs_to_two_organizations_is_renamed_by_no_admin(world: World):
    world.sql(
        "INSERT INTO memberships (organization_id, id, user_id, role, created_at, updated_at) "
        "SELECT %s, id, user_id, 'ADMIN', created_at, updated_at FROM memberships "
        "WHERE user_id = %s",
        world.eve.organization_id,
        world.bo.user_id,
    )
    target = world.bo.user_id.hex()
    body = {"_id": target, "email": "taken.over@north.example.com"}
    world.ada.tether.put("/user/profile", body, 403)
    change(world.ada, target, 200)
    assert world.bo.tether.put("/user/profile", {"fullName": "Bo B"})["user"]["fullName"] == "Bo B"


def test_a_changed_profile_is_an_event_and_an_unchanged_one_is_none(world: World):
    for _ in range(2):
        body = {"fullName": "Bo Bergman", "designation": "Closer"}
        world.bo.tether.put("/user/profile", body)
    events = world.sql(
        "SELECT noun, before->>'last_name', after->>'last_name', after->>'designation' "
        "FROM events WHERE organization_id = %s AND action = 'updated' ORDER BY noun",
        world.bo.organization_id,
    )
    assert events == [("membership", None, None, "Closer"), ("user", "Berg", "Bergman", None)]


# The API key.


def test_the_key_is_shown_masked(world: World):
    answer = world.bo.tether.get("/user/api-key")
    assert answer == {
        "success": True,
        "data": {
            "apiKey": f"api_…{world.bo.api_key[-4:]}",
            "createdAt": "2026-05-17T09:30:00.000Z",
        },
    }


def test_a_regenerated_key_replaces_the_old_one_at_once(world: World):
    answer = world.bo.tether.post("/user/api-key/regenerate", status=200)
    key = answer["data"].pop("apiKey")
    assert answer == {"success": True, "message": "API key regenerated", "data": {}}
    assert key != world.bo.api_key
    world.bo.tether.get("/user/profile", 401)
    world.bo.close.get("/me/", 401)
    renewed = Api(world.client, "/api", f"Bearer {key}")
    assert renewed.get("/user/profile")["user"]["_id"] == world.bo.user_id.hex()
    assert renewed.get("/user/api-key")["data"]["apiKey"] == f"api_…{key[-4:]}"
    world.cy.tether.get("/user/profile")


def test_an_old_key_is_refused_even_while_it_is_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    patient = msgspec.structs.replace(world.services.settings, credential_cache_s=60.0)
    monkeypatch.setattr(world.services.authentication, "_settings", patient)
    world.bo.tether.get("/user/profile")
    world.bo.session.post("/user/api-key/regenerate", status=200)
    world.bo.tether.get("/user/profile", 401)


def test_of_keys_regenerated_at_the_same_time_one_works(world: World):
    session = world.bo.session

    def regenerate(_: int) -> str:
        answer = session.post("/user/api-key/regenerate", status=200)
        key: str = answer["data"]["apiKey"]
        return key

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(regenerate, range(8)))
    assert len(keys) == 8
    statuses = Counter(
        Api(world.client, "/api", f"Bearer {key}").send("GET", "/user/profile").status_code
        for key in keys
    )
    assert statuses == {200: 1, 401: 7}


def test_repeating_a_regeneration_shows_no_secret(world: World):
    headers = {"Idempotency-Key": "once"}
    session = world.bo.session
    first = session.post("/user/api-key/regenerate", status=200, headers=headers)
    key = first["data"]["apiKey"]
    again = session.send("POST", "/user/api-key/regenerate", headers=headers)
    assert again.status_code == 409
    assert key not in again.text
    # It was not carried out again: the key still works.
    Api(world.client, "/api", f"Bearer {key}").get("/user/profile")


def test_anonymous_callers_get_nothing(world: World):
    for method, path in (
        ("GET", "/user/list"),
        ("GET", "/user/profile"),
        ("PUT", "/user/profile"),
        ("GET", "/user/api-key"),
        ("POST", "/user/api-key/regenerate"),
    ):
        response = world.nobody.tether.send(method, path)
        assert response.status_code == 401
        assert response.json()["success"] is False
