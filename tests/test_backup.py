"""Backups and upgrades: what is put back is what was there, damage is refused, and there is a way
back from every upgrade."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
import pytest
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.cli import main
from leadline.kernel.clock import MovableClock
from leadline.store import migrations
from leadline.store.backup import restore_backup, write_backup
from tests.cast import World, make_people
from tests.conftest import START, TEST_SETTINGS
from tests.outreach import make_configuration, send_lead

Rows = dict[str, list[str]]
NewDatabase = Callable[[], str]
FIRST_UPGRADE = migrations.Migration("9001_colours", "ALTER TABLE leads ADD COLUMN colour text;")
BROKEN_UPGRADE = migrations.Migration("9002_broken", "ALTER TABLE nowhere ADD COLUMN colour text;")


class Done(NamedTuple):
    """How a command ended: its status and its JSON, or what it said on standard error."""

    status: int
    json: Any
    err: str


@pytest.fixture
def new_database(server_url: str) -> Iterator[NewDatabase]:
    """Makes empty databases."""
    made: list[str] = []
    with psycopg.connect(server_url, autocommit=True) as connection:

        def make() -> str:
            made.append(f"leadline_backup_{uuid4().hex}")
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made[-1])))
            return make_conninfo(server_url, dbname=made[-1])

        yield make
        for name in made:
            statement = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))


@contextmanager
def running(database: str) -> Iterator[World]:
    """The application on a database of its own, with the usual people in it."""
    clock = MovableClock(START)
    services = make_services(TEST_SETTINGS, database, clock)
    with TestClient(make_app(services), raise_server_exceptions=False) as client:
        assert client.portal is not None
        hashed = services.passwords.hash_now("correct horse battery staple")
        people = client.portal.call(make_people, services, client, hashed, "1")
        yield World(client, services, clock, people)


@pytest.fixture
def house(new_database: NewDatabase) -> Iterator[World]:
    """A database with some leads in it, one of them not yet worked on."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        migrations.migrate(connection, START)
    with running(url) as world:
        configuration = make_configuration(world.ada, starterMessage="Hi {{firstName}}\t\\N\n'é😀")
        send_lead(world.ada, configuration)
        world.run_jobs()
        send_lead(world.ada, configuration, firstName="Mo", phoneNumber="+14155550134")
        world.__dict__["url"] = url
        world.__dict__["configuration"] = configuration
        yield world


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """Runs a command on a database, or on the embedded one when that is None."""
    monkeypatch.setenv("LEADLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LEADLINE_ARGON2_MEMORY_KIB", "8")
    monkeypatch.delenv("LEADLINE_TEST_DATABASE_URL", raising=False)

    def run(url: str | None, *arguments: str) -> Done:
        monkeypatch.setenv("LEADLINE_DATABASE_URL", url or "")
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json"])
        said = capsys.readouterr()
        (line,) = said.out.splitlines()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, json.loads(line), said.err)

    yield run
    structlog.reset_defaults()


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes this a newer version, which has more migrations."""
    present = migrations.all_migrations()

    def become(*more: migrations.Migration) -> None:
        monkeypatch.setattr(migrations, "all_migrations", lambda: [*present, *more])

    return become


def contents(url: str) -> Rows:
    """All rows of all tables as text. Events without a position get another transaction's id."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        found: Rows = {}
        for (name,) in tables:
            connection.execute("SET timezone = 'UTC'")
            rows = connection.execute(
                sql.SQL("SELECT (to_jsonb(t) - 'transaction_id')::text FROM {} t ORDER BY 1").format(
                    sql.Identifier(name)
                )
            )
            found[name] = [text for (text,) in rows]
    return found


def feed(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT organization_id, position, id FROM events ORDER BY 1, 2, 3"
        ).fetchall()


def back_up(url: str, path: Path) -> Path:
    with psycopg.connect(url, autocommit=True) as connection:
        write_backup(connection, path, START)
    return path


