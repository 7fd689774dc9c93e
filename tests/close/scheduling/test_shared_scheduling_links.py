"""Shared scheduling links in the Close dialect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, user, wrong
from tests.close.scheduling.making import link, shared


def url_for(world: World, name: str, shared_id: str) -> Any:
    return world.people[name].close.get(f"/shared_scheduling_link/{shared_id}/")["url"]


def test_the_documented_request_for_a_shared_link_gets_the_documented_answer(world: World):
    body = {"name": "Another Shared: Scheduling Link Name", "description": "Description"}
    response = world.ada.close.send("POST", "/shared_scheduling_link/", body)
    made = response.json()
    path = f"/shared_scheduling_link/{made['id']}/"
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1{path}"
    assert made == {
        **body,
        "duration_in_minutes": None,
        "id": made["id"],
        "organization_id": f"orga_{world.ada.org}",
        "source": "MANUAL",
        "source_id": None,
        "source_type": None,
        "template_tag": "another_shared_scheduling_link_name",
        "type": "SHARED",
        "url": None,
        "user_id": None,
    }
    assert world.bo.close.get(path) == made
    assert world.bo.close.get("/shared_scheduling_link/") == {"data": [made], "has_more": False}
    assert world.ada.close.put(path, made) == made
    changed = world.ada.close.put(path, {"name": "Renamed", "description": None})
    assert changed == {**made, "name": "Renamed", "description": None}
    world.ada.close.delete(path, status=204)
    world.ada.close.get(path, 404)


def test_every_shared_link_has_a_tag_of_its_own(world: World):
    names = ["Demo", "demo!", "Demo", "Démo", "demo_2", "予約", "予定"]
    tags = [shared(world, name)["template_tag"] for name in names]
    assert tags == [
        "demo",
        "demo_2",
        "demo_3",
        "demo_4",
        "demo_2_2",
        "scheduling_link",
        "scheduling_link_2",
    ]
    assert shared(world, "x" * 255)["template_tag"] == "x" * 255


def test_a_shared_link_leads_everybody_to_their_own_place(world: World):
    shared_id, own = shared(world)["id"], link(world)
    body = {
        "organization_id": f"orga_{world.bo.org}",
        "shared_scheduling_link_id": shared_id,
        "user_id": user(world.bo),
        "user_scheduling_link_id": own["id"],
    }
    path = "/shared_scheduling_link_association/"
    assert world.bo.close.post(path, body, 201) == {**body, "url": None}
    to_address = {"shared_scheduling_link_id": shared_id, "url": "example.com"}
    assert world.cy.close.post(path, to_address, 201) == {
        "organization_id": f"orga_{world.bo.org}",
        "shared_scheduling_link_id": shared_id,
        "url": "https://example.com",
        "user_id": None,
        "user_scheduling_link_id": None,
    }
    assert url_for(world, "bo", shared_id) == "https://example.com/meet"
    assert url_for(world, "cy", shared_id) == "https://example.com"
    assert url_for(world, "ada", shared_id) is None
    world.bo.close.put(f"/scheduling_link/{own['id']}/", {"url": "example.com/later"})
    assert url_for(world, "bo", shared_id) == "https://example.com/later"
    world.bo.close.post(path, to_address, 201)
    assert url_for(world, "bo", shared_id) == "https://example.com"
    leave = {"shared_scheduling_link_id": shared_id, "user_id": user(world.bo)}
    assert world.bo.close.post(f"{path}unmap/", leave, 200) == {}
    assert url_for(world, "bo", shared_id) is None
    assert url_for(world, "cy", shared_id) == "https://example.com"
    world.bo.close.post(f"{path}unmap/", leave, 404)


def test_only_those_who_manage_shared_links_map_them_for_others(world: World):
    shared_id = shared(world)["id"]
    path = "/shared_scheduling_link_association/"
    body = {
        "shared_scheduling_link_id": shared_id,
        "user_id": user(world.bo),
        "url": "https://example.com/bo",
    }
    world.cy.close.post(path, body, 403)
    world.ada.close.post(path, body, 201)
    assert url_for(world, "bo", shared_id) == "https://example.com/bo"
    leave = {name: body[name] for name in ("shared_scheduling_link_id", "user_id")}
    world.cy.close.post(f"{path}unmap/", leave, 403)
    world.ada.close.post(f"{path}unmap/", leave, 200)
    assert url_for(world, "bo", shared_id) is None


def test_mistakes_are_named_by_field(world: World):
    shared_id, own = shared(world)["id"], link(world, "cy")["id"]
    path = "/shared_scheduling_link_association/"
    good = {"shared_scheduling_link_id": shared_id, "url": "example.com"}
    to_link = {"shared_scheduling_link_id": shared_id, "user_scheduling_link_id": own}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"url": "example.com"}, "shared_scheduling_link_id"),
        ({**good, "shared_scheduling_link_id": own}, "shared_scheduling_link_id"),
        ({**good, "shared_scheduling_link_id": f"schlnk_{UNKNOWN}"}, "shared_scheduling_link_id"),
        ({**good, "url": "nowhere"}, "url"),
        ({**good, "user_id": user(world.eve)}, "user_id"),
        ({**good, "organization_id": f"orga_{world.eve.org}"}, "organization_id"),
        ({**good, "user_scheduling_link_id": own}, "url"),
        ({"shared_scheduling_link_id": shared_id}, "user_scheduling_link_id"),
        (to_link, "user_scheduling_link_id"),  # of somebody else
        ({**to_link, "user_scheduling_link_id": shared_id}, "user_scheduling_link_id"),
    ]
    for body, field in cases:
        assert set(wrong(world.bo.close.post(path, body, 400))) >= {field}, body
    world.cy.close.post(path, to_link, 201)
    # An admin can lead bo to a link of bo only.
    body = {**to_link, "user_id": user(world.bo)}
    assert set(wrong(world.ada.close.post(path, body, 400))) == {"user_scheduling_link_id"}


@pytest.mark.parametrize("whole", ["link", "shared"])
def test_deleted_links_lead_nowhere(world: World, whole: str):
    shared_id, own = shared(world)["id"], link(world)["id"]
    body = {"shared_scheduling_link_id": shared_id, "user_scheduling_link_id": own}
    world.bo.close.post("/shared_scheduling_link_association/", body, 201)
    if whole == "link":
        world.bo.close.delete(f"/scheduling_link/{own}/", status=204)
        assert url_for(world, "bo", shared_id) is None
    else:
        world.ada.close.delete(f"/shared_scheduling_link/{shared_id}/", status=204)
        assert world.bo.close.get(f"/scheduling_link/{own}/")["id"] == own
    assert world.sql(
        "SELECT action FROM events WHERE noun = 'shared_scheduling_link_association' "
        "AND organization_id = %s ORDER BY sequence",
        world.bo.organization_id,
    ) == [("created",), ("deleted",)]
