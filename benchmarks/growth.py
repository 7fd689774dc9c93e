"""The hot paths of an organization with ten thousand leads beside one with a million.

A few hundred leads are made through the API, then copied within the database: each copy is a little
older, with ids, phones and addresses of its own.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import psycopg

from benchmarks.history_data import shuffled
from benchmarks.hot_paths import HotPath, hot_paths
from benchmarks.load import Run, request, run
from benchmarks.report import write_section
from benchmarks.servers import Server, free_port, leadline
from benchmarks.world import World
from leadline.cli.context import migrate_database
from leadline.store.embedded import attach
from leadline.store.roles import APP_ROLE
from leadline.worker import count_leads

MADE = 250

# The first four bytes of an id are seconds: a copy is so many times ten minutes older.
_OLDER = """
CREATE FUNCTION older(id bytea, steps int) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT int4send((
        (get_byte(id, 0)::bigint << 24) + (get_byte(id, 1) << 16) + (get_byte(id, 2) << 8)
        + get_byte(id, 3) - 600 * steps
    )::int) || substr(id, 5)
$$
"""
# What differs in a copy, by table; parents first.
_COPIED: dict[str, dict[str, str]] = {
    "leads": {"id": "older(t.id, g)", "created_at": "t.created_at - make_interval(mins => 10 * g)"},
    "contacts": {
        "id": "older(t.id, g)",
        "lead_id": "older(t.lead_id, g)",
        "created_at": "t.created_at - make_interval(mins => 10 * g)",
    },
    "contact_methods": {
        "contact_id": "older(t.contact_id, g)",
        "value": "CASE t.kind WHEN 'phone' THEN '+1212' ELSE 'copy' END || g || t.value",
    },
    "stage_transitions": {
        "id": "older(t.id, g)",
        "lead_id": "older(t.lead_id, g)",
        "created_at": "t.created_at - make_interval(mins => 10 * g)",
    },
}


@dataclass
class Place:
    """One server with its leads."""

    world: World
    server: Server
    paths: dict[str, HotPath]


def multiply(world: World, leads: int) -> None:
    """Copies what there is until there are that many leads."""
    copies = leads // MADE - 1
    with psycopg.connect(world.owner_url, autocommit=True) as connection:
        connection.execute(_OLDER)
        for table, changed in _COPIED.items():
            columns = [
                name
                for (name,) in connection.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass "
                    "AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                    [table],
                )
            ]
            shown = ", ".join(changed.get(name, f"t.{name}") for name in columns)
            connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {shown} "
                f"FROM {table} t, generate_series(1, {copies}) g ORDER BY g DESC".encode()
            )
        connection.execute("VACUUM (FREEZE, ANALYZE)")
    assert world.client.portal is not None
    world.client.portal.call(count_leads, world.services.database)


def compare(places: dict[int, Place], rounds: int, seconds: float) -> list[list[str]]:
    """Rows of the table: the same path at every size, in turns, at one connection."""
    rows = []
    for name, path in next(iter(places.values())).paths.items():
        runs: dict[int, list[Run]] = {size: [] for size in places}
        for _ in range(rounds):
            for size in shuffled([str(size) for size in places]):
                place = places[int(size)]
                done = run(place.server.port, _maker(place, name), 1, seconds)
                assert not done.failed, f"{name}: {done.failed} requests failed"
                runs[int(size)].append(done)
        medians = [median(each.latency_ms for each in found) for found in runs.values()]
        pairs = zip(*runs.values(), strict=True)
        ratio = median(b.latency_ms / a.latency_ms for a, b in pairs)
        rows.append([path.title, *(f"{each:.2f}" for each in medians), f"{ratio:.2f}"])
        print("  ".join(rows[-1]), flush=True)
    return rows


def _maker(place: Place, name: str) -> Any:
    path = place.paths[name]
    headers = place.world.tether_headers if path.tether else place.world.close_headers

    def make() -> bytes:
        method, url, body = path.make()
        return request(method, url, headers, msgspec.json.encode(body) if body else b"")

    return make


def main(*, small: bool, write: bool) -> None:
    """Runs the comparison; ``small`` is a quick check that it works at all."""
    os.environ.pop("LEADLINE_DATABASE_URL", None)
    sizes = (500, 1_000) if small else (10_000, 1_000_000)
    with ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="leadline-bench-", dir="/tmp")
        )
        Path(folder).chmod(0o755)
        places = {}
        for size in sizes:
            started = time.perf_counter()
            postgres = stack.enter_context(attach(Path(folder) / "data", database=f"leads_{size}"))
            migrate_database(postgres.database_url, app_role=APP_ROLE)
            world = stack.enter_context(World(postgres.app_url, postgres.database_url))
            world.fill(MADE)
            multiply(world, size)
            server = stack.enter_context(leadline(postgres.app_url, free_port()))
            paths = {path.name: path for path in hot_paths(world)}
            places[size] = Place(world, server, paths)
            print(f"{size:,} leads in {time.perf_counter() - started:.0f} s", flush=True)
        rows = compare(places, 1 if small else 7, 0.2 if small else 1.0)
    headings = ["path", *(f"ms, {size:,} leads" for size in sizes), "ratio"]
    write_section("growth", headings, rows, write=write)
