"""Passwords: changed, reset, judged, and never the same again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadline.platform.passwords import Passwords
from tests.cast import PASSWORD, Api, World

NEW = "seven unusual badgers in a teapot"


def log_in(world: World, email: str, password: str, status: int = 200) -> Any:
    body = {"email": email, "password": password}
    return world.nobody.tether.post("/auth/login", body, status)


def change(api: Api, new: str, status: int = 200, **more: Any) -> Any:
    body = {"oldPassword": PASSWORD, "newPassword": new, **more}
    return api.put("/user/password", body, status)


def test_a_changed_password_ends_the_old_one_and_all_other_sessions(world: World):
    other = log_in(world, world.bo.email, PASSWORD)
    mine = world.bo.session
    change(mine, NEW)
    mine.get("/user/profile")
    Api(world.client, "/api", f"Bearer {other['token']}").get("/user/profile", 401)
    refresh = {"refreshToken": other["refreshToken"]}
    world.nobody.tether.post("/auth/refresh", refresh, 401)
    log_in(world, world.bo.email, PASSWORD, 401)
    user = log_in(world, world.bo.email, NEW)["user"]
    assert user["mustChangePassword"] is False
    world.bo.tether.get("/user/profile")


def test_keys_end_with_the_password_if_asked(world: World):
    change(world.bo.session, NEW, revokeKeys=True)
    world.bo.tether.get("/user/profile", 401)
    world.cy.tether.get("/user/profile")


def test_the_old_password_is_asked_for(world: World):
    refused = world.bo.session.put(
        "/user/password", {"oldPassword": "wrong", "newPassword": NEW}, 403
    )
    assert refused["message"] == "The password is wrong."
    log_in(world, world.bo.email, PASSWORD)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12"),
        ("123456789012", "easy to guess"),
        ("Password1234", "easy to guess"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "easy to guess"),
    ],
)
def test_weak_passwords_are_refused(world: World, password: str, words: str):
    (entry,) = change(world.bo.session, password, 400)["errors"]
    assert entry["field"] == "newPassword"
    assert words in entry["message"]
    log_in(world, world.bo.email, PASSWORD)


def test_what_everybody_knows_of_a_person_is_no_password(world: World):
    change(world.bo.session, world.bo.email.upper(), 400)


def test_a_reset_is_a_link_that_works_once_and_for_a_day(world: World):
    person = {"userId": world.bo.user_id.hex()}
    session = log_in(world, world.bo.email, PASSWORD)
    expired = world.ada.tether.post("/user/password/reset", person, 200)["token"]
    world.clock.advance(seconds=86400)
    choice = {"token": expired, "password": NEW}
    world.nobody.tether.post("/auth/accept", choice, 404)
    first = world.ada.tether.post("/user/password/reset", person, 200)["token"]
    second = world.ada.tether.post("/user/password/reset", person, 200)["token"]
    world.nobody.tether.post("/auth/accept", {**choice, "token": first}, 404)
    log_in(world, world.bo.email, PASSWORD)
    world.nobody.tether.post("/auth/accept", {**choice, "token": second, "password": "x"}, 400)
    world.nobody.tether.post("/auth/accept", {**choice, "token": second}, 200)
    world.nobody.tether.post("/auth/accept", {**choice, "token": second}, 404)
    log_in(world, world.bo.email, PASSWORD, 401)
    log_in(world, world.bo.email, NEW)
    refresh = {"refreshToken": session["refreshToken"]}
    world.nobody.tether.post("/auth/refresh", refresh, 401)


def test_nobody_resets_their_own_or_that_of_a_super_admin(world: World):
    world.ada.tether.post("/user/password/reset", {"userId": world.ada.user_id.hex()}, 400)
    world.eve.tether.post("/user/password/reset", {"userId": world.sue.user_id.hex()}, 403)
    world.dora.tether.post("/user/password/reset", {"userId": world.bo.user_id.hex()}, 403)


def test_a_removed_member_uses_no_link(world: World):
    person = {"userId": world.bo.user_id.hex()}
    token = world.ada.tether.post("/user/password/reset", person, 200)["token"]
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.bo.user_id)
    choice = {"token": token, "password": NEW}
    world.nobody.tether.post("/auth/accept", choice, 404)


def test_two_people_with_one_address_are_told_apart_by_their_passwords(world: World):
    world.sql("UPDATE users SET email = %s WHERE id = %s", world.eve.email, world.bo.user_id)
    hashed = world.services.passwords.hash_now(NEW)
    world.sql("UPDATE users SET password_hash = %s WHERE id = %s", hashed, world.bo.user_id)
    assert log_in(world, world.eve.email, NEW)["user"]["organizationId"] == world.bo.org
    assert log_in(world, world.eve.email, PASSWORD)["user"]["organizationId"] == world.eve.org
    log_in(world, world.eve.email, "neither of the two", 401)


def test_who_has_one_password_in_two_organizations_says_which(world: World):
    world.sql("UPDATE users SET email = %s WHERE id = %s", world.eve.email, world.bo.user_id)
    body = {"email": world.eve.email, "password": PASSWORD}
    for organization in (world.bo.org, world.eve.org):
        wanted = {**body, "organizationId": organization}
        user = world.nobody.tether.post("/auth/login", wanted, 200)["user"]
        assert user["organizationId"] == organization
    for unknown in ("0" * 24, "north", ""):
        world.nobody.tether.post("/auth/login", {**body, "organizationId": unknown}, 401)


def test_a_hash_of_other_costs_is_renewed_at_login(world: World):
    costly = msgspec.structs.replace(world.services.settings, argon2_passes=2)
    hashed = Passwords(costly).hash_now(PASSWORD)
    world.sql("UPDATE users SET password_hash = %s WHERE id = %s", hashed, world.bo.user_id)
    log_in(world, world.bo.email, PASSWORD)
    ((renewed,),) = world.sql("SELECT password_hash FROM users WHERE id = %s", world.bo.user_id)
    assert "t=1" in renewed
    log_in(world, world.bo.email, PASSWORD)


def test_no_log_has_a_password(world: World, capsys: pytest.CaptureFixture[str]):
    change(world.bo.session, NEW)
    person = {"userId": world.cy.user_id.hex()}
    token = world.ada.tether.post("/user/password/reset", person, 200)["token"]
    world.nobody.tether.post("/auth/accept", {"token": token, "password": NEW}, 200)
    said = capsys.readouterr()
    for secret in (NEW, PASSWORD, token):
        assert secret not in said.out + said.err
    kept = world.sql("SELECT coalesce(before::text, '') || coalesce(after::text, '') FROM events")
    assert not any(secret in text for (text,) in kept for secret in (NEW, PASSWORD, token))
    assert not any("argon2" in text for (text,) in kept)
