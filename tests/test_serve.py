"""The real server as a process: its first start, its stops, and what it survives."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.databases import drop_database
from tests.servers import LEADLINE, PATIENCE_S, Machine, Server, cleared, printed


@pytest.fixture
def database(server_url: str) -> Iterator[str]:
    """The address of a database with nothing in it."""
    name = f"leadline_serve_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(server_url, dbname=name)
        drop_database(connection, name)


@pytest.fixture
def machine(tmp_path: Path, database: str) -> Iterator[Machine]:
    with cleared(Machine(tmp_path, LEADLINE_DATABASE_URL=database)) as machine:
        yield machine


def as_close(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def create_outcome(server: Server, key: str, name: str) -> None:
    server.post("/api/v1/outcome/", {"name": name, "applies_to": ["calls"]}, as_close(key))


def outcomes(server: Server, key: str) -> list[str]:
    data = server.get("/api/v1/outcome/", as_close(key))["data"]
    return [outcome["name"] for outcome in data]


def test_the_first_start_prints_what_is_needed_once_and_what_is_answered_stays(
    machine: Machine,
) -> None:
    first = machine.start()
    first.wait_until_ready()
    key, password = printed(first, "API key"), printed(first, "Password")
    assert f"curl -u {key}: {first.url}/api/v1/me/" in first.out
    assert first.get("/api/v1/me/", as_close(key))["email"] == "admin@example.com"
    login = {"email": printed(first, "E-mail"), "password": password}
    organization = first.post("/api/auth/login", login)["user"]["organizationId"]
    path = f"/api/organizations/{organization}/outreach-close-stages"
    assert first.get(path, f"Bearer {key}")["data"] == ["Closed Won"]
    create_outcome(first, key, "Sold")
    assert first.stop() == 0

    second = machine.start()
    second.wait_until_ready()
    assert second.out == ""
    create_outcome(second, key, "Not sold")
    second.process.kill()
    second.process.wait()

    third = machine.start()
    third.wait_until_ready()
    assert sorted(outcomes(third, key)) == ["Not sold", "Sold"]
    for server in (first, second, third):
        assert key not in server.log
        assert password not in server.log
        events = [json.loads(line) for line in server.log.splitlines()]
        assert events[0]["event"] == "serving"
        assert events[0]["url"] == server.url


def test_several_processes_serve_together_and_end_together(machine: Machine) -> None:
    server = machine.start("--workers", "2")
    server.wait_until_ready()
    key = printed(server, "API key")
    create_outcome(server, key, "Sold")
    assert [outcomes(server, key) for _ in range(8)] == [["Sold"]] * 8
    server.process.kill()
    server.process.wait()

    # The others notice, and give the port back.
    with pytest.raises(ConnectionError):
        server.get_until(time.monotonic() + PATIENCE_S, "/healthz")


def test_what_a_killed_server_left_is_deleted_by_the_next(machine: Machine, tmp_path: Path) -> None:
    left, in_use = (tmp_path / f"leadline-metrics-{name}" for name in ("left", "in-use"))
    for folder in (left, in_use):
        folder.mkdir()
        os.utime(folder, (0, 0))
    held = os.open(in_use, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    machine.environment["TMPDIR"] = str(tmp_path)
    server = machine.start("--workers", "2")
    server.wait_until_ready()
    assert (left.exists(), in_use.exists()) == (False, True)
    assert server.stop() == 0
    assert list(tmp_path.glob("leadline-metrics-*")) == [in_use]
    os.close(held)


def test_two_first_starts_at_once_print_one_key(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        other_port = free.getsockname()[1]
    servers = [machine.start(), machine.start(port=other_port)]
    for server in servers:
        server.wait_until_ready()
    assert "".join(server.out for server in servers).count("Leadline is set up") == 1


def test_a_taken_port_is_refused_before_anything_is_created(
    machine: Machine, database: str
) -> None:
    with socket.create_server(("127.0.0.1", machine.port)):
        server = machine.start()
        assert server.process.wait(PATIENCE_S) == 2
    assert f"Cannot listen on 127.0.0.1, port {machine.port}" in server.log
    assert server.out == ""
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT to_regclass('organizations')").fetchone() == (None,)


def test_lost_connections_are_replaced_unnoticed(machine: Machine, database: str) -> None:
    server = machine.start()
    server.wait_until_ready()
    key = printed(server, "API key")
    for _ in range(3):
        with psycopg.connect(database, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            ).fetchall()
        assert ended
        assert outcomes(server, key) == []
    assert machine.run("doctor")["ok"]


def test_a_worker_alone_does_the_work_and_stops(machine: Machine, database: str) -> None:
    machine.environment["LEADLINE_RUN_JOBS"] = "false"
    machine.run("create-organization", "--name", "North", "--admin-email", "ada@example.com")
    worker = subprocess.Popen(
        [*LEADLINE, "work"], env=machine.environment, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + PATIENCE_S
        with psycopg.connect(database, autocommit=True) as connection:
            while connection.execute("SELECT 1 FROM events WHERE position IS NULL").fetchone():
                assert time.monotonic() < until
                assert worker.poll() is None
        worker.terminate()
        assert worker.wait(PATIENCE_S) == 0
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


def test_the_embedded_database_survives_and_is_shared_and_stops(tmp_path: Path) -> None:
    with cleared(Machine(tmp_path)) as machine:
        first = machine.start()
        first.wait_until_ready()
        key = printed(first, "API key")
        create_outcome(first, key, "Sold")
        made = machine.run("create-organization", "--name", "B", "--admin-email", "b@example.com")
        assert first.get("/api/v1/me/", as_close(made["api_key"]))["email"] == "b@example.com"
        first.process.kill()
        first.process.wait()

        second = machine.start("--workers", "2")
        second.wait_until_ready()
        assert outcomes(second, key) == ["Sold"]
        pid_file = tmp_path / "data" / "postgres" / "cluster" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
        found = second.get_when_answered("/api/v1/outcome/", as_close(key))["data"]
        assert [outcome["name"] for outcome in found] == ["Sold"]
        assert second.stop() == 0
        assert not pid_file.exists()
