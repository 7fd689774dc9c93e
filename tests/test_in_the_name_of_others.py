"""Acting in the name of somebody else needs a right, and a change is always its maker's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person, World
from tests.close.making import lead
from tests.close.people.making import give

REFUSED = {"error": "You may not do this in the name of somebody else."}


def user(person: Person) -> str:
    return f"user_{person.user_id.hex()}"


def _bodies(world: World) -> dict[str, dict[str, Any]]:
    lead_id = lead(world)["id"]
    return {
        "/activity/note/": {"lead_id": lead_id, "note": "I, the admin, approve."},
        "/activity/call/": {"lead_id": lead_id, "direction": "outbound", "status": "completed"},
        "/opportunity/": {"lead_id": lead_id},
        "/task/": {"lead_id": lead_id, "text": "Call", "_type": "lead"},
        "/lead/": {"name": "Acme"},
        "/contact/": {"lead_id": lead_id, "name": "Ann"},
    }


@pytest.mark.parametrize(
    "path", ["/activity/note/", "/activity/call/", "/opportunity/", "/task/", "/lead/", "/contact/"]
)
def test_a_restricted_user_speaks_for_nobody_else(world: World, path: str):
    body = _bodies(world)[path]
    give(world, world.bo, "restricteduser")
    for field in ("created_by", "user_id"):
        if field == "user_id" and path in ("/task/", "/lead/", "/contact/"):
            continue  # no such field
        forged = {**body, field: user(world.ada)}
        assert world.bo.close.post(path, forged, 403) == REFUSED
    own = world.bo.close.post(path, {**body, "created_by": user(world.bo)})
    assert own["created_by"] == own["updated_by"] == user(world.bo)


@pytest.mark.parametrize("path", ["/activity/note/", "/activity/call/", "/opportunity/", "/lead/"])
def test_who_may_speak_for_others_is_still_who_made_the_change(world: World, path: str):
    made = world.bo.close.post(path, {**_bodies(world)[path], "created_by": user(world.ada)})
    assert (made["created_by"], made["updated_by"]) == (user(world.ada), user(world.bo))
