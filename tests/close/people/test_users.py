"""Users in the Close dialect: the list, one of them, and their availability."""

from __future__ import annotations

from tests.cast import World


def test_everybody_has_an_availability(world: World):
    found = world.bo.close.get("/user/availability/")["data"]
    users = [user["id"] for user in world.bo.close.get("/user/")["data"]]
    assert [each["user_id"] for each in found] == users
    assert [device["type"] for device in found[0]["availability"]] == ["mobile", "native", "web"]
    assert {device["status"] for device in found[0]["availability"]} == {"offline"}
    own = {"organization_id": f"orga_{world.bo.org}"}
    assert len(world.bo.close.get("/user/availability/", params=own)["data"]) == len(users)
    other = {"organization_id": f"orga_{world.eve.org}"}
    assert world.bo.close.get("/user/availability/", params=other)["data"] == []


NOON = "2026-05-17T09:30:00.000000+00:00"


def test_users_are_listed_in_pages_and_in_order(world: World):
    def names(**params: str | int) -> list[str]:
        page = world.bo.close.get("/user/", params=params)
        return [user["first_name"] for user in page["data"]]

    everybody = world.bo.close.get("/user/")
    assert everybody["has_more"] is False
    assert everybody["data"][2] == world.ada.close.get(f"/user/user_{world.bo.user_id.hex()}/")
    assert names() == ["", "Dora", "Bo", "Cy"]
    assert names(_order_by="first_name,last_name") == ["", "Bo", "Cy", "Dora"]
    assert names(_order_by="last_name,first_name", _skip=1) == ["Bo", "Cy", "Dora"]
    assert names(_order_by="password_hash") == names()
    page = world.bo.close.get("/user/", params={"_limit": 1, "_skip": 1, "_fields": "first_name"})
    assert page == {"data": [{"first_name": "Dora"}], "has_more": True}


def test_a_user_has_the_documented_shape(world: World):
    user_id = f"user_{world.dora.user_id.hex()}"
    assert world.bo.close.get(f"/user/{user_id}/") == {
        "date_created": NOON,
        "date_updated": NOON,
        "email": world.dora.email,
        "first_name": "Dora",
        "id": user_id,
        "image": None,
        "last_name": "Diaz",
        "organizations": [f"orga_{world.dora.org}"],
    }


def test_a_deactivated_user_leaves_the_list_and_can_still_be_looked_up(world: World):
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", world.cy.user_id)
    page = world.bo.close.get("/user/")
    assert "Cy" not in [user["first_name"] for user in page["data"]]
    assert world.bo.close.get(f"/user/user_{world.cy.user_id.hex()}/")["first_name"] == "Cy"


def test_strangers_do_not_exist(world: World):
    unknown = world.bo.close.get(f"/user/user_{'0' * 24}/", 404)
    assert world.bo.close.get(f"/user/user_{world.eve.user_id.hex()}/", 404) == unknown
    assert world.bo.close.get(f"/user/lead_{world.bo.user_id.hex()}/", 404) == unknown
    assert world.bo.close.get("/user/me/", 404) == unknown


def test_without_a_key_everything_is_unauthorized(world: World):
    for path in ("/me/", "/user/", f"/user/user_{world.bo.user_id.hex()}/"):
        assert world.nobody.close.get(path, 401) == {"error": "Unauthorized"}
