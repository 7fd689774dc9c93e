"""Structured searches for the periods that reports name: last week, this quarter, and so on."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.making import custom_field, lead
from tests.close.searching.making import between, body, found, refused, where

# The clock of the tests stands at half past nine in UTC on Sunday, May 17, 2026.
PERIODS = [
    ("yesterday", "2026-05-16", "2026-05-17"),
    ("today", "2026-05-17", "2026-05-18"),
    ("tomorrow", "2026-05-18", "2026-05-19"),
    ("last-week", "2026-05-04", "2026-05-11"),
    ("this-week", "2026-05-11", "2026-05-18"),
    ("next-week", "2026-05-18", "2026-05-25"),
    ("last-month", "2026-04-01", "2026-05-01"),
    ("this-month", "2026-05-01", "2026-06-01"),
    ("next-month", "2026-06-01", "2026-07-01"),
    ("last-quarter", "2026-01-01", "2026-04-01"),
    ("this-quarter", "2026-04-01", "2026-07-01"),
    ("next-quarter", "2026-07-01", "2026-10-01"),
    ("last-year", "2025-01-01", "2026-01-01"),
    ("this-year", "2026-01-01", "2027-01-01"),
    ("next-year", "2027-01-01", "2028-01-01"),
]


def border(period: str, which: str) -> dict[str, str]:
    return {
        "type": "start_end_of_predefined_relative_period",
        "range": period,
        "which": which,
    }


@pytest.mark.parametrize(("period", "first", "after"), PERIODS)
@pytest.mark.parametrize("zone", [0, -5, 14])
def test_a_period_is_half_open_and_begins_at_the_callers_midnight(
    world: World, period: str, first: str, after: str, zone: int
):
    at = custom_field(world, "lead", "At", "datetime")
    offset = f"{'-' if zone < 0 else '+'}{abs(zone):02}:00"
    made = [
        lead(world, **{at: moment})["id"]
        for moment in (f"{first}T00:00:00{offset}", f"{after}T00:00:00{offset}")
    ]
    # Nine hours and a half after midnight in UTC it is the same day five hours west and 14 east.
    if zone == -5:
        world.clock.advance(hours=4)
    condition = between(border(period, "start"), border(period, "end"))
    headers = {"x-tz-offset": str(zone)}
    assert found(world, where(at, condition), headers=headers) == made[:1]


def test_all_time_has_no_end(world: World):
    made = lead(world)["id"]
    condition = between(border("all-time", "start"), border("all-time", "end"))
    assert found(world, where("date_created", condition)) == [made]


def test_copied_conditions_on_statuses_name_periods_too(world: World):
    made = lead(world)
    node = {"type": "in_status", "status_ids": [made["status_id"]]}
    today = {"on_or_after": border("today", "start"), "before": border("today", "end")}
    assert found(world, {**node, **today}) == [made["id"]]
    yesterday = {"before": border("yesterday", "end")}
    assert found(world, {**node, **yesterday}) == []


def test_other_periods_are_refused_by_name(world: World):
    node = {"type": "start_end_of_predefined_relative_period"}
    for wrong in ({"range": "this-decade"}, {"range": ["today"]}, {"range": "today", "which": 1}):
        sent = body(where("date_created", between({**node, **wrong})))
        assert "Value must be one of" in str(refused(world, sent)), wrong
