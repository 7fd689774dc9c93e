"""Logging in, staying logged in, logging out, and what happens to those who guess."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import psycopg
import pytest

from leadline.features.sessions.actions import log_in as log_in_somewhere
from leadline.kernel.errors import TooManyRequestsError, UnauthenticatedError
from tests.cast import PASSWORD, Api, Person, World

REFUSED = {"error": "Invalid email or password", "code": "INVALID_CREDENTIALS"}
EXPIRED = {"error": "Invalid or expired token", "code": "TOKEN_EXPIRED"}


def log_in(world: World, email: str, password: str = PASSWORD, status: int = 200) -> Any:
    body = {"email": email, "password": password}
    return world.nobody.tether.post("/auth/login", body, status)


def refresh(world: World, token: str, status: int = 200) -> Any:
    return world.nobody.tether.post("/auth/refresh", {"refreshToken": token}, status)


def verify(world: World, token: str, status: int = 200) -> Any:
    return Api(world.client, "/api", f"Bearer {token}").get("/auth/verify-token", status)


def deactivate(world: World, person: Person) -> None:
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", person.user_id)


def test_a_login_answers_with_a_whole_session(world: World):
    session = log_in(world, world.ada.email)
    assert verify(world, session.pop("token")) == {"message": "Token is good"}
    assert session.pop("refreshToken").startswith("rt_")
    assert session == {
        "sessionConfig": {
            "enabled": True,
            "idleTimeoutMinutes": 30,
            "tokenExpiryHours": 8,
            "warningTimeMinutes": 2,
            "idleTrackingEnabled": True,
            "ssoSilentRenewalEnabled": False,
            "ssoFallbackBehavior": "redirect",
            "passwordSilentRenewalEnabled": True,
            "passwordFallbackBehavior": "logout",
        },
        "user": {
            "id": world.ada.user_id.hex(),
            "email": world.ada.email,
            "fullName": "",
            "organizationId": world.ada.org,
            "accessRole": "ADMIN",
            "conversationOpenPreference": "split",
            "mustChangePassword": True,
        },
    }


def test_the_address_is_taken_in_any_spelling(world: World):
    assert log_in(world, f" {world.bo.email.upper()} ")["user"]["fullName"] == "Bo Berg"


def test_a_refusal_does_not_tell_why(world: World):
    deactivate(world, world.cy)
    for email, password in (
        (world.ada.email, "wrong"),
        (world.ada.email, ""),
        (world.cy.email, PASSWORD),
        ("nobody@north.example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ):
        response = world.nobody.tether.send(
            "POST", "/auth/login", {"email": email, "password": password}
        )
        assert (response.status_code, response.json()) == (401, REFUSED), email


def test_wrong_bodies_name_every_field(world: World):
    answer = world.nobody.tether.post("/auth/login", {"email": 5}, 400)
    assert {entry["field"] for entry in answer["errors"]} == {"email", "password"}
    assert answer["code"] == "BAD_REQUEST"
    answer = world.nobody.tether.post("/auth/refresh", {}, 400)
    assert [entry["field"] for entry in answer["errors"]] == ["refreshToken"]
    long = {"email": "a" * 400, "password": "b" * 2000}
    assert len(world.nobody.tether.post("/auth/login", long, 400)["errors"]) == 2


def test_a_user_of_two_organizations_lands_in_the_oldest_active_one(world: World):
    world.sql(
        "INSERT INTO memberships (organization_id, id, user_id, role, is_active, created_at, "
        "updated_at) SELECT %s, %s, user_id, 'ADMIN', true, created_at + interval '1 day', "
        "updated_at FROM memberships WHERE user_id = %s",
        world.eve.organization_id,
        bytes(12),
        world.bo.user_id,
    )
    assert log_in(world, world.bo.email)["user"]["organizationId"] == world.bo.org
    world.sql(
        "UPDATE memberships SET is_active = false WHERE user_id = %s AND organization_id = %s",
        world.bo.user_id,
        world.bo.organization_id,
    )
    user = log_in(world, world.bo.email)["user"]
    assert (user["organizationId"], user["accessRole"]) == (world.eve.org, "ADMIN")


# Guessing.


@pytest.mark.parametrize("known", [True, False])
def test_failed_logins_are_slowed_down_more_and_more(world: World, known: bool):
    email = world.ada.email if known else "nobody.at.all@north.example.com"
    for _ in range(world.services.settings.login_free_failures):
        log_in(world, email, "wrong", 401)
    for pause in (1, 2, 4, 8):
        refused = world.nobody.tether.send(
            "POST", "/auth/login", {"email": email, "password": PASSWORD}
        )
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == str(pause)
        assert refused.json()["code"] == "TOO_MANY_REQUESTS"
        world.clock.advance(seconds=pause - 0.5)
        log_in(world, email.upper(), PASSWORD, 429)
        world.clock.advance(seconds=0.5)
        log_in(world, email, "wrong", 401)


def test_the_pause_has_an_end(world: World):
    longest = world.services.settings.login_max_delay_s
    for _ in range(world.services.settings.login_free_failures):
        log_in(world, world.ada.email, "wrong", 401)
    world.sql("UPDATE login_failures SET failure_count = 1000000 WHERE failure_count = 5")
    world.clock.advance(seconds=longest - 1)
    log_in(world, world.ada.email, PASSWORD, 429)
    world.clock.advance(seconds=1)
    log_in(world, world.ada.email, PASSWORD)


def test_a_success_clears_the_count(world: World):
    for _ in range(3):
        for _ in range(world.services.settings.login_free_failures - 1):
            log_in(world, world.ada.email, "wrong", 401)
        log_in(world, world.ada.email)


def test_guesses_against_one_address_do_not_slow_another_down(world: World):
    for _ in range(world.services.settings.login_free_failures):
        log_in(world, world.ada.email, "wrong", 401)
    log_in(world, world.ada.email, PASSWORD, 429)
    log_in(world, world.bo.email)


def test_guesses_at_the_same_time_do_not_slip_through(world: World):
    def guess(number: int) -> int:
        body = {"email": world.ada.email, "password": f"guess {number}"}
        status: int = world.nobody.tether.send("POST", "/auth/login", body).status_code
        return status

    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(pool.map(guess, range(20)))
    free = world.services.settings.login_free_failures
    assert statuses == {401: free, 429: 20 - free}


# Staying logged in.


def waiting_for_locks(world: World) -> int:
    """How many of this database's connections wait for another one to finish."""
    ((count,),) = world.sql(
        "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted "
        "AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
    )
    found: int = count
    return found


