"""Credentials that must not work, in either dialect, and secrets that must not be kept."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from tests.cast import PASSWORD, Api, World
from tests.forging import Forge, signed, status, text


def test_the_forge_itself_makes_good_tokens(world: World):
    forge = Forge(world)
    assert status(world, signed(forge.HEADER, forge.claims, forge.key)) == 200


def test_tokens_with_another_algorithm_or_key_are_refused(world: World):
    forge = Forge(world)
    head, claims, signature = forge.token.split(".")
    none = text(b'{"alg":"none","typ":"JWT"}')
    forged = [
        f"{none}.{claims}.",
        f"{none}.{claims}.{signature}",
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature}x",
        signed({"alg": "None"}, forge.claims, forge.key),
        signed({"alg": "HS512"}, forge.claims, forge.key, "sha512"),
        signed({"alg": "RS256"}, forge.claims, forge.key),
        signed({}, forge.claims, forge.key),
        signed(forge.HEADER, forge.claims, b"x" * 32),
        signed(forge.HEADER, forge.claims, b""),
        signed(
            {**forge.HEADER, "jwk": {"kty": "oct", "k": text(b"x" * 32)}}, forge.claims, b"x" * 32
        ),
    ]
    assert [status(world, token) for token in forged] == [401] * len(forged)


@pytest.mark.parametrize("crit", [1, [1], {"a": 1}, ["b64"], "exp"])
def test_odd_headers_are_refused_and_break_nothing(world: World, crit: Any):
    forge = Forge(world)
    for header in ({**forge.HEADER, "crit": crit}, {**forge.HEADER, "crit": crit, "b64": False}):
        assert status(world, signed(header, forge.claims, forge.key)) == 401
    assert status(world, signed([crit], forge.claims, forge.key)) == 401


@pytest.mark.parametrize("claim", ["iss", "typ", "exp", "sub", "org", "sid"])
def test_tokens_that_lack_a_claim_are_refused(world: World, claim: str):
    forge = Forge(world)
    wrong: list[Any] = [None, "", "refresh", 1, True, [], "0" * 24]
    forged = [signed(forge.HEADER, forge.without(claim), forge.key)]
    forged += [signed(forge.HEADER, {**forge.claims, claim: value}, forge.key) for value in wrong]
    assert [status(world, token) for token in forged] == [401] * len(forged)


def test_a_token_names_a_membership_that_exists(world: World):
    forge = Forge(world)
    elsewhere = {**forge.claims, "org": world.eve.org}
    assert status(world, signed(forge.HEADER, elsewhere, forge.key)) == 401


@pytest.mark.parametrize("claims", [None, 1, [], "text", {}])
def test_claims_that_are_no_claims_are_refused(world: World, claims: Any):
    forge = Forge(world)
    assert status(world, signed(forge.HEADER, claims, forge.key)) == 401


def test_one_kind_of_credential_is_not_another(world: World):
    forge = Forge(world)
    assert status(world, forge.session["refreshToken"]) == 401
    assert status(world, PASSWORD) == 401
    for token in (forge.token, world.bo.api_key):
        world.nobody.tether.post("/auth/refresh", {"refreshToken": token}, 401)
    assert Api(world.client, "/api/v1", basic(f"{forge.token}:")).get("/me/", 401)
    refresh_token = forge.session["refreshToken"]
    assert Api(world.client, "/api/v1", f"Bearer {refresh_token}").get("/me/", 401)
    assert status(world, forge.token) == 200


def basic(value: str) -> str:
    return "Basic " + base64.b64encode(value.encode()).decode()


def test_a_key_works_as_basic_user_name_in_every_way_that_clients_write_it(world: World):
    key = world.bo.api_key
    for header in (
        basic(f"{key}:"),
        basic(key),
        basic(f"{key}:ignored"),
        basic(f"{key}:").replace("Basic", "basic"),
        f"Bearer {key}",
    ):
        assert Api(world.client, "/api/v1", header).get("/me/")["first_name"] == "Bo"


def test_what_is_nearly_a_key_is_none(world: World):
    key = world.bo.api_key
    for wrong in (
        f"{key}x",
        f"{key}.",
        f"{key} {key}",
        f"{key}\x00",
        f"{key}\n",
        key[:-1],
        key.upper(),
        key[4:],
        f" {key}",
        "",
    ):
        for header in (basic(f"{wrong}:"), basic(wrong)):
            answer = Api(world.client, "/api/v1", header).get("/me/", 401)
            assert answer == {"error": "Unauthorized"}
    for header in (
        f"Bearer {key}x",
        f"Bearer {key}.x",
        f"Bearer {key} x",
        f"Basic {key}",
        "Basic !!!",
        "Basic",
        "Basic /w==",
        f"Token {key}",
        key,
        "",
    ):
        assert Api(world.client, "/api/v1", header).get("/me/", 401) == {"error": "Unauthorized"}
    assert status(world, f"{key}x") == 401
    assert status(world, f"{key}.x") == 401


def test_a_revoked_key_is_refused_in_both_dialects(world: World):
    world.bo.session.post("/user/api-key/regenerate", status=200)
    world.bo.close.get("/me/", 401)
    world.bo.tether.get("/user/profile", 401)


TABLES = (
    "api_keys",
    "events",
    "idempotency_keys",
    "jobs",
    "login_failures",
    "login_networks",
    "refresh_tokens",
    "users",
)


def test_no_secret_stands_in_the_database(world: World):
    """Whatever is sent or answered, also under an Idempotency-Key, only hashes stay."""
    headers = {"Idempotency-Key": "secrets"}
    login = {"email": world.bo.email, "password": PASSWORD}
    public = world.nobody.tether
    first = public.post("/auth/login", login, 200, headers=headers)
    second = public.post(
        "/auth/refresh", {"refreshToken": first["refreshToken"]}, 200, headers=headers
    )
    public.post("/auth/login", {**login, "password": "a wrong guess"}, 401, headers=headers)
    session = Api(world.client, "/api", f"Bearer {second['token']}")
    made = session.post("/user/api-key/regenerate", status=200, headers=headers)
    session.put("/user/profile", {"designation": "Closer"}, headers=headers)

    secrets = [PASSWORD, "a wrong guess", world.ada.api_key, made["data"]["apiKey"]]
    secrets += [first["token"], first["refreshToken"], second["token"], second["refreshToken"]]
    for table in TABLES:
        rows = world.sql(f"SELECT to_jsonb(t)::text FROM {table} t")
        kept = "\n".join(row[0] for row in rows)
        found = [s for s in secrets if s in kept or s.encode().hex() in kept]
        assert (table, found) == (table, [])
    # What is searched holds what it should: the hashes, and the answer that is no secret.
    ((keys,),) = world.sql(
        "SELECT count(*) FROM api_keys WHERE key_hash = %s",
        hashlib.sha256(made["data"]["apiKey"].encode()).digest(),
    )
    ((repeats,),) = world.sql(
        "SELECT count(*) FROM idempotency_keys WHERE organization_id = %s AND body IS NOT NULL",
        world.bo.organization_id,
    )
    assert (keys, repeats) == (1, 1)


def test_the_answer_to_a_login_is_never_replayed(world: World):
    headers = {"Idempotency-Key": "login"}
    body = {"email": world.bo.email, "password": PASSWORD}
    first = world.nobody.tether.post("/auth/login", body, 200, headers=headers)
    again = world.nobody.tether.post("/auth/login", body, 200, headers=headers)
    assert first["refreshToken"] != again["refreshToken"]
    body["password"] = "wrong"
    world.nobody.tether.post("/auth/login", body, 401, headers=headers)
