"""Search texts that cannot be read: what is wrong, where, and what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import lead
from tests.close.query.making import found, refused, three_leads

_IN_QUOTATION_MARKS = "To search for these words themselves, put them in quotation marks."
_STATUSES = 'Possible values: "New Lead", "Contacted", "Qualified", "Closed Won", "Closed Lost".'
BROKEN: dict[str, tuple[int, str]] = {
    '"no end': (1, "this quotation mark is not closed."),
    'name:"no end': (6, "this quotation mark is not closed."),
    "(name:x": (1, "this parenthesis is not closed."),
    "call(duration > 1": (5, "this parenthesis is not closed."),
    "call(": (5, "this parenthesis is not closed."),
    "name in (a, b": (9, "this parenthesis is not closed."),
    "name:x)": (7, ") is not expected here."),
    "()": (1, "these parentheses are empty."),
    "name:x ()": (8, "these parentheses are empty."),
    "name:": (6, "a value is expected after name:, not the end."),
    "name: (": (8, "a value is expected here, not the end."),
    "size > )": (8, "a value is expected after size>, not )."),
    "name::x": (6, "a value is expected after name:, not :."),
    ":x": (1, ": is not expected here."),
    "> 5": (1, "> is not expected here."),
    "]": (1, "] is not expected here."),
    "name:x or": (8, '"or" needs a condition on both sides.'),
    "or name:x": (1, '"or" needs a condition before it.'),
    "name:x or or name:y": (11, '"or" needs a condition before it.'),
    "name:x and": (8, '"and" needs a condition after it.'),
    "and name:x": (1, '"and" needs a condition before it.'),
    "name:x or sort:name": (8, '"or" needs a condition on both sides.'),
    "(sort:name) or name:x": (13, '"or" needs a condition on both sides.'),
    "not (sort:name)": (1, '"not" needs a condition after it.'),
    "not": (1, '"not" needs a condition after it.'),
    "name:x not": (8, '"not" needs a condition after it.'),
    "-sort:name": (1, '"-" needs a condition after it.'),
    "not slice:1/2": (1, '"not" needs a condition after it.'),
    "size:[1 2]": (6, "write a range as [1000 TO 5000]."),
    "size:[1 TO 2": (6, "write a range as [1000 TO 5000]."),
    "name in (a b)": (12, 'separate the values of a list by a comma or "or".'),
    "slice:3/2": (7, "write a slice as 2/8, of at most 1000."),
    "slice:0/2": (7, "write a slice as 2/8, of at most 1000."),
    "slice:1/1001": (7, "write a slice as 2/8, of at most 1000."),
    "slice:half": (7, "write a slice as 2/8, of at most 1000."),
    "slice:1/2 slice:2/2": (11, "slice: can be used only once."),
    "call(slice:1/2)": (6, "slice: cannot be used inside call(...)."),
    "call(sort:date)": (6, "sort: cannot be used inside call(...)."),
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
        'a lead has no related objects oportunity(...). Did you mean "opportunity"?',
    ),
    "call(durration > 1)": (6, 'a call has no field "durration". Did you mean "duration"?'),
    "contact(address(city:x))": (9, "a contact has no related objects address(...)."),
    "status:Qualifed": (8, 'there is no lead status "Qualifed". Did you mean "Qualified"?'),
    "status in (Qualified, Potential)": (
        23,
        f'there is no lead status "Potential". {_STATUSES}',
    ),
    "opportunity(status:sold)": (
        20,
        'there is no opportunity status "sold". Possible values: "Active", "Won", "Lost".',
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
    "name > x": (1, 'name cannot be compared with ">".'),
    "name:[a TO b]": (1, "name cannot be compared with a range."),
    "address > x": (1, "address cannot be compared by size."),
    "task(is_complete:maybe)": (18, "maybe is neither true nor false."),
    "name:a*b": (6, "* can only stand at the end, not as in a*b."),
    "name:*b": (6, "* can only stand at the end, not as in *b."),
    "a*b": (1, "* can only stand at the end, not as in a*b."),
    '""': (1, "the text to search for is empty."),
    '"  "': (1, "the text to search for is empty."),
    "sort:email": (6, "email cannot be sorted by."),
    "sort:status": (6, "status cannot be sorted by."),
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
        "(" * 21 + "x" + ")" * 21: "conditions are nested more than 20 levels deep.",
        "not " * 21 + "x": "conditions are nested more than 20 levels deep.",
        "-(" * 20 + "x" + ")" * 20: "conditions are nested more than 20 levels deep.",
        "call(lead(" * 11 + "x" + "))" * 11: "conditions are nested more than 20 levels deep.",
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
