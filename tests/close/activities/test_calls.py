"""Calls through the Close API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.activities.making import refused_call
from tests.close.making import UNKNOWN, call, contact, count_events, events, lead, wrong


def outcome(world: World, name: str = "Qualified", **fields: Any) -> str:
    made: str = world.ada.close.post("/outcome/", {"name": name, **fields}, 201)["id"]
    return made


def test_a_call_is_logged_on_a_lead(world: World):
    home = lead(world, contacts=[{"name": "Ann"}])
    (ann,) = home["contact_ids"]
    bo = f"user_{world.bo.user_id.hex()}"
    outcome_id = outcome(world)
    made = call(
        world,
        lead_id=home["id"],
        contact_id=ann,
        created_by=bo,
        user_id=bo,
        direction="inbound",
        status="completed",
        duration=153,
        note_html="<body><p>call notes go here</p></body>",
        phone="(650) 555-1234",
        outcome_id=outcome_id,
        recording_url="https://files.example.com/1.mp3",
        activity_at="2026-05-16T10:00:00Z",
    )
    call_id = made.pop("id")
    assert call_id.startswith("acti_")
    now = "2026-05-17T09:30:00.000000+00:00"
    assert made == {
        "_type": "Call",
        "activity_at": "2026-05-16T10:00:00.000000+00:00",
        "call_method": "external",
        "coach_legs": [],
        "contact_id": ann,
        "cost": "0",
        "created_by": bo,
        "created_by_name": "Bo Berg",
        "date_answered": None,
        "date_created": now,
        "date_updated": now,
        "dialer_id": None,
        "dialer_saved_search_id": None,
        "direction": "inbound",
        "disposition": "answered",
        "duration": 153,
        "forwarded_to": None,
        "has_recording": True,
        "is_forwarded": False,
        "is_joinable": False,
        "is_to_group_number": False,
        "lead_id": home["id"],
        "local_country_iso": "US",
        "local_phone": None,
        "local_phone_formatted": None,
        "note": "call notes go here",
        "note_html": "<body><p>call notes go here</p></body>",
        "organization_id": home["organization_id"],
        "outcome_id": outcome_id,
        "phone": "+16505551234",
        "recording_expires_at": None,
        "recording_url": "https://files.example.com/1.mp3",
        "remote_country_iso": "US",
        "remote_phone": "+16505551234",
        "remote_phone_formatted": "+1 650-555-1234",
        "playbook_id": None,
        "quality_info": None,
        "sequence_id": None,
        "sequence_name": None,
        "sequence_subscription_id": None,
        "source": "External",
        "status": "completed",
        "transferred_from": None,
        "transferred_from_user_id": None,
        "transferred_to": None,
        "transferred_to_user_id": None,
        "updated_by": f"user_{world.ada.user_id.hex()}",
        "updated_by_name": world.ada.close.get("/me/")["email"],
        "user_id": bo,
        "user_name": "Bo Berg",
        "users": [],
        "voicemail_duration": None,
        "voicemail_url": None,
    }
    assert world.bo.close.get(f"/activity/call/{call_id}/") == {"id": call_id, **made}


def test_a_lead_is_enough(world: World):
    made = call(world, lead_id=lead(world)["id"])
    me = f"user_{world.ada.user_id.hex()}"
    assert (made["direction"], made["status"], made["duration"]) == ("outbound", "completed", 0)
    assert (made["user_id"], made["created_by"], made["contact_id"]) == (me, me, None)
    assert (made["note"], made["note_html"]) == ("", "<body><p></p></body>")
    assert made["activity_at"] == made["date_created"] == "2026-05-17T09:30:00.000000+00:00"
    empty = ("disposition", "outcome_id", "phone", "remote_phone", "recording_url")
    assert [made[name] for name in empty] == [None] * 5


def test_a_contact_implies_its_lead(world: World):
    ann = contact(world, name="Ann")
    made = call(world, contact_id=ann["id"])
    assert (made["lead_id"], made["contact_id"]) == (ann["lead_id"], ann["id"])


def test_lead_and_contact_must_exist_and_belong_together(world: World):
    ann, other = contact(world, name="Ann"), lead(world)
    nothing = "Object does not exist."
    assert refused_call(world) == {"lead_id": "This field is required."}
    assert refused_call(world, lead_id=None) == {"lead_id": "This field is required."}
    assert refused_call(world, lead_id=f"lead_{UNKNOWN}") == {"lead_id": nothing}
    assert refused_call(world, contact_id=f"cont_{UNKNOWN}") == {"contact_id": nothing}
    assert refused_call(world, lead_id=ann["id"]) == {"lead_id": nothing}
    both = {"lead_id": f"lead_{UNKNOWN}", "contact_id": f"cont_{UNKNOWN}"}
    assert refused_call(world, **both) == dict.fromkeys(both, nothing)
    assert refused_call(world, lead_id=f"lead_{UNKNOWN}", contact_id=ann["id"]) == {
        "lead_id": nothing
    }
    assert refused_call(world, lead_id=other["id"], contact_id=ann["id"]) == {
        "contact_id": "The contact is on another lead."
    }


def test_an_outcome_must_exist_and_apply_to_calls(world: World):
    home = lead(world)["id"]
    meetings = outcome(world, "Met", applies_to=["meetings"])
    gone = outcome(world, "Gone")
    world.ada.close.delete(f"/outcome/{gone}/")
    for given in (f"outcome_{UNKNOWN}", "outcome_x", gone):
        assert refused_call(world, lead_id=home, outcome_id=given) == {
            "outcome_id": "Object does not exist."
        }
    assert refused_call(world, lead_id=home, outcome_id=meetings) == {
        "outcome_id": "This outcome does not apply to calls."
    }
    dropped = outcome(world, "Voicemail", type="vm-dropped")
    assert call(world, lead_id=home, outcome_id=dropped)["outcome_id"] == dropped


def test_a_deleted_outcome_stays_on_its_calls_but_is_not_given_again(world: World):
    home = lead(world)["id"]
    gone, other = outcome(world, "Gone"), outcome(world, "Other")
    made = call(world, lead_id=home, outcome_id=gone)
    world.ada.close.delete(f"/outcome/{gone}/")
    path = f"/activity/call/{made['id']}/"
    assert world.ada.close.get(path)["outcome_id"] == gone
    kept = world.ada.close.put(path, {"outcome_id": gone, "note": "n"})
    assert (kept["outcome_id"], kept["note"]) == (gone, "n")
    assert world.ada.close.put(path, {"outcome_id": other})["outcome_id"] == other
    answer = world.ada.close.put(path, {"outcome_id": gone}, 400)
    assert wrong(answer) == {"outcome_id": "Object does not exist."}
    assert world.ada.close.put(path, {"outcome_id": None})["outcome_id"] is None
    assert list(wrong(world.ada.close.put(path, {"outcome_id": gone}, 400))) == ["outcome_id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration", -1),
        ("duration", 604_801),
        ("duration", "10"),
        ("duration", 1.5),
        ("status", "done"),
        ("direction", "sideways"),
        ("note", 5),
        ("phone", "1" * 101),
        ("recording_url", "http://files.example.com/1.mp3"),
        ("recording_url", "https://"),
        ("voicemail_url", "ftp://files.example.com/1.mp3"),
        ("activity_at", "noon"),
        ("date_created", 12),
        ("user_id", f"user_{UNKNOWN}"),
        ("created_by", f"user_{UNKNOWN}"),
        ("colour", "red"),
        ("custom.cf_0123456789abcdef01234567", "x"),
    ],
)
def test_a_wrong_value_is_refused_and_named(world: World, field: str, value: Any):
    home = lead(world)["id"]
    assert list(refused_call(world, lead_id=home, **{field: value})) == [field]
    if field not in ("date_created", "created_by"):  # an update does not look at these
        made = call(world, lead_id=home)
        path = f"/activity/call/{made['id']}/"
        assert list(wrong(world.ada.close.put(path, {field: value}, 400))) == [field]
        assert world.ada.close.get(path) == made


def test_every_wrong_field_is_named_at_once(world: World):
    body = {"duration": -1, "status": "x", "direction": 1, "lead_id": "x", "other": 1}
    assert set(refused_call(world, **body)) == set(body)
    body = {
        "contact_id": f"cont_{UNKNOWN}",
        "outcome_id": f"outcome_{UNKNOWN}",
        "user_id": f"user_{UNKNOWN}",
        "created_by": f"user_{UNKNOWN}",
        "recording_url": "x",
        "voicemail_url": "x",
    }
    assert set(refused_call(world, **body)) == set(body)


def test_the_longest_call_is_a_week(world: World):
    assert call(world, lead_id=lead(world)["id"], duration=604_800)["duration"] == 604_800


@pytest.mark.parametrize(
    ("status", "duration", "disposition"),
    [
        ("completed", 5, "answered"),
        ("completed", 0, None),
        ("no-answer", 0, "no-answer"),
        ("busy", 0, "busy"),
        ("failed", 0, "error"),
        ("cancel", 0, None),
        ("created", 0, None),
    ],
)
def test_the_disposition_follows_from_what_was_logged(
    world: World, status: str, duration: int, disposition: str | None
):
    made = call(world, lead_id=lead(world)["id"], status=status, duration=duration)
    assert made["disposition"] == disposition


def test_notes_are_kept_as_plain_and_as_rich_text(world: World):
    home = lead(world)["id"]
    plain = call(world, lead_id=home, note="a < b\nc")
    assert (plain["note"], plain["note_html"]) == (
        "a < b\nc",
        "<body><p>a &lt; b<br />c</p></body>",
    )
    rich = "<body><p>One <b>two</b><script>alert(1)</script></p></body>"
    both = call(world, lead_id=home, note="ignored", note_html=rich)
    assert both["note"] == "One two"
    assert both["note_html"] == "<body><p>One <b>two</b></p></body>"
    breaks = '<body>a<br />b<hr /><img src="https://example.com/?a=1&amp;b=2" alt="&gt;" /></body>'
    assert call(world, lead_id=home, note_html=breaks)["note_html"] == breaks
    path = f"/activity/call/{both['id']}/"
    changed = world.ada.close.put(path, {"note": "new"})
    assert (changed["note"], changed["note_html"]) == ("new", "<body><p>new</p></body>")
    changed = world.ada.close.put(path, {"note_html": "<body><p>rich</p></body>", "note": "x"})
    assert changed["note"] == "rich"
    for cleared in ("note", "note_html"):
        world.ada.close.put(path, {"note": "again"})
        changed = world.ada.close.put(path, {cleared: None})
        assert (changed["note"], changed["note_html"]) == ("", "<body><p></p></body>")


def test_a_number_that_cannot_be_normalised_is_kept_as_it_is(world: World):
    made = call(world, lead_id=lead(world)["id"], phone=" 12 ")
    assert (made["phone"], made["remote_phone_formatted"]) == ("12", "12")
    assert made["remote_country_iso"] is None


def test_an_update_changes_what_is_sent_and_nothing_else(world: World):
    made = call(world, lead_id=lead(world)["id"], duration=5, phone="+16505551234")
    world.clock.advance(minutes=5)
    body = {"status": "no-answer", "duration": 0, "direction": "inbound"}
    changed = world.bo.close.put(f"/activity/call/{made['id']}/", body)
    assert changed == {
        **made,
        **body,
        "disposition": "no-answer",
        "date_updated": "2026-05-17T09:35:00.000000+00:00",
        "updated_by": f"user_{world.bo.user_id.hex()}",
        "updated_by_name": "Bo Berg",
    }


def test_null_clears_what_may_be_absent_and_leaves_the_rest(world: World):
    ann = contact(world, name="Ann")
    made = call(
        world,
        contact_id=ann["id"],
        duration=5,
        phone="+16505551234",
        note="n",
        outcome_id=outcome(world),
        recording_url="https://example.com/r",
        voicemail_url="https://example.com/v",
        status="busy",
        direction="inbound",
    )
    clearable = ("contact_id", "user_id", "phone", "outcome_id", "recording_url", "voicemail_url")
    kept = ("lead_id", "status", "direction", "activity_at")
    nulls = dict.fromkeys((*clearable, *kept, "duration", "note"))
    changed = world.ada.close.put(f"/activity/call/{made['id']}/", nulls)
    assert [changed[name] for name in clearable] == [None] * len(clearable)
    assert [changed[name] for name in kept] == [made[name] for name in kept]
    assert (changed["duration"], changed["note"], changed["user_name"]) == (0, "", None)


def test_a_call_moves_to_another_lead_or_contact(world: World):
    ann, ben = contact(world, name="Ann"), contact(world, name="Ben")
    made = call(world, contact_id=ann["id"])
    path = f"/activity/call/{made['id']}/"
    moved = world.ada.close.put(path, {"contact_id": ben["id"]})
    assert (moved["lead_id"], moved["contact_id"]) == (ben["lead_id"], ben["id"])
    moved = world.ada.close.put(path, {"lead_id": ann["lead_id"]})
    assert (moved["lead_id"], moved["contact_id"]) == (ann["lead_id"], None)
    both = {"lead_id": ben["lead_id"], "contact_id": ben["id"]}
    moved = world.ada.close.put(path, both)
    assert (moved["lead_id"], moved["contact_id"]) == (ben["lead_id"], ben["id"])
    for body, field in (
        ({"lead_id": ann["lead_id"], "contact_id": ben["id"]}, "contact_id"),
        ({"contact_id": f"cont_{UNKNOWN}"}, "contact_id"),
        ({"lead_id": f"lead_{UNKNOWN}"}, "lead_id"),
    ):
        assert list(wrong(world.ada.close.put(path, body, 400))) == [field]
    # A contact that went ahead to the other lead comes along.
    world.ada.close.put(f"/contact/{ben['id']}/", {"lead_id": ann["lead_id"]})
    assert world.ada.close.put(path, world.ada.close.get(path))["lead_id"] == ben["lead_id"]
    moved = world.ada.close.put(path, {"lead_id": ann["lead_id"]})
    assert (moved["lead_id"], moved["contact_id"]) == (ann["lead_id"], ben["id"])


def test_a_call_outlives_its_contact(world: World):
    home = lead(world, contacts=[{"name": "Ann"}, {"name": "Ben"}])
    ann, _ = home["contact_ids"]
    made = call(world, contact_id=ann)
    world.ada.close.delete(f"/contact/{ann}/")
    path = f"/activity/call/{made['id']}/"
    assert world.ada.close.get(path) == made
    assert world.ada.close.put(path, made) == made


def test_a_read_call_can_be_sent_back(world: World):
    ann = contact(world, name="Ann")
    made = call(world, contact_id=ann["id"], note="two\nlines ", outcome_id=outcome(world))
    world.clock.advance(minutes=5)
    before = count_events(world)
    assert world.bo.close.put(f"/activity/call/{made['id']}/", made) == made
    assert count_events(world) == before
    foreign = {"sequence_id": None, "quality_info": None, "playbook_id": None, "source": "Close.io"}
    again = call(world, **{**made, **foreign})
    assert again["id"] != made["id"]
    assert again == {**made, "id": again["id"], "date_updated": again["date_updated"]}


def test_another_organizations_calls_are_not_there(world: World):
    theirs = call(world, lead_id=lead(world, contacts=[{}])["id"], outcome_id=outcome(world))
    path = f"/activity/call/{theirs['id']}/"
    unknown = world.eve.close.get(f"/activity/call/acti_{UNKNOWN}/", 404)
    assert world.eve.close.get(path, 404) == unknown
    assert world.eve.close.put(path, {"note": "x"}, 404) == unknown
    assert world.eve.close.delete(path, status=404) == unknown
    assert world.eve.close.get("/activity/call/")["data"] == []
    assert world.eve.close.get("/activity/call/", params={"id__in": theirs["id"]})["data"] == []
    body = {"lead_id": theirs["lead_id"], "outcome_id": theirs["outcome_id"]}
    assert set(wrong(world.eve.close.post("/activity/call/", body, 400))) == set(body)
    assert world.ada.close.get(path) == theirs


def test_every_change_is_an_event_of_the_call_and_none_of_its_lead(world: World):
    home = lead(world)["id"]
    made = call(world, lead_id=home)
    path = f"/activity/call/{made['id']}/"
    world.ada.close.put(path, {"outcome_id": outcome(world)})
    world.ada.close.put(path, {"duration": made["duration"]})
    assert world.ada.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    world.ada.close.delete(path, status=404)
    assert events(world, made["id"]) == [
        ("call", "created"),
        ("call", "updated"),
        ("call", "deleted"),
    ]
    of_lead = world.sql(
        "SELECT DISTINCT encode(lead_id, 'hex') FROM events WHERE object_id = %s",
        bytes.fromhex(made["id"].removeprefix("acti_")),
    )
    assert of_lead == [(home.removeprefix("lead_"),)]
    assert events(world, home) == [("lead", "created")]


def test_a_call_that_was_logged_elsewhere_took_place_then(world: World):
    on = lead(world)["id"]
    logged = call(world, lead_id=on, date_created="2014-02-03T04:05:06Z")
    assert logged["activity_at"] == logged["date_created"] == "2014-02-03T04:05:06.000000+00:00"
    later = {"date_created": "2014-02-03T04:05:06Z", "activity_at": "2014-02-01T00:00:00Z"}
    assert call(world, lead_id=on, **later)["activity_at"] == "2014-02-01T00:00:00.000000+00:00"
    query = 'call(date >= "2014-02-03" date < "2014-02-04")'
    assert world.ada.close.get("/lead/", params={"query": query})["total_results"] == 1


def test_transcripts_are_told_when_they_are_asked_for(world: World):
    made = call(world, lead_id=lead(world)["id"])
    names = "recording_transcript,voicemail_transcript"
    path = f"/activity/call/{made['id']}/"
    assert world.ada.close.get(path, params={"_fields": names}) == {
        "recording_transcript": None,
        "voicemail_transcript": None,
    }
    assert (made["has_recording"], "recording_transcript" in made) == (False, False)
