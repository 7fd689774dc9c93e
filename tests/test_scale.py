"""Two servers and two workers on one database behave as one.

Nothing is kept in a process that another needs.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.databases import drop_database
from tests.servers import LEADLINE, PATIENCE_S, Machine, Server, cleared, free_port, printed

CACHE_S = 0.5
SETTINGS = {
    "LEADLINE_RUN_JOBS": "false",
    "LEADLINE_JOB_POLL_S": "0.05",
    "LEADLINE_CREDENTIAL_CACHE_S": str(CACHE_S),
    "LEADLINE_LOGIN_FREE_FAILURES": "3",
    "LEADLINE_POOL_SIZE": "4",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Cluster:
    """Two servers of one organization, and the database behind them."""

    servers: tuple[Server, Server]
    database: str
    key: str
    email: str
    password: str

    def ask(
        self,
        server: Server,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = None,
        **headers: str,
    ) -> Answer:
        headers["Authorization"] = f"Bearer {key or self.key}"
        headers["Content-Type"] = "application/json"
        port = int(server.url.rpartition(":")[2])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as to:
            to.request(method, path, None if body is None else json.dumps(body), headers)
            answer = to.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())

    def at_both_at_once(self, count: int, ask: Callable[[Server], Answer]) -> list[Answer]:
        """The answers to one question asked so often, of one server and the other in turn."""
        servers = cycle(self.servers)
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(ask, [next(servers) for _ in range(count)]))

    def sql(self, statement: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, server_url: str) -> Iterator[Machine]:
    name = f"leadline_scale_{uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        folder: Path = tmp_path_factory.mktemp("scale")
        url = make_conninfo(server_url, dbname=name)
        with cleared(Machine(folder, LEADLINE_DATABASE_URL=url, **SETTINGS)) as machine:
            yield machine
        drop_database(connection, name)


@pytest.fixture(scope="module")
def cluster(machine: Machine) -> Cluster:
    first = machine.start()
    first.wait_until_ready()
    second = machine.start(port=free_port())
    second.wait_until_ready()
    return Cluster(
        (first, second),
        machine.environment["LEADLINE_DATABASE_URL"],
        printed(first, "API key"),
        printed(first, "E-mail"),
        printed(first, "Password"),
    )


def member_with_key(machine: Machine, cluster: Cluster) -> Any:
    """Somebody new: ``api_key``, ``email`` and ``password``."""
    organization = cluster.sql("SELECT encode(id, 'hex') FROM organizations")[0][0]
    return machine.run(
        *("create-user", "--organization", organization, "--role", "ADMIN"),
        *("--email", f"{uuid4().hex}@example.com"),
    )


def test_a_key_revoked_at_one_is_refused_by_the_other_within_the_cache_time(
    machine: Machine, cluster: Cluster
) -> None:
    first, second = cluster.servers
    old = member_with_key(machine, cluster)["api_key"]
    assert cluster.ask(second, "GET", "/api/v1/me/", key=old).status == 200
    new = cluster.ask(first, "POST", "/api/user/api-key/regenerate", {}, key=old)
    revoked = time.monotonic()
    assert new.status == 200
    assert cluster.ask(first, "GET", "/api/v1/me/", key=old).status == 401
    while True:
        asked = time.monotonic()
        if cluster.ask(second, "GET", "/api/v1/me/", key=old).status == 401:
            break
        assert asked < revoked + CACHE_S


def test_a_session_opened_at_one_is_good_at_the_other_and_ends_at_both(cluster: Cluster) -> None:
    first, second = cluster.servers
    login = {"email": cluster.email, "password": cluster.password}
    session = cluster.ask(first, "POST", "/api/auth/login", login).json
    profile = cluster.ask(second, "GET", "/api/user/profile", key=session["token"])
    assert profile.status == 200, profile.text
    end = {"refreshToken": session["refreshToken"]}
    assert cluster.ask(first, "POST", "/api/auth/logout", end).status == 200
    ended = time.monotonic()
    while True:
        asked = time.monotonic()
        if cluster.ask(second, "GET", "/api/user/profile", key=session["token"]).status == 401:
            break
        assert asked < ended + CACHE_S
    assert cluster.ask(second, "POST", "/api/auth/refresh", end).status == 401


def test_failed_logins_are_counted_together(machine: Machine, cluster: Cluster) -> None:
    member = member_with_key(machine, cluster)
    wrong = {"email": member["email"], "password": "wrong"}
    cluster.sql("DELETE FROM login_failures")
    for server in (*cluster.servers, cluster.servers[0]):
        assert cluster.ask(server, "POST", "/api/auth/login", wrong).status == 401
    assert cluster.sql("UPDATE login_failures SET failure_count = 30 RETURNING 1")
    right = {"email": member["email"], "password": member["password"]}
    for server in cluster.servers:
        refused = cluster.ask(server, "POST", "/api/auth/login", right)
        assert refused.status == 429
        assert int(refused.headers["retry-after"]) > 600


def test_repeats_of_one_write_at_both_are_carried_out_once(cluster: Cluster) -> None:
    lead = {"name": "Once", "contacts": [{"name": "C"}]}
    answers = cluster.at_both_at_once(
        12,
        lambda server: cluster.ask(
            server, "POST", "/api/v1/lead/", lead, **{"Idempotency-Key": "once"}
        ),
    )
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert Counter("idempotency-replayed" in answer.headers for answer in answers) == {
        True: 11,
        False: 1,
    }
    assert cluster.sql("SELECT count(*) FROM leads WHERE name = 'Once'") == [(1,)]


def configuration(cluster: Cluster, name: str, **fields: Any) -> str:
    server = cluster.servers[0]
    prompt = {"name": name, "prompt": "<prompt><role>A</role></prompt>", "responseTime": 5}
    made = cluster.ask(server, "POST", "/api/prompts/create", prompt).json["prompt"]["_id"]
    body = {
        "configurationName": name,
        "source": name,
        "initialStage": "New Lead",
        "costPerLead": 1,
        "defaultProcess": made,
        **fields,
    }
    return str(cluster.ask(server, "POST", "/api/lead-management", body).json["data"]["_id"])


def test_a_lead_that_comes_in_at_both_at_once_is_one_lead(cluster: Cluster) -> None:
    chosen = configuration(cluster, "Twice")
    lead = {
        "configurationId": chosen,
        "firstName": "Jane",
        "phoneNumber": "+14155550133",
        "email": "jane@example.com",
    }
    answers = cluster.at_both_at_once(
        12, lambda server: cluster.ask(server, "POST", "/api/webhook/outreach", lead)
    )
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["data"]["contactId"] for answer in answers}) == 1
    assert cluster.sql("SELECT count(*) FROM leads WHERE source = 'Twice'") == [(1,)]
    entered = (
        "SELECT count(*) FROM stage_transitions WHERE source = 'Twice' AND from_stage_id IS NULL"
    )
    assert cluster.sql(entered) == [(1,)]


def test_two_workers_run_each_job_once_and_number_every_event(
    machine: Machine, cluster: Cluster
) -> None:
    chosen = configuration(cluster, "Greeted", starterMessage="Hi {{firstName}}!")
    count = 40

    def send(number: int) -> Answer:
        lead = {
            "configurationId": chosen,
            "firstName": f"Jan {number}",
            "phoneNumber": f"+1415555{2000 + number}",
        }
        return cluster.ask(cluster.servers[number % 2], "POST", "/api/webhook/outreach", lead)

    with ThreadPoolExecutor(8) as threads:
        assert {answer.status for answer in threads.map(send, range(count))} == {200}
    assert cluster.sql("SELECT count(*) FROM jobs") == [(count,)]
    workers = [
        subprocess.Popen([*LEADLINE, "work"], env=machine.environment, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        until = time.monotonic() + PATIENCE_S
        left = (
            "SELECT (SELECT count(*) FROM jobs), "
            "(SELECT count(*) FROM events WHERE position IS NULL)"
        )
        while cluster.sql(left) != [(0, 0)]:
            assert time.monotonic() < until
            assert [worker.poll() for worker in workers] == [None, None]
    finally:
        for worker in workers:
            worker.terminate()
        ended = [worker.wait(PATIENCE_S) for worker in workers]
    assert ended == [0, 0]
    sent = (
        "SELECT count(*), count(DISTINCT object_id) FROM events WHERE noun = 'message' "
        "AND before->>'status' = 'queued' AND after->>'status' = 'sent'"
    )
    assert cluster.sql(sent) == [(count, count)]
    positions = (
        "SELECT count(*) = max(position) AND min(position) = 1 FROM events GROUP BY organization_id"
    )
    assert set(cluster.sql(positions)) == {(True,)}


def test_processes_of_one_server_answer_for_all_of_them(machine: Machine, cluster: Cluster) -> None:
    server = machine.start("--workers", "2", port=free_port())
    server.wait_until_ready()
    count = 40
    for _ in range(count):
        assert cluster.ask(server, "GET", "/api/v1/outcome/").status == 200
    labels = {"dialect": "close", "operation": "outcome.list", "status": "2xx"}

    def figures() -> list[Any]:
        text = cluster.ask(server, "GET", "/metrics").text
        families = text_string_to_metric_families(text)
        return [sample for family in families for sample in family.samples]

    (counted,) = [
        sample.value
        for sample in figures()
        if sample.name == "leadline_request_seconds_count" and sample.labels == labels
    ]
    assert counted == count
    # The server is ready when one of its processes is.
    until = time.monotonic() + PATIENCE_S
    names: Counter[str] = Counter()
    while names["leadline_process_cpu_seconds"] < 2 and time.monotonic() < until:
        names = Counter(sample.name for sample in figures())
    assert names["leadline_process_cpu_seconds"] == 2
    assert names["leadline_database_up"] == 1
    assert server.stop() == 0
