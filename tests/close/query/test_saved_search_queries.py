"""What saved searches find: by their ids and names, for whoever asks, within each other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person, World
from tests.close.making import UNKNOWN, custom_field, wrong
from tests.close.searching.making import change_search, named, save_search


def opportunities(person: Person, made: Any, status: int = 200) -> list[str]:
    """The leads of the opportunities that the save_search lets through."""
    params = {"lead_saved_search_id": made if isinstance(made, str) else made["id"]}
    found = person.close.get("/opportunity/", status, params=params)
    return sorted(each["lead_name"] for each in found["data"]) if status == 200 else []


def found_by(person: Person, query: str, status: int = 200) -> list[str]:
    found = person.close.get("/lead/", status, params={"query": query})
    return sorted(each["name"] for each in found["data"]) if status == 200 else []


def leads(world: World) -> None:
    """One of ada with an opportunity, and two of bo, the second one with an opportunity."""
    for name, person in (("Bluth", world.ada), ("Acme", world.bo), ("Bluth & Sons", world.bo)):
        made = person.close.post("/lead/", {"name": name}, 200)["id"]
        if "Bluth" in name:
            person.close.post("/opportunity/", {"lead_id": made}, 200)


def test_a_saved_search_is_used_by_its_id_and_by_its_name(world: World):
    leads(world)
    made = save_search(world.bo, "Bluths", s_query=None, query="name:Bluth")
    assert opportunities(world.bo, made) == ["Bluth", "Bluth & Sons"]
    assert found_by(world.bo, 'in:"bluths" sort:name') == ["Bluth", "Bluth & Sons"]
    assert found_by(world.bo, "not in:bluths") == ["Acme"]
    for saved_id in (made["id"], f'"{made["id"]}"'):
        assert found_by(world.bo, f"in:{saved_id} sort:name") == ["Bluth", "Bluth & Sons"]
    found_by(world.ada, f"in:{made['id']}", 400)
    found_by(world.bo, f"in:save_{UNKNOWN}", 400)
    # It is bo's alone.
    opportunities(world.ada, made, 400)
    found_by(world.ada, 'in:"Bluths"', 400)
    opportunities(world.bo, f"save_{UNKNOWN}", 400)
    of_contacts = save_search(world.bo, "Contacts", type="contact", s_query=None, query="*")
    opportunities(world.bo, of_contacts, 400)
    found_by(world.bo, "in:Contacts", 400)


def test_of_namesakes_ones_own_is_meant_and_then_the_oldest(world: World):
    leads(world)
    shared: Any = {"s_query": None, "is_shared": True}
    save_search(world.ada, "Ours", query="name:Acme", **shared)
    save_search(world.dora, "Ours", query="name:Bluth", **shared)
    assert found_by(world.bo, "in:ours") == ["Acme"]
    save_search(world.bo, "OURS", s_query=None, query="name:Sons")
    assert found_by(world.bo, "in:ours") == ["Bluth & Sons"]
    assert found_by(world.cy, "in:ours") == ["Acme"]


def test_me_in_a_shared_search_is_whoever_asks(world: World):
    leads(world)
    made = save_search(world.ada, "Mine", s_query=None, query="created_by:me", is_shared=True)
    assert made["is_user_dependent"] is True
    assert found_by(world.ada, "in:mine") == ["Bluth"]
    assert found_by(world.bo, "in:mine") == ["Acme", "Bluth & Sons"]
    around = save_search(
        world.ada, "Around", s_query=None, query="in:mine name:Bluth", is_shared=True
    )
    assert around["is_user_dependent"] is True
    assert opportunities(world.bo, around) == ["Bluth & Sons"]
    assert change_search(world.ada, around, query="name:me")["is_user_dependent"] is False
    assert (
        change_search(world.ada, made, query=f"created_by:{world.ada.email}")["is_user_dependent"]
        is False
    )


def test_searches_contain_each_other_but_never_themselves(world: World):
    leads(world)
    bo = world.bo
    inner = save_search(bo, "level 0", s_query=None, query="name:Bluth")
    for level in range(1, 5):
        save_search(bo, f"level {level}", s_query=None, query=f'in:"level {level - 1}"')
    assert found_by(bo, 'in:"level 4"') == ["Bluth", "Bluth & Sons"]
    assert wrong(save_search(bo, "x", 400, s_query=None, query='in:"level 5"'))["query"]
    outer = save_search(bo, "level 5", s_query=None, query='in:"level 4"')
    assert "deep" in wrong(save_search(bo, "x", 400, s_query=None, query='in:"level 5"'))["query"]
    assert "itself" in wrong(change_search(bo, inner, 400, query='in:"level 0"'))["query"]
    assert "itself" in wrong(change_search(bo, inner, 400, query='in:"level 3" or name:x'))["query"]
    # What it contains can be deleted; then it cannot be searched for.
    bo.close.delete(f"/saved_search/{inner['id']}/", status=200)
    opportunities(bo, outer, 400)
    assert change_search(bo, outer, name="Still there")["name"] == "Still there"


def test_a_cycle_that_comes_about_by_a_name_is_refused_when_it_is_searched(world: World):
    """Names mean one's own searches first, so that others can make a cycle for somebody."""
    leads(world)
    save_search(world.ada, "A", s_query=None, query="name:Acme", is_shared=True)
    save_search(world.ada, "B", s_query=None, query="in:A", is_shared=True)
    assert found_by(world.bo, "in:B") == ["Acme"]
    save_search(world.bo, "A", s_query=None, query="in:B")
    answer = world.bo.close.get("/lead/", 400, params={"query": "in:B"})
    assert "itself" in answer["error"]


