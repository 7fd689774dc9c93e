"""``leadline doctor`` tries out where files lie, and says what does not work there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from leadline.cli import main
from tests.buckets import KEY_ID, NAME, REGION, SECRET, FakeBucket
from tests.servers import free_port

Examine = Callable[[], Any]


@pytest.fixture
def files_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Examine:
    """What the doctor finds of files; there is no database here, which is another matter."""
    monkeypatch.setenv("LEADLINE_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setenv("LEADLINE_DATA", str(tmp_path))
    monkeypatch.setenv("LEADLINE_PORT", str(free_port()))
    monkeypatch.delenv("LEADLINE_TEST_DATABASE_URL", raising=False)

    def examine() -> Any:
        with pytest.raises(SystemExit):
            main(["doctor", "--json"])
        checks = json.loads(capsys.readouterr().out)["checks"]
        (found,) = [check for check in checks if check["about"] == "files"]
        return found

    return examine


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBucket]:
    """A store that checks every signature, and which the settings name."""
    with FakeBucket() as server:
        server.now = datetime.now(UTC)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("LEADLINE_S3_BUCKET", NAME)
        monkeypatch.setenv("LEADLINE_S3_ENDPOINT", server.endpoint)
        monkeypatch.setenv("LEADLINE_S3_REGION", REGION)
        monkeypatch.setenv("LEADLINE_S3_KEY", KEY_ID)
        monkeypatch.setenv("LEADLINE_S3_SECRET", SECRET)
        yield server
        server.shutdown()
        thread.join()


def test_a_bucket_is_written_to_read_from_and_left_as_it_was(
    files_found: Examine, bucket: FakeBucket
):
    bucket.objects["before"] = (b"x", "text/plain")
    bucket.now += timedelta(seconds=5)  # as much as clocks may differ
    found = files_found()
    assert (found["state"], found["text"]) == ("ok", f"bucket {NAME} at {bucket.endpoint}")
    assert list(bucket.objects) == ["before"]
    assert bucket.asked == ["POST", "GET", "DELETE"]


def test_a_key_that_the_bucket_does_not_take_is_told(
    files_found: Examine, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LEADLINE_S3_SECRET", "another secret")
    found = files_found()
    assert found["state"] == "fail"
    assert "writing is answered with 403" in found["text"]
    assert "LEADLINE_S3_" in found["fix"]
    assert "another secret" not in str(found)


def test_what_can_be_written_but_not_read_is_told(files_found: Examine, bucket: FakeBucket):
    bucket.is_broken = True  # for everything but uploads
    found = files_found()
    assert found["state"] == "fail"
    assert "answered with 500" in found["text"]


def test_a_bucket_out_of_reach_is_told(
    files_found: Examine, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LEADLINE_S3_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    found = files_found()
    assert found["state"] == "fail"
    assert "cannot be reached" in found["text"]


def test_a_bucket_without_its_key_is_told(
    files_found: Examine, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("LEADLINE_S3_KEY")
    found = files_found()
    assert (found["state"], "LEADLINE_S3_KEY" in found["text"]) == ("fail", True)


def test_a_folder_is_left_as_it_was(files_found: Examine, tmp_path: Path):
    folder = tmp_path / "files"
    assert files_found()["state"] == "ok"
    assert not folder.exists()
    folder.mkdir()
    (folder / "kept").touch()
    before = folder.stat().st_mtime_ns
    assert (files_found()["state"], [path.name for path in folder.iterdir()]) == ("ok", ["kept"])
    assert folder.stat().st_mtime_ns > before  # something was there in between


def test_a_folder_that_is_none_is_told(
    files_found: Examine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "files"):
        monkeypatch.setenv("LEADLINE_FILES", str(path))
        found = files_found()
        assert (found["state"], "LEADLINE_FILES" in found["fix"]) == ("fail", True)
