"""Who calls from which phone number, and what becomes of it when numbers or people go."""

from __future__ import annotations

from typing import Any

from tests.cast import Person, World
from tests.close.calling.making import PATH, group_number, membership, rent
from tests.close.making import UNKNOWN, user, wrong


def call_from(world: World, person: Person, number_id: str | None, status: int = 200) -> Any:
    path = f"/membership/{membership(person)['id']}/"
    return world.ada.close.put(path, {"default_caller_id": number_id}, status)


def test_the_default_caller_is_a_number_that_the_member_may_use(world: World):
    mine, theirs = rent(world.bo)["id"], rent(world.cy)["id"]
    shared = group_number(world, world.bo, world.cy)["id"]
    others, everybodys = group_number(world, world.cy)["id"], group_number(world)["id"]
    for allowed in (mine, shared, everybodys):
        assert call_from(world, world.bo, allowed)["default_caller_id"] == allowed
        assert membership(world.bo)["default_caller_id"] == allowed
    for refused in (theirs, others, rent(world.eve)["id"], f"phon_{UNKNOWN}", "nothing"):
        answer = call_from(world, world.bo, refused, 400)
        assert wrong(answer) == {"default_caller_id": "Object does not exist."}
    assert membership(world.bo)["default_caller_id"] == everybodys
    assert call_from(world, world.bo, None)["default_caller_id"] is None


def test_several_people_call_from_one_number_or_none_of_them(world: World):
    ids = ",".join(membership(person)["id"] for person in (world.bo, world.cy))
    everybodys, cys = group_number(world)["id"], group_number(world, world.cy)["id"]
    body = {"_params": {"id__in": ids}, "default_caller_id": everybodys}
    assert world.ada.close.put("/membership/", body) == {"count": 2}
    refused = {**body, "default_caller_id": cys, "auto_record_calls": "enabled"}
    assert set(wrong(world.ada.close.put("/membership/", refused, 400))) == {"default_caller_id"}
    for person in (world.bo, world.cy):
        found = membership(person)
        assert (found["default_caller_id"], found["auto_record_calls"]) == (everybodys, "unset")


def test_a_lost_number_is_no_default_caller_any_more(world: World):
    number = group_number(world, world.bo, world.cy)["id"]
    for person in (world.bo, world.cy):
        call_from(world, person, number)
    path = f"{PATH}{number}/"
    world.ada.close.put(path, {"label": "Sales"})
    world.ada.close.put(path, {"participants": [user(world.cy), user(world.dora)]})
    assert membership(world.bo)["default_caller_id"] is None
    assert membership(world.cy)["default_caller_id"] == number
    world.ada.close.delete(path, status=200)
    assert membership(world.cy)["default_caller_id"] is None


def test_my_own_numbers_show_with_me(world: World):
    first, second = rent(world.bo), rent(world.bo)
    group_number(world, world.bo)
    me = world.bo.close.get("/me/")
    assert me["memberships"][0]["primary_personal_number"] == first["id"]
    shown = ("date_created", "date_updated", "id", "number", "organization_id")
    assert me["phone_numbers"] == [
        {name: number[name] for name in shown} for number in (first, second)
    ]
    assert membership(world.cy)["primary_personal_number"] is None


def test_numbers_of_somebody_who_goes_are_for_the_group_to_look_after(world: World):
    own, shared = rent(world.bo), group_number(world, world.bo, world.cy)
    untouched = rent(world.cy)
    call_from(world, world.bo, own["id"])
    path = f"/membership/{membership(world.bo)['id']}/"
    world.ada.close.delete(path, status=200)
    left = {each["id"]: each for each in world.cy.close.get(PATH)["data"]}
    assert (left[own["id"]]["user_id"], left[own["id"]]["is_group_number"]) == (None, True)
    assert left[shared["id"]]["participants"] == [user(world.cy)]
    assert left[untouched["id"]] == untouched
    body = {"participants": [user(world.cy)]}
    assert world.ada.close.put(f"{PATH}{own['id']}/", body)["participants"] == [user(world.cy)]
    back = world.ada.close.post("/membership/", {"email": world.bo.email, "role_id": "user"}, 200)
    assert back["default_caller_id"] is back["primary_personal_number"] is None
