"""What an attacker would try, each as a test: guessing, forging, injecting, borrowing a browser.

Bad input is in tests/test_bad_input.py, bad credentials in tests/test_security.py, slow clients in
tests/test_slow_clients.py, texts that would harm whoever shows or reads them in
tests/test_hostile_texts.py, and ids of others in tests/test_foreign_ids.py.
"""

from __future__ import annotations

import base64
import csv
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog

from leadline.cli.csv_files import write_rows
from leadline.platform.logs import configure_logs
from leadline.platform.passwords import Passwords
from leadline.wire.operation import Operation
from tests.asgi import ask, key_of
from tests.cast import Api, World
from tests.conftest import TEST_SETTINGS
from tests.forging import Forge, signed, status
from tests.samples import every, sample_call, things_of

# Guessing.


class Watched:
    """What a login does: its statements, and the hashes that it works through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[Any] = []
        self.hashes: list[str] = []
        execute, fits = psycopg.AsyncCursor.execute, Passwords._matches

        async def noted(cursor: Any, query: Any, *arguments: Any, **more: Any) -> Any:
            self.statements.append(query)
            return await execute(cursor, query, *arguments, **more)

        def verified(passwords: Passwords, password_hash: str, password: str) -> bool:
            self.hashes.append(password_hash)
            return fits(passwords, password_hash, password)

        monkeypatch.setattr(psycopg.AsyncCursor, "execute", noted)
        monkeypatch.setattr(Passwords, "_matches", verified)

    def login(self, world: World, email: str) -> tuple[list[Any], int, Any]:
        """The statements, how many hashes of the usual cost, and the answer."""
        self.statements.clear()
        self.hashes.clear()
        body = {"email": email, "password": "a wrong guess"}
        answer = world.nobody.tether.post("/auth/login", body, 401)
        costs = {each.rpartition("$")[0].rpartition("$")[0] for each in self.hashes}
        assert costs == {"$argon2id$v=19$m=8,t=1,p=1"}
        return list(self.statements), len(self.hashes), answer


def test_a_failed_login_takes_the_same_road_whether_the_user_exists_or_not(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    world.sql("UPDATE users SET password_hash = NULL WHERE id = %s", world.cy.user_id)
    world.sql(
        "UPDATE memberships SET is_active = false WHERE organization_id = %s AND user_id = %s",
        world.dora.organization_id,
        world.dora.user_id,
    )
    watched = Watched(monkeypatch)
    known = watched.login(world, world.bo.email)
    assert known[1] == 1
    assert len(known[0]) >= 3
    assert watched.login(world, "nobody@nowhere.example") == known
    assert watched.login(world, world.cy.email) == known, "without a password"
    assert watched.login(world, world.dora.email) == known, "deactivated"
    assert watched.login(world, "no address at all") == known


def test_a_wrong_key_takes_the_same_road_whether_it_once_worked_or_not(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """A key is looked up by its hash, so nothing compares secrets letter by letter."""
    old = world.bo.api_key
    world.bo.session.post("/user/api-key/regenerate", status=200)
    watched = Watched(monkeypatch)
    roads = []
    for key in (old, old[:-1] + "x", "api_" + "0" * 22 + "." + "0" * 22):
        watched.statements.clear()
        answer = Api(world.client, "/api", f"Bearer {key}").get("/user/profile", 401)
        roads.append((list(watched.statements), answer))
    assert roads[0] == roads[1] == roads[2]
    assert len(roads[0][0]) == 1


# Forging tokens, beyond tests/test_security.py.


def test_headers_that_say_where_the_key_is_are_not_believed(world: World):
    forge = Forge(world)
    own = b"k" * 32
    for header in (
        {"kid": "../../dev/null"},
        {"kid": "' UNION SELECT 'k"},
        {"jku": "http://127.0.0.1/keys"},
        {"x5u": "http://127.0.0.1/keys"},
        {"x5c": ["AAAA"]},
        {"jwk": {"kty": "oct", "k": "a2s"}},
        {"cty": "JWT"},
        {"zip": "DEF"},
    ):
        for key in (own, b"", b"\x00"):
            assert status(world, signed({**forge.HEADER, **header}, forge.claims, key)) == 401


@pytest.mark.parametrize(
    "expires", [True, 0, -1, 1.5e18, "9999999999", None, [9999999999], 10**400 * -1]
)
def test_an_odd_expiry_is_none(world: World, expires: Any):
    forge = Forge(world)
    assert status(world, signed(forge.HEADER, {**forge.claims, "exp": expires}, forge.key)) == 401


def test_a_token_in_another_form_is_none(world: World):
    forge = Forge(world)
    head, claims, signature = forge.token.split(".")
    for token in (
        f"{head}.{claims}.{signature}.",
        f".{head}.{claims}.{signature}",
        f"{head}..{signature}",
        f"{head}.{claims}.{signature}==",
        f"{head}=.{claims}.{signature}",
        f"{head}. {claims}.{signature}",
        f"{head}.e30.{head}.{claims}.{signature}",
        "..",
        f'{{"protected":"{head}","payload":"{claims}","signature":"{signature}"}}',
    ):
        assert status(world, token) in (400, 401), token


def test_a_role_is_not_read_from_the_token(world: World):
    forge = Forge(world)
    claims = {**forge.claims, "role": "SUPERADMIN", "accessRole": "ADMIN", "own_rights": ["*"]}
    api = Api(world.client, "/api", f"Bearer {signed(forge.HEADER, claims, forge.key)}")
    assert api.get("/user/profile")["user"]["accessRole"] == "SALES_REP"
    api.get(f"/organizations/{world.bo.org}/outreach-close-stages", 403)


# Borrowing a browser.


def test_a_page_of_another_site_cannot_write_with_the_key_that_a_browser_remembers(world: World):
    """Browsers send Basic credentials along by themselves, and a Blob without a media type too."""
    pair = base64.b64encode(f"{world.ada.api_key}:".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Sec-Fetch-Site": "cross-site"}
    body = b'{"name": "planted"}'
    refused = world.client.post("/api/v1/outcome/", content=body, headers=headers)
    assert refused.status_code == 403
    headers["Sec-Fetch-Site"] = "same-origin"
    assert world.client.post("/api/v1/outcome/", content=body, headers=headers).status_code == 201
    names = [outcome["name"] for outcome in world.ada.close.get("/outcome/")["data"]]
    assert names == ["planted"]
    # A script has to be told the key to send it as Bearer, so it is nobody's browser alone.
    headers = {"Authorization": f"Bearer {world.ada.api_key}", "Sec-Fetch-Site": "cross-site"}
    assert world.client.post("/api/v1/outcome/", content=body, headers=headers).status_code == 201


def test_no_other_site_is_let_in_and_no_cookie_is_set(world: World):
    for path in ("/api/v1/outcome/", "/api/user/profile", "/docs", "/healthz"):
        for method in ("GET", "OPTIONS"):
            headers = {
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "POST",
                "Authorization": f"Bearer {world.ada.api_key}",
            }
            answer = world.client.request(method, path, headers=headers)
            found = [name for name in answer.headers if name.startswith("access-control-")]
            assert found == []
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/docs",
        "///evil.example/%2e%2e",
        "/docs//",
        "/docs/..",
        "/docs/%2f%2fevil.example",
        "/docs?next=https://evil.example",
        "/\\evil.example",
        "/healthz/",
        "/openapi/close.json/",
        "/docs/%0d%0aLocation:%20https://evil.example",
        "/api//evil.example//",
    ],
)
def test_nothing_sends_anybody_elsewhere(world: World, path: str):
    headers = [(b"host", b"evil.example"), (b"x-forwarded-host", b"evil.example")]
    answer = world.call(ask, world.client.app, "GET", path, headers)
    assert not 300 <= answer.status_code < 400
    assert "location" not in answer.headers
    assert "https://evil.example" not in answer.text or "json" in answer.headers["content-type"]


# Injecting.


@pytest.mark.parametrize(("dialect", "operation"), every(lambda found: "{" in found.path))
def test_what_is_asked_for_makes_no_header(world: World, dialect: str, operation: Operation):
    call = sample_call(dialect, operation, things_of(world))
    poison = "x\r\nset-cookie: a=b"
    *_, last = [part for part in call.path.split("/") if part]
    for path in (call.path.replace(last, poison), f"{call.path}?_fields={poison}&a\r\nb=c"):
        headers = [key_of(world.ada), (b"idempotency-key", poison.encode())]
        answer = world.call(ask, world.client.app, operation.method, path, headers, b"{}")
        assert answer.status_code < 500
        assert "set-cookie" not in answer.headers
        assert not [value for value in answer.headers.values() if "\n" in value or "\r" in value]


def test_a_spreadsheet_runs_nothing_of_a_written_file(tmp_path: Path):
    formulas = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("http://e")', "\n=1"]
    formulas += [" =1", "＝1", "＋1", "－1", "＠x"]
    fine = ["plain", "1+1", "a=b", 'quo"te', "two\nlines", "", -1, 2.5, None]
    write_rows(tmp_path / "out.csv", ("a",), [(each,) for each in [*formulas, *fine]])
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        _, *rows = [row[0] for row in csv.reader(file)]
    assert rows[: len(formulas)] == [f"'{each}" for each in formulas]
    assert rows[len(formulas) :] == [
        *("plain", "1+1", "a=b", 'quo"te', "two\nlines", "", "-1", "2.5", ""),
    ]


def test_a_line_of_the_log_is_one_line(capsys: pytest.CaptureFixture[str]):
    for as_json in (False, True):
        configure_logs(type(TEST_SETTINGS)(log_json=as_json))
        structlog.get_logger().info("request", path="/x\n2026-05-17 [info] forged\r\x1b[2Jend")
        (line,) = capsys.readouterr().err.splitlines()
        assert "forged" in line
        assert "\x1b[2J" not in line
    structlog.reset_defaults()
