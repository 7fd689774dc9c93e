"""A valid request for every operation, for the tests that run over the table of all operations.

To add an operation: nothing, if it has no body and its path names things that are made already
(``MAKERS`` in ``tests/samples_close.py`` and ``tests/samples_tether.py``); otherwise an entry in
``SAMPLES`` there. Then a row in ``tests/permission_matrix.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from leadline.app import DIALECTS
from leadline.wire.operation import Operation
from tests import (
    samples_close,
    samples_close_apps,
    samples_close_custom,
    samples_close_files,
    samples_close_settings,
    samples_tether,
)
from tests.cast import Api, Person, World
from tests.permission_matrix import MATRIX
from tests.things import Sample, Things

FAMILIES = (
    samples_close,
    samples_close_apps,
    samples_close_custom,
    samples_close_files,
    samples_close_settings,
    samples_tether,
)
MAKERS: dict[str, Callable[[Things], str]] = {
    name: make for family in FAMILIES for name, make in family.MAKERS.items()
}
SAMPLES: dict[str, Sample] = {
    name: sample for family in FAMILIES for name, sample in family.SAMPLES.items()
}

# Lists that cannot grow.
SHORT_LISTS = {
    "conversation.list": "a contact has one conversation per channel",
    "connected_account.list": "nothing is connected",
    "dialer.list": "nothing is connected",
}


def things_of(world: World) -> Things:
    """An empty box of things: what a request names is made in north when it is needed."""
    return Things(world, MAKERS)


@dataclass(frozen=True)
class Call:
    """A request ready to be sent by anybody. ``path`` has the dialect's prefix."""

    dialect: str
    operation: Operation
    path: str
    query: dict[str, str]
    body: Any

    def send(self, api: Api, **more: Any) -> Any:
        """The response to this request in the mouth of a person (see ``speaking``)."""
        path = self.path.removeprefix("/api/v1" if self.dialect == "close" else "/api")
        return api.send(self.operation.method, path, self.body, params=self.query, **more)

    def with_unknown_ids(self, things: Things) -> Call:
        unknown = things.unknown([self.path, self.query, self.body])
        return Call(self.dialect, self.operation, *unknown)


def speaking(who: Person | Any, dialect: str) -> Api:
    """The API of that dialect, as that person (or nobody)."""
    api: Api = who.close if dialect == "close" else who.tether
    return api


def all_operations() -> Iterator[tuple[str, Operation]]:
    """Every operation with the name of its dialect."""
    for dialect in DIALECTS:
        for operation in dialect.operations:
            yield dialect.name, operation


def name_of(dialect: str, operation: Operation) -> str:
    return f"{dialect}.{operation.name}"


def every(wanted: Callable[[Operation], bool] = lambda operation: True) -> list[Any]:
    """The operations of the table that are wanted, as parameters (dialect, operation) of a test.

    One that is not in the table yet fails once, in ``test_every_operation``, and not everywhere.
    """
    return [
        pytest.param(dialect, operation, id=name_of(dialect, operation))
        for dialect, operation in all_operations()
        if name_of(dialect, operation) in MATRIX and wanted(operation)
    ]


def sample_of(dialect: str, operation: Operation) -> Sample:
    return SAMPLES.get(name_of(dialect, operation), Sample())


def sample_call(dialect: str, operation: Operation, things: Things) -> Call:
    """A valid request, with everything it refers to made in north."""
    sample = sample_of(dialect, operation)

    def value(match: re.Match[str]) -> str:
        name = match[1]
        thing = sample.path.get(name) or f"{dialect}.{_noun(operation, name)}"
        return things(thing)

    path = re.sub(r"\{(\w+)\}", value, operation.path)
    query = {} if sample.query is None else sample.query(things)
    body = None if sample.body is None else sample.body(things)
    return Call(dialect, operation, path, query, body)


def listed_thing(dialect: str, operation: Operation) -> str:
    """The name of the thing that a list shows."""
    return sample_of(dialect, operation).rows or f"{dialect}.{_noun(operation, 'id')}"


def _noun(operation: Operation, parameter: str) -> str:
    if parameter == "id":
        return operation.name.partition(".")[0]
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", parameter).lower()
    return snake.removesuffix("_id")


def is_list(operation: Operation) -> bool:
    verb = operation.name.partition(".")[2]
    return verb.startswith("list") and operation.name not in SHORT_LISTS
