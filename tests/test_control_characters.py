"""Names and paths are one line, and whoever reads them in a terminal cannot be fooled by them."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
import structlog

from leadline.cli.answers import print_error, print_table
from leadline.kernel.control_characters import escape_controls, one_line
from leadline.platform.logs import configure_logs
from tests.cast import World
from tests.close.making import wrong
from tests.conftest import TEST_SETTINGS

FORGED = "good\n2026-11-30 09:00:00  login   admin@attacker.example"
MOVES = "x\x1b[2K\x1b[1Gforged"
TITLE = "y\x1b]0;pwned\x07"
BACKWARDS = "ab\u202edc"
HOSTILE = [FORGED, MOVES, TITLE, BACKWARDS, "a\u2028b", "a\x9bb"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    ("path", "more", "field"),
    [
        ("/role/", {"permissions": []}, "name"),
        ("/outcome/", {}, "name"),
        ("/group/", {"members": []}, "name"),
        ("/status/lead/", {}, "label"),
        ("/pipeline/", {}, "name"),
        ("/custom_field/lead/", {"type": "text"}, "name"),
        ("/email_template/", {"subject": "s", "body": "b"}, "name"),
        ("/form/", {"field_definitions": [{"name": "Name"}]}, "name"),
    ],
)
def test_names_are_one_line(world: World, path: str, more: Any, field: str, name: str):
    refused = world.ada.close.post(path, {field: name, **more}, 400)
    assert wrong(refused) == {field: "The value must be one line without control characters."}


def test_the_subject_of_a_template_cannot_begin_another_header(world: World):
    body = {"name": "t", "subject": "Hi\r\nBcc: everybody@list.example", "body": "b"}
    refused = wrong(world.ada.close.post("/email_template/", body, 400))
    assert refused == {"subject": "The value must be one line without control characters."}


def test_what_strangers_write_into_a_line_stays_one_line(world: World):
    made = world.ada.close.post(
        "/form/", {"name": "F", "field_definitions": [{"name": "Name"}]}, 200
    )
    path = made["submission_url"].removeprefix("http://testserver")
    sent = world.client.post(path, json={"name": "Ann\r\nBcc: everybody@list.example"})
    assert sent.status_code == 201
    (submission,) = world.ada.close.get("/activity/form_submission/")["data"]
    assert submission["values_by_name"] == {"Name": "Ann Bcc: everybody@list.example"}


@pytest.mark.parametrize("name", HOSTILE)
def test_tables_and_errors_of_commands_show_controls_and_do_not_send_them(
    capsys: pytest.CaptureFixture[str], name: str
):
    print_table(("what", "who"), [("role created", name)])
    print_error(f"There is no organization {escape_controls(name)}.", as_json=False)
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 2
    assert len(shown.err.splitlines()) == 1
    assert escape_controls(name) in shown.out
    assert all(line.isprintable() for line in (shown.out + shown.err).splitlines())


@pytest.mark.parametrize("name", HOSTILE)
def test_the_readable_log_shows_controls_and_does_not_send_them(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    settings = TEST_SETTINGS
    configure_logs(settings)
    structlog.get_logger().error("request", path=f"/api/v1/{name}")
    (line,) = written.getvalue().splitlines()
    assert line.isprintable()
    # The readable form quotes a value with spaces, and spells its backslashes twice.
    assert escape_controls(name) in line.replace("\\\\", "\\")


def test_one_line_keeps_words_apart():
    assert one_line(" a\r\n\tb \x1b[0m c ") == "a b [0m c"
