"""Transitions for the benchmark of the history report: two years of five organizations."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import psycopg

from leadline.cli.context import migrate_database
from leadline.flows.change_time_zone import change_time_zone
from leadline.flows.create_organization import create_organization, founding_scope
from leadline.kernel.clock import SystemClock
from leadline.kernel.ids import new_id
from leadline.kernel.rights import Role
from leadline.kernel.scope import Scope
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.roles import APP_ROLE

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
# The parts of all transitions that organizations have, with their zones.
SHARES = {
    "Europe/London": 60,
    "America/New_York": 20,
    "Asia/Kathmandu": 10,
    "Australia/Sydney": 6,
    "UTC": 4,
}
STAGES = 10
SOURCES = 24
CONFIGURATIONS = 12
USERS = 5

_FILL = """
INSERT INTO stage_transitions (organization_id, id, kind, lead_id, pipeline_id, from_stage_id,
    from_stage_name, stage_id, stage_name, source, configuration_id, owner_id, is_intake, cost,
    actor_id, created_at)
SELECT org.ids[o], decode(lpad(to_hex(g), 24, '0'), 'hex'), 'lead',
    decode(lpad(to_hex(1 + g / 3), 24, '0'), 'hex'), org.pipelines[o],
    CASE WHEN stage > 0 THEN org.stages[o][stage] END,
    CASE WHEN stage > 0 THEN 'Stage ' || stage END,
    org.stages[o][stage + 1], 'Stage ' || (stage + 1), 'Source ' || (source + 1),
    org.configurations[o][1 + source %% {configurations}],
    org.users[o][1 + source %% {users}], stage = 0, CASE WHEN stage = 0 THEN 12.5 END,
    org.users[o][1 + source %% {users}],
    %(start)s + make_interval(days => (g::bigint * {days} / %(rows)s)::int, secs => second)
FROM (
    SELECT g, 1 + width_bucket(random(), %(share_ends)s::float8[]) AS o,
        width_bucket(random(), %(stage_ends)s::float8[]) AS stage,
        width_bucket(random(), %(source_ends)s::float8[]) AS source,
        CASE WHEN random() < 0.9 THEN 32400 + random() * 32400 ELSE random() * 86400 END AS second
    FROM generate_series(0, %(rows)s - 1) g
) drawn CROSS JOIN (
    SELECT %(ids)s::bytea[] AS ids, %(pipelines)s::bytea[] AS pipelines,
        %(stages)s::bytea[][] AS stages, %(configurations)s::bytea[][] AS configurations,
        %(users)s::bytea[][] AS users
) org
"""


@dataclass(frozen=True)
class Tenant:
    """One organization of the benchmark, as its admin."""

    scope: Scope
    pipeline_id: bytes
    stages: list[bytes]
    configurations: list[bytes]
    users: list[bytes]


def open_database(url: str, *, connections: int = 4) -> Database:
    """Not open yet. Without a timeout, since the slow ways are measured, too."""
    settings = Settings(statement_timeout_s=0, pool_size=connections)
    return Database(url, settings, SystemClock())


async def fill(url: str, rows: int) -> list[Tenant]:
    """Migrates the empty database and fills it; the organizations come in the order of SHARES."""
    migrate_database(url, app_role=APP_ROLE)
    database = open_database(url)
    await database.open()
    tenants = [await _tenant(database, zone) for zone in SHARES]
    with psycopg.connect(url, autocommit=True) as connection:
        _insert(connection, tenants, rows)
    for tenant in tenants:
        async with database.writing(tenant.scope) as unit:
            await change_time_zone(unit, tenant.scope.time_zone)  # counts them
    await database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
    return tenants


async def _tenant(database: Database, zone: str) -> Tenant:
    scope = founding_scope(database.clock.now())
    async with database.writing(scope) as unit:
        made = await create_organization(
            unit,
            name=zone,
            admin_email=f"{scope.organization_id.hex()}@example.com",
            password_hash="-",
            time_zone=zone,
        )
        pipeline_id = await unit.fetch_value(
            "SELECT id FROM pipelines "
            "WHERE organization_id = %(organization_id)s AND kind = 'lead' AND is_default"
        )
        stages = [unit.new_id() for _ in range(STAGES)]
        for place, stage_id in enumerate(stages):
            await unit.execute(
                "INSERT INTO stages (organization_id, id, pipeline_id, kind, name, rank, "
                "created_at, updated_at) VALUES (%(organization_id)s, %(id)s, %(pipeline_id)s, "
                "'lead', %(name)s, %(place)s, %(now)s, %(now)s)",
                id=stage_id,
                pipeline_id=pipeline_id,
                name=f"Stage {place + 1}",
                place=place,
            )
    return Tenant(
        Scope(scope.organization_id, made.user_id, Role.ADMIN, b"bench", time_zone=zone),
        pipeline_id,
        stages,
        [new_id(START) for _ in range(CONFIGURATIONS)],
        [made.user_id, *(new_id(START) for _ in range(USERS - 1))],
    )


def _insert(connection: psycopg.Connection[Any], tenants: list[Tenant], rows: int) -> None:
    """In the order of time, as they would have come; the other indexes are made afterwards."""
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE tablename = 'stage_transitions' AND indexname NOT LIKE '%_pkey'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    connection.execute("SELECT setseed(0.5)")
    statement = _FILL.format(configurations=CONFIGURATIONS, users=USERS, days=DAYS)
    connection.execute(
        statement.encode(),
        {
            "rows": rows,
            "start": START,
            "share_ends": [end / 100 for end in accumulate(SHARES.values())][:-1],
            "stage_ends": _zipf_ends(STAGES),
            "source_ends": _zipf_ends(SOURCES),
            "ids": [tenant.scope.organization_id for tenant in tenants],
            "pipelines": [tenant.pipeline_id for tenant in tenants],
            "stages": [tenant.stages for tenant in tenants],
            "configurations": [tenant.configurations for tenant in tenants],
            "users": [tenant.users for tenant in tenants],
        },
    )
    for _, definition in indexes:
        connection.execute(definition.encode())


def _zipf_ends(count: int) -> list[float]:
    """Where the share of each but the last ends: the n-th is drawn 1/n as often as the first."""
    ends = list(accumulate(1 / place for place in range(1, count + 1)))
    return [end / ends[-1] for end in ends[:-1]]


def shuffled(names: Sequence[str]) -> list[str]:
    """A new order for each round, so that no way always follows the same other."""
    return random.sample(list(names), len(names))
