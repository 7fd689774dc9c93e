"""The hot paths beside their limit: the same statements from a bare Starlette handler.

Each path is first carried out once with its statements recorded. Then both servers, each one
process, are loaded in turns; what is reported is the ratio round by round.
"""

from __future__ import annotations

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

from benchmarks.bare import Recording
from benchmarks.load import Run, request, run
from benchmarks.report import write_section
from benchmarks.servers import Server, database_cpu_s, free_port, leadline
from benchmarks.world import FULL, World
from leadline.cli.context import migrate_database
from leadline.store.embedded import attach
from leadline.store.roles import APP_ROLE


@dataclass(frozen=True)
class HotPath:
    """One path: its name, whether it writes, and a maker of requests that differ as they should."""

    name: str
    title: str
    writes: bool
    make: Callable[[], tuple[str, str, dict[str, Any] | None]]
    tether: bool = False


def hot_paths(world: World) -> Iterator[HotPath]:
    lead = "/api/v1/lead/"
    known = world.incoming()
    world.call("POST", "/api/webhook/outreach", known)
    changes = itertools.count()
    window = "from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
    # The oldest come first, and these are the full ones.
    plain, full = f"{lead}?_limit=100&_skip={FULL}", f"{lead}?_limit=100"
    yield HotPath("list", "list 100 leads", False, lambda: ("GET", plain, None))
    yield HotPath("list_full", "list 100 full leads", False, lambda: ("GET", full, None))
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


def _record(world: World, path: HotPath) -> Recording:
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
        if _bytes(query).lstrip().startswith(b"INSERT"):
            values = params.values() if isinstance(params, dict) else params
            fresh += [v for v in values if isinstance(v, bytes) and len(v) == 12]
    if path.name == "intake_new" and body is not None:
        fresh += [body["phoneNumber"], body["email"]]
        fresh += [p["key"] for query, p, _ in statements if b"xact_lock(%(key)s" in _bytes(query)]
    known = _known_ids(statements, fresh)
    named = {v for _, p, _ in statements if isinstance(p, dict) for v in p.values() if _is_id(v)}
    choices = {v: world.raw_lead_ids for v in named if v in set(world.raw_lead_ids)}
    return Recording(
        path.name, path.writes, statements, [v for v in fresh if v not in known], choices
    )


def _bytes(query: bytes | str) -> bytes:
    return query if isinstance(query, bytes) else query.encode()


def _is_id(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 12


def _known_ids(statements: Any, fresh: list[Any]) -> set[Any]:
    """Ids that were there before the request: they stay the same when it is repeated."""
    made = {
        params["id"]
        for query, params, _ in statements
        if isinstance(params, dict) and b"INSERT" in _bytes(query) and "id" in params
    }
    listed = {
        row[1] for _, params, _ in statements if isinstance(params, list) for row in _rows(params)
    }
    return {v for v in fresh if isinstance(v, bytes) and v not in made | listed}


def _rows(params: list[Any]) -> list[list[Any]]:
    """The rows of a multi-row insert of events (14 columns) or jobs (6)."""
    width = 14 if len(params) % 14 == 0 else 6
    return [params[at : at + width] for at in range(0, len(params), width)]


@dataclass
class Figures:
    """What was measured of one path at one number of connections."""

    ours: list[Run]
    limit: list[Run]
    our_cpu: list[float]
    limit_cpu: list[float]
    database_cpu: list[float]

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
            # As the server works with it: through the role that owns nothing, with row security.
            url = postgres.app_url
            migrate_database(postgres.database_url, app_role=APP_ROLE)
            with World(url, postgres.database_url) as world:
                world.fill(leads)
                paths = list(hot_paths(world))
                recordings = [_record(world, path) for path in paths]
                file = Path(folder) / "recordings.pickle"
                file.write_bytes(pickle.dumps(recordings))
                bare_port, our_port = free_port(), free_port()
                bare = Server(
                    ["-m", "benchmarks.bare", url, str(file), str(bare_port)],
                    bare_port,
                    "/readyz",
                    ORGANIZATION=world.member.organization_id.hex(),
                )
                ours = leadline(url, our_port)
                with bare, ours:
                    for path in paths:
                        rows += _compare(world, path, ours, bare, postgres.pid, rounds, seconds)
                    memory = ours.memory_mib
    return rows, memory


def _compare(  # noqa: PLR0917 - what is compared, and how often
    world: World,
    path: HotPath,
    ours: Server,
    bare: Server,
    postmaster: int,
    rounds: int,
    seconds: float,
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
        figures = Figures([], [], [], [], [])
        for _ in range(rounds):
            for server, make, runs, cpu in (
                (ours, our_request, figures.ours, figures.our_cpu),
                (bare, lambda: fixed, figures.limit, figures.limit_cpu),
            ):
                before, before_database = server.cpu_s, database_cpu_s(postmaster)
                done = run(server.port, make, connections, seconds)
                assert not done.failed, f"{path.name}: {done.failed} requests failed"
                runs.append(done)
                cpu.append((server.cpu_s - before) / done.count * 1e6)
                if server is ours:
                    used = database_cpu_s(postmaster) - before_database
                    figures.database_cpu.append(used / done.count * 1e6)
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
                f"{median(figures.database_cpu):,.0f}",
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
    "PostgreSQL CPU us",
]


def main(*, small: bool, write: bool) -> None:
    """Runs the comparison; ``small`` is a quick check that it works at all."""
    os.environ.pop("LEADLINE_DATABASE_URL", None)
    size = {"leads": 220, "rounds": 1, "seconds": 0.3} if small else {}
    rows, memory = measure(**{"leads": 2000, "rounds": 9, "seconds": 1.2, **size})  # type: ignore[arg-type]
    write_section("hot paths", HEADINGS, rows, write=write)
    rows = [["after all of this", f"{memory:.0f} MiB"]]
    write_section("memory", ["memory of the server process (PSS)", ""], rows, write=write)
