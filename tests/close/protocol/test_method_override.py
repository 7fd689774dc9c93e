"""A POST that is a GET: ``x-http-method-override``, with the query in the body."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import count_events, lead

GET = {"X-HTTP-Method-Override": "GET"}


def names(world: World, body: Any, **more: Any) -> list[str]:
    found = world.ada.close.post("/lead/", body, 200, headers=GET, **more)
    return [each["name"] for each in found["data"]]


@pytest.fixture(autouse=True)
def leads(world: World) -> None:
    for number in range(3):
        lead(world, name=f"Lead {number}")


def test_the_query_stands_in_the_body(world: World):
    assert names(world, {"_params": {"_limit": 1, "_skip": 1}}) == ["Lead 1"]
    assert names(world, {"_params": {"_limit": "2", "_fields": ["name", "id"], "x": None}}) == [
        "Lead 0",
        "Lead 1",
    ]
    assert names(world, {"_params": {}}) == ["Lead 0", "Lead 1", "Lead 2"]


def test_it_takes_the_place_of_the_query_string(world: World):
    params = {"_limit": "1", "_skip": "2"}
    assert names(world, {"_params": {"_limit": 2}}, params=params) == ["Lead 0", "Lead 1"]
    assert names(world, {}, params=params) == ["Lead 2"]
    assert names(world, None, params=params) == ["Lead 2"]


def test_nothing_is_written(world: World):
    before = count_events(world)
    world.ada.close.post("/lead/", {"name": "New"}, 200, headers=GET)
    assert count_events(world) == before
    one = world.ada.close.get("/lead/")["data"][0]
    read = world.ada.close.post(f"/lead/{one['id']}/", {}, 200, headers={**GET, "X-TZ-Offset": "1"})
    assert read == one


@pytest.mark.parametrize(
    "body", [{"_params": []}, {"_params": "x"}, {"_params": {"a": {}}}, {"_params": {"a": [[{}]]}}]
)
def test_params_that_are_no_query_are_refused(world: World, body: Any):
    assert world.ada.close.post("/lead/", body, 400, headers=GET)["error"]


def test_the_body_is_read_as_strictly_as_any(world: World):
    for content in (b"{", b"[]", b'{"_params": {"a": "\\u0000"}}'):
        headers = {**GET, "Content-Type": "application/json"}
        response = world.ada.close.send("POST", "/lead/", content=content, headers=headers)
        assert response.status_code == 400, content
    headers = {**GET, "Content-Type": "text/plain"}
    response = world.ada.close.send("POST", "/lead/", content=b"{}", headers=headers)
    assert response.status_code == 400


def test_only_a_post_can_be_a_get_and_nothing_else(world: World):
    path = f"/lead/{world.ada.close.get('/lead/')['data'][0]['id']}/"
    assert world.ada.close.put(path, {"name": "Other"}, headers=GET)["name"] == "Other"
    headers = {"X-HTTP-Method-Override": "PUT"}
    made = world.ada.close.post("/lead/", {"name": "Made"}, headers=headers)
    assert made["name"] == "Made"


def test_the_other_dialect_knows_no_such_header(world: World):
    body = {"firstName": "Jane", "phoneNumber": "(415) 555-0133"}
    headers = {"X-HTTP-Method-Override": "GET"}
    assert world.ada.tether.post("/contact", body, 201, headers=headers)["contact"]
