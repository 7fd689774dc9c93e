"""OAuth 2: how a person lets an app act for them, and the page on which it happens."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from leadline.dialects.close.oauth_server import authorize as oauth_authorize
from leadline.dialects.close.oauth_server import tokens as oauth_tokens
from leadline.features.sessions.actions import check_password
from leadline.features.users.actions import create_membership
from leadline.kernel.rights import Role
from tests.cast import PASSWORD, World
from tests.close.making import id_of
from tests.conftest import TEST_SETTINGS
from tests.oauth_apps import (
    BROWSER_PATH,
    CALLBACK,
    CHALLENGE,
    OTHER_CALLBACK,
    VERIFIER,
    as_bearer,
    code_of,
    csrf_of,
    open_page,
    register,
    send_form,
    sent_to,
    submit,
    tokens_of,
    works,
)

# The way that apps go.


def test_an_app_acts_for_the_person_who_allowed_it(world: World):
    app = register(world)
    page = open_page(world, app, state="a b&c=d/é", scope="all.full_access offline_access")
    assert page.status_code == 200, page.text
    learnt = sent_to(submit(world, page, world.bo))
    assert set(learnt) == {"code", "state"}
    assert learnt["state"] == "a b&c=d/é"
    tokens = app.exchange(learnt["code"])
    assert tokens == {
        "access_token": tokens["access_token"],
        "expires_in": TEST_SETTINGS.access_token_s,
        "organization_id": f"orga_{world.bo.org}",
        "refresh_token": tokens["refresh_token"],
        "scope": "all.full_access offline_access",
        "token_type": "Bearer",
        "user_id": f"user_{world.bo.user_id.hex()}",
    }
    bo = as_bearer(world, tokens["access_token"])
    assert bo.get("/me/") == world.bo.close.get("/me/")
    lead = bo.post("/lead/", {"name": "Of the app"}, 200)
    assert lead["created_by"] == f"user_{world.bo.user_id.hex()}"
    bo.post("/outcome/", {"name": "Not for reps"}, 403)
    ada = as_bearer(world, tokens_of(world, app, world.ada)["access_token"])
    ada.post("/outcome/", {"name": "For admins"}, 201)


def test_close_clients_find_everything_without_the_last_slash_too(world: World):
    app = register(world)
    page = world.client.get(
        "/oauth2/authorize", params={"client_id": app.id, "response_type": "code"}
    )
    code = sent_to(submit(world, page, world.bo))["code"]
    form = {**app.credentials, "grant_type": "authorization_code", "code": code}
    tokens = world.client.post("/oauth2/token", data=form).json()
    assert works(world, tokens["access_token"])
    form = {**app.credentials, "token": tokens["refresh_token"]}
    assert world.client.post("/oauth2/revoke", data=form).status_code == 200
    assert not works(world, tokens["access_token"])


def test_the_page_says_who_asks_for_what_and_nothing_can_be_put_into_it(world: World):
    app = register(world)
    page = open_page(world, app)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for text in ("Dial &amp; Smile &lt;b&gt;", "North", "app.example.com", "while you are away"):
        assert text in page.text
    assert "<script" not in page.text
    assert "while you are away" not in open_page(world, app, scope="all.full_access").text
    policy = page.headers["content-security-policy"]
    style = re.search("<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "form-action 'self' https://app.example.com; base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    again = submit(world, page, world.bo, email='"><script>', password="wrong")
    assert again.status_code == 401
    assert "<script" not in again.text


def test_denying_needs_no_password(world: World):
    page = open_page(world, register(world), state="x")
    denied = submit(world, page, world.bo, decision="deny", email="", password="")
    assert sent_to(denied) == {"error": "access_denied", "state": "x"}
    assert world.sql("SELECT count(*) FROM oauth_grants WHERE user_id = %s", world.bo.user_id) == [
        (0,)
    ]


def test_a_refresh_token_is_good_once_and_brings_the_next(world: World):
    app = register(world)
    first = tokens_of(world, app, world.bo)
    second = app.refresh(first["refresh_token"])
    assert set(second) == set(first)
    assert len({*first.values(), *second.values()}) == len(first) + 2
    assert works(world, second["access_token"])
    third = app.refresh(second["refresh_token"])
    assert app.refresh(second["refresh_token"], 400)["error"] == "invalid_grant"
    # Somebody has a copy: everything ends.
    assert app.refresh(third["refresh_token"], 400)["error"] == "invalid_grant"
    assert [works(world, each["access_token"]) for each in (first, second, third)] == [False] * 3


def test_scopes(world: World):
    app = register(world)
    for asked, granted in (
        (None, "all.full_access offline_access"),
        ("", "all.full_access offline_access"),
        ("offline_access", "all.full_access offline_access"),
        ("all.full_access", "all.full_access"),
    ):
        tokens = tokens_of(world, app, world.bo, scope=asked)
        assert tokens["scope"] == granted
        assert ("refresh_token" in tokens) is ("offline_access" in granted)


def test_pkce(world: World):
    app = register(world)
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = code_of(world, app, world.bo, **asked)
    for wrong in ({}, {"code_verifier": "w" * 43}, {"code_verifier": CHALLENGE}):
        assert app.exchange(code, 400, **wrong)["error"] == "invalid_grant"
    assert app.exchange(code, 400, code_verifier="short")["error"] == "invalid_request"
    assert works(world, app.exchange(code, code_verifier=VERIFIER)["access_token"])
    # One for which no challenge was sent: somebody has taken it away.
    code = code_of(world, app, world.bo)
    assert app.exchange(code, 400, code_verifier=VERIFIER)["error"] == "invalid_grant"


def test_an_app_proves_itself_by_basic_too(world: World):
    app = register(world)
    code = code_of(world, app, world.bo)
    form = {"grant_type": "authorization_code", "code": code, "client_id": app.id}
    answer = world.client.post("/oauth2/token/", data=form, auth=(app.id, app.secret))
    assert answer.status_code == 200
    both = world.client.post(
        "/oauth2/token/", data={**form, "client_secret": app.secret}, auth=(app.id, app.secret)
    )
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    other = world.client.post(
        "/oauth2/token/", data={**form, "client_id": "x"}, auth=(app.id, app.secret)
    )
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")


# Where people are sent.


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": f"oa2client_{'0' * 24}"},
        {"client_id": "oa2client_x"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example.com/"},
        {"redirect_uri": "https://app.example.com/callback"},
        {"redirect_uri": f"{CALLBACK}&more=1"},
        {"redirect_uri": f"{CALLBACK}#"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": "https://app.example.com@evil.example.com/callback?from=leadline"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//evil.example.com"},
    ],
)
def test_unregistered_redirect_addresses_are_refused(world: World, wrong: dict[str, str | None]):
    app = register(world)
    good = open_page(world, app)
    page = open_page(world, app, state="x", **wrong)
    assert page.status_code == 400
    assert "location" not in page.headers
    assert "<form" not in page.text
    assert "form-action 'none'" in page.headers["content-security-policy"]
    # Nor by a form that was shown for another address.
    form = {"csrf": csrf_of(good), "email": world.bo.email, "password": PASSWORD}
    for decision in ("allow", "deny"):
        answer = send_form(world, page, {**form, "decision": decision})
        assert answer.status_code == 400
        assert "location" not in answer.headers


def test_fields_that_are_there_twice_send_nobody_anywhere(world: World):
    app = register(world)
    asked = urlencode({"client_id": app.id, "response_type": "code", "redirect_uri": CALLBACK})
    for twice in ("redirect_uri=https://evil.example.com", "client_id=x", "state=1&state=2"):
        page = world.client.get(f"{BROWSER_PATH}?{asked}&{twice}", follow_redirects=False)
        assert page.status_code == 400


def test_without_an_address_the_only_one_is_meant(world: World):
    code = code_of(world, register(world), world.bo, redirect_uri=None)
    assert code.startswith("oac_")
    several = register(world, CALLBACK, OTHER_CALLBACK)
    assert open_page(world, several, redirect_uri=None).status_code == 400
    page = open_page(world, several, redirect_uri=OTHER_CALLBACK)
    answer = submit(world, page, world.bo)
    assert answer.headers["location"].startswith(f"{OTHER_CALLBACK}?code=oac_")
    code = answer.headers["location"].partition("code=")[2]
    refused = several.exchange(code, 400, redirect_uri=CALLBACK)
    assert refused["error"] == "invalid_grant"
    assert works(world, several.exchange(code, redirect_uri=OTHER_CALLBACK)["access_token"])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "all.full_access leads.read"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_other_mistakes_are_reported_to_the_app(
    world: World, wrong: dict[str, str | None], error: str
):
    app = register(world)
    learnt = sent_to(open_page(world, app, state="x\r\ny", **wrong))
    assert (learnt["error"], learnt["state"]) == (error, "x\r\ny")
    assert "code" not in learnt


# The form.


def test_only_the_page_itself_can_send_its_form(world: World):
    app = register(world)
    page = open_page(world, app)
    cookie = page.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/oauth2/authorize"):
        assert part in cookie
    form = {"email": world.bo.email, "password": PASSWORD, "decision": "allow"}
    csrf = csrf_of(page)
    foreign = {"sec-fetch-site": "cross-site"}
    answers = [
        send_form(world, page, form),
        send_form(world, page, {**form, "csrf": "x" * 43}),
        send_form(world, page, {**form, "csrf": csrf}, headers=foreign),
    ]
    world.client.cookies.clear()
    answers.append(send_form(world, page, {**form, "csrf": csrf}))
    assert [answer.status_code for answer in answers] == [403] * 4
    assert not [answer for answer in answers if "location" in answer.headers]


def test_the_form_is_good_in_two_windows(world: World):
    app = register(world)
    first, second = open_page(world, app), open_page(world, app)
    for page in (first, second):
        assert "code" in sent_to(submit(world, page, world.bo))


def test_the_cookie_is_for_https_where_that_is_spoken(world: World):
    app = register(world)
    asked = {"client_id": app.id, "response_type": "code"}
    page = world.client.get(f"https://testserver{BROWSER_PATH}", params=asked)
    assert "Secure" in page.headers["set-cookie"]


def test_consent_needs_a_valid_login(world: World):
    app = register(world)
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.cy.user_id)
    page = open_page(world, app)
    refused = [
        submit(world, page, world.bo, password="wrong"),
        submit(world, page, world.bo, email="nobody@nowhere.example"),
        submit(world, page, world.cy),
        submit(world, page, world.eve),  # of another organization than the app
    ]
    assert [answer.status_code for answer in refused] == [401] * 4
    shown = {re.sub('value="[^"]*"', "", answer.text) for answer in refused}
    assert len(shown) == 1
    assert "Invalid email or password" in shown.pop()


def test_guessing_passwords_is_slowed_down_as_for_logins(world: World):
    page = open_page(world, register(world))
    for _ in range(TEST_SETTINGS.login_free_failures):
        assert submit(world, page, world.bo, password="guess").status_code == 401
    answer = submit(world, page, world.bo)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    world.clock.advance(seconds=2)
    assert "code" in sent_to(submit(world, page, world.bo))


def test_a_person_in_two_organizations_acts_in_the_one_of_the_app(world: World):
    async def join() -> None:
        scope = await world.services.authentication.scope_of_key(world.eve.api_key)
        async with world.services.database.writing(scope) as unit:
            await create_membership(unit, world.bo.user_id, Role.SALES_REP)

    world.call(join)
    tokens = tokens_of(world, register(world, by="eve"), world.bo)
    assert tokens["organization_id"] == f"orga_{world.eve.org}"
    me = as_bearer(world, tokens["access_token"]).get("/me/")
    assert [each["name"] for each in me["organizations"]] == ["South"]
    assert me["id"] == f"user_{world.bo.user_id.hex()}"


def test_an_app_that_is_removed_while_somebody_allows_it_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    app = register(world)
    page = open_page(world, app)

    async def remove_first(*arguments: Any, **more: Any) -> Any:
        login = await check_password(*arguments, **more)
        async with world.services.database.connection() as connection:
            await connection.execute("DELETE FROM oauth_apps WHERE id = %s", (id_of(app.id),))
        return login

    monkeypatch.setattr(oauth_authorize, "check_password", remove_first)
    answer = submit(world, page, world.bo)
    assert answer.status_code == 409
    assert "location" not in answer.headers


def test_a_server_that_fails_says_so_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch):
    async def fail(*arguments: Any) -> Any:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(oauth_tokens, "find_by_code", fail)
    app = register(world)
    answer = world.client.post(
        "/oauth2/token/",
        data={**app.credentials, "grant_type": "authorization_code", "code": "x"},
    )
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "server_error",
        "error_description": "Internal server error",
    }
