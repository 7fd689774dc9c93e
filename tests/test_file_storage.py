"""Where files lie: the folder, and a bucket that checks every signature as its makers tell."""

from __future__ import annotations

import base64
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient

from leadline.app import make_app, make_services
from leadline.kernel.clock import MovableClock
from leadline.platform.file_storage import Folder, folder_of, storage_of
from leadline.platform.s3 import Bucket
from leadline.settings import Settings, SettingsError
from leadline.store.backup import restore_backup, write_backup
from tests.buckets import KEY_ID, NAME, REGION, SECRET, FakeBucket
from tests.cast import World
from tests.close.files.making import CONTENT as PICTURE
from tests.close.files.making import ask, attached, fetch, file_id, note_with, uploaded
from tests.close.making import lead, wrong
from tests.conftest import START, TEST_SETTINGS
from tests.databases import drop_database

CONTENT = b"a picture " * 5000

# The examples with which anybody can check signatures of version 4.
EXAMPLE = ("us-east-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
EXAMPLE_POLICY = """\
{ "expiration": "2015-12-30T12:00:00.000Z",
  "conditions": [
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],

    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z" }
  ]
}""".replace("\n", "\r\n")


def test_policies_are_signed_as_in_the_published_example():
    bucket = Bucket("https://s3.amazonaws.com", "sigv4examplebucket", *EXAMPLE)
    policy = base64.b64encode(EXAMPLE_POLICY.encode()).decode()
    signature = bucket.sign(policy, datetime(2015, 12, 29, tzinfo=UTC))
    assert signature == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"


def test_links_are_signed_as_in_the_published_example():
    """There the bucket is in the name of the host, so the path is the key alone."""
    bucket = Bucket("https://examplebucket.s3.amazonaws.com", "test.txt", *EXAMPLE)
    now = datetime(2013, 5, 24, tzinfo=UTC)
    link = bucket.link("GET", "", now=now, lifetime=timedelta(days=1))
    path, _, query = link.partition("?")
    assert path == "https://examplebucket.s3.amazonaws.com/test.txt"
    assert dict(parse_qsl(query))["X-Amz-Signature"] == (
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


@pytest.fixture
def store() -> Iterator[FakeBucket]:
    with FakeBucket() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def in_bucket(world: World, app_url: str, store: FakeBucket) -> Iterator[World]:
    """The same people, served by an application that keeps files in the bucket."""
    settings = msgspec.structs.replace(
        TEST_SETTINGS,
        s3_bucket=NAME,
        s3_endpoint=f"{store.endpoint}/",
        s3_region=REGION,
        s3_key=KEY_ID,
        s3_secret=SECRET,
        max_file_bytes=len(CONTENT),
        pool_size=2,
    )
    clock = MovableClock(START)
    services = make_services(settings, app_url, clock)
    with TestClient(make_app(services), raise_server_exceptions=False) as client:
        for person in world.people.values():
            person.client = client
        yield World(client, services, clock, world.people, world.owner)


def upload(asked: Any, content: bytes = CONTENT, changed: Mapping[str, str] | None = None) -> int:
    """As clients do: straight to the store, the fields first."""
    fields = {**asked["upload"]["fields"], **(changed or {})}
    files = {"file": ("x", content)}
    return httpx2.post(asked["upload"]["url"], data=fields, files=files).status_code


def test_clients_upload_to_the_bucket_and_are_sent_there_to_download(
    in_bucket: World, store: FakeBucket
):
    asked = ask(in_bucket.ada, "überblick.pdf", "application/pdf")
    assert asked["upload"]["url"] == f"{store.endpoint}/{NAME}/"
    assert upload(asked) == 201
    assert list(store.objects) == [asked["upload"]["fields"]["key"]]
    note = note_with(in_bucket, asked["download"]["url"])
    (shown,) = note["attachments"]
    assert (shown["size"], shown["content_type"]) == (len(CONTENT), "application/pdf")
    sent_on = fetch(in_bucket, shown["url"])
    assert sent_on.status_code == 302
    got = httpx2.get(sent_on.headers["location"])
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%BCberblick.pdf"
    assert fetch(in_bucket, asked["download"]["url"]).status_code == 401
    assert fetch(in_bucket, asked["download"]["url"], in_bucket.eve).status_code == 404
    store.now += timedelta(minutes=5)
    assert httpx2.get(sent_on.headers["location"]).status_code == 403


def test_the_bucket_takes_only_what_was_signed(in_bucket: World, store: FakeBucket):
    asked = ask(in_bucket.ada)
    assert upload(asked, CONTENT + b"x") == 403
    assert upload(asked, changed={"key": "elsewhere"}) == 403
    assert upload(asked, changed={"Content-Type": "text/html"}) == 403
    store.now += timedelta(seconds=60)
    assert upload(asked) == 403
    assert store.objects == {}


def test_what_has_not_arrived_in_the_bucket_cannot_be_attached(in_bucket: World):
    url = ask(in_bucket.ada)["download"]["url"]
    body = {"lead_id": lead(in_bucket)["id"], "attachments": [attached(url)]}
    assert "attachments" in wrong(in_bucket.ada.close.post("/activity/note/", body, 400))


def test_this_server_takes_no_uploads_for_a_bucket(in_bucket: World):
    assert in_bucket.client.post("/go/file/", files={"file": b"x"}).status_code == 404


def test_uploads_of_which_nothing_was_made_leave_the_bucket(in_bucket: World, store: FakeBucket):
    kept, lost = ask(in_bucket.ada), ask(in_bucket.ada)
    for asked in (kept, lost):
        assert upload(asked) == 201
    note_with(in_bucket, kept["download"]["url"])
    in_bucket.clock.advance(hours=25)
    store.now = in_bucket.clock.now()
    store.is_broken = True
    in_bucket.run_jobs()
    assert len(store.objects) == 2
    store.is_broken = False
    in_bucket.clock.advance(seconds=1)  # then it is tried again
    store.now = in_bucket.clock.now()
    in_bucket.run_jobs()
    assert list(store.objects) == [kept["upload"]["fields"]["key"]]


def test_a_bucket_without_a_key_stops_the_start():
    with pytest.raises(SettingsError, match="LEADLINE_S3_KEY"):
        storage_of(Settings(s3_bucket=NAME))


def test_the_folder_is_in_the_data_folder_unless_told_otherwise(tmp_path: Path):
    usual = storage_of(Settings(data=tmp_path))
    other = storage_of(Settings(data=tmp_path, files=str(tmp_path / "elsewhere")))
    assert isinstance(usual, Folder)
    assert isinstance(other, Folder)
    assert usual.path_of("a/b") == tmp_path / "files" / "a" / "b"
    assert other.path_of("a/b") == tmp_path / "elsewhere" / "a" / "b"


@contextmanager
def receiving(folder: Folder, *parts: bytes) -> Iterator[Any]:
    incoming = folder.begin()
    for part in parts:
        incoming.write(part)
    try:
        yield incoming
    finally:
        incoming.discard()


def test_a_file_appears_whole_and_is_for_its_owner_alone(tmp_path: Path):
    folder = Folder(tmp_path / "files")
    with receiving(folder, b"one ", b"two") as incoming:
        assert not folder.path_of("a/b").exists()
        incoming.keep(folder.path_of("a/b"))
    path = folder.path_of("a/b")
    assert path.read_bytes() == b"one two"
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, tmp_path / "files")]
    assert modes == [0o600, 0o700, 0o700]
    assert [each.name for each in (tmp_path / "files").iterdir()] == ["a"]


