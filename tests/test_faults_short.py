"""The short form of `make test-faults`: each kind of death once, with the same close look after.

One test, since all of it needs a server of its own that has been through something.
"""

from __future__ import annotations

import psycopg

from leadline.store.embedded import attach
from tests.faults.audit import NOUNS, RULES, broken_promises, offences
from tests.faults.deployment import deployed
from tests.faults.interruptions import cut_connections, interrupt
from tests.faults.kills import VICTIMS, run_round
from tests.faults.load import Kept, Ledger, Setting

# What makes each rule of the audit cry out. Rolled back at once.
SABOTAGE: dict[str, str] = {
    "a lead without exactly one primary contact": "UPDATE contacts SET is_primary = false",
    "a phone number that is not one contact's": "DELETE FROM contact_methods",
    "a lead that did not enter a first stage exactly once": """
        DELETE FROM stage_transitions WHERE from_stage_id IS NULL
    """,
    "transitions that do not follow from each other": """
        UPDATE stage_transitions SET from_stage_id = 'x' WHERE from_stage_id IS NOT NULL
    """,
    "a lead that is not where its last transition went": """
        UPDATE stage_transitions SET stage_id = 'x'
    """,
    "a move without its status change": "DELETE FROM lead_status_changes",
    "counts of transitions that are not those of the rows": """
        UPDATE stage_transition_counts SET counts = array_fill(1, ARRAY[31])
    """,
    "an event that does not begin where the one before ended": """
        UPDATE events SET before = '{}' WHERE action = 'updated'
    """,
    "a greeting that is not one message, sent once": "UPDATE messages SET status = 'queued'",
    "a job that is left over": """
        INSERT INTO jobs (organization_id, id, name, payload, run_at, created_at)
        SELECT id, id, 'x', '{}', created_at, created_at FROM organizations
    """,
    "a key that was claimed and not answered": "UPDATE idempotency_keys SET status = NULL",
    "positions with gaps": "UPDATE events SET position = position + 1000000 WHERE position > 5",
    "positions against the order of changes": "UPDATE events SET position = -position",
    **{
        f"a {noun} without its one event of creation": f"""
            DELETE FROM events WHERE noun = '{noun}' AND action = 'created'
        """
        for noun in NOUNS
    },
    **{
        f"a {noun} that is not what its last event says": f"""
            UPDATE {table} SET updated_at = updated_at + interval '1 second'
        """
        for noun, table in NOUNS.items()
        if noun != "stage_transition"
    },
}


def test_what_was_answered_is_there_once_and_whole_whatever_is_killed() -> None:
    with deployed() as deployment:
        setting, promised = Setting(deployment), Ledger()
        for seed, victim in enumerate(VICTIMS):
            done = run_round(setting, victim, promised, seed=seed, clients=6, writes=80)
            assert done.answered
        ledger, _ = interrupt(setting, cut_connections, clients=6, seed=len(VICTIMS))
        assert ledger.answered

        # Would it have been noticed?
        with (
            attach(deployment.data) as server,
            psycopg.connect(server.database_url) as connection,
        ):
            for rule in RULES:
                with connection.transaction(force_rollback=True):
                    connection.execute(SABOTAGE[rule].encode())
                    assert rule in offences(connection), rule
            known = vars(promised.leads[0])
            for lie in (
                Kept("+14150000000", "0" * 24),
                Kept(**{**known, "calls": ["never made"]}),
                Kept(**{**known, "stages": ["stat_0"]}),
            ):
                assert len(broken_promises(connection, Ledger(leads=[lie]))) == 1
