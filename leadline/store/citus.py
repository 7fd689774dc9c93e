"""How the schema is distributed by organization on Citus, derived from the migrations themselves.

Everything of one organization lies in one place: tables that have the organization are distributed
by it, and those that say who belongs where are copied to every machine. docs/scale.md tells what
runs as it is and what does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from leadline.store.migrations import Migration

# Copied to every machine: read on each request, written rarely, and asked before the organization
# is known. Keys and sessions are among them because they refer to a membership, and a table that
# is copied everywhere may not refer to one that is distributed.
REFERENCE_TABLES = frozenset(
    {"organizations", "users", "roles", "memberships", "api_keys", "refresh_tokens"}
    | {"account_links", "oauth_apps", "oauth_grants", "oauth_tokens", "sessions"}
)
# On the coordinator alone: nothing else is joined with them. Workers take jobs across
# organizations with FOR UPDATE SKIP LOCKED, which a distributed table does not bear.
COORDINATOR_TABLES = frozenset(
    {"failing_tasks", "instance_secrets", "jobs", "login_failures", "schema_migrations"}
    | {"login_networks", "sign_ins"}
)

_CREATED = re.compile(
    r"^CREATE TABLE (\w+)(?: \((.*?)^\)| PARTITION OF )", re.MULTILINE | re.DOTALL
)


def tables_of(migrations: Sequence[Migration]) -> list[str]:
    """Every table in the order in which it is created, which foreign keys make a good one.

    Partitions are left out: they go with the table that they are part of.
    """
    text = "\n".join(migration.sql for migration in migrations)
    return [name for name, columns in _CREATED.findall(text) if columns]


def distributed_tables(migrations: Sequence[Migration]) -> list[str]:
    """The tables that are spread over the machines by organization, in order of creation."""
    elsewhere = REFERENCE_TABLES | COORDINATOR_TABLES
    return [name for name in tables_of(migrations) if name not in elsewhere]


def distribution(migrations: Sequence[Migration]) -> str:
    """The SQL that distributes a migrated database, to be run once on the coordinator."""
    lines = [
        "-- Distributes a Leadline database by organization. Run it once on the coordinator, after",
        "-- `leadline migrate` and with no server running. docs/scale.md says what to expect.",
        "-- The coordinator must be known to the cluster:",
        "--   SELECT citus_set_coordinator_host('coordinator.example.com');",
        "BEGIN;",
        "SET LOCAL citus.multi_shard_modify_mode TO 'sequential';",
        "",
        "-- Who belongs where: on every machine.",
    ]
    tables = tables_of(migrations)
    lines += [
        f"SELECT create_reference_table('{name}');" for name in tables if name in REFERENCE_TABLES
    ]
    lines += ["", "-- What an organization has: together on one machine."]
    first, *others = distributed_tables(migrations)
    lines.append(f"SELECT create_distributed_table('{first}', 'organization_id');")
    for name in others:
        lines.append(
            f"SELECT create_distributed_table('{name}', 'organization_id', "
            f"colocate_with => '{first}');"
        )
    lines += [
        "",
        "-- Taken by workers across organizations: on the coordinator, known to the cluster, so",
        "-- that a change and its job are committed together.",
        "SELECT citus_add_local_table_to_metadata('jobs');",
        "",
        "COMMIT;",
    ]
    return "\n".join(lines)
