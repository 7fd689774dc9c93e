"""Upgrades are rehearsed on a copy, begin with a backup, and have a way back."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest

from leadline.store import migrations
from leadline.store.backup import BackupError, write_backup
from leadline.store.embedded import attach
from tests.backup.databases import Command, House, NewDatabase, Upgrade, back_up, contents
from tests.conftest import START
from tests.embedded_servers import FAST

FIRST_UPGRADE = migrations.Migration("9001_colours", "ALTER TABLE leads ADD COLUMN colour text;")
BROKEN_UPGRADE = migrations.Migration("9002_broken", "ALTER TABLE nowhere ADD COLUMN colour text;")


def test_a_backup_of_an_older_version_is_brought_forward(
    house: House,
    new_database: NewDatabase,
    command: Command,
    upgrade: Upgrade,
    tmp_path: Path,
) -> None:
    file = house.back_up()
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
    house: House,
    new_database: NewDatabase,
    command: Command,
    upgrade: Upgrade,
    others_are_connected: bool,
) -> None:
    url = house.url
    if not others_are_connected:  # the application of the fixture is one
        file, url = house.back_up(), new_database()
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
    command: Command, upgrade: Upgrade, tmp_path: Path
) -> None:
    data, backups = tmp_path / "data", tmp_path / "data" / "backups"
    steps = [migrations.Migration(f"900{n}_step", f"CREATE TABLE t{n} ();") for n in range(5)]
    with attach(
        data, server_options=FAST
    ) as server:  # runs on, which saves every command its start
        made = command(None, "create-organization", "--name", "N", "--admin-email", "a@example.com")
        assert made.status == 0
        assert not backups.exists()

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

        # The role that the server works as owns nothing, and could not read all.
        with (
            psycopg.connect(server.app_url, autocommit=True) as connection,
            pytest.raises(BackupError, match="LEADLINE_MIGRATION_URL"),
        ):
            write_backup(connection, tmp_path / "b", START)
        assert list(tmp_path.glob("*b*")) == []

        # The way back: the older version, and what was before the last step.
        upgrade(*steps[:3])
        with attach(data, database="again") as again:
            file = str(backups / "before-9003_step.backup")
            way_back = command(again.database_url, "restore", file)
            assert (way_back.status, way_back.json["migrated"]) == (0, [])
            assert len(contents(again.database_url)["organizations"]) == 1
