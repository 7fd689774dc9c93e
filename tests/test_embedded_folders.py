"""The embedded PostgreSQL in all sorts of folders: long names, closed to others, not ours."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.store import embedded_cluster, embedded_programs
from leadline.store.embedded import EmbeddedServerError, attach
from tests.embedded_servers import (
    FAST,
    ask,
    data_folder,
    is_down,
    kill_postgres,
    kill_supervisor,
    modes_up_from,
    write_note,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def empty_data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.mark.parametrize("name", ["x" * 120, "a,b", "Straße 100%"])
def test_paths_that_sockets_or_urls_find_difficult(empty_data: Path, name: str) -> None:
    home = empty_data / name / "postgres"
    for _ in range(2):
        with attach(empty_data / name, server_options=FAST) as server:
            sockets = embedded_cluster.socket_folder(home)
            assert ask(server.database_url, "SELECT 1") == 1
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert is_down(empty_data / name)
        assert sockets.parent == home or not sockets.exists()


def test_a_file_in_place_of_the_data_folder(empty_data: Path) -> None:
    (empty_data / "file").touch()
    with pytest.raises(EmbeddedServerError, match="another data folder"):
        attach(empty_data / "file")


def closed_folder(parent: Path) -> Path:
    folder = parent / "closed"
    folder.mkdir(mode=0o700)
    return folder


@needs_root
@needs_linux
def test_root_may_keep_the_data_in_a_closed_folder(empty_data: Path) -> None:
    closed = closed_folder(empty_data)
    before = modes_up_from(closed)
    for _ in range(2):
        with attach(closed / "data", server_options=FAST) as server:
            write_note(server.database_url, "reached")
            kill_postgres(server)
            server.ensure_running()
            kill_supervisor(closed / "data")
            server.ensure_running()
    assert modes_up_from(closed) == before


@needs_root
def test_a_closed_folder_without_a_way_in(
    empty_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_cluster, "IN_CURRENT_FOLDER", "/proc/none")
    closed = closed_folder(empty_data)
    with pytest.raises(EmbeddedServerError, match="choose another data folder"):
        attach(closed / "data")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not list((closed / "data" / "postgres").glob("cluster*"))


@needs_root
def test_root_refuses_the_folder_of_another_user(empty_data: Path) -> None:
    home = empty_data / "postgres"
    home.mkdir()
    os.chown(home, 12345, 12345)
    with pytest.raises(EmbeddedServerError, match="belongs to user number 12345"):
        attach(empty_data)


@needs_root
@pytest.mark.parametrize("data_is_closed", [False, True])
def test_programs_out_of_reach_are_copied(
    empty_data: Path, data_is_closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = closed_folder(empty_data)
    package = embedded_programs.installed_package()
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    shared = empty_data / "shared"
    monkeypatch.setattr(embedded_programs, "installed_package", lambda: closed / package.name)
    monkeypatch.setattr(embedded_programs, "SHARED_FOLDER", shared)
    place = shared if data_is_closed else empty_data / "postgres"
    old = place / "programs-1.2.3"
    old.mkdir(parents=True)
    place.chmod(0o755)

    own_data = closed / "data" if data_is_closed else empty_data
    for _ in range(2):
        with attach(own_data, server_options=FAST) as server:
            assert ask(server.database_url, "SELECT similarity('a', 'a')") == 1
    copies = sorted(path.name for path in place.glob("programs-*"))
    current = f"programs-{embedded_programs.installed_version()}"
    # Other data folders may use an old copy in the shared folder, so that one stays.
    assert copies == (["programs-1.2.3", current] if data_is_closed else [current])
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
