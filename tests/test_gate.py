"""The gate: what every request meets before and after its operation."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.kernel.clock import MovableClock
from tests.asgi import Answer, ask, key_of
from tests.cast import World
from tests.conftest import START, TEST_SETTINGS


def raw(world: World, method: str, path: str, *headers: tuple[bytes, bytes]) -> Answer:
    """The answer to a request of ada that no decent HTTP client would send."""
    answer: Answer = world.call(ask, world.client.app, method, path, [key_of(world.ada), *headers])
    return answer


@pytest.mark.parametrize("path", ["/outcome/", "/outcome", "//outcome//", "/outcome///"])
def test_slashes_may_be_missing_or_doubled(world: World, path: str):
    assert world.ada.close.get(path) == {"data": [], "has_more": False}


def test_slashes_before_the_prefix_may_be_doubled_too(world: World):
    assert raw(world, "GET", "//api//v1//outcome//").json() == {"data": [], "has_more": False}
    path = f"//api///organizations/{world.ada.org}//outreach-close-stages/"
    assert raw(world, "GET", path).status_code == 200


def test_head_is_get_without_the_body(world: World):
    got = world.ada.close.send("GET", "/outcome/")
    head = world.ada.close.send("HEAD", "/outcome/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    missing = world.ada.close.send("HEAD", "/outcome/outcome_1/")
    assert (missing.status_code, missing.content) == (404, b"")


def test_a_method_that_is_not_there_is_answered_with_those_that_are(world: World):
    response = world.ada.close.send("PATCH", "/outcome/")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert response.json() == {"error": "Method not allowed"}
    path = f"/organizations/{world.ada.org}/outreach-close-stages"
    response = world.ada.tether.send("DELETE", path)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, PUT"
    assert response.json() == {"success": False, "message": "Method not allowed"}


def test_each_dialect_says_in_its_own_shape_that_a_path_is_unknown(world: World):
    assert world.ada.close.get("/nothing/", 404) == {
        "error": "There is nothing at /api/v1/nothing/"
    }
    assert world.ada.tether.get("/nothing/at/all", 404) == {
        "success": False,
        "message": "There is nothing at /api/nothing/at/all",
    }
    for path in ("/nothing", "/api", "/apiv1/me/"):
        assert world.client.get(path).status_code == 404
        assert "json" in world.client.get(path).headers["content-type"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        "Basic Og==",
        "Basic " + "A" * 5000,
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Digest x",
    ],
)
def test_a_credential_that_is_none_is_a_401(world: World, authorization: str):
    organization = f"/api/organizations/{world.ada.org}/outreach-close-stages"
    for path in ("/api/v1/outcome/", organization):
        response = world.client.get(path, headers={"Authorization": authorization})
        assert response.status_code == 401
        assert response.headers["www-authenticate"]
        assert response.json().get("error") or response.json()["message"]


def test_an_answer_carries_the_id_of_the_request(world: World):
    given = world.ada.close.send("GET", "/outcome/", headers={"X-Request-Id": "abc-123_4.5"})
    assert given.headers["x-request-id"] == "abc-123_4.5"
    made = {world.ada.close.send("GET", "/outcome/").headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    refused = world.nobody.tether.send("GET", "/nothing", headers={"X-Request-Id": "mine"})
    assert refused.headers["x-request-id"] == "mine"


@pytest.mark.parametrize(
    "bad",
    [b"a\r\nset-cookie: b=c", b"a\nb", b"a\x00b", "é".encode(), b"\xff", b" ", b"<b>", b"x" * 65],
)
def test_an_id_of_a_request_that_could_harm_is_replaced(world: World, bad: bytes):
    answer = raw(world, "GET", "/api/v1/outcome/", (b"x-request-id", bad))
    assert answer.status_code == 200
    assert answer.headers["x-request-id"].isalnum()
    assert answer.headers["x-request-id"] != bad.decode("latin-1")
    assert "set-cookie" not in answer.headers


def test_the_id_of_the_request_stands_in_its_events(world: World):
    world.ada.close.send("POST", "/outcome/", {"name": "x"}, headers={"X-Request-Id": "trace-9"})
    found = world.sql(
        "SELECT request_id FROM events WHERE organization_id = %s AND noun = 'outcome'",
        world.ada.organization_id,
    )
    assert found == [("trace-9",)]


@pytest.mark.parametrize("length", [b"x", b"-1", b"1e3", b"\xb2", b""])
def test_a_length_that_is_no_number_is_refused(world: World, length: bytes):
    answer = raw(world, "POST", "/api/v1/outcome/", (b"content-length", length))
    assert answer.status_code == 400
    assert "Content-Length" in answer.text


# Rate limits.


@pytest.fixture
def strict(world: World, database_url: str) -> Iterator[TestClient]:
    """The application with three requests per window of a day, on the same database."""
    settings = msgspec.structs.replace(TEST_SETTINGS, rate_limit=3, rate_window_s=10**9)
    services = make_services(settings, database_url, MovableClock(START))
    with TestClient(make_app(services), raise_server_exceptions=False) as client:
        yield client


def test_close_counts_down_and_then_says_when_to_come_back(world: World, strict: TestClient):
    basic = (world.ada.api_key, "")
    for remaining in (2, 1, 0):
        response = strict.get("/api/v1/outcome/", auth=basic)
        assert response.status_code == 200
        reset = response.headers["ratelimit-reset"]
        assert response.headers["ratelimit"] == f"limit=3, remaining={remaining}, reset={reset}"
    refused = strict.get("/api/v1/outcome/", auth=basic)
    assert refused.status_code == 429
    again = int(refused.headers["retry-after"])
    assert 0 < again <= 10**9
    body = refused.json()
    assert body["error"]["rate_reset"] == body["rate_reset"] == again
    assert body["error"]["message"]
    assert refused.headers["ratelimit-remaining"] == "0"


def test_tether_counts_down_and_then_says_when_to_come_back(world: World, strict: TestClient):
    path = f"/api/organizations/{world.ada.org}/outreach-close-stages"
    bearer = {"Authorization": f"Bearer {world.ada.api_key}"}
    for remaining in ("2", "1", "0"):
        response = strict.get(path, headers=bearer)
        assert response.headers["ratelimit-limit"] == "3"
        assert response.headers["ratelimit-remaining"] == remaining
    refused = strict.get(path, headers=bearer)
    assert refused.status_code == 429
    assert refused.json() == {"success": False, "message": "Too many requests"}
    assert int(refused.headers["retry-after"]) > 0


def test_each_credential_has_an_allowance_of_its_own(world: World, strict: TestClient):
    statuses = [
        strict.get("/api/v1/outcome/", auth=(world.ada.api_key, "")).status_code for _ in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    assert strict.get("/api/v1/outcome/", auth=(world.bo.api_key, "")).status_code == 200


def test_a_refused_write_changes_nothing(world: World, strict: TestClient):
    for name in ("a", "b", "c", "d"):
        strict.post("/api/v1/outcome/", json={"name": name}, auth=(world.ada.api_key, ""))
    assert [entry["name"] for entry in world.ada.close.get("/outcome/")["data"]] == ["a", "b", "c"]


# Health.


def test_health_needs_no_credential(world: World):
    assert world.client.get("/healthz").json() == {"status": "ok"}
    assert world.client.get("/readyz").json() == {"status": "ok"}