def test_a_refresh_brings_a_new_pair(world: World):
    first = log_in(world, world.ada.email)
    second = refresh(world, first["refreshToken"])
    assert second["refreshToken"] != first["refreshToken"]
    assert second["token"] != first["token"]
    assert (second["user"], second["sessionConfig"]) == (first["user"], first["sessionConfig"])
    third = refresh(world, second["refreshToken"])
    for session in (first, second, third):
        verify(world, session["token"])


def test_an_access_token_expires_and_a_refresh_helps(world: World):
    session = log_in(world, world.ada.email)
    world.clock.advance(seconds=world.services.settings.access_token_s - 1)
    verify(world, session["token"])
    world.clock.advance(seconds=1)
    assert verify(world, session["token"], 401) == EXPIRED
    verify(world, refresh(world, session["refreshToken"])["token"])


def test_using_a_refresh_token_twice_ends_the_whole_session(world: World):
    other = log_in(world, world.ada.email)
    first = log_in(world, world.ada.email)
    second = refresh(world, first["refreshToken"])
    third = refresh(world, second["refreshToken"])
    assert refresh(world, first["refreshToken"], 401) == EXPIRED
    assert refresh(world, third["refreshToken"], 401) == EXPIRED
    for session in (first, second, third):
        verify(world, session["token"], 401)
    verify(world, refresh(world, other["refreshToken"])["token"])


def test_of_refreshes_at_the_same_time_one_wins_and_the_session_ends(
    world: World, database_url: str
):
    session = log_in(world, world.ada.email)
    body = {"refreshToken": session["refreshToken"]}

    def send(_: int) -> Any:
        return world.nobody.tether.send("POST", "/auth/refresh", body)

    with ThreadPoolExecutor(4) as pool, psycopg.connect(database_url) as holder:
        # Whoever wants to change the session has to wait until all of them have come so far.
        holder.execute("SELECT 1 FROM refresh_tokens FOR UPDATE")
        running = [pool.submit(send, number) for number in range(4)]
        while waiting_for_locks(world) < 4 and not all(one.done() for one in running):
            pass
        holder.rollback()
        responses = [one.result() for one in running]
    won = [response.json() for response in responses if response.status_code == 200]
    assert len(won) == 1
    assert all(response.status_code in (200, 401) for response in responses)
    refresh(world, won[0]["refreshToken"], 401)
    verify(world, won[0]["token"], 401)


