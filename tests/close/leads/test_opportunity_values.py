"""What an opportunity is worth is the same in Python, for one, and in SQL, for many."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import get_args

from leadline.features.opportunities.inputs import Period
from leadline.features.opportunities.value import (
    annualized,
    annualized_sql,
    expected,
    expected_sql,
)
from tests.cast import World

_BIGGEST = 10**15
_EDGES = (None, 0, 1, -1, 49, 50, 51, -49, -50, -51, 99, 101, _BIGGEST, -_BIGGEST)


def test_python_and_sql_agree_on_every_value(world: World):
    random = Random(7)
    minors = [*_EDGES, *(random.randint(-(10**6), 10**6) for _ in range(200))]
    confidences = [0, 1, 33, 49, 50, 51, 99, 100]
    cases = list(product(minors, get_args(Period), confidences))
    yearly = annualized_sql("v")
    found = world.sql(
        f"SELECT value_minor, value_period, confidence, {yearly}, "
        f"{expected_sql('v.value_minor', 'v')}, {expected_sql(yearly, 'v')} "
        "FROM unnest(%s::bigint[], %s::text[], %s::integer[]) AS "
        "v (value_minor, value_period, confidence)",
        *(list(column) for column in zip(*cases, strict=True)),
    )
    assert found == [
        (
            minor,
            period,
            confidence,
            annualized(minor, period),
            expected(minor, confidence),
            expected(annualized(minor, period), confidence),
        )
        for minor, period, confidence in cases
    ]


def test_a_year_has_twelve_months_and_half_is_rounded_up():
    assert [annualized(100, period) for period in ("monthly", "annual", "one_time")] == [
        1200,
        100,
        100,
    ]
    assert [expected(minor, 50) for minor in (None, 1, -1, 3)] == [None, 1, 0, 2]