def test_what_is_restored_is_what_was_there_and_it_works(
    house: World, new_database: NewDatabase, command: Callable[..., Done], tmp_path: Path
) -> None:
    file, copy = tmp_path / "today.backup", new_database()
    made = command(house.url, "backup", str(file))
    assert made.status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "today" in path.name] == ["today.backup"]

    restored = command(copy, "restore", str(file))
    assert restored.status == 0
    before, after = contents(str(house.url)), contents(copy)
    assert after == before
    assert made.json["rows"] == restored.json["rows"] == sum(map(len, before.values()))
    assert made.json["tables"] == len(before)
    assert len(before["leads"]) == 2
    assert feed(copy) == feed(str(house.url))

    services = make_services(TEST_SETTINGS, copy, MovableClock(START))
    with TestClient(make_app(services)) as client:
        there = World(client, services, MovableClock(START), {})
        key = {"Authorization": f"Bearer {house.ada.api_key}"}
        lead = {"configurationId": house.configuration["_id"], "phoneNumber": "+14155550135"}
        client.post("/api/webhook/outreach", json=lead, headers=key).raise_for_status()
        there.run_jobs()
        # Positions go on where they were, without a gap, also for what had none.
        for organization, top, count in there.sql(
            "SELECT organization_id, max(position), count(*) FROM events GROUP BY 1"
        ):
            assert top == count, organization
        known = {(o, p, i) for o, p, i in feed(str(house.url)) if p is not None}
        assert known < set(feed(copy))
        assert there.sql("SELECT DISTINCT status FROM messages") == [("sent",)]
        assert there.sql("SELECT count(*) FROM messages") == [(3,)]


def test_a_backup_is_of_one_moment_while_leads_come_in(
    house: World, new_database: NewDatabase, tmp_path: Path
) -> None:
    before, copy = contents(str(house.url)), new_database()
    phones = iter(range(1000))

    def one_more(_: float) -> None:  # called after every table
        send_lead(house.ada, house.configuration, phoneNumber=f"+1415556{next(phones):04}")

    with psycopg.connect(str(house.url), autocommit=True) as connection:
        write_backup(connection, tmp_path / "b", START, one_more)
    came_in = next(phones)
    assert came_in > 5
    assert len(contents(str(house.url))["leads"]) == 2 + came_in
    with psycopg.connect(copy, autocommit=True) as connection:
        restore_backup(connection, tmp_path / "b")
    assert contents(copy) == before
    # The sequence is not of that moment: it may be ahead, never behind.
    with psycopg.connect(copy) as connection:
        (fresh,) = connection.execute(
            "SELECT nextval(pg_get_serial_sequence('events', 'sequence')) - max(sequence) "
            "FROM events"
        ).fetchall()[0]
    assert fresh > 0


def test_a_backup_replaces_nothing(
    house: World, command: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "b").write_text("precious")
    refused = command(house.url, "backup", str(tmp_path / "b"))
    assert refused.status == 2
    assert "exists" in refused.json["error"]
    assert (tmp_path / "b").read_text() == "precious"
    refused = command(house.url, "backup", str(tmp_path / "no" / "b"))
    assert (refused.status, "no folder" in refused.json["error"]) == (2, True)


def test_a_database_that_is_not_ours_is_not_backed_up(
    new_database: NewDatabase, command: Callable[..., Done], tmp_path: Path
) -> None:
    refused = command(new_database(), "backup", str(tmp_path / "b"))
    assert (refused.status, "not Leadline's" in refused.json["error"]) == (2, True)
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == []


def test_only_an_empty_database_is_restored_into(
    house: World, new_database: NewDatabase, command: Callable[..., Done], tmp_path: Path
) -> None:
    file = back_up(str(house.url), tmp_path / "b")
    before = contents(str(house.url))
    refused = command(house.url, "restore", str(file))
    assert refused.status == 2
    assert "not empty" in refused.json["error"]
    assert "--data" in refused.json["error"]
    assert contents(str(house.url)) == before
    other = new_database()
    with psycopg.connect(other) as connection:
        connection.execute("CREATE TABLE somebodys (id int)")
    assert command(other, "restore", str(file)).status == 2


