"""Where one is logged in: listed, ended, and over at last."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.cast import PASSWORD, Api, Person, World


def log_in(world: World, person: Person, device: str = "A phone") -> Any:
    body = {"email": person.email, "password": PASSWORD}
    return world.nobody.tether.post("/auth/login", body, headers={"User-Agent": device})


def api(world: World, session: Any) -> Api:
    return Api(world.client, "/api", f"Bearer {session['token']}")


def refresh(world: World, session: Any, status: int = 200) -> Any:
    body = {"refreshToken": session["refreshToken"]}
    return world.nobody.tether.post("/auth/refresh", body, status)


def test_sessions_are_listed_with_device_network_and_times(world: World):
    log_in(world, world.cy)
    first = log_in(world, world.bo, "A phone")
    world.clock.advance(seconds=60)
    second = log_in(world, world.bo, "x" * 300)
    world.clock.advance(seconds=60)
    refresh(world, first)
    newer, older = api(world, first).get("/user/sessions")
    assert older.pop("_id") != newer["_id"]
    assert older == {
        "device": "A phone",
        "network": older["network"],
        "createdAt": "2026-05-17T09:30:00.000Z",
        "lastUsedAt": "2026-05-17T09:32:00.000Z",
        "expiresAt": "2026-06-16T09:30:00.000Z",
        "isCurrent": True,
    }
    assert (newer["device"], newer["isCurrent"]) == ("x" * 200, False)
    assert [each["isCurrent"] for each in api(world, second).get("/user/sessions")] == [True, False]


def test_one_session_is_ended_by_its_owner_alone(world: World):
    lost, kept = log_in(world, world.bo), log_in(world, world.bo)
    path = f"/user/sessions/{api(world, kept).get('/user/sessions')[1]['_id']}"
    for other in (world.ada, world.cy, world.eve):
        other.tether.delete(path, status=404)
    api(world, kept).delete(path, status=200)
    api(world, kept).delete(path, status=404)
    api(world, lost).get("/user/profile", 401)
    refresh(world, lost, 401)
    api(world, kept).get("/user/profile")


def test_all_other_sessions_are_ended_at_once(world: World):
    lost, kept, of_cy = log_in(world, world.bo), log_in(world, world.bo), log_in(world, world.cy)
    api(world, kept).delete("/user/sessions", status=200)
    refresh(world, lost, 401)
    api(world, lost).get("/user/profile", 401)
    refresh(world, kept)
    refresh(world, of_cy)


def test_an_admin_ends_the_sessions_of_whom_they_govern(world: World):
    session = log_in(world, world.bo)
    person = {"userId": world.bo.user_id.hex()}
    world.eve.tether.post("/user/sessions/end", person, 404)
    world.dora.tether.post("/user/sessions/end", person, 403)
    world.ada.tether.post("/user/sessions/end", person, 200)
    refresh(world, session, 401)
    world.eve.tether.post("/user/sessions/end", {"userId": world.sue.user_id.hex()}, 403)


def test_no_session_slides_for_ever(world: World):
    session = log_in(world, world.bo)
    for _ in range(3):
        world.clock.advance(seconds=9 * 86400)
        session = refresh(world, session)
    world.clock.advance(seconds=3 * 86400 - 1)
    session = refresh(world, session)
    api(world, session).get("/user/profile")
    world.clock.advance(seconds=1)
    api(world, session).get("/user/profile", 401)
    refresh(world, session, 401)


def test_what_is_remembered_of_a_session_ends_with_it_and_of_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    authentication = world.services.authentication
    patient = msgspec.structs.replace(world.services.settings, credential_cache_s=60.0)
    monkeypatch.setattr(authentication, "_settings", patient)
    first, other = log_in(world, world.bo), log_in(world, world.cy)
    api(world, first).get("/user/profile")
    api(world, other).get("/user/profile")
    remembered = len(authentication._cache)
    world.nobody.tether.post("/auth/logout", {"refreshToken": "junk"}, 200)
    assert len(authentication._cache) == remembered
    refresh(world, first)
    refresh(world, first, 401)
    api(world, first).get("/user/profile", 401)
    assert len(authentication._cache) == remembered - 1
    authentication.forget_all()


def test_a_session_speaks_the_close_dialect_too(world: World):
    session = log_in(world, world.bo)
    close = Api(world.client, "/api/v1", f"Bearer {session['token']}")
    assert close.get("/me/")["email"] == world.bo.email
    world.nobody.tether.post("/auth/logout", {"refreshToken": session["refreshToken"]}, 200)
    assert close.get("/me/", 401) == world.nobody.close.get("/me/", 401)
    for wrong in ("a.b.c", "..", session["token"] + "x"):
        Api(world.client, "/api/v1", f"Bearer {wrong}").get("/me/", 401)
