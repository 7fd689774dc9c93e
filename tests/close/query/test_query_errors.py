"""Search texts that cannot be read: what is wrong, where, and what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import lead
from tests.close.query.making import found, refused, three_leads

_IN_QUOTATION_MARKS = "To look for these words themselves, put them in quotation marks."
_STATUSES = 'There are: "New Lead", "Contacted", "Qualified", "Closed Won", "Closed Lost".'
BROKEN: dict[str, tuple[int, str]] = {
    '"no end': (1, "this quotation mark has no second one."),
    'name:"no end': (6, "this quotation mark has no second one."),
    "(name:x": (1, "this bracket is not closed."),
    "call(duration > 1": (5, "this bracket is not closed."),
    "call(": (5, "this bracket is not closed."),
    "name in (a, b": (9, "this bracket is not closed."),
    "name:x)": (7, ") has no meaning here."),
    "()": (1, "there is nothing between these brackets."),
    "name:x ()": (8, "there is nothing between these brackets."),
    "name:": (6, "a value must stand after name:, not the end."),
    "name: (": (8, "a value must stand here, not the end."),
    "size > )": (8, "a value must stand after size>, not )."),
    "name::x": (6, "a value must stand after name:, not :."),
    ":x": (1, ": has no meaning here."),
    "> 5": (1, "> has no meaning here."),
    "]": (1, "] has no meaning here."),
    "name:x or": (8, 'conditions must stand on both sides of "or".'),
    "or name:x": (1, 'something must stand before "or".'),
    "name:x or or name:y": (11, 'something must stand before "or".'),
    "name:x and": (8, 'something must follow "and".'),
    "and name:x": (1, 'something must stand before "and".'),
    "name:x or sort:name": (8, 'conditions must stand on both sides of "or".'),
    "(sort:name) or name:x": (13, 'conditions must stand on both sides of "or".'),
    "not (sort:name)": (1, '"not" must stand before what is not wanted.'),
    "not": (1, '"not" must stand before what is not wanted.'),
    "name:x not": (8, '"not" must stand before what is not wanted.'),
    "-sort:name": (1, '"-" must stand before what is not wanted.'),
    "not slice:1/2": (1, '"not" must stand before what is not wanted.'),
    "size:[1 2]": (6, "a range is written [1000 TO 5000]."),
    "size:[1 TO 2": (6, "a range is written [1000 TO 5000]."),
    "name in (a b)": (12, 'a comma or "or" must stand between the values of a list.'),
    "slice:3/2": (7, "a slice is written 2/8 (of 1000 at most)."),
    "slice:0/2": (7, "a slice is written 2/8 (of 1000 at most)."),
    "slice:1/1001": (7, "a slice is written 2/8 (of 1000 at most)."),
    "slice:half": (7, "a slice is written 2/8 (of 1000 at most)."),
    "slice:1/2 slice:2/2": (11, "slice: stands here for the second time."),
    "call(slice:1/2)": (6, "slice: cannot stand inside call(...)."),
    "call(sort:date)": (6, "sort: cannot stand inside call(...)."),
    "nmae:x": (1, 'a lead has no field "nmae". Did you mean "name"?'),
    "stauts:x": (1, 'a lead has no field "stauts". Did you mean "status"?'),
    "*  zzz:1": (
        4,
        f'a lead has no field "zzz". {_IN_QUOTATION_MARKS}',
    ),
    "sizes > 1": (1, 'a lead has no field "sizes". Did you mean "Size"?'),
    'custom."Two Word":x': (1, 'a lead has no custom field "Two Word". Did you mean "Two Words"?'),
    "custom.cf_0123456789abcdef01234567:x": (
        1,
        'a lead has no custom field "cf_0123456789abcdef01234567".',
    ),
    "has:callz": (5, 'a lead has no field "callz". Did you mean "calls"?'),
    "calls(duration > 1) oportunity(value:1)": (
        21,
        'a lead has no clause oportunity(...). Did you mean "opportunity"?',
    ),
    "call(durration > 1)": (6, 'a call has no field "durration". Did you mean "duration"?'),
    "contact(address(city:x))": (9, "a contact has no clause address(...)."),
    "status:Qualifed": (8, 'there is no lead status "Qualifed". Did you mean "Qualified"?'),
    "status in (Qualified, Potential)": (
        23,
        f'there is no lead status "Potential". {_STATUSES}',
    ),
    "opportunity(status:sold)": (
        20,
        'there is no opportunity status "sold". There are: "Active", "Won", "Lost".',
    ),
    'user:"Bo Borg"': (6, 'there is no user "Bo Borg". Did you mean "Bo Berg"?'),
    "id:acme": (4, "acme is not an id that begins with lead_."),
    "id:cont_0123456789abcdef01234567": (
        4,
        "cont_0123456789abcdef01234567 is not an id that begins with lead_.",
    ),
    "size > many": (8, "many is not a number."),
    "size > 1,000": (8, "1,000 is not a number."),
    "size:nan": (6, "nan is not a number."),
    "size:1e999999999": (6, "1e999999999 is not a number."),
    "size:٣": (6, "٣ is not a number."),
    "addresses:[1 TO x]": (17, "x is not a number."),
    "name > x": (1, 'name has no order, so ">" cannot be.'),
    "name:[a TO b]": (1, "name has no order, so a range cannot be."),
    "address > x": (1, "address has no order."),
    "task(is_complete:maybe)": (18, "maybe is neither yes nor no."),
    "name:a*b": (6, "a star can only stand at the end, not as in a*b."),
    "name:*b": (6, "a star can only stand at the end, not as in *b."),
    "a*b": (1, "a star can only stand at the end, not as in a*b."),
    '""': (1, "there is nothing to look for."),
    '"  "': (1, "there is nothing to look for."),
    "sort:email": (6, "email is nothing to sort by."),
    "sort:status": (6, "status is nothing to sort by."),
    "sort:nothing": (
        6,
        f'a lead has no field "nothing". {_IN_QUOTATION_MARKS}',
    ),
    'in:"No such view"': (4, 'there is no saved search "No such view".'),
}


def test_what_cannot_be_read_is_told_with_its_place(world: World):
    three_leads(world)
    for query, (place, words) in BROKEN.items():
        expected = f"The query cannot be read at character {place}: {words}"
        assert refused(world, query) == expected, query


@pytest.mark.parametrize(
    "words",
    [
        *("soon", "2026-13", "2026-02-30", "2026-05-17T25:00", "7 days", "days ago", "0000"),
        *("9999-12-31", "9999 years ago", "this minute", "1.5 days ago", "last 0x1 days"),
    ],
)
def test_what_is_no_date_is_refused_with_examples(world: World, words: str):
    for query in (f'created > "{words}"', f'created:["{words}" TO *]', f'task(due:"{words}")'):
        answer = refused(world, query)
        assert f"{words} is not a date. Dates are 2026-05-17, " in answer


def test_a_query_is_neither_too_long_nor_too_deep(world: World):
    lead(world, name="x")

    def ask(query: str, status: int = 200) -> Any:
        body, headers = {"_params": {"query": query}}, {"x-http-method-override": "GET"}
        return world.ada.close.post("/lead/", body, status, headers=headers)

    for query in ("(" * 15 + "name:x" + ")" * 15, "not " * 15 + "nothing", "name:x " * 100):
        assert ask(query)["total_results"] == 1
    for query, words in {
        "(" * 21 + "x" + ")" * 21: "conditions are nested more than 20 deep.",
        "not " * 21 + "x": "conditions are nested more than 20 deep.",
        "-(" * 20 + "x" + ")" * 20: "conditions are nested more than 20 deep.",
        "call(lead(" * 11 + "x" + "))" * 11: "conditions are nested more than 20 deep.",
        "name:x " * 201: "there are more than 200 conditions.",
        f"name in ({','.join(['x'] * 1001)})": "this list has more than 1,000 values.",
    }.items():
        assert words in ask(query, 400)["error"]
    assert ask("x" * 50_001, 400)["error"] == "The query is longer than 50,000 characters."
    for query in ("x" * 5000, "x " * 40, "name:x " * 20 + "not " * 19 + "y", "call(" * 19):
        assert ask(query, 400)["error"]
    assert ask("* sort:name" + " sort:created" * 5, 400)["error"]


def test_a_broken_query_never_finds_everything(world: World):
    lead(world, name="x")
    for query in BROKEN:
        answer = world.ada.close.send("GET", "/lead/", params={"query": query})
        assert answer.status_code == 400, query
        assert set(answer.json()) == {"error"}
    # What is none of the language is looked for as words.
    for query in ("&", "--", "!", "%", "'", "???", "1 + 1", "a;b", "x@y", "#tag"):
        assert found(world, query)["data"] == [], query
