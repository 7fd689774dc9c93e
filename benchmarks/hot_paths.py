"""The hot paths beside their limit: the same statements from a bare Starlette handler.

Each path is first carried out once with its statements recorded. Then both servers, each one
process, are loaded in turns; what is reported is the ratio round by round.
"""

from __future__ import annotations

import base64
import itertools
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncCursor
from starlette.testclient import TestClient

from benchmarks.bare import Recording
from benchmarks.load import Run, request, run
from benchmarks.report import write_section
from benchmarks.servers import Server, free_port
from leadline.app import make_app, make_services
from leadline.flows.create_organization import NewMember, create_organization, founding_scope
from leadline.kernel.clock import SystemClock
from leadline.settings import Settings
from leadline.store.embedded import attach
from leadline.store.migrations import migrate

Make = Callable[[], bytes]


@dataclass(frozen=True)
class HotPath:
    """One path: its name, whether it writes, and a maker of requests that differ as they should."""

    name: str
    title: str
    writes: bool
    make: Callable[[], tuple[str, str, dict[str, Any] | None]]
    tether: bool = False


class _Recorder:
    """Notes the statements of every cursor while it is switched on."""

    def __init__(self) -> None:
        self.on = False
        self.statements: list[list[Any]] = []

    def cursor_class(self) -> type[AsyncCursor[Any]]:
        recorder = self

        class Cursor(AsyncCursor[Any]):
            async def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
                if recorder.on and not str(query).startswith(("BEGIN", "COMMIT")):
                    self._entry = [query, params, False]
                    recorder.statements.append(self._entry)
                return await super().execute(query, params, **more)

            async def fetchone(self) -> Any:
                self._mark()
                return await super().fetchone()

            async def fetchall(self) -> Any:
                self._mark()
                return await super().fetchall()

            def _mark(self) -> None:
                entry = getattr(self, "_entry", None)
                if entry is not None:
                    entry[2] = True

        return Cursor


