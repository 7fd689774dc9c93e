"""OAuth grants: people list the apps that may act for them, and revoke what they granted."""

from __future__ import annotations

from tests.cast import World
from tests.close.making import UNKNOWN
from tests.oauth_apps import (
    code_of,
    register,
    tokens_of,
    works,
)


def test_people_see_what_they_have_allowed_and_take_it_back(world: World):
    app = register(world)
    tokens, others = tokens_of(world, app, world.bo), tokens_of(world, app, world.cy)
    code_of(world, app, world.bo)  # not taken yet
    (shown,) = world.bo.close.get("/oauth_grant/")["data"]
    assert shown == {
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "id": shown["id"],
        "name": "Dial & Smile <b>",
        "oauth_client_id": app.id,
        "scope": "all.full_access offline_access",
    }
    path = f"/oauth_grant/{shown['id']}/"
    world.ada.close.delete(path, status=404)
    assert works(world, tokens["access_token"])
    world.bo.close.delete(path, status=204)
    assert not works(world, tokens["access_token"])
    assert works(world, others["access_token"])
    assert world.bo.close.get("/oauth_grant/")["data"] == []


def test_a_grant_shows_what_it_was_given_for(world: World):
    app = register(world)
    tokens_of(world, app, world.bo)
    world.clock.advance(days=1)
    other = register(world)
    tokens_of(world, other, world.bo)
    listed = world.bo.close.get("/oauth_grant/")["data"]
    assert [(each["oauth_client_id"], each["date_created"]) for each in listed] == [
        (app.id, "2026-05-17T09:30:00.000000+00:00"),
        (other.id, "2026-05-18T09:30:00.000000+00:00"),
    ]
    page = world.bo.close.get("/oauth_grant/", params={"_limit": "1", "_fields": "oauth_client_id"})
    assert page == {"data": [{"oauth_client_id": app.id}], "has_more": True}


def test_grants_of_others_and_unknown_ones_are_not_there(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    (shown,) = world.bo.close.get("/oauth_grant/")["data"]
    for person in (world.ada, world.cy, world.eve):
        assert person.close.get("/oauth_grant/")["data"] == []
        foreign = person.close.delete(f"/oauth_grant/{shown['id']}/", status=404)
        unknown = person.close.delete(f"/oauth_grant/{shown['id'][:-24]}{UNKNOWN}/", status=404)
        assert foreign == unknown
    assert works(world, tokens["access_token"])
