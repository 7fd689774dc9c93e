"""API keys in the Close dialect: everybody lists their own, of which only the end is shown."""

from __future__ import annotations

from dataclasses import replace

from tests.cast import World
from tests.close.making import user

NOON = "2026-05-17T09:30:00.000000+00:00"


def test_a_key_is_shown_by_its_end(world: World):
    (shown,) = world.bo.close.get("/api_key/")["data"]
    assert shown == {
        "date_created": NOON,
        "id": shown["id"],
        "key": f"api_…{world.bo.api_key[-4:]}",
        "organization_id": f"orga_{world.bo.org}",
        "user_id": user(world.bo),
    }
    assert shown["id"].startswith("api_")
    assert world.bo.api_key not in str(shown)


def test_nobody_lists_the_keys_of_others(world: World):
    for person in (world.ada, world.bo, world.dora, world.eve, world.sue):
        listed = person.close.get("/api_key/")["data"]
        assert [each["user_id"] for each in listed] == [user(person)]


def test_a_replaced_key_leaves_the_list(world: World):
    (before,) = world.bo.close.get("/api_key/")["data"]
    world.clock.advance(minutes=5)
    new = world.bo.session.post("/user/api-key/regenerate", status=200)["data"]["apiKey"]
    world.bo.close.get("/api_key/", 401)
    bo = replace(world.bo, api_key=new)
    (after,) = bo.close.get("/api_key/")["data"]
    assert after == {
        **before,
        "date_created": "2026-05-17T09:35:00.000000+00:00",
        "id": after["id"],
        "key": f"api_…{new[-4:]}",
    }
    assert after["id"] != before["id"]


def test_the_list_has_pages_and_picks_fields(world: World):
    (whole,) = world.bo.close.get("/api_key/")["data"]
    picked = world.bo.close.get("/api_key/", params={"_fields": "id", "_limit": "1"})
    assert picked == {"data": [{"id": whole["id"]}], "has_more": False}
    assert world.bo.close.get("/api_key/", params={"_skip": "1"}) == {"data": [], "has_more": False}