@pytest.mark.parametrize(
    "query", ["name:", "(name:x", "no_such_field:x", 'in:"nowhere"', "status:Nowhere", "name > 3"]
)
def test_a_text_that_cannot_be_searched_for_is_not_saved(world: World, query: str):
    assert set(wrong(save_search(world.bo, status=400, s_query=None, query=query))) == {"query"}
    made = save_search(world.bo)
    assert set(wrong(change_search(world.bo, made, 400, query=query))) == {"query"}


def test_a_search_takes_in_only_so_many(world: World):
    """Else a few that contain each other many times would read thousands."""

    def five_of(name: str) -> str:
        return " or ".join([f'in:"{name}"'] * 5)

    save_search(world.bo, "0", s_query=None, query="name:x")
    save_search(world.bo, "1", s_query=None, query=five_of("0"))
    save_search(world.bo, "2", s_query=None, query=five_of("1"))
    answer = save_search(world.bo, "3", 400, s_query=None, query=five_of("2"))
    assert "50" in wrong(answer)["query"]


# Trees.


def test_a_tree_finds_what_a_search_with_it_finds(world: World):
    leads(world)
    for s_query in (named("Bluth"), {"query": named("Bluth"), "sort": None, "results_limit": 1}):
        made = save_search(world.bo, s_query=s_query)
        assert opportunities(world.bo, made) == ["Bluth", "Bluth & Sons"]
    assert opportunities(world.bo, save_search(world.bo)) == ["Bluth", "Bluth & Sons"]  # everything
    everything = save_search(world.bo, "C", type="contact", s_query={"type": "match_all"})
    assert everything["s_query"] == {"type": "match_all"}


def created_by(condition: Any) -> Any:
    field = {"type": "regular_field", "object_type": "lead", "field_name": "created_by"}
    test = {"type": "field_condition", "field": field, "condition": condition}
    return {"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}, test]}


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "current_user"},
        {
            "type": "reference",
            "reference_type": "user_or_group",
            "object_ids": ["CURRENT_USER"],
        },
    ],
)
def test_the_current_user_of_a_tree_is_whoever_asks(world: World, condition: Any):
    leads(world)
    mine = created_by(condition)
    made = save_search(world.ada, "Mine", s_query=mine, is_shared=True)
    assert made["is_user_dependent"] is True
    assert opportunities(world.ada, made) == ["Bluth"]
    assert opportunities(world.bo, made) == ["Bluth & Sons"]
    node = {"type": "saved_search", "saved_search_id": made["id"]}
    clause = {"type": "object_type", "object_type": "lead"}
    around = save_search(world.ada, "Around", s_query={"type": "and", "queries": [clause, node]})
    assert around["is_user_dependent"] is True
    assert opportunities(world.ada, around) == ["Bluth"]
    ids = [f"user_{world.ada.user_id.hex()}"]
    of_ada = created_by({"type": "reference", "reference_type": "user", "object_ids": ids})
    assert change_search(world.ada, made, s_query=of_ada)["is_user_dependent"] is False
    assert opportunities(world.bo, made) == ["Bluth"]