def rewritten(file: Path, path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A sound archive with other contents; None leaves a member out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return path


def without_last_lead(name: str, data: bytes) -> bytes:
    if name == "tables/stage_transitions.copy":
        return b"".join(data.splitlines(keepends=True)[:-1])
    return data


DAMAGE: dict[str, Callable[[Path, Path], Path]] = {
    "without a table": lambda file, path: rewritten(
        file, path, lambda name, data: None if name == "tables/calls.copy" else data
    ),
    "without a manifest": lambda file, path: rewritten(
        file, path, lambda name, data: None if name == "manifest.json" else data
    ),
    "with a row too few": lambda file, path: rewritten(file, path, without_last_lead),
    "with another letter": lambda file, path: rewritten(
        file,
        path,
        lambda name, data: data.replace(b"North", b"South") if "organizations" in name else data,
    ),
    "with nonsense for a manifest": lambda file, path: rewritten(
        file, path, lambda name, data: b'{"format": 1}' if name == "manifest.json" else data
    ),
    "with no JSON for a manifest": lambda file, path: rewritten(
        file, path, lambda name, data: b"\xff" if name == "manifest.json" else data
    ),
    "of a format to come": lambda file, path: rewritten(
        file,
        path,
        lambda name, data: (
            data.replace(b'"format":1', b'"format":2') if name == "manifest.json" else data
        ),
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_backup_with_other_contents_is_refused_and_leaves_nothing(
    house: World,
    new_database: NewDatabase,
    command: Callable[..., Done],
    tmp_path: Path,
    damage: str,
) -> None:
    file = DAMAGE[damage](back_up(str(house.url), tmp_path / "b"), tmp_path / "damaged")
    copy = new_database()
    refused = command(copy, "restore", str(file))
    assert refused.status == 2
    assert "ackup" in refused.json["error"]
    assert contents(copy) == {}


def test_a_cut_or_scratched_file_is_refused_wherever_it_is_hurt(
    house: World, new_database: NewDatabase, command: Callable[..., Done], tmp_path: Path
) -> None:
    whole = back_up(str(house.url), tmp_path / "b").read_bytes()
    copy, hurt = new_database(), tmp_path / "hurt"
    cuts = [whole[: len(whole) * part // 9] for part in range(9)]
    places = range(40, len(whole), len(whole) // 60)
    scratches = [
        whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in places
    ]
    refused = 0
    for data in [*cuts, *scratches, b"not an archive", whole[:-1]]:
        hurt.write_bytes(data)
        done = command(copy, "restore", str(hurt))
        if done.status == 0:  # the scratch hit a byte that means nothing, such as a date
            assert contents(copy) == contents(str(house.url))
            copy = new_database()
        else:
            assert done.status == 2
            assert contents(copy) == {}
            refused += 1
    assert refused > len(cuts) + len(places) * 2 // 3


def test_tables_of_somebody_else_are_left_out_by_name(
    house: World, new_database: NewDatabase, command: Callable[..., Done], tmp_path: Path
) -> None:
    with psycopg.connect(str(house.url)) as connection:
        connection.execute("CREATE TABLE somebodys (id int GENERATED ALWAYS AS IDENTITY)")
        connection.execute("INSERT INTO somebodys DEFAULT VALUES")
    file = back_up(str(house.url), tmp_path / "b")
    copy = new_database()
    restored = command(copy, "restore", str(file))
    assert (restored.status, restored.json["left_out"]) == (0, ["somebodys"])
    assert set(contents(str(house.url))) - set(contents(copy)) == {"somebodys"}


# Upgrades.


def test_a_backup_of_an_older_version_is_brought_forward(
    house: World,
    new_database: NewDatabase,
    command: Callable[..., Done],
    upgrade: Callable[..., None],
    tmp_path: Path,
) -> None:
    file = back_up(str(house.url), tmp_path / "b")
    upgrade(FIRST_UPGRADE)
    copy = new_database()
    restored = command(copy, "restore", str(file))
    assert (restored.status, restored.json["migrated"]) == (0, ["9001_colours"])
    assert '"colour": null' in contents(copy)["leads"][0]

    newer = back_up(copy, tmp_path / "newer")
    upgrade()
    refused = command(new_database(), "restore", str(newer))
    assert refused.status == 2
    assert "9001_colours" in refused.json["error"]
    upgrade(migrations.Migration("9001_colours", "SELECT 1;"))
    other = command(new_database(), "restore", str(newer))
    assert (other.status, "differs" in other.json["error"]) == (2, True)


@pytest.mark.parametrize("others_are_connected", [False, True])
def test_a_rehearsal_upgrades_a_copy_and_leaves_no_trace(
    house: World,
    new_database: NewDatabase,
    command: Callable[..., Done],
    upgrade: Callable[..., None],
    tmp_path: Path,
    others_are_connected: bool,
) -> None:
    url = str(house.url)
    if not others_are_connected:  # the application of the fixture is one
        file, url = back_up(url, tmp_path / "b"), new_database()
        assert command(url, "restore", str(file)).status == 0
    before = contents(url)
    assert command(url, "migrate", "--rehearse").json["applied"] == {}

    upgrade(FIRST_UPGRADE)
    went_well = command(url, "migrate", "--rehearse")
    assert went_well.status == 0
    assert went_well.json["ok"] is True
    assert set(went_well.json["applied"]) == {"9001_colours"}

    upgrade(FIRST_UPGRADE, BROKEN_UPGRADE)
    went_wrong = command(url, "migrate", "--rehearse")
    assert went_wrong.status == 1
    assert went_wrong.json["failed"] == "9002_broken"
    assert "nowhere" in went_wrong.json["error"]
    assert set(went_wrong.json["applied"]) == {"9001_colours"}

    assert contents(url) == before
    assert command(url, "migrate", "--check").json["pending"] == ["9001_colours", "9002_broken"]
    with psycopg.connect(url) as connection:
        left = connection.execute("SELECT 1 FROM pg_database WHERE datname LIKE '%rehearsal%'")
        assert left.fetchall() == []


def test_before_an_upgrade_the_embedded_database_is_backed_up_by_itself(
    command: Callable[..., Done], upgrade: Callable[..., None], tmp_path: Path
) -> None:
    backups = tmp_path / "data" / "backups"
    made = command(None, "create-organization", "--name", "N", "--admin-email", "a@example.com")
    assert made.status == 0
    assert not backups.exists()

    steps = [migrations.Migration(f"900{n}_step", f"CREATE TABLE t{n} ();") for n in range(5)]
    for count in range(1, 5):
        upgrade(*steps[:count])
        assert command(None, "migrate").json == {"applied": [steps[count - 1].name]}
        os.utime(backups / f"before-{steps[count - 1].name}.backup", ns=(count, count))
    assert sorted(path.name for path in backups.iterdir()) == [
        f"before-900{n}_step.backup" for n in (1, 2, 3)
    ]
    assert stat.S_IMODE(backups.stat().st_mode) == 0o700

    upgrade(*steps)
    assert command(None, "migrate", "--no-backup").json == {"applied": ["9004_step"]}
    assert len(list(backups.iterdir())) == 3

    # The way back: what was before the last step, in a new folder.
    upgrade(*steps[:3])
    way_back = command(
        None,
        *("restore", str(backups / "before-9003_step.backup")),
        *("--data", str(tmp_path / "again")),
    )
    assert (way_back.status, way_back.json["migrated"]) == (0, [])
    listed = command(None, "migrate", "--check", "--data", str(tmp_path / "again"))
    assert listed.json == {"pending": []}
