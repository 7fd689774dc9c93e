"""Every operation in the mouth of somebody who does not see the lead that it is about.

The requests are those of tests/samples.py, about leads of ada's; bo has a role with every
permission but the one to see all leads. Nothing here knows any single operation.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from leadline.kernel.permissions import Permission
from leadline.kernel.rights import FOR_ALL_LEADS
from leadline.store.visibility import SEEN_BY_ALL, tables_of_leads
from leadline.wire.operation import Operation
from tests.cast import World
from tests.close.people.making import blind
from tests.samples import every, is_list, listed_thing, sample_call, speaking, things_of

ALL_BUT_VIEWING = [each for each in Permission if each is not Permission.VIEW_ALL_LEADS]
NOT_LOOKED_AT = {*SEEN_BY_ALL, "events", "contact_methods"}
SEEING = every(lambda operation: operation.right is not None)


@pytest.fixture(scope="module")
def tables(owner: psycopg.Connection[Any]) -> list[str]:
    """What belongs to leads and has ids; events are told by what they are about."""
    return [name for name in tables_of_leads(owner) if name not in NOT_LOOKED_AT]


def hidden(world: World, tables: list[str]) -> dict[str, list[Any]]:
    """Everything that hangs on a lead of north which is not bo's, by table."""
    return {
        table: world.sql(
            f"SELECT id, to_jsonb(t)::text FROM {table} t WHERE organization_id = %s ORDER BY id",
            world.ada.organization_id,
        )
        for table in tables
    }


@pytest.mark.parametrize(("dialect", "operation"), SEEING)
def test_a_hidden_lead_is_neither_shown_nor_changed(
    world: World, tables: list[str], dialect: str, operation: Operation
):
    things = things_of(world)
    if is_list(operation):
        things(listed_thing(dialect, operation))
    call = sample_call(dialect, operation, things)
    blind(world, world.bo, permissions=[*ALL_BUT_VIEWING])
    before = hidden(world, tables)
    answer = call.send(speaking(world.bo, dialect))
    assert answer.status_code < 500
    if operation.right in FOR_ALL_LEADS:
        return
    ids = {row[0].hex() for rows in before.values() for row in rows}
    shown = {each for each in ids if each in answer.text}
    assert shown == set()
    after = hidden(world, tables)
    assert {
        table: [row for row in rows if row[0].hex() in ids] for table, rows in after.items()
    } == before
