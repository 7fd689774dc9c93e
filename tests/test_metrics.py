"""What the server tells about itself: figures, what a call has cost, readiness, and its log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from leadline.app import make_app, make_services
from leadline.platform.metrics import SharedFigures
from leadline.settings import Settings, SettingsError
from leadline.store.migrations import Migration, all_migrations
from leadline.wire import watching
from tests.asgi import Answer, Headers, ask
from tests.cast import World
from tests.conftest import TEST_SETTINGS

TOKEN = "a token that nobody guesses"
HERE = ("127.0.0.1", 50123)
ELSEWHERE = ("203.0.113.7", 50123)

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def app_of(world: World, **settings: Any) -> Any:
    services = world.services
    changed = msgspec.structs.replace(services.settings, **settings)
    return make_app(type(services)(**{**vars(services), "settings": changed}))


def metrics(
    world: World, app: Any, client: tuple[str, int] = HERE, headers: Headers = ()
) -> Answer:
    async def from_there(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": client}, receive, send)

    answer: Answer = world.call(ask, from_there, "GET", "/metrics", headers)
    return answer


def figures(world: World) -> Figures:
    answer = metrics(world, world.client.app)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Figures, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


# Figures.


def test_requests_are_counted_by_operation_and_kind_of_status(world: World) -> None:
    before = figures(world)
    for name in ("a", "b"):
        world.ada.close.post("/outcome/", {"name": name})
    world.ada.close.post("/outcome/", {"name": ""}, 400)
    world.ada.tether.get("/user/profile")
    world.nobody.close.get("/me/", 401)
    after = figures(world)

    def more(dialect: str, operation: str, status: str) -> float:
        labels = {"dialect": dialect, "operation": operation, "status": status}
        name = "leadline_request_seconds_count"
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("close", "outcome.create", "2xx") == 2
    assert more("close", "outcome.create", "4xx") == 1
    assert more("tether", "user.get_profile", "2xx") == 1
    assert more("close", "user.me", "4xx") == 1


def test_addresses_beside_the_operations_are_counted_too(world: World) -> None:
    before = figures(world)
    world.client.post("/oauth2/token/")
    world.client.get("/go/file/orga_0/file_0/x/")
    world.client.post("/go/form/orga_0/form_0/")
    after = figures(world)
    name = "leadline_request_seconds_count"
    for operation in ("oauth.token", "file.download", "form.submit"):
        labels = {"dialect": "close", "operation": operation, "status": "4xx"}
        assert value(after, name, **labels) - value(before, name, **labels) == 1


def test_database_work_is_counted_by_operation(world: World) -> None:
    labels = {"dialect": "close", "operation": "outcome.create"}
    before = figures(world)
    answer = world.ada.close.send(
        "POST", "/outcome/", {"name": "a"}, headers={"X-Leadline-Timing": "1"}
    )
    after = figures(world)
    name = "leadline_database_statements_total"
    more = value(after, name, **labels) - value(before, name, **labels)
    assert more == timing(answer)["statements"] > 0
    name = "leadline_database_seconds_total"
    assert value(after, name, **labels) > value(before, name, **labels)


def test_labels_are_names_of_operations_never_what_was_asked_for(world: World) -> None:
    made = world.ada.close.post("/outcome/", {"name": "a"})["id"]
    world.ada.close.get(f"/outcome/{made}/")
    world.ada.close.get("/there/is/nothing/here/", 404)
    text = metrics(world, world.client.app).text
    assert made not in text
    assert "nothing" not in text
    assert 'operation="none",status="4xx"' in text


def test_what_waits_in_the_database_is_told_with_its_age(world: World) -> None:
    world.run_jobs()
    assert value(figures(world), "leadline_events_without_position") == 0
    world.ada.close.post("/outcome/", {"name": "a"})
    for run_at, failed_at in ((0, None), (30, None), (0, 1)):
        world.sql(
            "INSERT INTO jobs (organization_id, id, name, payload, run_at, failed_at, created_at) "
            "VALUES (%s, %s, 'x', '{}', %s, %s, %s)",
            world.ada.organization_id,
            world.ada.user_id[:-2] + bytes([run_at, failed_at or 0]),
            world.clock.now() + timedelta(seconds=run_at),
            world.clock.now() if failed_at else None,
            world.clock.now(),
        )
    world.clock.instant += timedelta(seconds=90)
    found = figures(world)
    assert value(found, "leadline_database_up") == 1
    assert value(found, "leadline_jobs_waiting") == 2
    assert value(found, "leadline_jobs_failed") == 1
    assert value(found, "leadline_jobs_oldest_seconds") == 90
    assert value(found, "leadline_events_without_position") == 1
    assert value(found, "leadline_events_lag_seconds") == 90
    world.sql("DELETE FROM jobs")


def test_the_pool_and_the_process_are_told(world: World) -> None:
    found = figures(world)
    assert value(found, "leadline_pool_connections", state="idle") >= 1
    assert value(found, "leadline_pool_connections", state="in use") == 0
    assert value(found, "leadline_pool_requests_waiting") == 0
    assert value(found, "leadline_process_cpu_seconds") > 0


def test_without_a_database_the_other_figures_are_still_told(world: World) -> None:
    app = make_app(make_services(TEST_SETTINGS, "postgresql://127.0.0.1:1/nowhere"))
    text = metrics(world, app).text
    assert "leadline_database_up 0.0" in text
    assert "leadline_jobs_waiting" not in text
    assert "leadline_request_seconds" in text


# Who may see them.


def test_figures_are_for_this_machine_unless_there_is_a_token(world: World) -> None:
    app = world.client.app
    assert metrics(world, app, HERE).status_code == 200
    assert metrics(world, app, ("::1", 1)).status_code == 200
    assert metrics(world, app, ELSEWHERE).status_code == 403
    assert metrics(world, app, ("a name", 1)).status_code == 403
    # What a proxy on this machine passes on comes from elsewhere.
    assert metrics(world, app, HERE, [(b"via", b"1.1 proxy")]).status_code == 403
    assert metrics(world, app, HERE, [(b"x-forwarded-for", b"127.0.0.1")]).status_code == 403


def test_with_a_token_it_is_needed_everywhere(world: World) -> None:
    app = app_of(world, metrics_token=TOKEN)
    good = [(b"authorization", f"Bearer {TOKEN}".encode())]
    assert metrics(world, app, ELSEWHERE, good).status_code == 200
    for client in (HERE, ELSEWHERE):
        for wrong in ([], [(b"authorization", b"Bearer \xff")], [(b"authorization", b"Bearer ")]):
            answer = metrics(world, app, client, wrong)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "leadline_" not in answer.text


def test_a_token_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(SettingsError, match="LEADLINE_METRICS_TOKEN"):
        Settings.from_environment({"LEADLINE_METRICS_TOKEN": "short"})


# What a call has cost.


def timing(response: Any) -> dict[str, float]:
    """The parts of Server-Timing: a duration or a number each."""
    parts = re.findall(r'(\w+);(?:dur|desc)="?([\d.]+)', response.headers["server-timing"])
    return {name: float(number) for name, number in parts}


def test_an_answer_tells_its_cost_when_asked(world: World) -> None:
    asking = {"X-Leadline-Timing": "1"}
    costs = []
    for _ in range(2):
        for name in ("a", "b", "c"):
            world.ada.close.post("/outcome/", {"name": name})
        costs.append(timing(world.ada.close.send("GET", "/outcome/", headers=asking)))
    few, many = costs
    assert set(few) == {"total", "db", "pool", "statements", "rows"}
    assert many["rows"] == few["rows"] + 3
    assert many["statements"] == few["statements"] != 0
    assert few["total"] > few["db"] > 0
    write = timing(
        world.ada.tether.send("PUT", "/user/profile", {"firstName": "A"}, headers=asking)
    )
    assert write["statements"] > 1


def test_the_cost_is_no_secret_between_us_but_told_to_nobody_else(world: World) -> None:
    assert "server-timing" not in world.ada.close.send("GET", "/outcome/").headers
    asking = {"X-Leadline-Timing": "1"}
    assert "server-timing" not in world.nobody.close.send("GET", "/me/", headers=asking).headers
    body = {"email": world.ada.email, "password": "wrong"}
    refused = world.nobody.tether.send("POST", "/auth/login", body, headers=asking)
    assert refused.status_code == 401
    assert "server-timing" not in refused.headers


# Readiness.


def test_a_server_whose_migrations_are_pending_is_not_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [*all_migrations(), Migration("9999_later", "SELECT 1")]
    monkeypatch.setattr(watching, "all_migrations", lambda: later)
    answer = world.call(ask, make_app(world.services), "GET", "/readyz", [])
    assert (answer.status_code, answer.json()) == (503, {"status": "migrations pending"})
    assert world.client.get("/readyz").status_code == 200


@pytest.fixture
def busy(world: World, database_url: str) -> Iterator[Any]:
    """An application whose only connection is taken, and whose requests would wait for a day."""
    patient = msgspec.structs.replace(TEST_SETTINGS, pool_size=1, pool_timeout_s=86400.0)
    services = make_services(patient, database_url, world.clock)
    world.call(services.database.open)
    taken = services.database.connection()
    world.call(taken.__aenter__)
    yield make_app(services)
    world.call(taken.__aexit__, None, None, None)
    world.call(services.database.close)


def test_a_server_without_a_free_connection_says_soon_that_it_is_not_ready(
    world: World, busy: Any
) -> None:
    answer = world.call(ask, busy, "GET", "/readyz", [])
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


# The log.


def test_each_request_is_one_line_with_who_what_and_cost_but_no_secret(world: World) -> None:
    with capture_logs() as lines:
        world.ada.close.post(
            "/outcome/",
            {"name": "confidential"},
            params={"_fields": "id"},
            headers={"X-Request-Id": "mine-1"},
        )
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["ms"] > 0
    assert line["statements"] >= 2
    assert {name: line[name] for name in line.keys() - {"ms", "statements"}} == {
        "event": "request",
        "log_level": "info",
        "dialect": "close",
        "operation": "outcome.create",
        "method": "POST",
        "path": "/api/v1/outcome/",
        "status": 201,
        "organization": world.ada.organization_id.hex(),
        "user": world.ada.user_id.hex(),
        "request_id": "mine-1",
    }
    assert world.ada.api_key not in str(lines)
    assert "confidential" not in str(lines)


def test_a_stranger_is_nobody_in_the_log(world: World) -> None:
    with capture_logs() as lines:
        world.nobody.close.get("/me/", 401)
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["organization"], line["user"], line["statements"]) == (None, None, 0)


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xff" * 8, b"\x40\x00\x00\x00" + b"\x05" * 60, b"\x00" * 4096]
)
def test_a_neighbour_that_starts_or_ends_breaks_no_answer(tmp_path: Path, content: bytes):
    whole = MmapedDict(str(tmp_path / "counter_1.db"))
    key = '["leadline_seen_total", "leadline_seen_total", {}, "Seen."]'
    whole.write_value(key, 3.0, 0.0)
    whole.close()
    (tmp_path / "counter_2.db").write_bytes(content)
    (tmp_path / "gauge_liveall_3.db").symlink_to(tmp_path / "gone")
    (metric,) = SharedFigures(tmp_path).collect()
    assert [(sample.name, sample.value) for sample in metric.samples] == [
        ("leadline_seen_total", 3.0)
    ]
