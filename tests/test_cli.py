"""The command line: what it creates works, what it refuses it explains, its JSON can be parsed."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient

from leadline.app import DIALECTS, make_app, make_services
from leadline.cli import main
from leadline.platform.logs import configure_logs, hide_secrets
from leadline.settings import Settings, SettingsError
from tests.conftest import TEST_SETTINGS
from tests.databases import drop_database
from tests.servers import free_port

ADMIN = "ada@example.com"


@dataclass
class Outcome:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON, which must be all that is on standard output."""
        (line,) = self.out.splitlines()
        return json.loads(line)


Cli = Callable[..., Outcome]


@pytest.fixture
def database(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with nothing in it, which commands use."""
    name = f"leadline_cli_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_conninfo(server_url, dbname=name)
        monkeypatch.setenv("LEADLINE_DATABASE_URL", url)
        yield url
        drop_database(connection, name)


@pytest.fixture
def cli(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Cli]:
    """Runs commands. Without the fixture ``database`` there is none that they could reach."""
    if "database" not in request.fixturenames:
        monkeypatch.setenv("LEADLINE_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setenv("LEADLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LEADLINE_PORT", str(free_port()))
    monkeypatch.setenv("LEADLINE_ARGON2_MEMORY_KIB", "8")
    monkeypatch.delenv("LEADLINE_TEST_DATABASE_URL", raising=False)

    def run(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, said.out, said.err)

    yield run
    structlog.reset_defaults()


def create_organization(cli: Cli, *more: str) -> Any:
    made = cli("create-organization", "--name", "North", "--admin-email", ADMIN, "--json", *more)
    assert made.status == 0, made.err
    return made.json


def close_key(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def count(database: str, table: str) -> int:
    with psycopg.connect(database) as connection:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        (found,) = connection.execute(query).fetchall()[0]
    return int(found)


def test_a_new_organization_comes_with_a_key_and_a_login_that_work(cli: Cli, database: str) -> None:
    made = create_organization(cli)
    assert set(made) == {"organization_id", "user_id", "email", "password", "api_key"}
    assert len(bytes.fromhex(made["organization_id"])) == 12
    assert len(bytes.fromhex(made["user_id"])) == 12
    assert made["email"] == ADMIN
    with TestClient(make_app(make_services(TEST_SETTINGS, database))) as client:
        me = client.get("/api/v1/me/", headers=close_key(made["api_key"])).json()
        assert me["email"] == ADMIN
        path = f"/api/organizations/{made['organization_id']}/outreach-close-stages"
        stages = client.get(path, headers={"Authorization": f"Bearer {made['api_key']}"}).json()
        assert stages == {"success": True, "data": ["Closed Won"]}
        login = {"email": ADMIN, "password": made["password"]}
        user = client.post("/api/auth/login", json=login).json()["user"]
        assert user["organizationId"] == made["organization_id"]
        assert user["accessRole"] == "ADMIN"


def test_an_organization_is_created_as_it_was_told(cli: Cli, database: str) -> None:
    places = ["--time-zone", "Europe/Berlin", "--country", "de", "--currency", "eur"]
    password = "  seven badgers, as it is "
    made = create_organization(cli, "--password", password, *places)
    assert made["password"] == password
    with psycopg.connect(database) as connection:
        query = "SELECT name, time_zone, country, currency FROM organizations"
        assert connection.execute(query).fetchall() == [("North", "Europe/Berlin", "DE", "EUR")]


def test_without_json_the_answer_is_for_people(cli: Cli, database: str) -> None:
    made = cli("create-organization", "--name", "North", "--admin-email", ADMIN)
    assert made.status == 0
    assert "shown this once" in made.out
    assert "api_" in made.out


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--time-zone", "berlin", "Did you mean Europe/Berlin?"),
        ("--time-zone", "Europe/Berln", "Did you mean Europe/Berlin?"),
        ("--time-zone", "Nowhere", "There is no time zone 'Nowhere'."),
        ("--country", "UK", "Did you mean GB?"),
        ("--country", "XX", "There is no country 'XX'"),
        ("--currency", "$", "Did you mean USD?"),
        ("--currency", "EURO", "Did you mean EUR?"),
        ("--currency", "E1R", "There is no currency 'E1R'"),
        ("--admin-email", "ada", "is no e-mail address"),
        ("--name", "  ", "--name must not be empty."),
        ("--name", "x" * 201, "up to 200 characters"),
        ("--name", "bro\udcffken", "cannot be printed"),
        ("--password", " ", "--password must not be empty."),
        ("--password", "adaadaadaada", "easy to guess"),
    ],
)
def test_what_cannot_be_used_is_explained_before_the_database_is_asked(
    cli: Cli, option: str, value: str, sentence: str
) -> None:
    given = {"--name": "North", "--admin-email": ADMIN, option: value}
    refused = cli(
        "create-organization", *[part for pair in given.items() for part in pair], "--json"
    )
    assert refused.status == 2
    assert sentence in refused.json["error"]
    assert refused.err == f"leadline: {refused.json['error']}\n"


def test_an_address_is_taken_in_its_organization_alone(cli: Cli, database: str) -> None:
    made = create_organization(cli)
    again = cli("create-organization", "--name", "B", "--admin-email", ADMIN.upper(), "--json")
    assert again.status == 0
    assert again.json["user_id"] != made["user_id"]
    user = ("--email", ADMIN.upper(), "--role", "ADMIN")
    refused = cli("create-user", "--organization", made["organization_id"], *user, "--json")
    assert refused.json == {"error": f"There is already a user with the address {ADMIN}."}
    assert count(database, "users") == 2


def test_a_password_is_set_without_the_old_one(
    cli: Cli, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create_organization(cli)
    whose = ("--organization", made["organization_id"], "--email", ADMIN)
    monkeypatch.setattr("sys.stdin", io.StringIO("seven badgers in a teapot\n"))
    assert cli("set-password", *whose, "--password-stdin", "--json").status == 0
    token = cli("reset-password", *whose, "--json").json["token"]
    nobody = cli("confirm-email", *whose[:3], "nobody@example.com", "--json")
    assert "has no member with the address" in nobody.json["error"]
    with TestClient(make_app(make_services(TEST_SETTINGS, database))) as client:
        login = {"email": ADMIN, "password": made["password"]}
        assert client.post("/api/auth/login", json=login).status_code == 401
        login["password"] = "seven badgers in a teapot"
        session = client.post("/api/auth/login", json=login).json()
        assert session["user"]["mustChangePassword"] is True
        chosen = {"token": token, "password": "eight badgers in a teapot"}
        assert client.post("/api/auth/accept", json=chosen).status_code == 200
        asked = {"email": "new@example.com", "password": chosen["password"]}
        key = {"Authorization": f"Bearer {made['api_key']}"}
        assert client.put("/api/user/profile", json=asked, headers=key).status_code == 200
    assert cli("confirm-email", *whose, "--json").json["email"] == "new@example.com"


@pytest.mark.parametrize("arguments", [("create-organization",), ("create-user",), ("nonsense",)])
def test_a_wrong_command_line_is_a_json_error_too(cli: Cli, arguments: tuple[str, ...]) -> None:
    refused = cli(*arguments, "--json")
    assert refused.status == 2
    assert "--help" in refused.json["error"]


def test_users_are_added_in_every_role_by_either_id(cli: Cli, database: str) -> None:
    organization = create_organization(cli)["organization_id"]
    made = {}
    for spelled, role in (
        (organization, "ADMIN"),
        (f"orga_{organization}", "DEPARTMENT_HEAD"),
        (organization, "sales-rep"),
        (organization, "SUPERADMIN"),
    ):
        email = f"{role.lower()}@example.com"
        answer = cli(
            *("create-user", "--organization", spelled, "--email", email, "--role", role),
            *("--first-name", "Bo", "--last-name", "Berg", "--json"),
        )
        assert answer.status == 0, answer.err
        assert answer.json["organization_id"] == organization
        made[role.upper().replace("-", "_")] = answer.json
    with TestClient(make_app(make_services(TEST_SETTINGS, database))) as client:
        for role, user in made.items():
            login = {"email": user["email"], "password": user["password"]}
            found = client.post("/api/auth/login", json=login).json()["user"]
            assert (found["id"], found["accessRole"]) == (user["user_id"], role)
            assert found["fullName"] == "Bo Berg"


def test_a_user_that_cannot_be_added_is_explained(cli: Cli, database: str) -> None:
    organization = create_organization(cli)["organization_id"]
    given = {"--organization": organization, "--email": "bo@example.com", "--role": "ADMIN"}
    for changes, sentence in (
        ({"--role": "SALESREP"}, "Did you mean SALES_REP?"),
        ({"--organization": "north"}, "is no id"),
        ({"--organization": "0" * 24}, f"There is no organization {'0' * 24}. There is: "),
        ({"--email": ADMIN}, "There is already a user with the address"),
    ):
        options = [part for pair in (given | changes).items() for part in pair]
        refused = cli("create-user", *options, "--json")
        assert refused.status == 2
        assert sentence in refused.json["error"]
    assert count(database, "users") == 1


def test_migrate_tells_what_is_pending_and_applies_it_once(cli: Cli, database: str) -> None:
    pending = cli("migrate", "--check", "--json")
    assert pending.status == 1
    assert pending.json["pending"][0] == "0001_organizations_and_people"
    assert cli("migrate", "--json").json == {"applied": pending.json["pending"]}
    assert cli("migrate", "--check").status == 0
    assert cli("migrate").out == "The database is up to date.\n"


def states(outcome: Outcome) -> dict[str, str]:
    return {check["about"]: check["state"] for check in outcome.json["checks"]}


def test_the_doctor_finds_a_migrated_database_healthy(cli: Cli, database: str) -> None:
    assert states(cli("doctor", "--json"))["migrations"] == "warn"
    create_organization(cli)
    healthy = cli("doctor", "--json")
    assert healthy.status == 0
    assert set(states(healthy).values()) == {"ok"}
    assert "ok    database" in cli("doctor").out


def test_the_doctor_finds_what_is_wrong(
    cli: Cli, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = create_organization(cli)["organization_id"]
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE events SET occurred_at = occurred_at - interval '1 hour'")
        connection.execute(
            "INSERT INTO jobs (organization_id, id, name, payload, run_at, created_at) "
            "VALUES (%s, 'a', 'x', '{}', '2020-01-01Z', '2020-01-01Z')",
            (bytes.fromhex(organization),),
        )
    monkeypatch.setenv("LEADLINE_PROT", "2213")
    sick = cli("doctor", "--json")
    assert sick.status == 0
    assert {name for name, state in states(sick).items() if state == "warn"} == {
        *("settings", "jobs", "events")
    }
    assert "Did you mean LEADLINE_PORT?" in sick.out
    assert all(check["fix"] for check in sick.json["checks"] if check["state"] != "ok")

    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE events SET position = 1, occurred_at = '2999-01-01Z' "
            "WHERE noun = 'organization'"
        )
        connection.execute("UPDATE jobs SET failed_at = created_at")
    monkeypatch.delenv("LEADLINE_PROT")
    sick = cli("doctor", "--json")
    assert sick.status == 1
    assert states(sick)["clock"] == "fail"
    assert "1 failed for good" in sick.out


def test_a_database_that_is_not_there_is_one_sentence_without_its_password(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("postgresql://me:hunter2@127.0.0.1:1/x", "me:hunter2@somewhere"):
        monkeypatch.setenv("LEADLINE_DATABASE_URL", address)
        refused = cli("migrate", "--json")
        assert refused.status == 2
        assert set(refused.json) == {"error"}
        examined = cli("doctor")
        assert examined.status == 1
        assert "fail  database" in examined.out
        assert "hunter2" not in refused.out + refused.err + examined.out + examined.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEADLINE_PORT", "many"),
        ("LEADLINE_PORT", "70000"),
        ("LEADLINE_LOG_JSON", "perhaps"),
        ("LEADLINE_LOG_LEVEL", "loud"),
        ("LEADLINE_WORKERS", "0"),
    ],
)
def test_a_bad_setting_is_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = cli("migrate", "--json")
    assert refused.status == 2
    assert f"{name}={value!r}" in refused.json["error"]


def test_settings_are_read_from_their_variables() -> None:
    given = {"LEADLINE_PORT": "2300", "LEADLINE_LOG_JSON": "on", "LEADLINE_HOST": ""}
    settings = Settings.from_environment({**given, "LEADLINE_DATA": "~/leads"})
    assert (settings.port, settings.log_json, settings.host) == (2300, True, "127.0.0.1")
    assert settings.data == Path.home() / "leads"
    with pytest.raises(SettingsError, match="LEADLINE_POOL_SIZE"):
        Settings.from_environment({"LEADLINE_POOL_SIZE": "-1"})


# What makes operations, and what carries all of them out: it says nothing of any one of them.
WIRING = re.compile(r"leadline/wire/|close/(protocol/\w+|activities/activities)\.py$")


def test_every_operation_is_listed_with_the_place_of_its_function(cli: Cli) -> None:
    listed = cli("operations", "--json").json
    expected = {
        (dialect.name, operation.method, operation.path)
        for dialect in DIALECTS
        for operation in dialect.operations
    }
    assert {(row["dialect"], row["method"], row["path"]) for row in listed} == expected
    for row in listed:
        path, _, line = row["place"].rpartition(":")
        assert "def " in Path(path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert not WIRING.search(path), f"{row['path']}: {path} says nothing of this operation"
    table = cli("operations").out.splitlines()
    assert table[0].split() == ["dialect", "method", "path", "right", "place"]
    assert len(table) == len(listed) + 1


def test_help_and_version_do_not_load_the_server() -> None:
    script = (
        "import sys\nfrom leadline.cli import main\n"
        "try:\n    main([sys.argv[1]])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print(sorted({'psycopg', 'starlette', 'structlog', 'uvicorn'} & sys.modules.keys()))"
    )
    for argument, word in (("--help", "create-organization"), ("version", "python 3.")):
        done = subprocess.run(
            [sys.executable, "-c", script, argument], capture_output=True, text=True, check=True
        )
        assert word in done.stdout
        assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("key api_abcDEF123.456xyz.", "key api_***"),
        ("rt_0123456789abcdef", "rt_***"),
        ("Bearer eyJhbGciOi.eyJzdWIi.c2ln", "Bearer eyJ***"),
        ("postgresql://me:pass%20word@host/db", "postgresql://me:***@host/db"),
        ("host=h password=secret", "host=h password=***"),
        ("start_time /api/v1/lead/ ada@example.com", "start_time /api/v1/lead/ ada@example.com"),
    ],
)
def test_secrets_are_hidden(said: str, shown: str) -> None:
    assert hide_secrets(said) == shown


@pytest.mark.parametrize("as_json", [True, False])
def test_logs_never_show_secrets(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(log_json=as_json))
    try:
        log = structlog.get_logger()
        log.info("made", password="hunter2", path="/x", note="api_0123456789abcdef")
        log.debug("too small a thing")
        try:
            raise ValueError("rt_0123456789abcdef")
        except ValueError:
            log.exception("it broke")
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr()
    assert said.out == ""
    assert "/x" in said.err
    assert "ValueError: rt_***" in said.err
    assert "too small" not in said.err
    assert "hunter2" not in said.err
    assert "0123456789abcdef" not in said.err
    if as_json:
        assert [json.loads(line)["event"] for line in said.err.splitlines()] == ["made", "it broke"]
