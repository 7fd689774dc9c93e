"""What must be true of the database after whatever has happened. Every query finds offenders."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg

from leadline.kernel.clock import MovableClock, SystemClock
from leadline.platform.jobs import Worker
from leadline.settings import Settings
from leadline.store.database import Database
from leadline.store.embedded import attach
from leadline.store.events import number_events
from leadline.worker import JOBS
from tests.embedded_servers import wait_until
from tests.faults.deployment import Deployment
from tests.faults.load import Kept, Ledger

NOUNS = {
    "call": "calls",
    "contact": "contacts",
    "conversation": "conversations",
    "lead": "leads",
    "lead_status_change": "lead_status_changes",
    "message": "messages",
    "stage_transition": "stage_transitions",
}

# Half-written things. Nothing is ever deleted in these tests.
RULES: dict[str, str] = {
    "a lead without exactly one primary contact": """
        SELECT l.id FROM leads l LEFT JOIN contacts c USING (organization_id)
        WHERE c.lead_id = l.id AND c.is_primary GROUP BY l.id HAVING count(*) <> 1
        UNION ALL SELECT id FROM leads l
        WHERE NOT EXISTS (SELECT FROM contacts c WHERE c.lead_id = l.id AND c.is_primary)
    """,
    "a phone number that is not one contact's": """
        SELECT value FROM contact_methods GROUP BY value HAVING count(*) <> 1
        UNION ALL SELECT c.id::text FROM contacts c WHERE NOT EXISTS (
            SELECT FROM contact_methods m WHERE m.contact_id = c.id
            AND m.value = c.phones -> 0 ->> 'value')
    """,
    "a lead that did not enter a first stage exactly once": """
        SELECT l.id FROM leads l LEFT JOIN stage_transitions t ON t.lead_id = l.id
            AND t.from_stage_id IS NULL AND t.is_intake AND t.cost = 1
        GROUP BY l.id HAVING count(t.id) <> 1
    """,
    "transitions that do not follow from each other": """
        SELECT lead_id FROM (
            SELECT t.lead_id, t.from_stage_id,
                   lag(t.stage_id) OVER (PARTITION BY t.lead_id ORDER BY e.sequence) AS came_from
            FROM stage_transitions t JOIN events e ON e.object_id = t.id
                AND e.noun = 'stage_transition'
        ) steps WHERE from_stage_id IS DISTINCT FROM came_from
    """,
    "a lead that is not where its last transition went": """
        SELECT l.id FROM leads l JOIN LATERAL (
            SELECT t.stage_id FROM stage_transitions t
            JOIN events e ON e.object_id = t.id AND e.organization_id = t.organization_id
                AND e.noun = 'stage_transition'
            WHERE t.lead_id = l.id AND t.organization_id = l.organization_id
            ORDER BY e.sequence DESC LIMIT 1
        ) last ON true WHERE last.stage_id <> l.stage_id
    """,
    "a move without its status change": """
        SELECT t.id FROM stage_transitions t FULL JOIN lead_status_changes s USING (id)
        WHERE (t.from_stage_id IS NULL) <> (s.id IS NULL) OR s.new_stage_id <> t.stage_id
    """,
    "counts of transitions that are not those of the rows": """
        WITH counted AS (
            SELECT month + number::integer - 1, stage_id, stage_name, source, configuration_id,
                   sum(count) FROM stage_transition_counts,
                   unnest(counts) WITH ORDINALITY AS days (count, number)
            WHERE count <> 0 GROUP BY 1, 2, 3, 4, 5
        ), raw AS (
            SELECT (created_at AT TIME ZONE 'UTC')::date, stage_id, stage_name, source,
                   configuration_id, count(*) FROM stage_transitions
            WHERE configuration_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5
        )
        (SELECT * FROM counted EXCEPT SELECT * FROM raw)
        UNION ALL (SELECT * FROM raw EXCEPT SELECT * FROM counted)
    """,
    "an event that does not begin where the one before ended": """
        SELECT object_id FROM (
            SELECT object_id, before,
                   lag(after) OVER (PARTITION BY noun, object_id ORDER BY sequence) AS ended
            FROM events
        ) steps WHERE before IS DISTINCT FROM ended
    """,
    "a greeting that is not one message, sent once": """
        SELECT c.id FROM contacts c
        LEFT JOIN conversations k ON k.contact_id = c.id
        LEFT JOIN messages m ON m.conversation_id = k.id
            AND m.status = 'sent' AND m.provider_message_id = encode(m.id, 'hex')
        GROUP BY c.id HAVING count(m.id) <> 1
        UNION ALL SELECT id FROM messages WHERE status <> 'sent'
        UNION ALL SELECT m.id FROM messages m JOIN events e ON e.object_id = m.id
            AND e.action = 'updated' AND e.after ->> 'status' = 'sent'
        GROUP BY m.id HAVING count(*) <> 1
    """,
    "a job that is left over": "SELECT id, name, attempts, last_error FROM jobs",
    "a key that was claimed and not answered": """
        SELECT scope_hash FROM idempotency_keys WHERE status IS NULL OR body IS NULL
    """,
    "positions with gaps": """
        SELECT organization_id FROM events GROUP BY 1
        HAVING count(*) <> max(position) OR count(position) <> count(*) OR min(position) <> 1
    """,
    "positions against the order of changes": """
        SELECT object_id FROM (
            SELECT object_id, position,
                   lag(position) OVER (PARTITION BY object_id ORDER BY sequence) AS earlier
            FROM events
        ) steps WHERE position < earlier
    """,
    **{
        f"a {noun} without its one event of creation": f"""
            SELECT r.id FROM {table} r LEFT JOIN events e ON e.object_id = r.id
                AND e.organization_id = r.organization_id
                AND e.noun = '{noun}' AND e.action = 'created'
            GROUP BY r.id HAVING count(e.id) <> 1
            UNION ALL SELECT e.object_id FROM events e
            WHERE e.noun = '{noun}' AND NOT EXISTS (SELECT FROM {table} r WHERE r.id = e.object_id)
        """
        for noun, table in NOUNS.items()
    },
    **{
        f"a {noun} that is not what its last event says": f"""
            SELECT r.id FROM {table} r JOIN LATERAL (
                SELECT after FROM events e WHERE e.object_id = r.id
                AND e.organization_id = r.organization_id AND e.noun = '{noun}'
                ORDER BY sequence DESC LIMIT 1
            ) last ON true WHERE (last.after ->> 'updated_at')::timestamptz <> r.updated_at
        """
        for noun, table in NOUNS.items()
        if noun != "stage_transition"
    },
}

_UNNUMBERED = "SELECT 1 FROM events WHERE position IS NULL LIMIT 1"


def finish_jobs(url: str) -> None:
    """Does what a killed worker has left behind, as another would once the lease has run out."""

    async def run() -> None:
        clock = MovableClock(SystemClock().now() + timedelta(hours=2))
        database = Database(url, Settings(pool_size=2), clock)
        await database.open()
        try:
            await Worker(database, JOBS).run_due()
            async with database.connection() as connection:
                while await (await connection.execute(_UNNUMBERED)).fetchone():
                    await number_events(connection)  # nothing while another is at it
        finally:
            await database.close()

    asyncio.run(run())


def offences(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """The rules that are broken, each with the first offenders."""
    found = {
        rule: connection.execute(f"SELECT * FROM ({query}) offenders LIMIT 5".encode()).fetchall()
        for rule, query in RULES.items()
    }
    return {rule: rows for rule, rows in found.items() if rows}


def broken_promises(connection: psycopg.Connection[Any], ledger: Ledger) -> list[str]:
    """Writes that were answered with success and are not there exactly once."""
    leads = {
        contact_id.hex(): (value, stages, notes)
        for contact_id, value, stages, notes in connection.execute(
            """
            SELECT c.id, m.value,
                (SELECT array_agg('stat_' || encode(t.stage_id, 'hex') ORDER BY e.sequence)
                 FROM stage_transitions t JOIN events e ON e.object_id = t.id
                    AND e.noun = 'stage_transition'
                 WHERE t.organization_id = c.organization_id AND t.lead_id = c.lead_id
                 AND e.organization_id = c.organization_id),
                (SELECT array_agg(note) FROM calls WHERE calls.contact_id = c.id
                 AND calls.organization_id = c.organization_id)
            FROM contacts c JOIN contact_methods m ON m.contact_id = c.id
            """
        )
    }
    broken = [text for kept in ledger.leads for text in _broken(kept, leads.get(kept.contact_id))]
    once = dict.fromkeys((*ledger.given_up_phones, *ledger.given_up_calls), 0)
    for value, _, notes in leads.values():
        for known in (value, *(notes or [])):
            if known in once:
                once[known] += 1
    broken += [f"{known} is there {count} times" for known, count in once.items() if count > 1]
    return broken


def _broken(kept: Kept, found: tuple[str, list[str], list[str] | None] | None) -> list[str]:
    if found is None:
        return [f"lead {kept.contact_id} is gone"]
    phone, stages, notes = found
    broken = []
    if phone != kept.phone:
        broken.append(f"lead {kept.contact_id} has {phone}, not {kept.phone}")
    moves = stages[1:] if kept.is_certain else stages[1 : 1 + len(kept.stages)]
    if moves != kept.stages:
        broken.append(f"lead {kept.contact_id} moved {stages}, and was answered {kept.stages}")
    broken += [
        f"{note} is there {(notes or []).count(note)} times"
        for note in kept.calls
        if (notes or []).count(note) != 1
    ]
    return broken


def audit(deployment: Deployment, ledger: Ledger) -> None:
    """Waits until the work is done, and fails with whatever is not as it must be."""
    with attach(deployment.data) as server:
        url = server.database_url
        with psycopg.connect(url, autocommit=True) as connection:
            waiting = "SELECT 1 FROM jobs WHERE attempts = 0 LIMIT 1"
            wait_until(lambda: connection.execute(waiting.encode()).fetchone() is None, 60)
            finish_jobs(url)
            connection.execute("ANALYZE")
            broken = broken_promises(connection, ledger)
            assert broken == [], broken
            found = offences(connection)
            assert found == {}, found
            _check_report(deployment, connection)
    assert deployment.unexpected() == []


def _check_report(deployment: Deployment, connection: psycopg.Connection[Any]) -> None:
    """The history report counts what is there, neither more nor less."""
    (row,) = connection.execute("SELECT count(*) FROM stage_transitions").fetchall()
    line = deployment.line()
    answer = line.send(
        "GET", "/api/outreach-metrics/history?from=2000-01-01&to=2100-01-01&groupBy=month"
    )
    line.close()
    assert answer is not None
    assert answer.status == 200, answer
    assert sum(entry["count"] for entry in answer.body["data"]) == row[0]
