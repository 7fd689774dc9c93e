"""What a write costs because of what is kept beside it: events, jobs and daily counts."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.hot_paths import HotPath, hot_paths
from benchmarks.load import Run, request, run
from benchmarks.report import write_section
from benchmarks.servers import Server, free_port, leadline
from benchmarks.world import World
from leadline.cli.context import migrate_database
from leadline.store.embedded import attach
from leadline.store.roles import APP_ROLE

HEADINGS = ["path", "connections", "requests/s without", "requests/s with", "ratio"]


def measure(*, leads: int, rounds: int, seconds: float) -> list[list[str]]:
    """Rows of the table: both servers on one database, in turns."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="leadline-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with attach(Path(folder)) as postgres:
            migrate_database(postgres.database_url, app_role=APP_ROLE)
            with World(postgres.app_url, postgres.database_url) as world:
                world.fill(leads)
                paths = [path for path in hot_paths(world) if path.writes]
                without = leadline(
                    postgres.app_url, free_port(), module="benchmarks.without_side_work"
                )
                with without, leadline(postgres.app_url, free_port()) as ours:
                    for path in paths:
                        for connections in (1, 32):
                            case = (world, path, connections)
                            rows.append(_compare(*case, without, ours, rounds, seconds))
                            print("  ".join(rows[-1]), flush=True)
    return rows


def _compare(  # noqa: PLR0917 - what is compared, and how often
    world: World,
    path: HotPath,
    connections: int,
    without: Server,
    ours: Server,
    rounds: int,
    seconds: float,
) -> list[str]:
    headers = world.tether_headers if path.tether else world.close_headers

    def make() -> bytes:
        method, url, body = path.make()
        return request(method, url, headers, msgspec.json.encode(body) if body else b"")

    runs: dict[Any, list[Run]] = {without: [], ours: []}
    for turn in range(rounds):
        for server in (without, ours) if turn % 2 else (ours, without):
            done = run(server.port, make, connections, seconds)
            assert not done.failed, f"{path.name}: {done.failed} requests failed"
            runs[server].append(done)
    pairs = zip(runs[ours], runs[without], strict=True)
    return [
        path.title,
        str(connections),
        f"{median(each.per_second for each in runs[without]):,.0f}",
        f"{median(each.per_second for each in runs[ours]):,.0f}",
        f"{median(a.per_second / b.per_second for a, b in pairs):.2f}",
    ]


def main(*, small: bool, write: bool) -> None:
    """Runs the comparison; ``small`` is a quick check that it works at all."""
    os.environ.pop("LEADLINE_DATABASE_URL", None)
    size: Any = {"leads": 120, "rounds": 1, "seconds": 0.2} if small else {}
    rows = measure(**{"leads": 1000, "rounds": 5, "seconds": 2.0, **size})
    write_section("side work", HEADINGS, rows, write=write)