def test_a_refresh_token_expires(world: World):
    session = log_in(world, world.ada.email)
    world.clock.advance(seconds=world.services.settings.refresh_token_s)
    assert refresh(world, session["refreshToken"], 401) == EXPIRED


@pytest.mark.parametrize("token", ["", "rt_unknown", "é" * 20])
def test_an_unknown_refresh_token_is_refused(world: World, token: str):
    assert refresh(world, token, 401) == EXPIRED


def test_a_deactivated_member_is_out(world: World):
    session = log_in(world, world.bo.email)
    deactivate(world, world.bo)
    verify(world, session["token"], 401)
    verify(world, world.bo.api_key, 401)
    refresh(world, session["refreshToken"], 401)


def test_logging_out_ends_the_session_and_no_other(world: World, monkeypatch: pytest.MonkeyPatch):
    patient = msgspec.structs.replace(world.services.settings, credential_cache_s=60.0)
    monkeypatch.setattr(world.services.authentication, "_settings", patient)
    other = log_in(world, world.ada.email)
    first = log_in(world, world.ada.email)
    second = refresh(world, first["refreshToken"])
    verify(world, second["token"])
    out = world.nobody.tether.post("/auth/logout", {"refreshToken": second["refreshToken"]}, 200)
    assert out == {"message": "Logged out"}
    refresh(world, second["refreshToken"], 401)
    verify(world, first["token"], 401)
    verify(world, second["token"], 401)
    verify(world, other["token"])
    world.nobody.tether.post("/auth/logout", {"refreshToken": second["refreshToken"]}, 200)


# The probe.


def test_the_probe_takes_sessions_and_keys(world: World):
    assert world.bo.session.get("/auth/verify-token") == {"message": "Token is good"}
    assert world.bo.tether.get("/auth/verify-token") == {"message": "Token is good"}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Bearer x", "Basic eDo="])
def test_the_probe_says_the_same_of_everything_else(world: World, header: str | None):
    assert Api(world.client, "/api", header).get("/auth/verify-token", 401) == EXPIRED


# Guesses from elsewhere. Each call comes from an address of its own.


def log_in_from(world: World, network: str, email: str, password: str = "wrong") -> int:
    async def send() -> int:
        services = world.services
        try:
            await log_in_somewhere(
                services.database,
                services.settings,
                services.passwords,
                email=email,
                password=password,
                client=network,
            )
        except UnauthenticatedError:
            return 401
        except TooManyRequestsError as error:
            waits.append(error.retry_after_s)
            return 429
        return 200

    found: int = world.call(send)
    return found


waits: list[float] = []


def test_a_stranger_keeps_nobody_out(world: World):
    """Neither where they have logged in before, nor elsewhere for longer than half a minute."""
    assert log_in_from(world, "192.0.2.1", world.bo.email, PASSWORD) == 200
    for number in range(200):
        log_in_from(world, f"198.51.100.{number}", world.bo.email)
        world.clock.advance(seconds=1)
    assert log_in_from(world, "192.0.2.1", world.bo.email, PASSWORD) == 200
    for number in range(200):
        log_in_from(world, f"198.51.100.{number}", world.bo.email)
    waits.clear()
    assert log_in_from(world, "203.0.113.9", world.bo.email, PASSWORD) == 429
    assert waits[0] <= 30
    world.clock.advance(seconds=30)
    assert log_in_from(world, "203.0.113.9", world.bo.email, PASSWORD) == 200


def test_waiting_is_not_failing(world: World):
    for number in range(100):
        log_in_from(world, f"198.51.100.{number}", world.bo.email)
    for _ in range(20):
        assert log_in_from(world, "203.0.113.9", world.bo.email, PASSWORD) == 429
    world.clock.advance(seconds=30)
    assert log_in_from(world, "203.0.113.9", world.bo.email, PASSWORD) == 200


def test_one_password_for_everybody_is_bounded_by_the_network(world: World):
    statuses = Counter(
        log_in_from(world, f"2001:db8::{number:x}", f"somebody{number}@north.example.com")
        for number in range(150)
    )
    free = world.services.settings.login_free_failures * 20
    assert statuses == {401: free, 429: 150 - free}
    assert log_in_from(world, "203.0.113.9", world.bo.email, PASSWORD) == 200
