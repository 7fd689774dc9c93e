"""Scheduling links: one's own, those that apps keep, shared ones and where they lead for whom."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.dialects.close.scheduling import scheduling_links
from tests.bad_input import BAD_IDS, JSON, NO_FAILURE, REFUSED, UNREADABLE, check, wrong_bodies
from tests.cast import Api, World
from tests.close.making import UNKNOWN, events, wrong
from tests.oauth_apps import App, as_bearer, register, tokens_of

SOURCE = "74241bb7-3436-4228-9b76-392ef7a443ee"


def link(world: World, by: str = "bo", **more: Any) -> Any:
    body = {"name": "Meet", "url": "example.com/meet", **more}
    return world.people[by].close.post("/scheduling_link/", body, 201)


def shared(world: World, name: str = "Shared Link") -> Any:
    return world.ada.close.post("/shared_scheduling_link/", {"name": name}, 201)


def user(world: World, name: str) -> str:
    return f"user_{world.people[name].user_id.hex()}"


def of_app(world: World, app: App, name: str = "bo") -> Api:
    return as_bearer(world, tokens_of(world, app, world.people[name])["access_token"])


def url_for(world: World, name: str, shared_id: str) -> Any:
    return world.people[name].close.get(f"/shared_scheduling_link/{shared_id}/")["url"]


def test_the_documented_request_gets_the_documented_answer(world: World):
    body = {
        "description": "Description of Example Scheduling Link",
        "name": "Example Scheduling Link",
        "url": "example.com/schedule",
    }
    response = world.bo.close.send("POST", "/scheduling_link/", body)
    made = response.json()
    path = f"/scheduling_link/{made['id']}/"
    assert (response.status_code, made["id"][:7]) == (201, "schlnk_")
    assert response.headers["location"] == f"/api/v1{path}"
    assert made == {
        **body,
        "duration_in_minutes": None,
        "id": made["id"],
        "oauth_client_id": None,
        "organization_id": f"orga_{world.bo.org}",
        "source": "MANUAL",
        "source_id": None,
        "source_type": None,
        "template_tag": None,
        "type": "USER",
        "url": "https://example.com/schedule",
        "user_id": user(world, "bo"),
    }
    assert world.bo.close.get(path) == made
    assert world.bo.close.put(path, made) == made
    changed = world.bo.close.put(path, {"url": "http://example.com:8080/x", "description": None})
    assert changed == {**made, "url": "http://example.com:8080/x", "description": None}
    assert world.bo.close.get("/scheduling_link/") == {"data": [changed], "has_more": False}
    world.bo.close.delete(path, status=204)
    world.bo.close.get(path, 404)
    assert events(world, made["id"]) == [
        ("scheduling_link", action) for action in ("created", "updated", "deleted")
    ]


def test_links_belong_to_one_person(world: World):
    made = link(world)
    path = f"/scheduling_link/{made['id']}/"
    assert world.ada.close.get("/scheduling_link/")["data"] == []
    world.ada.close.get(path, 404)
    world.ada.close.put(path, {"name": "Mine"}, 404)
    world.ada.close.delete(path, status=404)
    assert world.bo.close.get(path) == made


def test_what_is_wrong_is_told_by_field(world: World):
    for url in ("", "nowhere", "javascript:alert(1)", "ftp://example.com", "https://a b.example"):
        answer = world.bo.close.post("/scheduling_link/", {"name": " ", "url": url}, 400)
        assert set(wrong(answer)) == {"name", "url"}
    body = {"name": "x" * 256, "url": "example.com", "description": "x" * 5001}
    answer = world.bo.close.post("/scheduling_link/", body, 400)
    assert set(wrong(answer)) == {"name", "description"}
    path = f"/scheduling_link/{link(world)['id']}/"
    assert set(wrong(world.bo.close.put(path, {"name": None, "url": None}, 400))) == {"name", "url"}
    assert "colour" not in world.bo.close.put(path, {"colour": "red"})


# What apps keep.


def test_an_app_keeps_links_under_its_own_ids(world: World):
    app = register(world)
    calendar = of_app(world, app)
    body = {
        "description": "Let's find a time to meet!",
        "duration_in_minutes": 60,
        "name": "Chat with Us",
        "source_id": SOURCE,
        "source_type": "Multi-Use",
        "url": "https://your-app.example.com/link/example/",
    }
    made = calendar.post("/scheduling_link/integration/", body, 200)
    assert made == {
        **body,
        "id": made["id"],
        "oauth_client_id": app.id,
        "organization_id": f"orga_{world.bo.org}",
        "source": "THIRD_PARTY",
        "template_tag": None,
        "type": "USER",
        "user_id": user(world, "bo"),
    }
    assert world.bo.close.get(f"/scheduling_link/{made['id']}/") == made
    again = calendar.post(
        "/scheduling_link/integration/",
        {"source_id": SOURCE, "name": "Chat", "source_type": None, "duration_in_minutes": None},
        200,
    )
    assert again == {**made, "name": "Chat", "source_type": None, "duration_in_minutes": None}
    assert len(world.bo.close.get("/scheduling_link/")["data"]) == 1
    calendar.delete(f"/scheduling_link/integration/{SOURCE}/", status=204)
    calendar.delete(f"/scheduling_link/integration/{SOURCE}/", status=404)
    assert world.bo.close.get("/scheduling_link/")["data"] == []


def test_ids_of_one_app_and_person_are_not_those_of_others(world: World):
    app, other = register(world), register(world)
    body = {"source_id": SOURCE, "name": "Chat", "url": "https://example.com/"}
    callers = [of_app(world, app), of_app(world, other), of_app(world, app, "cy")]
    made = [each.post("/scheduling_link/integration/", body, 200)["id"] for each in callers]
    assert len(set(made)) == 3
    callers[0].delete(f"/scheduling_link/integration/{SOURCE}/", status=204)
    assert [each["id"] for each in world.bo.close.get("/scheduling_link/")["data"]] == [made[1]]
    assert [each["id"] for each in world.cy.close.get("/scheduling_link/")["data"]] == [made[2]]


def test_only_apps_can_do_so(world: World):
    body = {"source_id": SOURCE, "name": "Chat", "url": "https://example.com/"}
    world.ada.close.post("/scheduling_link/integration/", body, 403)
    world.ada.close.delete(f"/scheduling_link/integration/{SOURCE}/", status=403)


def test_what_an_app_says_is_checked(world: World):
    calendar = of_app(world, register(world))
    path = "/scheduling_link/integration/"
    assert set(wrong(calendar.post(path, {"name": "Chat"}, 400))) == {"source_id"}
    assert set(wrong(calendar.post(path, {"source_id": SOURCE}, 400))) == {"name", "url"}
    body = {"source_id": " ", "name": "", "url": "nowhere", "source_type": "x" * 256}
    assert set(wrong(calendar.post(path, body, 400))) == set(body)
    for minutes in (0, -1, 10_081, 2**40, 1.5, "60"):
        body = {"source_id": SOURCE, "name": "Chat", "url": "example.com"}
        answer = calendar.post(path, {**body, "duration_in_minutes": minutes}, 400)
        assert set(wrong(answer)) == {"duration_in_minutes"}


def test_nothing_that_an_app_says_brings_it_down(world: World):
    calendar = of_app(world, register(world))
    save, delete = (
        next(each for each in scheduling_links.OPERATIONS if each.name == f"scheduling_link.{verb}")
        for verb in ("save_of_app", "delete_of_app")
    )
    good = {"source_id": SOURCE, "name": "Chat", "url": "example.com", "duration_in_minutes": 5}
    path = "/scheduling_link/integration/"
    for where, body in wrong_bodies("close", save, good):
        answer = calendar.send("POST", path, body)
        check("close", save, answer, where, NO_FAILURE)
    for what, content in UNREADABLE.items():
        answer = calendar.send("POST", path, content=content, headers=JSON)
        check("close", save, answer, what, REFUSED)
    for bad in BAD_IDS:
        answer = calendar.send("DELETE", f"{path}{bad}/")
        if bad != "..":  # the client resolves it: another path
            check("close", delete, answer, bad, REFUSED)


def test_a_repeat_with_the_next_token_is_still_a_repeat(world: World):
    app = register(world)
    tokens = tokens_of(world, app, world.bo)
    body = {"source_id": SOURCE, "name": "Chat", "url": "https://example.com/"}
    next_token = app.refresh(tokens["refresh_token"])["access_token"]
    first, again = (
        as_bearer(world, token).send(
            "POST", "/scheduling_link/integration/", body, headers={"Idempotency-Key": "k"}
        )
        for token in (tokens["access_token"], next_token)
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (200, first.content)


def test_links_outlive_the_app_that_made_them(world: World):
    app = register(world)
    body = {"source_id": SOURCE, "name": "Chat", "url": "https://example.com/"}
    made = of_app(world, app).post("/scheduling_link/integration/", body, 200)
    world.ada.close.delete(f"/oauth_app/{app.id}/", status=204)
    path = f"/scheduling_link/{made['id']}/"
    assert world.bo.close.get(path) == made
    world.bo.close.delete(path, status=204)


# Shared ones.


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
        "user_id": user(world, "bo"),
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
    leave = {"shared_scheduling_link_id": shared_id, "user_id": user(world, "bo")}
    assert world.bo.close.post(f"{path}unmap/", leave, 200) == {}
    assert url_for(world, "bo", shared_id) is None
    assert url_for(world, "cy", shared_id) == "https://example.com"
    world.bo.close.post(f"{path}unmap/", leave, 404)


def test_only_who_shares_links_says_where_they_lead_for_others(world: World):
    shared_id = shared(world)["id"]
    path = "/shared_scheduling_link_association/"
    body = {
        "shared_scheduling_link_id": shared_id,
        "user_id": user(world, "bo"),
        "url": "https://example.com/bo",
    }
    world.cy.close.post(path, body, 403)
    world.ada.close.post(path, body, 201)
    assert url_for(world, "bo", shared_id) == "https://example.com/bo"
    leave = {name: body[name] for name in ("shared_scheduling_link_id", "user_id")}
    world.cy.close.post(f"{path}unmap/", leave, 403)
    world.ada.close.post(f"{path}unmap/", leave, 200)
    assert url_for(world, "bo", shared_id) is None


def test_what_cannot_be_is_told_by_field(world: World):
    shared_id, own = shared(world)["id"], link(world, "cy")["id"]
    path = "/shared_scheduling_link_association/"
    good = {"shared_scheduling_link_id": shared_id, "url": "example.com"}
    to_link = {"shared_scheduling_link_id": shared_id, "user_scheduling_link_id": own}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"url": "example.com"}, "shared_scheduling_link_id"),
        ({**good, "shared_scheduling_link_id": own}, "shared_scheduling_link_id"),
        ({**good, "shared_scheduling_link_id": f"schlnk_{UNKNOWN}"}, "shared_scheduling_link_id"),
        ({**good, "url": "nowhere"}, "url"),
        ({**good, "user_id": user(world, "eve")}, "user_id"),
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
    body = {**to_link, "user_id": user(world, "bo")}
    assert set(wrong(world.ada.close.post(path, body, 400))) == {"user_scheduling_link_id"}


@pytest.mark.parametrize("whole", ["link", "shared"])
def test_what_is_deleted_leads_nowhere(world: World, whole: str):
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
