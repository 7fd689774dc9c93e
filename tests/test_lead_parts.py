"""What belongs to a lead is declared once, and everything that goes by it knows all of it."""

from __future__ import annotations

from typing import Any, get_args

import psycopg

from leadline.dialects.close.activities.activity_lists import KINDS
from leadline.features.leads.tables import LEADS
from leadline.features.saved_searches.tables import SavedSearchType
from leadline.flows.lead_parts import LEAD_PARTS
from leadline.reporting.search.fields import CATALOGUE
from leadline.store.visibility import SEEN_BY_ALL, tables_of_leads

DECLARED = {part.table.name: part for part in LEAD_PARTS}

# Tables of leads that are no parts of them, each with its reason.
NO_PARTS = {
    "leads": "the lead itself",
    "events": "what has happened outlives what it happened to",
    "contact_methods": "a look-up of contacts, deleted with them by its foreign key",
    "lead_assignees": "a look-up of leads, deleted with them by its foreign key",
}
# Parts that no search looks for, each with its reason.
NOT_SEARCHED = {
    "comment_threads": "comments are read where they were written, on their objects",
    "comments": "as their threads",
    "conversations": "their messages are looked for",
    "lead_merges": "Close has no such object type",
    "stage_transitions": "conditions ask for them, nobody looks for one",
}


def test_every_table_of_leads_is_a_part_of_them(owner: psycopg.Connection[Any]):
    found = tables_of_leads(owner)
    assert {*DECLARED, *NO_PARTS} == set(found)
    assert not set(DECLARED) & set(NO_PARTS)
    ways = {
        part.table.name: [
            (part.reference, part.parent.table.name) if part.parent else ("lead_id", "leads")
        ]
        for part in LEAD_PARTS
    }
    assert ways == {name: [(each.column, each.parent) for each in found[name]] for name in ways}


def test_parents_come_before_children(owner: psycopg.Connection[Any]):
    """The reverse is the order in which foreign keys let a lead be deleted."""
    order = list(DECLARED)
    references = owner.execute(
        "SELECT c.relname, p.relname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid "
        "JOIN pg_class p ON p.oid = confrelid WHERE contype = 'f' AND conrelid <> confrelid"
    ).fetchall()
    inside = [pair for pair in references if set(pair) <= set(order)]
    assert ("messages", "conversations") in inside
    assert [pair for pair in inside if order.index(pair[0]) < order.index(pair[1])] == []


def test_what_moves_names_its_lead():
    assert [part for part in LEAD_PARTS if part.moves and "lead_id" not in part.table.columns] == []


def test_what_outlives_its_lead_is_seen_by_all():
    """A view would hide what belongs to a lead that is no more."""
    outliving = {part.table.name for part in LEAD_PARTS if not part.dies}
    assert outliving == {"stage_transitions"} <= set(SEEN_BY_ALL)


def test_every_activity_has_its_kind_in_the_lists():
    activities = {part.table.name for part in LEAD_PARTS if part.is_activity}
    assert "calls" in activities
    # A lead is the activity of its own creation.
    assert {each.table.name for each in KINDS.values()} == activities | {LEADS.name}


def test_every_part_can_be_searched():
    searched = {spec.table for spec in CATALOGUE.values()}
    assert {name for name in DECLARED if name not in searched} == set(NOT_SEARCHED)
    assert set(get_args(SavedSearchType)) <= set(CATALOGUE)
