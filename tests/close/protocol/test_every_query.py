"""What every list of the Close API does with a bad page, and every operation with ``_fields``."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.wire.operation import Operation
from tests.cast import World
from tests.permission_matrix import MATRIX
from tests.samples import every, listed_thing, sample_call, speaking, things_of


def has(name: str) -> Any:
    """The operations with that parameter that have something to answer to an admin."""
    return lambda operation: (
        any(each.name == name for each in operation.query)
        and MATRIX[f"close.{operation.name}"].admin < 300
    )


def ask(world: World, dialect: str, operation: Operation, **query: Any) -> Any:
    call = sample_call(dialect, operation, things_of(world))
    call.query.update(query)
    return call.send(speaking(world.ada, dialect))


@pytest.mark.parametrize(("dialect", "operation"), every(has("_limit")))
def test_a_bad_page_is_refused_in_the_words_that_clients_know(
    world: World, dialect: str, operation: Operation
):
    for query, words in (
        ({"_limit": "x"}, '_limit must be an integer (got "x" instead).'),
        ({"_limit": "-1"}, '_limit must be a non-negative integer (got "-1" instead).'),
        ({"_skip": "1.5"}, '_skip must be an integer (got "1.5" instead).'),
        ({"_skip": "-1"}, '_skip must be a non-negative integer (got "-1" instead).'),
        ({"_skip": "100001"}, "max_skip = 100000"),
    ):
        response = ask(world, dialect, operation, **query)
        assert response.status_code == 400
        assert words in response.json()["error"]
    response = ask(world, dialect, operation, _limit="1001")
    assert response.status_code == 400
    assert ("_limit" if operation.name == "lead.list" else "max_limit = ") in response.text


@pytest.mark.parametrize(("dialect", "operation"), every(has("_limit")))
def test_no_page_at_all_still_tells_whether_there_is_more(
    world: World, dialect: str, operation: Operation
):
    things_of(world).another(listed_thing(dialect, operation))
    found = ask(world, dialect, operation, _limit=0).json()
    assert found["data"] == []
    assert isinstance(found["has_more"], bool)


@pytest.mark.parametrize(("dialect", "operation"), every(has("_fields")))
def test_only_the_fields_that_are_asked_for_are_answered(
    world: World, dialect: str, operation: Operation
):
    whole = ask(world, dialect, operation).json()
    found = ask(world, dialect, operation, _fields="id, organization_id,nothing").json()
    if "data" in whole:
        assert set(found) == set(whole)
        whole, found = ({"id": 1}, *whole["data"])[-1], ({"id": 1}, *found["data"])[-1]
    assert set(found) == {"id", "organization_id"} & set(whole)
