"""Opportunities: what they say, what follows from their status, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import (
    UNKNOWN,
    contact,
    count_events,
    custom_field,
    events,
    id_of,
    lead,
    user,
)
from tests.close.making import wrong as problems_of

Json = dict[str, Any]


def deal(world: World, **fields: Any) -> Json:
    """An opportunity of north, as the API answers it."""
    made: Json = world.ada.close.post("/opportunity/", fields, 200)
    return made


def change(world: World, made: Json, expected: int = 200, /, **fields: Any) -> Json:
    answer: Json = world.ada.close.put(f"/opportunity/{made['id']}/", fields, expected)
    return answer


def refused(world: World, **fields: Any) -> Json:
    """The problems of a new opportunity, which leaves nothing behind."""
    before = count_events(world)
    found = problems_of(world.ada.close.post("/opportunity/", fields, 400))
    assert count_events(world) == before
    return found


def statuses(world: World) -> dict[str, str]:
    found = world.ada.close.get("/status/opportunity/")["data"]
    return {status["label"]: status["id"] for status in found}


def transitions(world: World, opportunity_id: str) -> list[tuple[str | None, str]]:
    found = world.sql(
        "SELECT from_stage_name, stage_name FROM stage_transitions "
        "WHERE opportunity_id = %s AND kind = 'opportunity' ORDER BY id",
        id_of(opportunity_id),
    )
    return [tuple(row) for row in found]


def test_an_opportunity_says_all_of_itself(world: World):
    bruce = {"name": "Bruce", "emails": [{"email": "b@wayne.test", "type": "home"}]}
    home = lead(world, name="Wayne Enterprises", contacts=[bruce])
    field = custom_field(world, "opportunity", "Contract")
    made = deal(
        world,
        lead_id=home["id"],
        contact_id=home["contact_ids"][0],
        value=50_050,
        value_period="monthly",
        confidence=75,
        note_html="<body><p>Soon, <b>I hope</b></p><script>x()</script></body>",
        attachments=[{"filename": "offer.pdf", "url": "https://example.com/offer.pdf"}],
        **{field: "signed"},
    )
    (pipeline,) = world.ada.close.get("/pipeline/")["data"]
    assert made == {
        "annualized_expected_value": 450_450,
        "annualized_value": 600_600,
        "attachments": [
            {
                "content_type": "",
                "filename": "offer.pdf",
                "size": None,
                "url": "https://example.com/offer.pdf",
            }
        ],
        "comment_summary": None,
        "confidence": 75,
        "contact_id": home["contact_ids"][0],
        "contact_name": "Bruce",
        "created_by": user(world.ada),
        "created_by_name": world.ada.email,
        field: "signed",
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_lost": None,
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "date_won": None,
        "expected_value": 37_538,
        "id": made["id"],
        "integration_links": [],
        "is_stalled": False,
        "lead_id": home["id"],
        "lead_name": "Wayne Enterprises",
        "lead_primary_email": {"email": "b@wayne.test", "is_unsubscribed": False, "type": "home"},
        "lead_primary_phone": None,
        "note": "Soon, I hope",
        "note_html": "<body><p>Soon, <b>I hope</b></p></body>",
        "organization_id": f"orga_{world.ada.org}",
        "pipeline_id": pipeline["id"],
        "pipeline_name": "Sales",
        "stall_status": None,
        "status_display_name": "Active",
        "status_id": statuses(world)["Active"],
        "status_label": "Active",
        "status_type": "active",
        "suggested_action": None,
        "updated_by": user(world.ada),
        "updated_by_name": world.ada.email,
        "user_id": user(world.ada),
        "user_name": world.ada.email,
        "value": 50_050,
        "value_currency": "USD",
        "value_formatted": "$500.50 monthly",
        "value_period": "monthly",
    }
    path = f"/opportunity/{made['id']}/"
    assert world.bo.close.get(path) == made
    assert world.bo.close.get(f"/lead/{home['id']}/")["opportunities"] == [made]
    assert world.bo.close.get(path, params={"_fields": "value,custom"}) == {
        "value": 50_050,
        field: "signed",
    }
    assert events(world, made["id"]) == [("opportunity", "created")]
    assert transitions(world, made["id"]) == [(None, "Active")]


def test_a_back_dated_opportunity_entered_its_status_then(world: World):
    home = lead(world)["id"]
    made = deal(world, lead_id=home, date_created="2019-03-01T10:00:00Z")
    assert made["date_created"] == "2019-03-01T10:00:00.000000+00:00"
    ((at,),) = world.sql(
        "SELECT created_at FROM stage_transitions WHERE opportunity_id = %s", id_of(made["id"])
    )
    assert at.isoformat() == "2019-03-01T10:00:00+00:00"
    world.clock.advance(days=1)
    change(world, made, status_id=statuses(world)["Won"])
    (changed,) = world.ada.close.get("/activity/status_change/opportunity/")["data"]
    assert changed["activity_at"] == "2026-05-18T09:30:00.000000+00:00"


def test_an_opportunity_without_a_lead_gets_one(world: World):
    made = deal(world)
    assert made["lead_name"] == "Untitled"
    home = world.ada.close.get(f"/lead/{made['lead_id']}/")
    assert (home["name"], home["status_label"], home["contacts"]) == (None, "New Lead", [])
    gob = contact(world, name="Gob")
    of_gob = deal(world, contact_id=gob["id"])
    assert (of_gob["lead_id"], of_gob["contact_name"]) == (gob["lead_id"], "Gob")
    assert (made["value"], made["value_period"], made["value_formatted"]) == (
        None,
        "one_time",
        None,
    )
    assert (made["expected_value"], made["annualized_value"]) == (None, None)
    assert (made["note"], made["note_html"]) == ("", None)


def test_a_nameless_lead_goes_by_its_contact(world: World):
    home = lead(world, contacts=[{"emails": [{"email": "gob@example.com"}]}, {"name": "Ann"}])
    assert deal(world, lead_id=home["id"])["lead_name"] == "gob@example.com"


def test_an_opportunity_can_be_imported(world: World):
    bo = user(world.bo)
    made = deal(
        world,
        date_created="2013-02-01T00:54:51.337+01:00",
        created_by=bo,
        user_id=bo,
        date_won="2013-03-04T10:00:00Z",
        date_lost="2013-03-04",
        status_label="nonsense",
        is_stalled=True,
    )
    assert made["date_created"] == "2013-01-31T23:54:51.337000+00:00"
    assert (made["created_by"], made["user_id"]) == (bo, bo)
    assert (made["user_name"], made["date_won"], made["date_lost"]) == (
        "Bo Berg",
        "2013-03-04",
        None,
    )
    again = deal(world, **made)
    differ = {"id", "date_updated", "updated_by", "updated_by_name"}
    assert {key for key in made if again[key] != made[key]} <= differ


def test_the_first_status_is_that_of_the_pipeline(world: World):
    other = world.ada.close.post(
        "/pipeline/", {"name": "Renewals", "statuses": [{"label": "Open"}, {"label": "Kept"}]}
    )
    opened, kept = (status["id"] for status in other["statuses"])
    made = deal(world, pipeline_id=other["id"])
    assert (made["status_id"], made["pipeline_name"]) == (opened, "Renewals")
    assert deal(world, status_id=kept, pipeline_id=other["id"])["status_id"] == kept
    assert deal(world, status_id=kept)["pipeline_id"] == other["id"]
    assert deal(world, status="kept")["status_id"] == kept
    active = statuses(world)["Active"]
    assert refused(world, status_id=active, pipeline_id=other["id"]) == {
        "status_id": "The status belongs to another pipeline."
    }
    empty = world.ada.close.post("/pipeline/", {"name": "Empty"})
    answer = world.ada.close.post("/opportunity/", {"pipeline_id": empty["id"]}, 400)
    assert answer == {"error": "The pipeline has no status."}


def test_everything_wrong_is_told_at_once(world: World):
    home, elsewhere = lead(world), contact(world)
    assert refused(
        world,
        lead_id=home["id"],
        contact_id=elsewhere["id"],
        user_id=user(world.eve),
        created_by=f"user_{UNKNOWN}",
        status_id=f"stat_{UNKNOWN}",
        attachments=[{"filename": "x", "url": "javascript:alert(1)"}],
        **{"custom.Nothing": 1},
    ) == {
        "contact_id": "The contact is on another lead.",
        "user_id": "Object does not exist.",
        "created_by": "Object does not exist.",
        "status_id": "Object does not exist.",
        "attachments": {"errors": {"0": {"field-errors": {"url": "Invalid URL."}}}},
        "custom.Nothing": 'The Custom Field "Nothing" does not exist.',
    }
    assert refused(
        world,
        value="much",
        value_period="weekly",
        confidence=101,
        date_won="soon",
        lead_id=elsewhere["id"],
        nonsense=1,
    ).keys() == {"value", "value_period", "confidence", "date_won", "lead_id", "nonsense"}
    assert refused(world, lead_id=f"lead_{UNKNOWN}", contact_id=f"cont_{UNKNOWN}") == {
        "lead_id": "Object does not exist.",
        "contact_id": "Object does not exist.",
    }
    assert refused(world, pipeline_id=f"pipe_{UNKNOWN}") == {
        "pipeline_id": "Object does not exist."
    }
    assert refused(world, value=10**15 + 1).keys() == {"value"}
    assert refused(world, status="Active", status_id=statuses(world)["Won"]).keys() == {"status"}


@pytest.mark.parametrize(
    ("offset", "day"),
    [
        ({}, "2026-05-17"),
        ({"x-tz-offset": "-10"}, "2026-05-16"),
        ({"X-TZ-Offset": "14.5"}, "2026-05-18"),
        ({"x-tz-offset": "x"}, "2026-05-17"),
    ],
)
def test_a_deal_is_won_today_where_the_caller_is(world: World, offset: dict[str, str], day: str):
    won = statuses(world)["Won"]
    made = deal(world)
    path = f"/opportunity/{made['id']}/"
    assert world.ada.close.put(path, {"status_id": won}, headers=offset)["date_won"] == day
    new = world.ada.close.post("/opportunity/", {"status_id": won}, headers=offset)
    assert (new["date_won"], new["confidence"]) == (day, 100)


def test_winning_keeps_a_day_that_is_known(world: World):
    ids = statuses(world)
    expected = deal(world, date_won="2026-07-01")
    assert change(world, expected, status_id=ids["Won"])["date_won"] == "2026-07-01"
    given = deal(world, date_won="2026-07-01")
    won = change(world, given, status_id=ids["Won"], date_won="2026-05-02", confidence=90)
    assert (won["date_won"], won["confidence"]) == ("2026-05-02", 90)
    assert change(world, won, status_id=ids["Active"])["date_won"] == "2026-05-02"
    # Nobody says a day: a null that comes back with everything else says none.
    unsaid = deal(world)
    sent_back = {**unsaid, "status_id": ids["Won"]}
    assert change(world, unsaid, **sent_back)["date_won"] == "2026-05-17"
    assert change(world, unsaid, date_won=None)["date_won"] is None


def test_losing_and_opening_again(world: World):
    ids = statuses(world)
    made = deal(world, confidence=75)
    world.clock.advance(hours=1)
    lost = change(world, made, status_id=ids["Lost"])
    assert (lost["confidence"], lost["date_lost"]) == (0, "2026-05-17T10:30:00.000000+00:00")
    world.clock.advance(hours=1)
    assert change(world, made, note="Pity.")["date_lost"] == lost["date_lost"]
    again = change(world, made, status="active")
    assert (again["confidence"], again["date_lost"], again["date_won"]) == (50, None, None)
    created = deal(world, status_id=ids["Lost"], date_created="2020-01-01")
    assert created["date_lost"] == "2020-01-01T00:00:00.000000+00:00"
    assert created["confidence"] == 0


def test_a_move_is_a_transition_a_change_and_an_event(world: World):
    ids = statuses(world)
    made = deal(world, value=100)
    world.clock.advance(minutes=1)
    won = change(world, made, status_id=ids["Won"])
    assert transitions(world, made["id"]) == [(None, "Active"), ("Active", "Won")]
    assert change(world, made, status_id=ids["Won"], value=100) == won
    assert events(world, made["id"]) == [("opportunity", "created"), ("opportunity", "updated")]
    (labels,) = world.sql(
        "SELECT labels FROM events WHERE object_id = %s AND action = 'updated'", id_of(made["id"])
    )[0]
    assert labels == {
        "before": {"stage_name": "Active", "stage_type": "active"},
        "after": {"stage_name": "Won", "stage_type": "won"},
    }
    (entry,) = world.ada.close.get("/activity/status_change/opportunity/")["data"]
    assert (entry["old_status_label"], entry["new_status_label"]) == ("Active", "Won")
    assert (entry["opportunity_confidence"], entry["activity_at"]) == (100, won["date_updated"])


def test_a_status_of_another_pipeline_takes_the_opportunity_there(world: World):
    other = world.ada.close.post(
        "/pipeline/", {"name": "Renewals", "statuses": [{"label": "Open"}]}
    )
    made = deal(world)
    moved = change(world, made, status_id=other["statuses"][0]["id"])
    assert (moved["pipeline_id"], moved["status_label"]) == (other["id"], "Open")
    (entry,) = world.ada.close.get("/activity/status_change/opportunity/")["data"]
    assert (entry["old_pipeline_name"], entry["new_pipeline_name"]) == ("Sales", "Renewals")


def test_null_clears_what_may_be_absent(world: World):
    home = lead(world, contacts=[{"name": "Ann"}])
    made = deal(
        world,
        lead_id=home["id"],
        contact_id=home["contact_ids"][0],
        value=100,
        value_period="annual",
        confidence=10,
        note="A & B\nC",
        date_won="2026-06-01",
        attachments=[
            {"filename": "a", "url": "https://example.com/a", "content_type": "text/plain"}
        ],
    )
    assert made["note_html"] == "<body><p>A &amp; B<br />C</p></body>"
    names = ("contact_id", "user_id", "value", "note_html", "date_won", "attachments")
    cleared = change(
        world, made, **dict.fromkeys([*names, "value_period", "confidence", "status_id"])
    )
    for name in ("contact_id", "contact_name", "user_id", "user_name", "value", "date_won"):
        assert cleared[name] is None, name
    assert (cleared["note"], cleared["note_html"], cleared["attachments"]) == ("", None, [])
    assert (cleared["value_period"], cleared["confidence"]) == ("annual", 10)
    assert cleared["status_id"] == made["status_id"]


def test_notes_follow_each_other(world: World):
    made = deal(world, note="One", note_html="<body><p>Two</p></body>")
    assert made["note"] == "Two"
    plain = change(world, made, note="Three")
    assert plain["note_html"] == "<body><p>Three</p></body>"
    rich = change(world, made, note="ignored", note_html="<p>Four<br>Five</p>")
    assert (rich["note"], rich["note_html"]) == ("Four\nFive", "<body><p>Four<br />Five</p></body>")
    assert change(world, made, note=None)["note_html"] is None


def test_only_what_changes_is_checked(world: World):
    home = lead(world, contacts=[{"name": "Ann"}, {"name": "Ben"}])
    made = deal(world, lead_id=home["id"], contact_id=home["contact_ids"][1])
    world.ada.close.delete(f"/contact/{made['contact_id']}/")
    kept = change(world, made, **{**made, "value": 5})
    assert (kept["contact_id"], kept["contact_name"], kept["value"]) == (
        made["contact_id"],
        None,
        5,
    )
    elsewhere = contact(world)
    assert problems_of(change(world, made, 400, contact_id=elsewhere["id"])) == {
        "contact_id": "The contact is on another lead."
    }
    assert problems_of(change(world, made, 400, user_id=user(world.eve))) == {
        "user_id": "Object does not exist."
    }
    assert change(world, made, lead_id=elsewhere["lead_id"])["lead_id"] == home["id"]


def test_a_deleted_opportunity_is_gone_and_its_history_stays(world: World):
    made = deal(world)
    change(world, made, status_id=statuses(world)["Won"])
    path = f"/opportunity/{made['id']}/"
    assert world.bo.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    world.ada.close.delete(path, status=404)
    assert events(world, made["id"])[-1] == ("opportunity", "deleted")
    assert len(world.ada.close.get("/activity/status_change/opportunity/")["data"]) == 1
    assert len(transitions(world, made["id"])) == 2
