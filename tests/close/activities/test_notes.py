"""Notes through the Close API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import World
from tests.close.activities.making import note
from tests.close.making import UNKNOWN, contact, count_events, events, lead, wrong

NOW = "2026-05-17T09:30:00.000000+00:00"


def test_a_note_is_written_on_a_lead(world: World):
    on = contact(world, name="Gob")
    made = note(
        world,
        lead_id=on["lead_id"],
        contact_id=on["id"],
        title="Welcome",
        note_html="<body><p>They <b>like</b> it.</p><script>x</script></body>",
        attachments=[{"filename": "a.gif", "url": "https://files.example.com/a.gif"}],
        activity_at="2026-05-16T10:00:00Z",
    )
    me = f"user_{world.ada.user_id.hex()}"
    file = {
        "content_type": "",
        "filename": "a.gif",
        "size": None,
        "url": "https://files.example.com/a.gif",
    }
    assert made == {
        "_type": "Note",
        "activity_at": "2026-05-16T10:00:00.000000+00:00",
        "attachments": [file],
        "comment_summary": None,
        "contact_id": on["id"],
        "created_by": me,
        "created_by_name": world.ada.email,
        "date_created": NOW,
        "date_updated": NOW,
        "id": made["id"],
        "lead_id": on["lead_id"],
        "note": "They like it.",
        "note_html": "<body><p>They <b>like</b> it.</p></body>",
        "note_mentions": [],
        "organization_id": on["organization_id"],
        "pinned": False,
        "pinned_at": None,
        "source": "api",
        "title": "Welcome",
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "user_id": me,
        "user_name": world.ada.email,
        "users": [],
    }
    path = f"/activity/note/{made['id']}/"
    assert world.ada.close.get(path) == made
    assert world.ada.close.put(path, made) == made
    assert events(world, made["id"]) == [("note", "created")]
    assert world.ada.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    assert events(world, made["id"]) == [("note", "created"), ("note", "deleted")]


def test_plain_and_rich_text_follow_each_other(world: World):
    made = note(world, note="One & two\nthree")
    assert made["note_html"] == "<body><p>One &amp; two<br />three</p></body>"
    path = f"/activity/note/{made['id']}/"
    rich = world.ada.close.put(path, {"note_html": "<body><p>New</p></body>", "note": "Other"})
    assert (rich["note"], rich["note_html"]) == ("New", "<body><p>New</p></body>")
    plain = world.ada.close.put(path, {"note": "Plain"})
    assert (plain["note"], plain["note_html"]) == ("Plain", "<body><p>Plain</p></body>")
    assert world.ada.close.put(path, {"note": None})["note"] == ""


def test_whom_a_note_mentions_is_read_from_its_text(world: World):
    bo = f"user_{world.bo.user_id.hex()}"
    mention = f'<span data-id="{bo}" data-type="mention" data-label="Bo">@Bo</span>'
    other = '<span data-id="user_x">@Ann</span>'
    made = note(world, note_html=f"<body><p>{mention} {other} {mention}</p></body>")
    assert made["note_mentions"] == [bo]


def test_a_note_is_pinned_and_taken_down(world: World):
    made = note(world, pinned=True)
    assert (made["pinned"], made["pinned_at"]) == (True, NOW)
    path = f"/activity/note/{made['id']}/"
    world.clock.instant += timedelta(hours=1)
    assert world.ada.close.put(path, {"pinned": True, "title": "T"})["pinned_at"] == NOW
    down = world.ada.close.put(path, {"pinned": False, "title": None})
    assert (down["pinned"], down["pinned_at"], down["title"]) == (False, None, None)
    again = world.ada.close.put(path, {"pinned": True})
    assert again["pinned_at"] == "2026-05-17T10:30:00.000000+00:00"


def test_everything_that_is_wrong_is_told_at_once(world: World):
    before = count_events(world)
    assert wrong(world.ada.close.post("/activity/note/", {}, 400)) == {
        "lead_id": "This field is required."
    }
    answer = world.ada.close.post(
        "/activity/note/",
        {
            "lead_id": f"lead_{UNKNOWN}",
            "contact_id": f"cont_{UNKNOWN}",
            "user_id": f"user_{world.eve.user_id.hex()}",
            "attachments": [{"filename": "a", "url": "javascript:alert(1)"}],
            "custom.cf_x": 1,
        },
        400,
    )
    found = wrong(answer)
    assert set(found) == {"lead_id", "contact_id", "user_id", "attachments", "custom.cf_x"}
    assert count_events(world) == before
    closed = world.ada.close.post("/activity/note/", {"lead_id": lead(world)["id"], "x": 1}, 400)
    assert wrong(closed) == {"x": "There is no such field."}


@pytest.mark.parametrize("is_merged", [False, True])
def test_notes_go_where_their_lead_goes(world: World, is_merged: bool):
    made, other = note(world), lead(world)["id"]
    path = f"/activity/note/{made['id']}/"
    if is_merged:
        world.ada.close.post("/lead/merge/", {"source": made["lead_id"], "destination": other})
        assert world.ada.close.get(path)["lead_id"] == other
    else:
        world.ada.close.delete(f"/lead/{made['lead_id']}/")
        world.ada.close.get(path, 404)
        assert events(world, made["id"])[-1] == ("note", "deleted")