class _World:
    """An organization with leads, and what the requests need to know of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.recorder = _Recorder()
        self.services = make_services(
            Settings(run_jobs=False, rate_limit=10**9, log_level="error"), url, SystemClock()
        )
        database = self.services.database
        configure = database._configure

        async def configured(connection: Any) -> None:
            await configure(connection)
            connection.cursor_factory = self.recorder.cursor_class()

        database.pool._configure = configured
        self.client = TestClient(make_app(self.services))
        self._phones = itertools.count(2_000_000)

    def __enter__(self) -> _World:
        self.client.__enter__()
        assert self.client.portal is not None
        self.member: NewMember = self.client.portal.call(self._found)
        key = self.member.api_key
        pair = base64.b64encode(f"{key}:".encode()).decode()
        self.close_headers = {"Authorization": f"Basic {pair}"}
        self.tether_headers = {"Authorization": f"Bearer {key}"}
        return self

    def __exit__(self, *arguments: Any) -> None:
        self.client.__exit__(*arguments)

    async def _found(self) -> NewMember:
        database = self.services.database
        async with database.writing(founding_scope(database.clock.now())) as unit:
            return await create_organization(
                unit, name="Bench", admin_email="bench@example.com", password_hash="-"
            )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = self.close_headers if path.startswith("/api/v1") else self.tether_headers
        response = self.client.request(method, path, json=body, headers=headers)
        assert response.is_success, f"{method} {path}: {response.text}"
        return response.json()

    def phone(self) -> str:
        return f"+1415{next(self._phones):07}"

    def fill(self, leads: int) -> None:
        """Leads with two contacts and two custom values each, and what the other paths need."""
        prompt = {"name": "Assistant", "prompt": "<prompt/>", "responseTime": 1}
        prompt_id = self.call("POST", "/api/prompts/create", prompt)["prompt"]["_id"]
        configuration = {
            "configurationName": "Bench",
            "initialStage": "New Lead",
            "defaultProcess": prompt_id,
            "costPerLead": 5,
        }
        made = self.call("POST", "/api/lead-management", configuration)
        self.configuration_id = made["data"]["_id"]
        self.call("POST", "/api/webhook/outreach", self.incoming(size="L", budget=5))
        outcome = self.call("POST", "/api/v1/outcome/", {"name": "Demo booked"})
        self.outcome_id = outcome["id"]
        with psycopg.connect(self.url) as connection:
            self.fields = [
                f"custom.cf_{field_id.hex()}"
                for (field_id,) in connection.execute("SELECT id FROM custom_fields ORDER BY rank")
            ]
        ids = [self.call("POST", "/api/v1/lead/", self.lead())["id"] for _ in range(leads)]
        self.lead_ids = itertools.cycle(ids)
        self.raw_lead_ids = [bytes.fromhex(lead_id.removeprefix("lead_")) for lead_id in ids]
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def lead(self) -> dict[str, Any]:
        def contact(name: str) -> dict[str, Any]:
            return {
                "name": name,
                "title": "Buyer",
                "phones": [{"phone": self.phone(), "type": "mobile"}],
                "emails": [{"email": f"x{next(self._phones)}@example.com", "type": "office"}],
                self.fields[0]: "L",
                self.fields[1]: 12,
            }

        return {"name": "Bluth Company", "contacts": [contact("Gob Bluth"), contact("Tobias")]}

    def incoming(self, **more: Any) -> dict[str, Any]:
        return {
            "configurationId": self.configuration_id,
            "firstName": "Jane",
            "lastName": "Doe",
            "phoneNumber": self.phone(),
            "email": f"x{next(self._phones)}@example.com",
            **more,
        }


def _paths(world: _World) -> Iterator[HotPath]:
    lead = "/api/v1/lead/"
    known = world.incoming()
    world.call("POST", "/api/webhook/outreach", known)
    changes = itertools.count()
    window = "from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
    yield HotPath("list", "list 100 leads", False, lambda: ("GET", f"{lead}?_limit=100", None))
    yield HotPath(
        "get", "get a lead", False, lambda: ("GET", f"{lead}{next(world.lead_ids)}/", None)
    )
    yield HotPath(
        "create", "create a lead, two contacts", True, lambda: ("POST", lead, world.lead())
    )
    yield HotPath(
        "update",
        "update a lead",
        True,
        lambda: ("PUT", f"{lead}{next(world.lead_ids)}/", {"description": f"v{next(changes)}"}),
    )
    yield HotPath(
        "intake_new",
        "intake, new lead",
        True,
        lambda: ("POST", "/api/webhook/outreach", world.incoming()),
        tether=True,
    )
    yield HotPath(
        "intake_matched",
        "intake, matched lead",
        True,
        lambda: ("POST", "/api/webhook/outreach", known),
        tether=True,
    )
    yield HotPath(
        "call",
        "log a call with an outcome",
        True,
        lambda: (
            "POST",
            "/api/v1/activity/call/",
            {"lead_id": next(world.lead_ids), "outcome_id": world.outcome_id, "duration": 60},
        ),
    )
    yield HotPath(
        "history",
        "history by day",
        False,
        lambda: ("GET", f"/api/outreach-metrics/history?{window}", None),
        tether=True,
    )


def _record(world: _World, path: HotPath) -> Recording:
    body: dict[str, Any] | None = None
    for _ in range(2):  # the second time everything is cached that may be
        method, url, body = path.make()
        world.recorder.statements = []
        world.recorder.on = True
        world.call(method, url, body)
        world.recorder.on = False
    statements = [(query, params, fetched) for query, params, fetched in world.recorder.statements]
    fresh: list[Any] = []
    for query, params, _ in statements:
        text = query.decode() if isinstance(query, bytes) else query
        if text.lstrip().startswith("INSERT"):
            values = params.values() if isinstance(params, dict) else params
            fresh += [v for v in values if isinstance(v, bytes) and len(v) == 12]
    if path.name == "intake_new" and body is not None:
        fresh += [body["phoneNumber"], body["email"]]
        fresh += [p["key"] for query, p, _ in statements if "advisory" in str(query)]
    known = _known_ids(statements, fresh)
    named = {v for _, p, _ in statements if isinstance(p, dict) for v in p.values() if _is_id(v)}
    choices = {v: world.raw_lead_ids for v in named if v in set(world.raw_lead_ids)}
    return Recording(
        path.name, path.writes, statements, [v for v in fresh if v not in known], choices
    )


def _is_id(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 12


def _known_ids(statements: Any, fresh: list[Any]) -> set[Any]:
    """Ids that were there before the request: they stay the same when it is repeated."""
    made = {
        params["id"]
        for query, params, _ in statements
        if isinstance(params, dict)
        and b"INSERT" in (query if isinstance(query, bytes) else b"")
        and "id" in params
    }
    listed = {
        row[1] for _, params, _ in statements if isinstance(params, list) for row in _rows(params)
    }
    return {v for v in fresh if isinstance(v, bytes) and v not in made | listed}


def _rows(params: list[Any]) -> list[list[Any]]:
    """The rows of a multi-row insert of events (13 columns) or jobs (6)."""
    width = 13 if len(params) % 13 == 0 else 6
    return [params[at : at + width] for at in range(0, len(params), width)]


@dataclass
class Figures:
    """What was measured of one path at one number of connections."""

    ours: list[Run]
    limit: list[Run]
    our_cpu: list[float]
    limit_cpu: list[float]

    @property
    def ratio(self) -> float:
        pairs = zip(self.ours, self.limit, strict=True)
        return median(a.per_second / b.per_second for a, b in pairs)


def measure(*, leads: int, rounds: int, seconds: float) -> tuple[list[list[str]], float]:
    """Rows of the table, and the memory of our process in MiB."""
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="leadline-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with attach(Path(folder)) as postgres:
            url = postgres.database_url
            with psycopg.connect(url, autocommit=True) as connection:
                migrate(connection, SystemClock().now())
            with _World(url) as world:
                world.fill(leads)
                paths = list(_paths(world))
                recordings = [_record(world, path) for path in paths]
                file = Path(folder) / "recordings.pickle"
                file.write_bytes(pickle.dumps(recordings))
                bare_port, our_port = free_port(), free_port()
                bare = Server(
                    ["-m", "benchmarks.bare", url, str(file), str(bare_port)], bare_port, "/readyz"
                )
                ours = Server(
                    ["-m", "leadline", "serve", "--port", str(our_port)],
                    our_port,
                    "/readyz",
                    LEADLINE_DATABASE_URL=url,
                    LEADLINE_RATE_LIMIT="1000000000",
                    LEADLINE_LOG_LEVEL="warning",
                    LEADLINE_RUN_JOBS="false",
                )
                with bare, ours:
                    for path in paths:
                        rows += _compare(world, path, ours, bare, rounds, seconds)
                    memory = ours.memory_mib
    return rows, memory


def _compare(  # noqa: PLR0917 - what is compared, and how often
    world: _World, path: HotPath, ours: Server, bare: Server, rounds: int, seconds: float
) -> list[list[str]]:
    headers = world.tether_headers if path.tether else world.close_headers

    def our_request() -> bytes:
        method, url, body = path.make()
        return request(method, url, headers, msgspec.json.encode(body) if body else b"")

    method, _, body = path.make()
    payload = msgspec.json.encode(body) if body else b""
    fixed = request(method, f"/{path.name}", headers, payload)
    rows = []
    for connections in (1, 32):
        figures = Figures([], [], [], [])
        for _ in range(rounds):
            for server, make, runs, cpu in (
                (ours, our_request, figures.ours, figures.our_cpu),
                (bare, lambda: fixed, figures.limit, figures.limit_cpu),
            ):
                before = server.cpu_s
                done = run(server.port, make, connections, seconds)
                assert not done.failed, f"{path.name}: {done.failed} requests failed"
                runs.append(done)
                cpu.append((server.cpu_s - before) / done.count * 1e6)
        rows.append(
            [
                path.title,
                str(connections),
                f"{median(r.per_second for r in figures.ours):,.0f}",
                f"{median(r.per_second for r in figures.limit):,.0f}",
                f"{figures.ratio:.2f}",
                f"{median(r.latency_ms for r in figures.ours):.2f}",
                f"{median(figures.our_cpu):,.0f}",
                f"{median(figures.limit_cpu):,.0f}",
            ]
        )
        print("  ".join(rows[-1]), flush=True)
    return rows


HEADINGS = [
    "path",
    "connections",
    "requests/s",
    "bare requests/s",
    "ratio",
    "median ms",
    "CPU us/request",
    "bare CPU us",
]


def main(*, small: bool, write: bool) -> None:
    """Runs the comparison; ``small`` is a quick check that it works at all."""
    os.environ.pop("LEADLINE_DATABASE_URL", None)
    size = {"leads": 120, "rounds": 1, "seconds": 0.3} if small else {}
    rows, memory = measure(**{"leads": 2000, "rounds": 5, "seconds": 2.0, **size})  # type: ignore[arg-type]
    write_section("hot paths", HEADINGS, rows, write=write)
    print(f"memory of the server process: {memory:.0f} MiB (PSS)")
