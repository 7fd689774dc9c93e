"""OAuth apps: registering them, their secrets, and their entries in the audit trail."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog

from leadline.cli import main
from leadline.platform.logs import hide_secrets
from leadline.reporting.audit import AuditEntry, audit
from tests.cast import World
from tests.oauth_apps import (
    CALLBACK,
    OTHER_CALLBACK,
    App,
    as_bearer,
    code_of,
    register,
    tokens_of,
    works,
)


def test_the_documented_way_to_register_an_app(world: World):
    body = {"name": " Dialer ", "redirect_uris": [CALLBACK, CALLBACK, OTHER_CALLBACK]}
    response = world.ada.close.send("POST", "/oauth_app/", body)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/oauth_app/{made['id']}/"
    secret = made.pop("client_secret")
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        "client_secret_hint": f"…{secret[-4:]}",
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "id": made["id"],
        "name": "Dialer",
        "organization_id": f"orga_{world.ada.org}",
        "redirect_uris": [CALLBACK, OTHER_CALLBACK],
        "updated_by": me,
    }
    path = f"/oauth_app/{made['id']}/"
    assert world.ada.close.get(path) == made
    assert world.ada.close.put(path, made) == made
    assert made in world.ada.close.get("/oauth_app/")["data"]
    changed = world.ada.close.put(path, {"redirect_uris": [OTHER_CALLBACK]})
    assert changed["redirect_uris"] == [OTHER_CALLBACK]
    assert world.sql("SELECT count(*) FROM events WHERE after::text LIKE %s", f"%{secret}%") == [
        (0,)
    ]


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.com/",
        "https://app.example.com/#here",
        "https://ada:secret@app.example.com/",
        "https:///nowhere",
        "app.example.com",
        "javascript:alert(1)",
        "https://app.example.com/ x",
        " https://app.example.com/",
        "https://app.example.com/é",
        "https://app.example.com;script-src%20*/",
        "https://*.example.com/",
        f"https://app.example.com/{'x' * 2000}",
        "",
    ],
)
def test_redirect_addresses_must_be_safe(world: World, uri: str):
    body = {"name": "x", "redirect_uris": [CALLBACK, uri]}
    answer = world.ada.close.post("/oauth_app/", body, 400)
    assert set(answer["field-errors"]) == {"redirect_uris"}
    assert set(answer["field-errors"]["redirect_uris"]["errors"]) == {"1"}


def test_an_app_has_a_name_and_an_address(world: World):
    answer = world.ada.close.post("/oauth_app/", {"name": " ", "redirect_uris": []}, 400)
    assert set(answer["field-errors"]) == {"name", "redirect_uris"}
    many = [f"https://app.example.com/{place}" for place in range(21)]
    answer = world.ada.close.post("/oauth_app/", {"name": "x", "redirect_uris": many}, 400)
    assert set(answer["field-errors"]) == {"redirect_uris"}


def trail(world: World, limit: int) -> list[AuditEntry]:
    """The last entries of north's trail, newest first."""

    async def read() -> list[AuditEntry]:
        scope = await world.services.authentication.scope_of_key(world.ada.api_key)
        async with world.services.database.reading(scope) as unit:
            return await audit(unit, limit)

    found: list[AuditEntry] = world.call(read)
    return found


def test_the_audit_trail_has_apps_and_consents(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    app.revoke(tokens["access_token"])

    bo = world.bo.email
    found = [(each.what, each.actor, each.subject) for each in trail(world, 5)]
    assert found == [
        ("oauth grant deleted", bo, bo),
        ("oauth grant updated", bo, bo),
        ("oauth grant created", bo, bo),
        ("login", bo, bo),
        ("oauth app created", world.ada.email, "Dial & Smile <b>"),
    ]


def test_the_trail_tells_what_an_app_has_changed_for_whom(world: World):
    app = register(world)
    ada = as_bearer(world, tokens_of(world, app, world.ada)["access_token"])
    ada.post("/role/", {"name": "Closer", "permissions": ["export"]}, 201)
    world.ada.close.post("/role/", {"name": "Opener", "permissions": ["export"]}, 201)
    by_hand, by_app = trail(world, 2)
    assert (by_hand.subject, by_hand.actor, by_hand.client) == ("Opener", world.ada.email, None)
    assert (by_app.subject, by_app.actor) == ("Closer", world.ada.email)
    assert by_app.client == "Dial & Smile <b>"
    world.ada.close.delete(f"/oauth_app/{app.id}/", status=204)
    assert trail(world, 3)[2].client == "an app since removed"


def test_secrets_are_kept_as_hashes_and_in_no_log(world: World):
    app = register(world)
    code = code_of(world, app, world.bo)
    tokens = app.exchange(code)
    for secret in (app.secret, code, tokens["access_token"], tokens["refresh_token"]):
        assert hide_secrets(f"what is {secret}?") == f"what is {secret[:4]}***?"
    for table in ("oauth_apps", "oauth_grants", "oauth_tokens", "events"):
        kept = str(world.sql(f"SELECT t::text FROM {table} t"))
        for secret in (app.secret, code, tokens["access_token"], tokens["refresh_token"]):
            assert secret not in kept


def test_the_command_line_registers_and_removes_apps(
    world: World, app_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LEADLINE_DATABASE_URL", app_url)

    def run(command: str, *arguments: str, status: int = 0) -> Any:
        capsys.readouterr()  # what the server has logged
        with pytest.raises(SystemExit) as ended:
            main(["oauth-app", command, "--organization", world.ada.org, *arguments, "--json"])
        said = capsys.readouterr()
        structlog.reset_defaults()
        assert ended.value.code == status, said.err
        return json.loads(said.out)

    made = run("create", "--name", "Dialer", "--redirect-uri", CALLBACK)
    app = App(world.client, made["client_id"], made["client_secret"])
    tokens = tokens_of(world, app, world.bo)
    (listed,) = run("list")
    assert (listed["client_id"], listed["redirect_uris"]) == (app.id, [CALLBACK])
    assert "client_secret" not in listed
    app.secret = run("rotate-secret", "--client", app.id)["client_secret"]
    tokens = app.refresh(tokens["refresh_token"])
    run("delete", "--client", app.id)
    assert not works(world, tokens["access_token"])
    assert run("list") == []
    assert "not found" in run("delete", "--client", app.id, status=2)["error"]
    assert "no client id" in run("delete", "--client", "x", status=2)["error"]
    wrong = run("create", "--name", "x", "--redirect-uri", "http://a.example.com", status=2)
    assert "redirect_uris.0" in wrong["error"]
