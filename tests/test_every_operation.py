"""Every operation of both dialects: who may, what it answers, and what it costs.

Nothing here knows any single operation: the requests come from tests/samples.py, what is expected
from tests/permission_matrix.py, and what an answer looks like from the OpenAPI documents.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from leadline.store.unit import Unit
from leadline.wire.operation import Operation
from tests.agreement import assert_agrees
from tests.cast import World
from tests.permission_matrix import MATRIX
from tests.samples import (
    SAMPLES,
    all_operations,
    every,
    is_list,
    listed_thing,
    name_of,
    sample_call,
    speaking,
    things_of,
)


def test_the_table_has_every_operation_and_no_other():
    names = {name_of(dialect, operation) for dialect, operation in all_operations()}
    assert names - set(MATRIX) == set(), "add a row to tests/permission_matrix.py"
    assert set(MATRIX) - names == set()
    assert set(SAMPLES) - names == set()


def test_names_are_unique():
    names = [name_of(dialect, operation) for dialect, operation in all_operations()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("dialect", "operation"), every())
def test_each_person_gets_the_status_of_the_table(world: World, dialect: str, operation: Operation):
    people = {
        "anonymous": world.nobody,
        "other": world.eve,
        "super": world.sue,
        "rep": world.bo,
        "head": world.dora,
        "admin": world.ada,  # last: she makes the things, and an operation may revoke her key
    }
    found = {}
    for column, person in people.items():
        call = sample_call(dialect, operation, things_of(world))
        response = call.send(speaking(person, dialect))
        assert_agrees(dialect, operation, response)
        assert response.headers["x-request-id"]
        found[column] = response.status_code
    assert found == MATRIX[name_of(dialect, operation)]._asdict()


@pytest.mark.parametrize(("dialect", "operation"), every())
def test_another_organization_learns_and_changes_nothing(
    world: World, dialect: str, operation: Operation
):
    things = things_of(world)
    call = sample_call(dialect, operation, things)
    events = north_events(world)
    eve = speaking(world.eve, dialect)
    response = call.send(eve)
    if response.is_success:
        assert not [made for made in things.ids if made in response.text]
    else:
        unknown = call.with_unknown_ids(things).send(eve)
        assert unknown.status_code == response.status_code
        assert things.unknown(response.json()) == unknown.json()
    if operation.right is not None:
        assert north_events(world) == events


@pytest.mark.parametrize(("dialect", "operation"), every(is_list))
def test_a_list_of_thirty_costs_as_many_statements_as_one_of_three(
    world: World, dialect: str, operation: Operation, monkeypatch: pytest.MonkeyPatch
):
    database = world.services.database
    reading = database.reading
    counts: list[int] = []

    @asynccontextmanager
    async def counted(*arguments: Any, **more: Any) -> AsyncIterator[Unit]:
        async with reading(*arguments, **more) as unit:
            yield unit
            counts.append(unit.statement_count)

    monkeypatch.setattr(database, "reading", counted)
    things = things_of(world)
    call = sample_call(dialect, operation, things)
    sizes = []
    for more in (3, 27):
        for _ in range(more):
            things.another(listed_thing(dialect, operation))
        counts.clear()
        response = call.send(speaking(world.ada, dialect))
        assert response.status_code == 200, response.text
        assert_agrees(dialect, operation, response)
        sizes.append((longest_list(response.json()), *counts))
    few, many = sizes
    assert many[0] >= few[0] + 20, "the list does not show what was made"
    assert many[1:] == few[1:] != ()


def north_events(world: World) -> int:
    found: int = world.sql(
        "SELECT count(*) FROM events WHERE organization_id = %s", world.ada.organization_id
    )[0][0]
    return found


def longest_list(value: Any) -> int:
    """The length of the list that the answer is, else of the longest one anywhere in it."""
    if isinstance(value, dict):
        if isinstance(value.get("data"), list) and "has_more" in value:
            return len(value["data"])
        return max((longest_list(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return max([len(value), *(longest_list(inner) for inner in value)])
    return 0