def test_trees_and_texts_contain_each_other_but_never_themselves(world: World):
    leads(world)
    tree = save_search(world.bo, "Tree", s_query=named("Sons"))
    save_search(world.bo, "Text", s_query=None, query='in:"tree"')
    assert found_by(world.bo, "in:text") == ["Bluth & Sons"]

    def around(saved_id: str) -> Any:
        node = {"type": "saved_search", "saved_search_id": saved_id}
        clause = {"type": "object_type", "object_type": "lead"}
        return {"query": {"type": "and", "queries": [clause, {"type": "not", "query": node}]}}

    not_tree = save_search(world.bo, "Not", s_query=around(tree["id"]))
    assert found_by(world.bo, "in:not") == ["Acme", "Bluth"]
    for inner in (tree, not_tree):
        answer = wrong(change_search(world.bo, tree, 400, s_query=around(inner["id"])))
        assert "itself" in answer["s_query"]
    # What others keep to themselves cannot be contained.
    of_ada = save_search(world.ada)["id"]
    for unseen in (of_ada, f"save_{UNKNOWN}", save_search(world.eve, is_shared=True)["id"]):
        assert set(wrong(save_search(world.bo, status=400, s_query=around(unseen)))) == {"s_query"}


@pytest.mark.parametrize(
    ("kind", "object_type"), [("call", "activity.call"), ("note", "note"), ("meeting", "meeting")]
)
def test_activities_are_called_as_in_queries_or_as_types(world: World, kind: str, object_type: str):
    s_query = {"type": "and", "queries": [{"type": "object_type", "object_type": object_type}]}
    made = save_search(world.bo, type=kind, s_query=s_query)
    assert (made["type"], made["s_query"]) == (kind, s_query)
    assert set(wrong(save_search(world.bo, status=400, s_query=s_query))) == {"s_query"}


def test_what_is_wrong_in_a_tree_is_told_where_it_is(world: World):
    tree = named("x")
    tree["queries"][1]["condition"]["mode"] = "wild"
    tree["queries"].append({"type": "field_condition", "field": {"type": "custom_field"}})
    answer = wrong(save_search(world.bo, status=400, s_query={"query": tree, "sort": [{}]}))[
        "s_query"
    ]
    inner = answer["field-errors"]
    assert set(inner) == {"query", "sort"}
    queries = inner["query"]["field-errors"]["queries"]["errors"]
    assert set(queries) == {"1", "2"}
    bare = wrong(save_search(world.bo, status=400, s_query=tree))["s_query"]["field-errors"]
    assert set(bare["queries"]["errors"]) == {"1", "2"}


def test_a_search_that_names_what_is_gone_since_says_so(world: World):
    leads(world)
    field = custom_field(world, "lead", "Size").removeprefix("custom.")
    of = {"type": "custom_field", "custom_field_id": field}
    test = {"type": "field_condition", "field": of, "condition": {"type": "exists"}}
    clause = {"type": "object_type", "object_type": "lead"}
    made = save_search(world.ada, "Sized", s_query={"type": "and", "queries": [clause, test]})
    assert opportunities(world.ada, made) == []
    world.ada.close.delete(f"/custom_field/lead/{field}/", status=200)
    params = {"lead_saved_search_id": made["id"]}
    answer = world.ada.close.get("/opportunity/", 400, params=params)
    assert "'Sized' is no longer valid" in answer["error"]
    assert change_search(world.ada, made, name="Unsized")["s_query"] == made["s_query"]
