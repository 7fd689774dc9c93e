"""Saved searches: what is kept, who sees them, who may share them, and pinning them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person, World
from tests.close.making import UNKNOWN, count_events, events, user, wrong
from tests.close.searching.making import EVERYTHING, change_search, named, save_search


def names(person: Person, **params: str) -> list[str]:
    found = person.close.get("/saved_search/", params=params)
    assert found["has_more"] is False
    return [each["name"] for each in found["data"]]


def test_the_documented_request_gets_the_documented_answer(world: World):
    s_query = {"query": named("Bluth Company")}
    body = {"name": "every lead", "s_query": s_query, "type": "lead"}
    made = world.bo.close.post("/saved_search/", body, 200)
    assert made["id"].startswith("save_")
    assert made == {
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "description": "",
        "id": made["id"],
        "is_shared": False,
        "is_user_dependent": False,
        "name": "every lead",
        "organization_id": f"orga_{world.bo.org}",
        "query": None,
        "s_query": s_query,
        "selected_fields": None,
        "shared_with": [],
        "sharing_settings": {
            "created_at": None,
            "created_by_id": None,
            "group_ids": [],
            "updated_at": None,
            "updated_by_id": None,
            "user_ids": [],
            "whole_org": False,
        },
        "type": "lead",
        "user_id": user(world.bo),
    }
    path = f"/saved_search/{made['id']}/"
    assert world.bo.close.get(path) == made
    assert change_search(world.bo, made, **made) == made
    world.clock.advance(minutes=1)
    renamed = change_search(world.bo, made, name="Bluths", description=None)
    assert renamed == {
        **made,
        "name": "Bluths",
        "description": None,
        "date_updated": "2026-05-17T09:31:00.000000+00:00",
    }
    assert world.bo.close.delete(path, status=200) == {}
    world.bo.close.get(path, 404)
    assert [action for _, action in events(world, made["id"])] == ["created", "updated", "deleted"]


def test_a_script_of_today_saves_and_updates_all_of_it(world: World):
    """With flags and columns as the web application saves them."""
    body: Any = {
        "name": "L2 · Mine",
        "description": "Whoever looks",
        "type": "lead",
        "s_query": {"query": named("x"), "results_limit": None, "sort": []},
        "selected_fields": [
            {"type_id": "lead", "field_id": "display_name"},
            {"type_id": "lead", "field_id": f"cf_{UNKNOWN}"},
        ],
        "is_user_dependent": True,
        "is_shared": False,
        "sharing_settings": {"whole_org": False, "user_ids": [user(world.bo)], "group_ids": []},
    }
    made = world.ada.close.post("/saved_search/", body, 200)
    assert made["selected_fields"] == body["selected_fields"]
    assert made["s_query"] == body["s_query"]
    assert (made["is_shared"], made["shared_with"]) == (False, [user(world.bo)])
    assert made["is_user_dependent"] is False  # it says the same to everybody
    assert change_search(world.ada, made, **body) == made
    assert change_search(world.ada, made, selected_fields=None)["selected_fields"] is None


@pytest.mark.parametrize(
    "s_query", [named("x"), {"query": named("x"), "_limit": 50, "results_limit": 100, "sort": None}]
)
def test_a_tree_is_answered_as_it_was_sent_bare_or_not(world: World, s_query: Any):
    made = save_search(world.bo, s_query=s_query)
    assert made["s_query"] == s_query
    assert world.bo.close.get(f"/saved_search/{made['id']}/")["s_query"] == s_query


def test_one_query_takes_the_place_of_the_other(world: World):
    made = world.bo.close.post("/saved_search/", {"name": "All", "query": "*"}, 200)
    assert (made["query"], made["s_query"]) == ("*", None)
    tree = change_search(world.bo, made, s_query=EVERYTHING)
    assert (tree["query"], tree["s_query"]) == (None, EVERYTHING)
    text = change_search(world.bo, made, query="name:x", s_query=None)
    assert (text["query"], text["s_query"]) == ("name:x", None)
    assert change_search(world.bo, made, query="name:y")["query"] == "name:y"
    assert set(wrong(change_search(world.bo, made, 400, query=None))) == {"s_query"}
    assert set(wrong(change_search(world.bo, made, 400, query="*", s_query=EVERYTHING))) == {
        "query"
    }
    assert change_search(world.bo, made, s_query=None)["query"] == "name:y"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": "x"}, {"s_query"}),
        ({"name": "x", "query": " ", "s_query": {}}, {"s_query"}),
        ({"name": "x", "query": "*", "s_query": EVERYTHING}, {"query"}),
        ({"name": " ", "query": "*"}, {"name"}),
        ({"name": "x", "query": "*", "type": "dog"}, {"type"}),
        ({"name": "x", "s_query": {"sort": []}}, {"s_query"}),
        ({"name": "x", "s_query": {"query": []}}, {"s_query"}),
        ({"name": "x", "s_query": {"query": {"type": "and", "queries": []}}}, {"s_query"}),
        ({"name": "x", "s_query": named("CEO", "contact", "title")}, {"s_query"}),
        ({"name": "x", "s_query": named("x"), "type": "contact"}, {"s_query"}),
        ({"name": "x", "s_query": {**named("x"), "a": "a" * 100_000}}, {"s_query"}),
        ({"name": "x", "query": "x " * 6000}, {"query"}),
        ({"name": "x", "query": "*", "description": "x" * 1001}, {"description"}),
        ({"name": "x", "query": "*", "selected_fields": ["name"]}, {"selected_fields"}),
        ({"name": "x", "query": "*", "selected_fields": [{}] * 201}, {"selected_fields"}),
    ],
)
def test_what_is_wrong_with_a_saved_search_is_told(world: World, body: Any, fields: set[str]):
    before = count_events(world)
    assert set(wrong(world.ada.close.post("/saved_search/", body, 400))) == fields
    assert count_events(world) == before


def test_lists_are_of_leads_unless_another_type_is_asked_for(world: World):
    save_search(world.bo, "Leads")
    save_search(world.bo, "CEOs", type="contact", s_query=named("CEO", "contact", "title"))
    save_search(world.bo, "More leads", type=None)
    assert names(world.bo) == ["Leads", "More leads"]
    assert names(world.bo, type="contact") == ["CEOs"]
    assert names(world.bo, type__in="lead,contact") == ["Leads", "CEOs", "More leads"]
    assert names(world.bo, type="lead", type__in="contact") == []
    page = world.bo.close.get("/saved_search/", params={"_limit": "1", "_skip": "1"})
    assert ([each["name"] for each in page["data"]], page["has_more"]) == (["More leads"], False)
    page = world.bo.close.get("/saved_search/", params={"_limit": "1", "_fields": "name"})
    assert page == {"data": [{"name": "Leads"}], "has_more": True}
    world.bo.close.get("/saved_search/", 400, params={"_limit": "1001"})


def test_everybody_sees_what_is_their_own_or_shared_with_them(world: World):
    ada, bo, cy, dora = world.ada, world.bo, world.cy, world.dora
    group = ada.close.post("/group/", {"name": "Sales"}, 201)["id"]
    ada.close.post(f"/group/{group}/member/", {"user_id": user(cy)}, 201)
    made = {
        "private": save_search(ada, "private"),
        "all": save_search(ada, "all", is_shared=True),
        "bo": save_search(ada, "bo", sharing_settings={"user_ids": [user(bo)]}),
        "group": save_search(ada, "group", sharing_settings={"group_ids": [group]}),
    }
    assert names(ada) == ["private", "all", "bo", "group"]
    assert names(bo) == ["all", "bo"]
    assert names(cy) == ["all", "group"]
    assert names(dora) == ["all"]
    assert names(world.eve) == []
    for name, each in made.items():
        for person in (ada, bo, cy, dora, world.eve):
            seen = name in names(person)
            person.close.get(f"/saved_search/{each['id']}/", 200 if seen else 404)
    # Dora may change what is shared, but not what she does not see.
    change_search(dora, made["all"], name="all of us")
    for name in ("private", "bo", "group"):
        change_search(dora, made[name], 404, name="mine")
        dora.close.delete(f"/saved_search/{made[name]['id']}/", status=404)
    ada.close.delete(f"/group/{group}/member/{user(cy)}/", status=204)
    assert names(cy) == ["all of us"]


def test_only_who_manages_team_views_shares_and_changes_shared_ones(world: World):
    ada, bo = world.ada, world.bo
    group = ada.close.post("/group/", {"name": "Sales"}, 201)["id"]
    sharing: list[Any] = [
        {"is_shared": True},
        {"sharing_settings": {"whole_org": True}},
        {"sharing_settings": {"user_ids": [user(world.cy)]}},
        {"sharing_settings": {"group_ids": [group]}},
    ]
    own = save_search(bo)
    for body in sharing:
        save_search(bo, status=403, **body)
        change_search(bo, own, 403, **body)
    assert change_search(bo, own, name="Still mine", is_shared=False)["name"] == "Still mine"
    role = {"name": "Lead", "permissions": ["view_all_leads", "manage_team_smart_views"]}
    role_id = ada.close.post("/role/", role)["id"]
    membership = bo.close.get("/me/")["memberships"][0]["id"]
    ada.close.put(f"/membership/{membership}/", {"role_id": role_id})
    for body in sharing:
        save_search(bo, **body)
    shared = change_search(bo, own, is_shared=True)
    ada.close.put(f"/role/{role_id}/", {"permissions": ["view_all_leads"]})
    # What is shared is not theirs alone any more, whoever made it.
    for body in ({"name": "x"}, {"is_shared": False}):
        change_search(bo, shared, 403, **body)
    bo.close.delete(f"/saved_search/{own['id']}/", status=403)
    save_search(bo, "private")
    assert change_search(world.dora, shared, is_shared=False)["user_id"] == user(bo)
    bo.close.delete(f"/saved_search/{own['id']}/", status=200)


def test_who_has_shared_it_and_when_is_kept(world: World):
    made = save_search(world.ada, is_shared=True)
    settings = made["sharing_settings"]
    assert made["is_shared"] is settings["whole_org"] is True
    start = "2026-05-17T09:30:00.000000+00:00"
    assert (settings["created_at"], settings["created_by_id"]) == (start, user(world.ada))
    world.clock.advance(minutes=1)
    assert change_search(world.dora, made, name="New")["sharing_settings"] == settings
    more = change_search(world.dora, made, sharing_settings={"user_ids": [user(world.bo)] * 2})
    assert more["sharing_settings"] == {
        **settings,
        "updated_at": "2026-05-17T09:31:00.000000+00:00",
        "updated_by_id": user(world.dora),
        "user_ids": [user(world.bo)],
    }
    # The settings win over the flag, which alone means everybody.
    both = change_search(world.ada, made, is_shared=True, sharing_settings={"whole_org": False})
    assert (both["is_shared"], both["shared_with"]) == (False, [user(world.bo)])
    assert change_search(world.ada, made, is_shared=False)["shared_with"] == [user(world.bo)]
    nobody = change_search(world.ada, made, sharing_settings=None)
    assert (nobody["is_shared"], nobody["shared_with"]) == (False, [])
    assert nobody["sharing_settings"]["created_at"] == start


def test_only_who_is_there_can_be_shared_with(world: World):
    ids = [user(world.bo), user(world.eve), f"user_{UNKNOWN}"]
    body = {"user_ids": ids, "group_ids": [f"group_{UNKNOWN}"]}
    answer = wrong(save_search(world.ada, status=400, sharing_settings=body))
    not_there = "Object does not exist."
    assert answer["sharing_settings"]["field-errors"] == {
        "user_ids": {"errors": {"1": not_there, "2": not_there}},
        "group_ids": {"errors": {"0": not_there}},
    }
    made = save_search(world.ada, sharing_settings={"user_ids": [user(world.bo)]})
    membership = world.bo.close.get("/me/")["memberships"][0]["id"]
    world.ada.close.delete(f"/membership/{membership}/", status=200)
    # Who has left since stays on the list, but cannot be added to another.
    assert change_search(world.ada, made, **made)["shared_with"] == [user(world.bo)]
    save_search(world.ada, status=400, sharing_settings={"user_ids": [user(world.bo)]})


def pins(person: Person) -> str:
    return f"/membership/{person.close.get('/me/')['memberships'][0]['id']}/pinned_views/"


def test_members_pin_what_they_see_in_their_order(world: World):
    ada, bo = world.ada, world.bo
    path = pins(bo)
    assert bo.close.get(path) == {"saved_view_ids": []}
    private, shared = (
        save_search(bo, "private")["id"],
        save_search(ada, "shared", is_shared=True)["id"],
    )
    body = {"saved_view_ids": [shared, private, shared]}
    assert bo.close.put(path, body) == {"saved_view_ids": [shared, private]}
    assert ada.close.put(path, {"saved_view_ids": [private]}) == {"saved_view_ids": [private]}
    assert bo.close.get(path) == {"saved_view_ids": [private]}
    world.cy.close.get(path, 403)
    world.cy.close.put(path, {"saved_view_ids": []}, 403)
    bo.close.put(path, {"saved_view_ids": ["lead_1"]}, 400)
    bo.close.put(path, {}, 400)


def test_what_a_member_does_not_see_cannot_be_pinned(world: World):
    bo, of_ada = world.bo, save_search(world.ada)["id"]
    seen, foreign = save_search(bo)["id"], save_search(world.eve, is_shared=True)["id"]
    body = {"saved_view_ids": [seen, of_ada, foreign, f"save_{UNKNOWN}"]}
    for person in (bo, world.ada):  # who pins it does not matter
        answer = wrong(person.close.put(pins(bo), body, 400))
        assert set(answer["saved_view_ids"]["errors"]) == {"1", "2", "3"}
    assert bo.close.get(pins(bo)) == {"saved_view_ids": []}


def test_what_is_deleted_or_shared_no_more_is_pinned_no_more(world: World):
    first, second = (save_search(world.ada, name, is_shared=True) for name in ("a", "b"))
    ids = [first["id"], second["id"]]
    for person in (world.bo, world.ada):
        person.close.put(pins(person), {"saved_view_ids": ids})
    change_search(world.ada, second, is_shared=False)
    assert world.bo.close.get(pins(world.bo)) == {"saved_view_ids": ids[:1]}
    assert world.ada.close.get(pins(world.ada)) == {"saved_view_ids": ids}
    world.ada.close.delete(f"/saved_search/{ids[0]}/", status=200)
    assert world.bo.close.get(pins(world.bo)) == {"saved_view_ids": []}
    assert world.ada.close.get(pins(world.ada)) == {"saved_view_ids": ids[1:]}
