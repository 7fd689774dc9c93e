"""The audit trail: logins, keys, people and settings; complete, bounded, and without a secret."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import structlog

from leadline.cli import main
from leadline.reporting.audit import AuditEntry, audit
from leadline.store.housekeeping import SIGN_INS_KEPT, delete_expired
from tests.cast import PASSWORD, Api, Person, World
from tests.conftest import ADDRESS


def trail(world: World, person: Person, limit: int = 100) -> list[AuditEntry]:
    """What the organization of that person would see, newest first."""

    async def read() -> list[AuditEntry]:
        scope = await world.services.authentication.scope_of_key(person.api_key)
        async with world.services.database.reading(scope) as unit:
            return await audit(unit, limit)

    found: list[AuditEntry] = world.call(read)
    return found


def log_in(world: World, email: str, password: str = PASSWORD, status: int = 200) -> Any:
    body = {"email": email, "password": password}
    return world.nobody.tether.post("/auth/login", body, status)


def test_logins_that_succeed_and_that_fail_are_kept(world: World):
    log_in(world, world.bo.email, "a wrong guess", 401)
    session = log_in(world, world.bo.email.upper())
    world.nobody.tether.post("/auth/logout", {"refreshToken": session["refreshToken"]})
    ended, succeeded, failed, *_ = trail(world, world.ada)
    assert [entry.what for entry in (failed, succeeded, ended)] == [
        "login failed",
        "login",
        "logout",
    ]
    assert failed.subject == succeeded.subject == world.bo.email
    assert failed.client == ADDRESS
    assert failed.at == world.clock.now()
    assert [entry for entry in trail(world, world.eve) if "log" in entry.what] == []


def test_a_refresh_token_that_comes_twice_is_an_alarm(world: World):
    token = log_in(world, world.bo.email)["refreshToken"]
    world.nobody.tether.post("/auth/refresh", {"refreshToken": token}, 200)
    world.nobody.tether.post("/auth/refresh", {"refreshToken": token}, 401)
    assert trail(world, world.ada)[0].what == "refresh token used twice, session ended"
    whose = world.sql(
        "SELECT user_id FROM sign_ins WHERE action = 'reused' ORDER BY id DESC LIMIT 1"
    )
    assert whose == [(world.bo.user_id,)]


def test_new_keys_and_changed_people_and_settings_are_in_it(world: World):
    world.bo.session.post("/user/api-key/regenerate", status=200)
    profile = {"_id": world.cy.user_id.hex(), "fullName": "Cyrus Chen"}
    world.ada.tether.put("/user/profile", profile)
    stages = f"/organizations/{world.ada.org}/outreach-close-stages"
    world.ada.tether.put(stages, {"stages": ["Closed Won", "Closed Lost"]})

    settings, person, made, revoked, *_ = trail(world, world.ada)
    assert (settings.what, settings.actor) == ("organization updated", world.ada.email)
    assert settings.subject == "North"
    assert settings.changes == {"close_stages": (["Closed Won"], ["Closed Won", "Closed Lost"])}
    assert (person.what, person.actor, person.subject) == (
        "user updated",
        world.ada.email,
        world.cy.email,
    )
    assert person.changes == {"first_name": ("Cy", "Cyrus")}
    assert (made.what, revoked.what) == ("api key created", "api key updated")
    assert made.actor == made.subject == world.bo.email
    assert list(revoked.changes) == ["revoked_at"]
    assert all(entry.request_id for entry in (settings, person, made, revoked))


def test_it_begins_with_the_organization_and_who_was_put_into_it(world: World):
    entries = trail(world, world.ada)
    kinds = {entry.what for entry in entries}
    assert {"organization created", "membership created", "user created"} <= kinds
    assert {entry.subject for entry in entries if entry.what == "membership created"} == {
        person.email for person in (world.ada, world.dora, world.bo, world.cy)
    }


def test_it_holds_no_secret(world: World):
    session = log_in(world, world.bo.email)
    log_in(world, world.bo.email, "a wrong guess", 401)
    # A password in the field for the address is no address, and so it is not kept.
    log_in(world, "hunter2 hunter2", "x", 401)
    api = Api(world.client, "/api", f"Bearer {session['token']}")
    key = api.post("/user/api-key/regenerate", status=200)["data"]["apiKey"]
    shown = msgspec.json.encode(trail(world, world.ada)).decode()
    kept = "".join(row[0] for row in world.sql("SELECT to_jsonb(t)::text FROM sign_ins t"))
    for secret in (PASSWORD, "wrong guess", "hunter2", key, session["token"], "argon2"):
        assert secret not in shown
        assert secret not in kept
    assert session["refreshToken"] not in shown + kept
    assert world.bo.email in shown
    assert world.bo.email in kept


def test_what_is_old_and_what_is_too_much_is_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("leadline.store.housekeeping.UNKNOWN_SIGN_INS_KEPT", 3)
    world.sql("DELETE FROM sign_ins")
    for number in range(6):
        log_in(world, f"stranger{number}@example.com", "x", 401)
    log_in(world, world.bo.email)

    async def clean() -> None:
        async with world.services.database.connection() as connection:
            await delete_expired(connection, world.clock.now())

    world.call(clean)
    kept = world.sql("SELECT email FROM sign_ins ORDER BY id")
    strangers = [(f"stranger{number}@example.com",) for number in (3, 4, 5)]
    assert kept == [*strangers, (world.bo.email,)]
    world.clock.instant += SIGN_INS_KEPT + timedelta(seconds=1)
    world.call(clean)
    assert world.sql("SELECT count(*) FROM sign_ins") == [(0,)]


def test_refused_tries_do_not_fill_it(world: World):
    """Who is slowed down is not noted again, so guessing at one address stays a few lines."""
    for status in (*[401] * 5, *[429] * 20):
        log_in(world, world.bo.email, "a wrong guess", status)
    failed = [entry for entry in trail(world, world.ada) if entry.what == "login failed"]
    assert len(failed) == 5


def test_the_command_line_shows_it(
    world: World,
    app_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("LEADLINE_DATABASE_URL", app_url)

    def run(*arguments: str) -> str:
        capsys.readouterr()  # what the server has logged
        with pytest.raises(SystemExit) as ended:
            main(["audit", *arguments])
        said = capsys.readouterr()
        structlog.reset_defaults()
        assert ended.value.code == 0, said.err
        return said.out

    log_in(world, world.bo.email, "a wrong guess", 401)
    log_in(world, "nobody@nowhere.example", "x", 401)
    first, *_ = json.loads(run("--organization", world.ada.org, "--json", "--limit", "3"))
    assert first == {
        "at": "2026-05-17T09:30:00Z",
        "what": "login failed",
        "actor": world.bo.email,
        "subject": world.bo.email,
        "client": ADDRESS,
        "request_id": None,
        "changes": {},
    }
    heading, line, *_ = run("--organization", world.ada.org).splitlines()
    assert heading.split()[:3] == ["at", "(UTC)", "what"]
    assert "login failed" in line
    assert "nobody@nowhere.example" in run().splitlines()[1]
    assert "nobody@nowhere.example" not in run("--organization", world.ada.org)


def test_it_is_read_from_its_index(world: World):
    plan = world.sql(
        "EXPLAIN SELECT id FROM events WHERE organization_id = '\\x00' AND noun IN "
        "('api_key', 'membership', 'organization', 'role', 'send_as', 'user') "
        "ORDER BY id DESC LIMIT 100"
    )
    assert "events_audited" in str(plan)
