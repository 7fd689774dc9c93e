"""What is put back is what was there, all of it or nothing, while leads come in."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.kernel.clock import MovableClock
from leadline.store.backup import restore_backup, write_backup
from tests.backup.databases import Command, House, NewDatabase, contents, feed
from tests.cast import World
from tests.conftest import START, TEST_SETTINGS
from tests.outreach import send_lead


def test_what_is_restored_is_what_was_there_and_it_works(
    house: House, new_database: NewDatabase, command: Command, tmp_path: Path
) -> None:
    file, copy = tmp_path / "today.backup", new_database()
    made = command(house.url, "backup", str(file))
    assert made.status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "today" in path.name] == ["today.backup"]

    restored = command(copy, "restore", str(file))
    assert restored.status == 0
    before, after = contents(house.url), contents(copy)
    assert after == before
    assert made.json["rows"] == restored.json["rows"] == sum(map(len, before.values()))
    assert made.json["tables"] == len(before)
    assert len(before["leads"]) == 2
    assert feed(copy) == feed(house.url)

    services = make_services(TEST_SETTINGS, copy, MovableClock(START))
    with TestClient(make_app(services)) as client:
        there = World(client, services, MovableClock(START), {})
        key = {"Authorization": f"Bearer {house.world.ada.api_key}"}
        lead = {"configurationId": house.configuration["_id"], "phoneNumber": "+14155550135"}
        client.post("/api/webhook/outreach", json=lead, headers=key).raise_for_status()
        there.run_jobs()
        # Positions go on where they were, without a gap, also for what had none.
        for organization, top, count in there.sql(
            "SELECT organization_id, max(position), count(*) FROM events GROUP BY 1"
        ):
            assert top == count, organization
        known = {(o, p, i) for o, p, i in feed(house.url) if p is not None}
        assert known < set(feed(copy))
        assert there.sql("SELECT DISTINCT status FROM messages") == [("sent",)]
        assert there.sql("SELECT count(*) FROM messages") == [(3,)]


def test_a_backup_is_of_one_moment_while_leads_come_in(
    house: House, new_database: NewDatabase, tmp_path: Path
) -> None:
    before, copy = contents(house.url), new_database()
    phones = iter(range(1000))

    def one_more(_: float) -> None:  # called after every table
        send_lead(house.world.ada, house.configuration, phoneNumber=f"+1415556{next(phones):04}")

    with psycopg.connect(house.url, autocommit=True) as connection:
        write_backup(connection, tmp_path / "b", START, one_more)
    came_in = next(phones)
    assert came_in > 5
    assert len(contents(house.url)["leads"]) == 2 + came_in
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


def test_a_backup_replaces_nothing(house: House, command: Command, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("precious")
    refused = command(house.url, "backup", str(tmp_path / "b"))
    assert refused.status == 2
    assert "exists" in refused.json["error"]
    assert (tmp_path / "b").read_text() == "precious"
    refused = command(house.url, "backup", str(tmp_path / "no" / "b"))
    assert (refused.status, "no folder" in refused.json["error"]) == (2, True)


def test_a_database_that_is_not_ours_is_not_backed_up(
    new_database: NewDatabase, command: Command, tmp_path: Path
) -> None:
    refused = command(new_database(), "backup", str(tmp_path / "b"))
    assert (refused.status, "not Leadline's" in refused.json["error"]) == (2, True)
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == []


def test_only_an_empty_database_is_restored_into(
    house: House, new_database: NewDatabase, command: Command
) -> None:
    file = house.back_up()
    before = contents(house.url)
    refused = command(house.url, "restore", str(file))
    assert refused.status == 2
    assert "not empty" in refused.json["error"]
    assert "--data" in refused.json["error"]
    assert contents(house.url) == before
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
    house: House,
    new_database: NewDatabase,
    command: Command,
    tmp_path: Path,
    damage: str,
) -> None:
    file = DAMAGE[damage](house.back_up(), tmp_path / "damaged")
    copy = new_database()
    refused = command(copy, "restore", str(file))
    assert refused.status == 2
    assert "ackup" in refused.json["error"]
    assert contents(copy) == {}


def test_a_cut_or_scratched_file_is_refused_wherever_it_is_hurt(
    house: House, new_database: NewDatabase, command: Command, tmp_path: Path
) -> None:
    whole = house.back_up().read_bytes()
    copy, hurt = new_database(), tmp_path / "hurt"
    cuts = [whole[: len(whole) * part // 9] for part in range(9)]
    places = range(40, len(whole), len(whole) // 8)
    scratches = [
        whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in places
    ]
    refused = 0
    for data in [*cuts, *scratches, b"not an archive", whole[:-1]]:
        hurt.write_bytes(data)
        done = command(copy, "restore", str(hurt))
        if done.status == 0:  # the scratch hit a byte that means nothing, such as a date
            assert contents(copy) == contents(house.url)
            copy = new_database()
        else:
            assert done.status == 2
            assert contents(copy) == {}
            refused += 1
    assert refused > len(cuts) + len(places) * 2 // 3


def test_tables_of_somebody_else_are_left_out_by_name(
    house: House, new_database: NewDatabase, command: Command
) -> None:
    with psycopg.connect(house.url) as connection:
        connection.execute("CREATE TABLE somebodys (id int GENERATED ALWAYS AS IDENTITY)")
        connection.execute("INSERT INTO somebodys DEFAULT VALUES")
    file = house.back_up()
    copy = new_database()
    restored = command(copy, "restore", str(file))
    assert (restored.status, restored.json["left_out"]) == (0, ["somebodys"])
    assert set(contents(house.url)) - set(contents(copy)) == {"somebodys"}
