"""Groups and who is in them."""

from __future__ import annotations

from tests.cast import World
from tests.close.making import events, user, wrong


def group(world: World, name: str = "Support") -> str:
    made: str = world.ada.close.post("/group/", {"name": name}, 201)["id"]
    return made


def test_a_new_group_is_empty(world: World):
    response = world.ada.close.send("POST", "/group/", {"name": "Support"})
    made = response.json()
    assert (response.status_code, made["id"][:6]) == (201, "group_")
    assert response.headers["location"] == f"/api/v1/group/{made['id']}/"
    assert made == {
        "id": made["id"],
        "members": [],
        "name": "Support",
        "organization_id": f"orga_{world.ada.org}",
    }


def test_joining_and_leaving_twice_changes_nothing_more(world: World):
    path = f"/group/{group(world)}/"
    for _ in range(2):
        answer = world.ada.close.post(f"{path}member/", {"user_id": user(world.bo)}, 201)
        assert answer == {"user_id": user(world.bo)}
    world.ada.close.post(f"{path}member/", {"user_id": user(world.cy)}, 201)
    members = [{"user_id": user(world.bo)}, {"user_id": user(world.cy)}]
    assert world.bo.close.get(path, params={"_fields": "members"}) == {"members": members}
    for _ in range(2):
        assert world.ada.close.delete(f"{path}member/{user(world.bo)}/", status=204) is None
    assert world.bo.close.get(path)["members"] == members[1:]
    world.ada.close.delete(f"{path}member/{user(world.eve)}/", status=204)


def test_lists_leave_members_out(world: World):
    made = group(world)
    listed = world.bo.close.get("/group/", params={"_fields": "id,members"})
    assert listed == {"data": [{"id": made}], "has_more": False}


def test_strangers_and_those_who_left_cannot_join(world: World):
    path = f"/group/{group(world)}/member/"
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.cy.user_id)
    for person in (world.eve, world.cy):
        answer = world.ada.close.post(path, {"user_id": user(person)}, 400)
        assert wrong(answer) == {"user_id": "Invalid organization members"}


def test_names_are_unique_whatever_their_case(world: World):
    first = group(world)
    second = group(world, "Sales")
    assert set(wrong(world.ada.close.post("/group/", {"name": " support "}, 400))) == {"name"}
    assert set(wrong(world.ada.close.put(f"/group/{second}/", {"name": "Support"}, 400))) == {
        "name"
    }
    assert world.ada.close.put(f"/group/{first}/", {"name": "SUPPORT"})["name"] == "SUPPORT"
    assert world.eve.close.post("/group/", {"name": "Support"}, 201)["name"] == "Support"
    assert set(wrong(world.ada.close.post("/group/", {"name": "  "}, 400))) == {"name"}


def test_a_group_that_a_smart_view_speaks_of_stays(world: World):
    made = world.ada.close.post("/group/", {"name": "Sales"}, 201)["id"]
    field = {"type": "regular_field", "object_type": "lead", "field_name": "created_by"}
    of_group = {"type": "reference", "reference_type": "user_or_group", "object_ids": [made]}
    query = {
        "type": "and",
        "queries": [
            {"type": "object_type", "object_type": "lead"},
            {"type": "field_condition", "field": field, "condition": of_group},
        ],
    }
    for body in (
        {"s_query": {"query": query}},
        {"query": "*", "sharing_settings": {"group_ids": [made]}},
    ):
        view = world.ada.close.post("/saved_search/", {"name": "Ours", **body})["id"]
        refused = world.ada.close.delete(f"/group/{made}/", status=400)
        assert "smart view" in refused["error"]
        world.ada.close.delete(f"/saved_search/{view}/", status=200)
    world.ada.close.delete(f"/group/{made}/", status=204)


def test_a_deleted_group_leaves_its_people(world: World):
    made = group(world)
    world.ada.close.post(f"/group/{made}/member/", {"user_id": user(world.bo)}, 201)
    world.ada.close.delete(f"/group/{made}/", status=204)
    world.ada.close.get(f"/group/{made}/", 404)
    assert world.bo.close.get("/me/")["first_name"] == "Bo"
    assert events(world, made) == [("group", "created"), ("group", "deleted")]
