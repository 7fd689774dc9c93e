"""Files: asking where to upload, uploading, attaching, and fetching what was attached."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from leadline.platform.file_storage import Folder
from tests.cast import World
from tests.close.files.making import (
    CONTENT,
    ask,
    attached,
    fetch,
    file_id,
    note_with,
    send,
    uploaded,
)
from tests.close.making import UNKNOWN, contact, count_events, events, lead, wrong


def folder(world: World) -> Path:
    assert isinstance(world.services.files, Folder)
    return world.services.files.path_of("")


def test_asking_for_an_upload_answers_a_form_and_a_download_address(world: World):
    asked = ask(world.ada)
    assert set(asked) == {"download", "upload"}
    assert asked["upload"]["url"] == "http://testserver/go/file/"
    fields = asked["upload"]["fields"]
    assert fields["Content-Type"] == "image/jpeg"
    assert fields["Content-Disposition"] == 'inline; filename="image.jpg"'
    assert fields["success_action_status"] == "201"
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert policy["expiration"] == "2026-05-17T09:31:00.000Z"
    assert ["content-length-range", 0, world.services.settings.max_file_bytes] in (
        policy["conditions"]
    )
    url = asked["download"]["url"]
    found = file_id(url)
    assert url == f"http://testserver/go/file/orga_{world.ada.org}/{found}/image.jpg/"
    assert events(world, found) == [("file", "created")]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"filename", "content_type"}),
        ({"filename": " ", "content_type": "jpeg"}, {"filename", "content_type"}),
        ({"filename": "a\nb", "content_type": "image/jpeg"}, {"filename"}),
        ({"filename": "x" * 256, "content_type": "a/b\r\nSet-Cookie: x"}, None),
        ({"filename": 1, "content_type": None}, {"filename", "content_type"}),
        ({"filename": "a", "content_type": "text/plain", "size": 1}, {"size"}),
    ],
)
def test_what_is_wrong_with_a_request_is_told_by_field(
    world: World, body: Any, fields: set[str] | None
):
    answer = world.ada.close.post("/files/upload/", body, 400)
    assert set(wrong(answer)) == (fields or {"filename", "content_type"})


def test_an_upload_can_be_fetched_by_its_organization_alone(world: World):
    url = uploaded(world)
    assert events(world, file_id(url)) == [("file", "created"), ("file", "updated")]
    got = fetch(world, url, world.bo)
    assert (got.status_code, got.content) == (200, CONTENT)
    refused = fetch(world, url)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert fetch(world, url, world.eve).status_code == 404
    unknown = url.replace(file_id(url), f"file_{UNKNOWN}")
    assert fetch(world, unknown, world.ada).status_code == 404
    assert fetch(world, unknown, world.ada).json() == fetch(world, url, world.eve).json()
    across = url.replace(world.ada.org, world.eve.org)
    assert fetch(world, across, world.eve).status_code == 404
    for odd in ("/go/file/", "/go/file/a/b/c", f"/go/file/orga_{world.ada.org}/"):
        assert fetch(world, odd, world.ada).status_code in (404, 405)


def assert_harmless(got: Any) -> None:
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "private" in got.headers["cache-control"]


def test_what_is_served_can_harm_nobody(world: World):
    picture = fetch(world, uploaded(world), world.ada)
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["content-disposition"] == 'inline; filename="image.jpg"'
    for name, kind in (("evil.html", "text/html"), ("evil.svg", "image/svg+xml")):
        got = fetch(world, uploaded(world, filename=name, content_type=kind), world.ada)
        assert got.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert_harmless(got)
    assert_harmless(picture)


def test_parts_and_heads_of_a_file_can_be_asked_for(world: World):
    url = uploaded(world)
    part = fetch(world, url, world.ada, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, CONTENT[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(CONTENT)}"
    pair = base64.b64encode(f"{world.ada.api_key}:".encode()).decode()
    head = world.client.head(url, headers={"Authorization": f"Basic {pair}"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    "name",
    ["überblick €.pdf", "../../etc/passwd", "..", "a/b\\c.pdf", 'quo"te.pdf', "a?b#%2f.pdf"],
)
def test_any_name_makes_a_round_trip_and_leads_nowhere(world: World, name: str):
    url = uploaded(world, filename=name, content_type="application/pdf")
    path = urlsplit(url).path
    assert path.count("/") == 6
    assert ".." not in path.split("/")
    got = fetch(world, url, world.ada)
    assert got.content == CONTENT
    assert got.headers["content-disposition"].startswith("attachment; filename")
    stored = [path for path in folder(world).rglob("*") if path.is_file()]
    assert all(path.parent.parent == folder(world) for path in stored)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": f"{UNKNOWN}/{UNKNOWN}"},
        {"Content-Type": "text/html"},
        {"Content-Disposition": "inline"},
        {"policy": base64.b64encode(b'{"expiration": "2099-01-01T00:00:00Z"}').decode()},
        {"signature": "0" * 64},
        {"signature": ""},
        {"extra": "1"},
    ],
)
def test_a_form_that_was_changed_is_refused(world: World, changed: dict[str, str]):
    asked = ask(world.ada)
    refused = send(world, asked["upload"], changed=changed)
    assert refused.status_code == 403
    assert set(refused.json()) == {"error"}
    assert fetch(world, asked["download"]["url"], world.ada).status_code == 404


def test_a_form_is_good_for_a_minute(world: World):
    upload = ask(world.ada)["upload"]
    world.clock.advance(seconds=59)
    assert send(world, upload).status_code == 201
    world.clock.advance(seconds=1)
    assert "expired" in send(world, upload).json()["error"]


def test_a_file_that_is_too_large_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(world.services.settings), "max_file_bytes", 1000)
    asked = ask(world.ada)
    before = set(folder(world).rglob("*"))
    assert send(world, asked["upload"], b"x" * 1001).status_code == 413
    assert set(folder(world).rglob("*")) == before
    assert send(world, asked["upload"], b"x" * 1000).status_code == 201
    assert len(fetch(world, asked["download"]["url"], world.ada).content) == 1000


def form(upload: Any, *parts: tuple[str, bytes], end: bytes = b"--limit--\r\n") -> bytes:
    """A form by hand, for what no client would send."""
    fields = [*((name, text.encode()) for name, text in upload["fields"].items()), *parts]
    return (
        b"".join(
            b'--limit\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (name.encode(), content)
            for name, content in fields
        )
        + end
    )


@pytest.mark.parametrize(
    ("parts", "end", "status"),
    [
        ([("file", b"x")], b"--limit--\r\n", 201),
        ([("file", b"")], b"--limit--\r\n", 201),
        ([("file", b"x")], b"", 400),
        ([], b"--limit--\r\n", 400),
        ([("file", b"x"), ("file", b"y")], b"--limit--\r\n", 400),
        ([("file", b"x"), ("key", b"y")], b"--limit--\r\n", 400),
        ([("", b"x")], b"--limit--\r\n", 400),
        ([("a", b"x" * 30_000), ("file", b"x")], b"--limit--\r\n", 413),
        ([*((f"a{n}", b"x") for n in range(30)), ("file", b"x")], b"--limit--\r\n", 400),
        ([("a", b"\xff"), ("file", b"x")], b"--limit--\r\n", 400),
    ],
)
def test_forms_that_are_no_upload_are_refused(
    world: World, parts: list[tuple[str, bytes]], end: bytes, status: int
):
    asked = ask(world.ada)
    body = form(asked["upload"], *parts, end=end)
    kind = {"Content-Type": "multipart/form-data; boundary=limit"}
    answer = world.client.post("/go/file/", content=body, headers=kind)
    assert answer.status_code == status, answer.text
    expected = 200 if status == 201 else 404
    assert fetch(world, asked["download"]["url"], world.ada).status_code == expected
    assert not list(folder(world).glob("*.partial"))


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_a_body_of_another_kind_is_refused(world: World, kind: str):
    answer = world.client.post("/go/file/", content=b"--x", headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


def test_what_is_attached_is_told_and_shown_with_a_signed_address(world: World):
    url = uploaded(world)
    note = note_with(world, url)
    (shown,) = note["attachments"]
    assert (shown["content_type"], shown["filename"], shown["size"]) == (
        "image/jpeg",
        "mine.jpg",
        len(CONTENT),
    )
    assert shown["url"].startswith(f"{url}?expires=")
    assert fetch(world, shown["url"]).content == CONTENT
    path = f"/activity/note/{note['id']}/"
    before = count_events(world)
    assert world.ada.close.put(path, note) == note
    assert world.bo.close.get("/activity/note/")["data"] == [note]
    assert count_events(world) == before
    frozen = world.sql(
        "SELECT after->'attachments'->0->>'url' FROM events WHERE noun = 'note' AND object_id = %s",
        bytes.fromhex(note["id"][5:]),
    )
    assert frozen == [(url,)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/email_template/", {"name": "T"}),
        ("/opportunity/", {"lead_id": ""}),
        ("/sms_template/", {"name": "T"}),
    ],
)
def test_files_go_with_whatever_has_attachments(world: World, path: str, body: Any):
    url = uploaded(world)
    if "lead_id" in body:
        body = {"lead_id": lead(world)["id"]}
    made = world.ada.close.post(path, {**body, "attachments": [attached(url)]})
    query = {"include_attachments": "true"} if path == "/sms_template/" else {}
    got = world.ada.close.get(f"{path}{made['id']}/", params=query)
    assert fetch(world, got["attachments"][0]["url"]).content == CONTENT
    cleared = world.ada.close.put(f"{path}{made['id']}/", {"attachments": []})
    assert cleared.get("attachments", []) == []
    again = {"attachments": got["attachments"]}
    world.ada.close.put(f"{path}{made['id']}/", again)
    assert world.ada.close.get(f"{path}{made['id']}/", params=query) == got


def test_a_signed_address_opens_one_file_until_the_end_of_the_next_day(world: World):
    signed = note_with(world, uploaded(world))["attachments"][0]["url"]
    other = note_with(world, uploaded(world))["attachments"][0]["url"]
    query = signed.partition("?")[2]
    assert fetch(world, f"{other.partition('?')[0]}?{query}").status_code == 401
    assert fetch(world, signed.replace("expires=1", "expires=2")).status_code == 401
    for odd in ("signature=", "expires=x&signature=0", "signature=%C3%A9&expires=1779148799"):
        assert fetch(world, f"{signed.partition('?')[0]}?{odd}").status_code == 401
    world.clock.advance(hours=38, minutes=29, seconds=59)
    assert fetch(world, signed).status_code == 200
    world.clock.advance(seconds=1)
    assert fetch(world, signed).status_code == 401


def test_only_uploads_of_ones_own_that_have_arrived_can_be_attached(world: World):
    lead_id = lead(world)["id"]
    own = uploaded(world)
    foreign = ask(world.eve)
    assert send(world, foreign["upload"]).status_code == 201
    urls = [
        own,
        ask(world.ada)["download"]["url"],  # nothing was uploaded
        foreign["download"]["url"],
        foreign["download"]["url"].replace(world.eve.org, world.ada.org),
        own.replace(file_id(own), f"file_{UNKNOWN}"),
        "https://app.close.com/go/file/temporary/elsewhere/image.jpg/",
    ]
    body = {"lead_id": lead_id, "note": "", "attachments": [attached(url) for url in urls]}
    before = count_events(world)
    problems = wrong(world.ada.close.post("/activity/note/", body, 400))
    assert set(problems["attachments"]["errors"]) == {"1", "2", "3", "4"}
    for each in problems["attachments"]["errors"].values():
        assert set(each["field-errors"]) == {"url"}
    assert count_events(world) == before


def test_an_address_of_another_host_is_kept_as_one_of_this_server(world: World):
    url = uploaded(world)
    note = note_with(world, url.replace("testserver", "evil.example.com"))
    assert note["attachments"][0]["url"].startswith(f"{url}?")


def test_an_attached_file_cannot_be_replaced(world: World):
    asked = ask(world.ada)
    url = asked["download"]["url"]
    assert send(world, asked["upload"], b"first").status_code == 201
    assert send(world, asked["upload"], b"second").status_code == 201
    note = note_with(world, url)
    assert note["attachments"][0]["size"] == len(b"second")
    assert send(world, asked["upload"], b"third").status_code == 400
    assert fetch(world, url, world.ada).content == b"second"


def test_uploads_of_which_nothing_was_made_are_deleted_after_a_day(world: World):
    kept, lost, never = uploaded(world), uploaded(world), ask(world.ada)["download"]["url"]
    note_with(world, kept)
    world.clock.advance(hours=23, minutes=59)
    fresh = uploaded(world)
    world.run_jobs()
    assert fetch(world, lost, world.ada).status_code == 200
    world.clock.advance(minutes=1)
    late = {"lead_id": contact(world)["lead_id"], "attachments": [attached(lost)]}
    assert "attachments" in wrong(world.ada.close.post("/activity/note/", late, 400))
    world.run_jobs()
    for url in (lost, never):
        assert fetch(world, url, world.ada).status_code == 404
        assert events(world, file_id(url))[-1] == ("file", "deleted")
    for url in (kept, fresh):
        assert fetch(world, url, world.ada).content == CONTENT
    names = {path.name for path in (folder(world) / world.ada.org).iterdir()}
    assert names == {file_id(kept)[5:], file_id(fresh)[5:]}


def test_a_file_whose_content_is_gone_is_not_found(world: World):
    url = uploaded(world)
    (folder(world) / world.ada.org / file_id(url)[5:]).unlink()
    assert fetch(world, url, world.ada).status_code == 404


def test_opportunities_within_leads_have_signed_addresses_too(world: World):
    lead_id = lead(world)["id"]
    body = {"lead_id": lead_id, "attachments": [attached(uploaded(world))]}
    made = world.ada.close.post("/opportunity/", body)
    (shown,) = world.ada.close.get(f"/lead/{lead_id}/")["opportunities"]
    assert shown["attachments"] == made["attachments"]
    assert "signature=" in shown["attachments"][0]["url"]
    (listed,) = world.ada.close.get("/opportunity/")["data"]
    assert listed["attachments"] == made["attachments"]
