"""The bodies of forms: charsets, several values, files, and how large and how many they may be."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.dialects.close.files import form_bodies
from tests.cast import World
from tests.close.files.making import fill_in, filled_in, form, post, submissions
from tests.close.making import UNKNOWN, wrong
from tests.conftest import TEST_SETTINGS

URLENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        (f"{URLENCODED}; charset=iso-8859-1", b"name=J%FCrgen", "Jürgen"),
        (f"{URLENCODED}; charset=Shift_JIS", b"name=%93%8c%8b%9e", "東京"),
        (URLENCODED, b"name=J%FCrgen&_charset_=windows-1252", "Jürgen"),
        (URLENCODED, b"name=J%FCrgen", "Jürgen"),
        (URLENCODED, b"name=J%C3%BCrgen", "Jürgen"),
        (URLENCODED, "name=Jürgen".encode(), "Jürgen"),
    ],
)
def test_forms_come_in_the_charset_that_they_name(world: World, kind: str, body: bytes, name: str):
    assert post(world, form(world), body, kind).status_code == 201
    assert filled_in(world) == {"Name": name}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{URLENCODED}; charset=unicode_escape", b"name=x"),
        (f"{URLENCODED}; charset=nonsense", b"name=x"),
        (f"{URLENCODED}; charset=utf-8", b"name=J%FCrgen"),
        (URLENCODED, b"name=%81"),
    ],
)
def test_a_charset_that_cannot_be_read_is_refused(world: World, kind: str, body: bytes):
    assert post(world, form(world), body, kind).status_code == 400
    assert submissions(world) == []


def test_several_values_of_one_name_are_kept_or_refused_by_name(world: World):
    made = form(world)
    body = b"name=Ada&name=Bob&name=Ada&newsletter=no&newsletter=on"
    assert post(world, made, body, URLENCODED).status_code == 201
    assert filled_in(world) == {"Name": "Ada, Bob", "Newsletter": True}
    refused = post(world, made, b"interest=sales&interest=support", URLENCODED)
    assert refused.status_code == 400
    assert wrong(refused.json()) == {"Interest": "This field takes one value."}


def test_a_file_left_empty_is_no_obstacle_and_a_file_is_refused_by_name(world: World):
    path = urlsplit(form(world)["submission_url"]).path

    def send(name: str, content: bytes) -> Any:
        files = {"resume": (name, content)}
        return world.client.post(path, data={"name": "Ada"}, files=files)

    assert send("empty", b"").status_code == 201
    refused = send("cv.pdf", b"%PDF")
    assert refused.status_code == 400
    assert refused.json() == {"error": '"resume" is a file. Forms take none.'}


@pytest.mark.parametrize(
    "body", [b"&" * 300_000, b"a=" + b"%41" * 100_000, b"a=1&" * 201, b"&" * 300]
)
def test_bodies_made_to_keep_the_server_busy_are_refused(world: World, body: bytes):
    assert post(world, form(world), body, URLENCODED).status_code in (400, 413)
    assert submissions(world) == []


def test_the_body_of_a_form_that_is_not_there_is_not_parsed(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def parse(content_type: str, body: bytes) -> Any:
        raise AssertionError("a stranger's body was parsed for nothing")

    monkeypatch.setattr(form_bodies, "_read", parse)
    path = f"/go/form/orga_{world.ada.org}/form_{UNKNOWN}/"
    response = world.client.post(path, content=b"&" * 9, headers={"Content-Type": URLENCODED})
    assert (response.status_code, response.json()) == (404, {"error": "Form not found"})


def test_a_form_takes_so_many_submissions_within_an_hour(world: World, app_url: str):
    settings = msgspec.structs.replace(TEST_SETTINGS, form_hourly_limit=2)
    app = make_app(make_services(settings, app_url, world.clock))
    path, other = (
        urlsplit(made["submission_url"]).path for made in (form(world), form(world, name="Other"))
    )
    with TestClient(app) as client:

        def send(at: str = path) -> Any:
            return client.post(at, json={"name": "Ada"})

        assert [send().status_code, send().status_code] == [201, 201]
        world.clock.advance(minutes=50)
        refused = send()
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
        assert send(other).status_code == 201
        world.clock.advance(minutes=11)
        assert [send().status_code for _ in range(3)] == [201, 201, 429]


def test_answers_are_bounded_all_together(world: World):
    made = form(world, [{"name": f"Field {number}"} for number in range(6)])
    told = fill_in(world, made, {f"field {number}": "x" * 9000 for number in range(6)}, 400)
    assert told["errors"] == ["The answers have over 50,000 characters in all."]


@pytest.mark.parametrize("origin", ['http"><script>', "http://a b", "javascript:alert(1)", "null"])
def test_an_origin_that_is_none_is_not_kept(world: World, origin: str):
    fill_in(world, form(world), {"name": "Ada"}, Origin=origin)
    assert submissions(world)[0]["origin"] is None
