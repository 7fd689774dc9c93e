"""OAuth codes and tokens: when they expire, are revoked or refused, and clients that are wrong."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from leadline.app import make_app
from leadline.platform.authentication import secret_hash
from leadline.store.housekeeping import OAUTH_KEPT, delete_expired
from tests.asgi import ask
from tests.cast import Api, World
from tests.conftest import TEST_SETTINGS
from tests.oauth_apps import (
    BROWSER_PATH,
    App,
    code_of,
    open_page,
    register,
    submit,
    tokens_of,
    works,
)

# Codes and tokens that are not good.


def test_using_a_code_twice_ends_what_it_gave(world: World):
    app = register(world)
    code = code_of(world, app, world.bo)
    tokens = app.exchange(code)
    assert works(world, tokens["access_token"])
    assert app.exchange(code, 400)["error"] == "invalid_grant"
    assert not works(world, tokens["access_token"])
    assert app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"


def test_codes_are_good_for_ten_minutes(world: World):
    app = register(world)
    code, late = code_of(world, app, world.bo), code_of(world, app, world.bo)
    world.clock.advance(minutes=9, seconds=59)
    app.exchange(code)
    world.clock.advance(seconds=1)
    assert app.exchange(late, 400)["error"] == "invalid_grant"


def test_tokens_expire(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    world.clock.advance(seconds=TEST_SETTINGS.access_token_s - 1)
    assert works(world, tokens["access_token"])
    world.clock.advance(seconds=1)
    assert not works(world, tokens["access_token"])
    tokens = app.refresh(tokens["refresh_token"])
    assert works(world, tokens["access_token"])
    world.clock.advance(seconds=TEST_SETTINGS.refresh_token_s)
    assert app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"


def test_another_client_can_do_nothing_with_them(world: World):
    app, other = register(world), register(world)
    code = code_of(world, app, world.bo)
    assert other.exchange(code, 400)["error"] == "invalid_grant"
    tokens = app.exchange(code)
    assert other.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    for token in (tokens["refresh_token"], tokens["access_token"]):
        assert other.revoke(token, 400).json()["error"] == "invalid_grant"
    assert works(world, tokens["access_token"])
    app.refresh(tokens["refresh_token"])


def test_tokens_codes_and_keys_cannot_stand_for_each_other(world: World):
    app = register(world)
    code = code_of(world, app, world.bo)
    tokens = app.exchange(code)
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    for secret in (code, refresh, app.secret, access[:-1], access.lower(), f"{access}x"):
        assert not works(world, secret)
    for secret in (code, access, app.secret, "x"):
        assert app.refresh(secret, 400)["error"] == "invalid_grant"
    for secret in (access, refresh, app.secret, "x"):
        assert app.exchange(secret, 400)["error"] == "invalid_grant"
    basic = base64.b64encode(f"{access}:".encode()).decode()
    assert Api(world.client, "/api/v1", f"Basic {basic}").get("/me/", 401)
    # A token is for the Close dialect, and no key for the other one.
    assert Api(world.client, "/api", f"Bearer {access}").get("/user/profile", 401)
    assert works(world, access)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_a_token_ends_the_grant(world: World, kind: str):
    app = register(world)
    tokens, others = tokens_of(world, app, world.bo), tokens_of(world, app, world.bo)
    answer = app.revoke(tokens[kind])
    assert answer.content == b""
    assert not works(world, tokens["access_token"])
    assert app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    app.revoke(tokens[kind])
    app.revoke("never heard of")
    assert works(world, others["access_token"])


def test_people_who_leave_take_their_consent_with_them(world: World):
    app = register(world)
    tokens, code = tokens_of(world, app, world.bo), code_of(world, app, world.bo)
    me = next(
        each["membership_id"] if "membership_id" in each else each["id"]
        for each in world.bo.close.get("/me/")["memberships"]
    )
    world.ada.close.delete(f"/membership/{me}/")
    assert not works(world, tokens["access_token"])
    assert app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    assert app.exchange(code, 400)["error"] == "invalid_grant"
    world.sql("UPDATE memberships SET is_active = true WHERE user_id = %s", world.bo.user_id)
    assert not works(world, tokens["access_token"])


def test_deactivated_people_are_out_at_once(world: World):
    app = register(world)
    tokens, code = tokens_of(world, app, world.bo), code_of(world, app, world.bo)
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.bo.user_id)
    assert not works(world, tokens["access_token"])
    assert app.refresh(tokens["refresh_token"], 400)["error"] == "invalid_grant"
    assert app.exchange(code, 400)["error"] == "invalid_grant"


def test_removing_an_app_ends_its_tokens(world: World):
    app, other = register(world), register(world)
    tokens, code = tokens_of(world, app, world.bo), code_of(world, app, world.bo)
    page = open_page(world, app)
    others = tokens_of(world, other, world.bo)
    world.ada.close.delete(f"/oauth_app/{app.id}/", status=204)
    assert not works(world, tokens["access_token"])
    assert app.refresh(tokens["refresh_token"], 401)["error"] == "invalid_client"
    assert app.exchange(code, 401)["error"] == "invalid_client"
    assert open_page(world, app).status_code == 400
    assert submit(world, page, world.bo).status_code == 400
    assert works(world, others["access_token"])


def test_cached_credentials_end_with_the_grant(world: World):
    """As on a real server, where a process remembers whose token it was."""
    known = world.services.authentication
    app = register(world)
    before = known._settings
    known._settings = msgspec.structs.replace(before, credential_cache_s=3600)
    try:
        first, second = tokens_of(world, app, world.bo), tokens_of(world, app, world.bo)
        assert works(world, first["access_token"])
        assert works(world, second["access_token"])
        app.revoke(first["access_token"])
        assert not works(world, first["access_token"])
        assert works(world, second["access_token"])
        world.ada.close.delete(f"/oauth_app/{app.id}/", status=204)
        assert not works(world, second["access_token"])
    finally:
        known._settings = before
        known.forget_all()


def test_expired_codes_and_tokens_are_deleted_and_nothing_else(world: World):
    app = register(world)
    tokens_of(world, app, world.bo)
    lasting = tokens_of(world, app, world.bo)

    def clear() -> list[int]:
        async def run() -> None:
            async with world.services.database.connection() as connection:
                await delete_expired(connection, world.clock.now())

        world.call(run)
        mine = "WHERE organization_id = %s"
        return [
            world.sql(f"SELECT count(*) FROM {table} {mine}", world.bo.organization_id)[0][0]
            for table in ("oauth_grants", "oauth_tokens")
        ]

    assert clear() == [2, 4]
    world.clock.advance(seconds=TEST_SETTINGS.refresh_token_s - 1)
    lasting = app.refresh(lasting["refresh_token"])
    world.clock.instant += OAUTH_KEPT + timedelta(seconds=2)
    assert clear() == [1, 2]
    assert app.refresh(lasting["refresh_token"])["access_token"]


# Who may speak for an app.


def test_an_app_with_a_wrong_secret_is_refused_and_slowed_down(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    wrong = App(world.client, app.id, f"oas_{secrets.token_hex(22)}")
    for _ in range(TEST_SETTINGS.login_free_failures):
        assert wrong.refresh(tokens["refresh_token"], 401)["error"] == "invalid_client"
    assert wrong.refresh(tokens["refresh_token"], 429)["error"] == "temporarily_unavailable"
    # During the wait the right one has to wait, too; another app has not.
    assert app.refresh(tokens["refresh_token"], 429)
    tokens_of(world, register(world), world.bo)
    world.clock.advance(seconds=2)
    assert app.refresh(tokens["refresh_token"])


def test_secrets_are_compared_in_constant_time(world: World, monkeypatch: pytest.MonkeyPatch):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    compared: list[tuple[Any, Any]] = []

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return bool(compare_digest(one, other))

    compare_digest = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    wrong = App(world.client, app.id, f"oas_{secrets.token_hex(22)}")
    wrong.refresh(tokens["refresh_token"], 401)
    app.refresh(tokens["refresh_token"])
    kept = secret_hash(app.secret)
    assert [one for one, other in compared if other == kept] == [secret_hash(wrong.secret), kept]


def test_unknown_clients_are_refused(world: World):
    for form, headers in (
        ({}, {}),
        ({"client_id": "x"}, {}),
        ({"client_id": f"oa2client_{'0' * 24}", "client_secret": "y"}, {}),
        ({}, {"authorization": "Basic %%%"}),
        ({}, {"authorization": "Bearer x"}),
    ):
        for path in ("/oauth2/token/", "/oauth2/revoke/"):
            answer = world.client.post(
                path, data={"grant_type": "refresh_token", **form}, headers=headers
            )
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
            assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_new_secret_replaces_the_old_one_and_ends_no_token(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    made = world.ada.close.post(f"/oauth_app/{app.id}/rotate_secret/", status=200)
    assert made["client_secret"].endswith(made["client_secret_hint"].removeprefix("…"))
    assert app.refresh(tokens["refresh_token"], 401)["error"] == "invalid_client"
    assert works(world, tokens["access_token"])
    again = App(world.client, app.id, made["client_secret"])
    assert works(world, again.refresh(tokens["refresh_token"])["access_token"])


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "password", "username": "x"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x\x00"}, "invalid_request"),
    ],
)
def test_a_token_request_that_makes_no_sense_says_so(
    world: World, form: dict[str, str], error: str
):
    refused = register(world).token(400, **form)
    assert refused["error"] == error
    assert refused["error_description"]


def test_only_forms_of_a_bearable_size_are_read(world: World):
    app = register(world)
    answer = world.client.post("/oauth2/token/", json=app.credentials)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    large = world.client.post("/oauth2/token/", data={"code": "x" * 20_000})
    assert large.status_code == 413
    many = world.client.post("/oauth2/token/", data={f"f{i}": "x" for i in range(60)})
    assert many.status_code == 400
    answer = world.client.get("/oauth2/token/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_requests_from_one_address_are_limited(world: World):
    few = msgspec.structs.replace(TEST_SETTINGS, anonymous_rate_limit=2, rate_window_s=3600)
    services = replace(world.services, settings=few)
    client = TestClient(make_app(services))
    statuses = [client.get(BROWSER_PATH).status_code for _ in range(3)]
    assert client.post("/oauth2/token/").status_code == 429
    assert statuses[2] == 429


@pytest.mark.parametrize(
    "value", [b"Basic \xe9:", b"Basic \xff", b"Basic ////", b"Bearer oat_\xff"]
)
def test_headers_that_are_no_text_are_refused(world: World, value: bytes):
    headers = [
        (b"authorization", value),
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]
    asked = (("POST", "/oauth2/token/"), ("POST", "/oauth2/revoke/"), ("GET", "/api/v1/me/"))
    for method, path in asked:
        answer = world.call(ask, world.client.app, method, path, headers, b"token=x")
        assert answer.status_code == 401


# Many at a time.


def together(count: int, send: Callable[[], Any]) -> list[Any]:
    """The answers to the same request, sent by so many at once."""
    with ThreadPoolExecutor(count) as pool:
        return [each.result() for each in [pool.submit(send) for _ in range(count)]]


def test_of_many_who_use_a_code_at_once_nobody_keeps_tokens(world: World):
    app = register(world)
    form = {
        **app.credentials,
        "grant_type": "authorization_code",
        "code": code_of(world, app, world.bo),
    }
    answers = together(6, lambda: world.client.post("/oauth2/token/", data=form))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]
    (tokens,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert not works(world, tokens["access_token"])


def test_of_many_who_use_a_refresh_token_at_once_nobody_keeps_tokens(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    form = {
        **app.credentials,
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
    }
    answers = together(6, lambda: world.client.post("/oauth2/token/", data=form))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) == 1
    assert not works(world, given[0]["access_token"])
    assert app.refresh(given[0]["refresh_token"], 400)["error"] == "invalid_grant"