def test_what_a_killed_process_was_receiving_is_removed_a_day_later(tmp_path: Path, world: World):
    folder = Folder(tmp_path)
    with receiving(folder, b"half"):
        (partial,) = tmp_path.iterdir()
        world.call(folder.tidy)
        assert partial.exists()
        yesterday = time.time() - 90_000
        os.utime(partial, (yesterday, yesterday))
        world.call(folder.tidy)
        assert not partial.exists()


def test_a_backup_has_the_files_that_have_arrived(
    world: World, server_url: str, database_url: str, tmp_path: Path
):
    kept, never = uploaded(world), ask(world.ada)["download"]["url"]
    note_with(world, kept)
    folder = folder_of(world.services.settings)
    backup, back = tmp_path / "b", tmp_path / "back"
    with psycopg.connect(database_url, autocommit=True) as connection:
        manifest = write_backup(connection, backup, world.clock.now(), files=folder)
    name = f"leadline_files_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            with psycopg.connect(make_conninfo(server_url, dbname=name), autocommit=True) as other:
                restore_backup(other, backup, files=back)
        finally:
            drop_database(connection, name)
    found = {path.relative_to(back).as_posix() for path in back.rglob("*") if path.is_file()}
    assert len(found) == manifest.files
    key = f"{world.ada.org}/{file_id(kept)[5:]}"
    assert key in found
    assert f"{world.ada.org}/{file_id(never)[5:]}" not in found
    assert (back / key).read_bytes() == PICTURE
    assert stat.S_IMODE((back / key).stat().st_mode) == 0o600
