"""Dates in a search text, as people say them where they are."""

from __future__ import annotations

from tests.cast import World
from tests.close.query.making import three_leads, which


def test_dates_as_people_say_them(world: World):
    three_leads(world)  # 2026-01-15 12:00, 2026-03-01 00:30 and 2026-05-16 23:30; it is 2026-05-17
    for query, letters in {
        "created:2026": "ABG",
        "created:2025": "",
        "created:2026-01": "A",
        "created:2026-03-01": "B",
        "created > 2026-03-01": "G",
        "created >= 2026-03-01": "BG",
        "created < 2026-03-01": "A",
        "created <= 2026-03-01": "AB",
        'created > "2026-03-01T00:30"': "G",
        "created >= 2026-03-01T00:30": "BG",
        "created <= 2026-03-01T00:30": "AB",
        "created < 2026-03-01T00:30:00Z": "A",
        "created = 2026-03-01T00:30:00": "B",
        "created:2026-03-01T01:30+01:00": "B",
        "created = 2026-03-01T00:31": "",
        "date_created:[2026-01-15 TO 2026-03-01]": "AB",
        "date_created:[* TO 2026-02-01]": "A",
        'date_created:["2026-03-01 00:00" TO *]': "BG",
        "created:yesterday": "G",
        "created:today": "",
        "updated:today": "ABG",
        "created < yesterday": "AB",
        'created:"this week"': "G",
        'created:"this month"': "G",
        'created:"last month"': "",
        'created:"this quarter"': "G",
        'created:"last quarter"': "AB",
        'created:"this year"': "ABG",
        'created > "this year"': "",
        'created:"last 2 days"': "G",
        'created > "3 days ago"': "G",
        'created < "2 months ago"': "AB",
        'created >= "11 weeks ago"': "BG",
        'created:"1 day ago"': "G",
        'created:"a day ago"': "G",
        'created > "11 hours ago"': "G",
        'created > "10 hours ago"': "",
        'created < "3 days from now"': "ABG",
        'created < "in 3 days"': "ABG",
        "updated <= now": "ABG",
        "created:(yesterday or 2026-01)": "AG",
    }.items():
        assert which(world, query) == letters, query


def test_a_day_is_the_callers(world: World):
    three_leads(world)
    east, west = {"x-tz-offset": "2"}, {"x-tz-offset": "-8"}
    assert which(world, "created:yesterday", headers=east) == ""
    assert which(world, "created:today", headers=east) == "G"
    assert which(world, "created:2026-02-28", headers=west) == "B"
    assert which(world, "created >= 2026-03-01", headers=west) == "G"
    assert which(world, "created >= 2026-03-01T02:30", headers=east) == "BG"
    assert which(world, "created >= 2026-03-01T02:31", headers=east) == "G"
    assert which(world, "created:2026-03-01T00:30Z", headers=east) == "B"
    # A date without a time is that date everywhere.
    for headers in (east, west, {}):
        assert which(world, "custom.Renewal:2026-06-01", headers=headers) == "A"
        assert which(world, "custom.Renewal:2026-06-02", headers=headers) == ""
    world.clock.advance(hours=13)  # it is 22:30 here, and tomorrow in the east
    assert which(world, "next_task < tomorrow", headers=east) == "B"
    assert which(world, "task(due:yesterday)", headers=east) == "B"
    assert which(world, "task(due:today)", headers=west) == "B"
