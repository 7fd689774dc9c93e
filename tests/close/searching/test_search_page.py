"""The page about searching tells the truth: each of its examples is asked."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cast import World
from tests.close.query.making import ACME, found, refused, three_leads, which

PAGE = (Path(__file__).parents[3] / "docs" / "search.md").read_text()
BLOCK = re.compile(r"```text\n(.*?)```", re.DOTALL)
# An explanation follows after two spaces.
EXAMPLES = [
    line.split("  ")[0].strip()
    for block in BLOCK.findall(PAGE)
    for line in block.splitlines()
    if line.strip()
]
# Examples that find nothing among the leads of the tests, and some that find what they say.
NOTHING = {
    "created:2026-05-17",
    "created > 2026-05-17",
    'created:"last month"',
    "sms(direction:outgoing date:today)",
    'user:"Bo Berg"',
}
SOME = {
    "rockets jane": "A",
    '"frozen bananas"': "B",
    "rock*": "A",
    'name != "acme rockets"': "BG",
    'url:""': "BG",
    'phone:"(415) 555-0101"': "A",
    'status not in ("Qualified")': "AG",
    'last_call < "3 days ago"': "A",
    "no:custom.Renewal": "BG",
    "created:[2026-01-01 TO 2026-03-31]": "AB",
    "contact(title:sales email:*)": "A",
    'status:"New Lead" -has:calls': "G",
    "(name:acme or name:globex) not created_by:bo": "AG",
}


def test_every_example_can_be_asked_and_finds_something(world: World):
    three_leads(world)
    world.ada.close.post("/saved_search/", {"name": "Rocket People", "query": "name:rockets"})
    assert len(EXAMPLES) > 60
    counts = {query: found(world, query)["total_results"] for query in EXAMPLES}
    # In which part a lead is nobody can tell.
    assert {query for query in counts if not counts[query] and "slice" not in query} == NOTHING
    for query, letters in SOME.items():
        assert query in EXAMPLES, query
        assert which(world, query) == letters, query


def test_the_other_lists_and_the_error_are_as_it_says(world: World):
    three_leads(world)
    (error,) = re.findall(r'^\{"error": "(.*)"\}$', PAGE, re.MULTILINE)
    assert refused(world, "stauts:x") == error.replace('\\"', '"')
    examples = re.findall(r"/(contact|task|opportunity)/\?query=([^`]*)`", PAGE)
    assert len(examples) == 3
    for noun, query in examples:
        assert len(found(world, query, f"/{noun}/")["data"]) == 1, query
    assert found(world, '"re: your offer"')["data"] == []
    assert which(world, f'"{ACME}"') == "A"
