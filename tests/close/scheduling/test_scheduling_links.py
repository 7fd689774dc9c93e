"""Scheduling links: one's own, and those that apps keep under ids of their own."""

from __future__ import annotations

from leadline.dialects.close.scheduling import scheduling_links
from tests.bad_input import BAD_IDS, JSON, NO_FAILURE, REFUSED, UNREADABLE, check, wrong_bodies
from tests.cast import Api, World
from tests.close.making import events, user, wrong
from tests.close.scheduling.making import link
from tests.oauth_apps import App, as_bearer, register, tokens_of

SOURCE = "74241bb7-3436-4228-9b76-392ef7a443ee"


def of_app(world: World, app: App, name: str = "bo") -> Api:
    return as_bearer(world, tokens_of(world, app, world.people[name])["access_token"])


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
        "user_id": user(world.bo),
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


def test_mistakes_are_named_by_field(world: World):
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
        "user_id": user(world.bo),
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


def test_values_of_apps_are_checked(world: World):
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
