"""``POST /data/search/``: what is answered, pages and their cursors, order, counts, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.dialects.close.searching import data_search
from tests.cast import World
from tests.close.making import (
    UNKNOWN,
    call,
    contact,
    custom_field,
    lead,
    opportunity,
    statements,
    user,
    wrong,
)
from tests.close.people.making import blind, user_field
from tests.close.searching.making import (
    ago,
    between,
    body,
    field,
    found,
    numbers,
    refused,
    related,
    search,
    term,
    text,
    where,
)


def test_copied_filters_are_taken_as_they_are(world: World):
    acme = lead(world, name="Acme", contacts=[{"name": "Jo"}])
    copied: Any = {
        "limit": None,
        "query": {
            "negate": False,
            "queries": [
                {"negate": False, "object_type": "contact", "type": "object_type"},
                {
                    "negate": False,
                    "queries": [
                        {
                            "negate": False,
                            "related_object_type": "lead",
                            "related_query": {
                                "negate": False,
                                "queries": [
                                    {
                                        "condition": {
                                            "mode": "full_words",
                                            "type": "text",
                                            "value": "acme",
                                        },
                                        "field": {
                                            "field_name": "name",
                                            "object_type": "lead",
                                            "type": "regular_field",
                                        },
                                        "negate": False,
                                        "type": "field_condition",
                                    }
                                ],
                                "type": "and",
                            },
                            "this_object_type": "contact",
                            "type": "has_related",
                        }
                    ],
                    "type": "and",
                },
            ],
            "type": "and",
        },
        "results_limit": None,
        "sort": [],
        "_fields": None,
        "_limit": None,
        "cursor": None,
        "include_counts": None,
    }
    assert world.ada.close.post("/data/search/", copied, 200) == {
        "data": [{"__object_type": "contact", "id": acme["contact_ids"][0]}],
        "cursor": None,
    }


def test_objects_have_the_fields_that_are_asked_for(world: World):
    key = custom_field(world, "lead", "Colour")
    acme = lead(world, name="Acme", contacts=[{"name": "Jo"}], **{key: "Red"})
    call(world, lead_id=acme["id"], direction="outbound", duration=4)

    def asked(*names: str) -> Any:
        (data,) = search(world, _fields={"lead": list(names), "contact": ["id"]})["data"]
        return data

    assert asked("id", "display_name", key) == {
        "__object_type": "lead",
        "id": acme["id"],
        "display_name": "Acme",
        key: "Red",
    }
    assert asked("custom")[key] == "Red"
    whole = asked("_all")
    assert {**acme, "__object_type": "lead"} == whole
    figures = asked("num_calls", "last_call_date", "nonsense", "won_opportunity_value")
    assert figures == {
        "__object_type": "lead",
        "id": acme["id"],
        "num_calls": 1,
        "last_call_date": "2026-05-17T09:30:00.000000+00:00",
        "won_opportunity_value": 0,
    }


def test_every_type_is_shown_as_in_its_own_list(world: World):
    lead_id = lead(world, contacts=[{"name": "Jo"}])["id"]
    contact_id = contact(world, lead_id=lead_id, name="Al")["id"]
    deal = opportunity(world, lead_id, contact_id)
    called = call(world, lead_id=lead_id, direction="outbound")["id"]
    note = world.ada.close.post("/activity/note/", {"lead_id": lead_id, "note": "Hi"}, 200)["id"]
    for of, path, object_id in (
        ("contact", f"/contact/{contact_id}/", contact_id),
        ("opportunity", f"/opportunity/{deal}/", deal),
        ("activity.call", f"/activity/call/{called}/", called),
        ("activity.note", f"/activity/note/{note}/", note),
    ):
        query = {"type": "id", "value": object_id}
        (shown,) = search(world, query, of=of, _fields={of: ["_all"]})["data"]
        assert shown == {"__object_type": of, **world.ada.close.get(path)}


def test_pages_follow_each_other_whatever_changes_between_them(world: World):
    ids = [lead(world, name=f"Lead {number}")["id"] for number in range(5)]
    sort = [{"direction": "desc", "field": field("name")}]
    sent = body(where("name", text("lead")), _limit=2, sort=sort)
    first = world.ada.close.post("/data/search/", sent, 200)
    assert [each["id"] for each in first["data"]] == [ids[4], ids[3]]
    world.ada.close.delete(f"/lead/{ids[3]}/")
    world.ada.close.post("/lead/", {"name": "Lead 9"}, 200)
    second = world.ada.close.post("/data/search/", {**sent, "cursor": first["cursor"]}, 200)
    assert [each["id"] for each in second["data"]] == [ids[2], ids[1]]
    third = world.ada.close.post("/data/search/", {**sent, "cursor": second["cursor"]}, 200)
    assert third == {"data": [{"__object_type": "lead", "id": ids[0]}], "cursor": None}


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_what_has_no_value_comes_last_and_is_paged_too(world: World, direction: str):
    named = {"b": lead(world, name="b")["id"], "a": lead(world, name="A")["id"]}
    nameless = [lead(world)["id"], lead(world)["id"]]
    in_order = [named["a"], named["b"]] if direction == "asc" else [named["b"], named["a"]]
    sent = body(_limit=1, sort=[{"direction": direction, "field": field("name")}])
    ids, cursor = [], None
    for _ in range(4):
        page = world.ada.close.post("/data/search/", {**sent, "cursor": cursor}, 200)
        ids += [each["id"] for each in page["data"]]
        cursor = page["cursor"]
    assert (ids, cursor) == ([*in_order, *nameless], None)


def test_objects_are_sorted_by_several_fields_of_every_kind(world: World):
    score = custom_field(world, "lead", "Score", "number")
    due = custom_field(world, "lead", "Due", "date")
    first = lead(world, **{score: 10, due: "2026-01-02"})["id"]
    second = lead(world, **{score: 9, due: "2026-01-03"})["id"]
    world.clock.advance(days=1)
    third = lead(world, **{score: 9, due: "2026-01-01"})["id"]

    def by(*keys: str) -> list[str]:
        sort = [
            {"direction": "desc" if key[0] == "-" else "asc", "field": field(key.lstrip("-"))}
            for key in keys
        ]
        pages, cursor = [], None
        while True:
            answer = search(world, _limit=1, sort=sort, cursor=cursor)
            pages += [each["id"] for each in answer["data"]]
            cursor = answer["cursor"]
            if cursor is None:
                break
        assert pages == found(world, sort=sort)
        return pages

    assert by("date_created") == [first, second, third]
    assert by("-date_created") == [third, first, second]
    assert by(score) == [second, third, first]
    assert by(f"-{score}", due) == [first, third, second]
    assert by(due) == [third, first, second]
    assert by("num_calls") == [first, second, third]


def test_a_cursor_is_good_for_half_a_minute_and_one_body(world: World):
    for _ in range(3):
        lead(world)
    sent = body(_limit=1)
    cursor = world.ada.close.post("/data/search/", sent, 200)["cursor"]
    other = body(_limit=2, cursor=cursor)
    assert "another search" in wrong(refused(world, other))["cursor"]
    for broken in ("", "!", "AAAA", cursor[:-8], "é", cursor + "AAAA"):
        assert list(wrong(refused(world, {**sent, "cursor": broken}))) == ["cursor"], broken
    world.clock.advance(seconds=30)
    assert world.ada.close.post("/data/search/", {**sent, "cursor": cursor}, 200)["data"]
    world.clock.advance(seconds=1)
    assert wrong(refused(world, {**sent, "cursor": cursor})) == {"cursor": "Expired cursor"}


def test_a_sequence_of_pages_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data_search, "MAX_SEQUENCE", 3)
    for _ in range(5):
        lead(world)
    sent = body(_limit=2)
    first = world.ada.close.post("/data/search/", sent, 200)
    second = world.ada.close.post("/data/search/", {**sent, "cursor": first["cursor"]}, 200)
    assert [len(page["data"]) for page in (first, second)] == [2, 1]
    assert "page by page" in refused(world, {**sent, "cursor": second["cursor"]})["error"]


def test_results_have_a_limit_over_all_pages(world: World):
    for _ in range(5):
        lead(world)
    sent = body(_limit=2, results_limit=3)
    first = world.ada.close.post("/data/search/", sent, 200)
    second = world.ada.close.post("/data/search/", {**sent, "cursor": first["cursor"]}, 200)
    assert [len(page["data"]) for page in (first, second)] == [2, 1]
    assert second["cursor"] is None


def test_counts_are_of_all_and_of_what_may_be_fetched(world: World):
    for number in range(4):
        lead(world, name="Acme" if number else "Other")
    acme = where("name", text("acme"))
    both: Any = {"include_counts": True}
    assert search(world, acme, **both)["count"] == {"limited": 3, "total": 3}
    assert search(world, acme, results_limit=2, **both)["count"] == {"limited": 2, "total": 3}
    only = search(world, acme, results_limit=0, **both)
    assert only == {"data": [], "cursor": None, "count": {"limited": 0, "total": 3}}
    assert search(world, _limit=1, **both)["count"] == {"limited": 4, "total": 4}
    assert "count" not in search(world, acme)


def test_a_saved_search_stands_for_what_it_searches(world: World):
    acme = lead(world, name="Acme")["id"]
    lead(world, name="Other")
    saved = world.ada.close.post("/saved_search/", {"name": "A", "query": 'name:"acme"'})["id"]
    node = {"type": "saved_search", "saved_search_id": saved}
    assert found(world, node) == [acme]
    on_contacts = related("lead", "contact", node)
    for bad in ({**node, "saved_search_id": f"save_{UNKNOWN}"}, on_contacts):
        assert "Object does not exist." in str(wrong(refused(world, body(bad))))


def test_a_search_costs_few_statements(world: World, monkeypatch: pytest.MonkeyPatch):
    for _ in range(3):
        lead(world, name="Acme", contacts=[{"name": "Jo"}])
    with statements(world, monkeypatch) as counts:
        search(world, where("name", text("acme")))
        search(world, where("name", text("acme")), include_counts=True)
        search(world, _fields={"lead": ["id"]}, sort=[{"field": field("name")}])
    assert counts == [1, 2, 1]


BAD_NODES: list[tuple[Any, str]] = [
    (None, ""),
    ("text", ""),
    ({}, "type"),
    ({"type": "nonsense"}, "type"),
    ({"type": ["and"]}, "type"),
    ({"type": "and", "queries": {}}, "queries"),
    ({"type": "match_all", "negate": "no"}, "negate"),
    ({"type": "not"}, "query"),
    ({"type": "id"}, "value"),
    ({"type": "id", "value": "lead_abc"}, "value"),
    ({"type": "text", "value": 7}, "value"),
    ({"type": "text", "value": "a", "mode": "fuzzy"}, "mode"),
    ({"type": "text", "value": ""}, "value"),
    (where("name", text(" ")), "condition.value"),
    ({"type": "object_type", "object_type": "contact"}, "object_type"),
    ({"type": "field_condition"}, "field"),
    (where("nonsense", text("a")), "field.field_name"),
    (where("name", text("a"), of="contact"), "field.object_type"),
    (where("name", {"type": "nonsense"}), "condition.type"),
    (where("name", numbers(gt=1)), "condition.type"),
    (where("name", None), "condition"),  # type: ignore[arg-type]
    (where("name", term()) | {"condition": {"type": "term"}}, "condition.values"),
    (where("num_calls", text("1")), "condition.type"),
    (where("num_calls", numbers(gt="1")), "condition.gt"),
    (where("num_calls", numbers(gt=True)), "condition.gt"),
    (where("status_id", term("stat_1")), "condition.values"),
    (where("date_created", between("yesterday")), "condition.on_or_after.value"),
    (where("date_created", between({"type": "x"})), "condition.on_or_after.type"),
    (where("date_created", between(7)), "condition.on_or_after"),
    (where("date_created", between(None, ago("back"))), "condition.before.direction"),
    (where("date_created", between(None, ago(days=-1))), "condition.before.offset"),
    (where("date_created", between(None, ago(years=9000))), "condition.before"),
    (where(f"custom.cf_{UNKNOWN}", text("a")), "field.custom_field_id"),
    (related("contact", "call"), "this_object_type"),
    (related("lead", "contact_email"), "related_object_type"),
    (related("lead", "nonsense"), "related_object_type"),
    ({"type": "saved_search", "saved_search_id": 7}, "saved_search_id"),
    ({"type": "in_status"}, "status_ids"),
]


@pytest.mark.parametrize(("node", "path"), BAD_NODES)
def test_what_is_wrong_is_told_where_it_stands(world: World, node: Any, path: str):
    problems = wrong(refused(world, body(node)))
    at = problems["query"]["field-errors"]["queries"]["errors"]["1"]
    for name in filter(None, path.split(".")):
        at = at["field-errors"][name]
    assert at


def test_all_problems_are_told_at_once(world: World):
    sent = body(
        {"type": "or", "queries": [{"type": "id"}, related("lead", "call", {"type": "x"})]},
        sort=[{"field": field("status_id")}, {"direction": "up", "field": field("name")}],
    )
    problems = wrong(refused(world, sent))
    queries = problems["query"]["field-errors"]["queries"]["errors"]["1"]["field-errors"]["queries"]
    assert set(queries["errors"]) == {"0", "1"}
    assert set(problems["sort"]["errors"]) == {"0", "1"}


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({}, "query"),
        ({"query": None}, "query"),
        ({"query": []}, "query"),
        ({"query": {"type": "and", "queries": []}}, "query"),
        ({"query": {"type": "match_all"}}, "query"),
        (body(of="nonsense"), "query"),
        (body(of="contact_email"), "query"),
        (body(_limit=201), "_limit"),
        (body(_limit=-1), "_limit"),
        (body(_limit="many"), "_limit"),
        (body(results_limit=-1), "results_limit"),
        (body(_fields=["id"]), "_fields"),
        (body(sort={}), "sort"),
        (body(sort=[{"field": field("name", "contact")}]), "sort"),
        (body(cursor=7), "cursor"),
    ],
)
def test_a_body_that_cannot_be_used_is_refused(world: World, sent: Any, name: str):
    assert set(wrong(refused(world, sent))) == {name}


def test_too_large_a_query_is_refused(world: World):
    many = {"type": "or", "queries": [{"type": "match_all"}] * 400}
    assert "too large" in refused(world, body(many))["error"]
    long = {"type": "text", "value": "a" * 1001, "mode": "full_words"}
    assert "characters" in refused(world, body(long))["error"]
    words = {"type": "text", "value": "a " * 31, "mode": "full_words"}
    assert "words" in refused(world, body(words))["error"]
    assert "values" in refused(world, body(where("name", term(*["a"] * 1001))))["error"]


def test_nobody_finds_what_they_may_not_read(world: World):
    lead(world)
    for of in ("lead", "contact"):
        world.nobody.close.post("/data/search/", body(of=of), 401)


def test_hidden_leads_are_neither_found_nor_counted(world: World):
    rep = user_field(world)
    reach = {"emails": [{"email": "jo@example.com"}]}
    mine = lead(world, name="Acme", contacts=[reach], **{f"custom.{rep}": user(world.bo)})
    hidden = lead(world, name="Acme", contacts=[reach])
    for made in (mine, hidden):
        call(world, lead_id=made["id"], direction="outbound")
    blind(world, world.bo, rep)
    address = where("email", text("jo@example.com", "exact_value"), of="contact_email")
    on_contact = related("contact", "contact_email", address)
    for queries in (
        [],
        [text("acme")],
        [text("jo@example.com")],
        [related("lead", "contact", on_contact)],
        [related("lead", "call")],
        [where("num_calls", numbers(gte=1))],
    ):
        sent = body(*queries, include_counts=True)
        assert world.bo.close.post("/data/search/", sent, 200) == {
            "data": [{"__object_type": "lead", "id": mine["id"]}],
            "cursor": None,
            "count": {"limited": 1, "total": 1},
        }
        assert len(search(world, *queries)["data"]) == 2
    for of in ("contact", "call"):
        assert len(world.bo.close.post("/data/search/", body(of=of), 200)["data"]) == 1
