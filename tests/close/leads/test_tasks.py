"""Tasks through the Close API: kinds, dates and changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import World
from tests.close.leads.making import call_task, completions, task
from tests.close.making import UNKNOWN, Json, contact, count_events, events, id_of, lead, wrong


def test_a_task_is_the_callers_own_unless_it_is_given_to_somebody(world: World):
    on = lead(world, name="Bluth Company")
    body = {"_type": "lead", "lead_id": on["id"], "text": "Call back", "date": "2026-05-18"}
    made = world.ada.close.post("/task/", body)
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        "_type": "lead",
        "assigned_to": me,
        "assigned_to_name": world.ada.email,
        "contact_id": None,
        "contact_name": None,
        "created_by": me,
        "created_by_name": world.ada.email,
        "date": "2026-05-18",
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "due_date": "2026-05-18",
        "id": made["id"],
        "is_complete": False,
        "is_dateless": False,
        "lead_id": on["id"],
        "lead_name": "Bluth Company",
        "object_id": None,
        "object_type": None,
        "organization_id": on["organization_id"],
        "priority": None,
        "resolution": None,
        "text": "Call back",
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "view": "future",
    }
    assert made["id"].startswith("task_")
    assert world.ada.close.get(f"/task/{made['id']}/") == made
    assert events(world, made["id"]) == [("task", "created")]
    bo = f"user_{world.bo.user_id.hex()}"
    given = task(world, assigned_to=bo, priority="high")
    assert (given["assigned_to"], given["assigned_to_name"]) == (bo, "Bo Berg")
    assert given["priority"] == "high"
    assert task(world, assigned_to=None)["assigned_to"] == me


def test_a_call_to_make_has_an_id_of_its_own_kind_and_somebody_to_call(world: World):
    made = call_task(world, text=None)
    assert made["id"].startswith("noti_")
    assert (made["contact_name"], made["lead_name"]) == ("Gob", "Gob")
    assert (made["text"], made["is_primary_lead_notification"]) == (None, True)
    assert world.ada.close.get(f"/task/task_{made['id'][5:]}/") == made
    body = {"_type": "outgoing_call", "lead_id": made["lead_id"]}
    assert wrong(world.ada.close.post("/task/", body, 400)) == {
        "contact_id": "This field is required."
    }


def test_a_task_that_is_done_names_the_activity_of_that(world: World):
    made, born_done = task(world), task(world, is_complete=True)
    path = f"/task/{made['id']}/"
    assert (made["object_type"], made["object_id"]) == (None, None)
    done = world.ada.close.put(path, {"is_complete": True})
    for each in (done, born_done):
        activity = world.ada.close.get(f"/activity/task_completed/{each['object_id']}/")
        assert (each["object_type"], activity["task_id"]) == ("taskcompleted", each["id"])
    assert world.ada.close.get(path) == done
    listed = world.ada.close.get("/task/", params={"_type": "all", "_order_by": "date_created"})
    assert [each["object_id"] for each in listed["data"]] == [
        done["object_id"],
        born_done["object_id"],
    ]
    assert world.ada.close.put(path, {"is_complete": False}) == made
    world.ada.close.delete(f"/activity/task_completed/{born_done['object_id']}/")
    gone = world.ada.close.get(f"/task/{born_done['id']}/")
    assert (gone["is_complete"], gone["object_type"], gone["object_id"]) == (True, None, None)


def test_everything_that_is_wrong_is_told_at_once(world: World):
    elsewhere = contact(world, name="Gob")
    assert wrong(world.ada.close.post("/task/", {}, 400)) == {
        "lead_id": "This field is required.",
        "text": "This field is required.",
    }
    body = {
        "lead_id": lead(world)["id"],
        "text": "  ",
        "contact_id": elsewhere["id"],
        "assigned_to": f"user_{world.eve.user_id.hex()}",
        "created_by": f"user_{UNKNOWN}",
        "date": "tomorrow",
    }
    assert wrong(world.ada.close.post("/task/", body, 400)) == {
        "text": "This field is required.",
        "contact_id": "The contact is on another lead.",
        "assigned_to": "Object does not exist.",
        "created_by": "Object does not exist.",
        "date": "Invalid ISO 8601 datetime.",
    }
    answer = world.ada.close.post("/task/", {**body, "_type": "email", "priority": "low"}, 400)
    assert set(wrong(answer)) == {"_type", "priority"}


@pytest.mark.parametrize(
    ("given", "shown", "view"),
    [
        ({"date": "2026-05-17"}, "2026-05-17", "inbox"),
        ({"date": "2026-05-18"}, "2026-05-18", "future"),
        ({"date": "2026-05-18T01:00:00+02:00"}, "2026-05-17T23:00:00.000000+00:00", "inbox"),
        ({"date": "2026-05-18T00:00:00"}, "2026-05-18T00:00:00.000000+00:00", "future"),
        ({"due_date": "2026-05-01"}, "2026-05-01", "inbox"),
        ({"due_date": "2026-05-01", "date": "2026-05-02"}, "2026-05-02", "inbox"),
        ({"date": "2026-05-20", "is_dateless": True}, None, "inbox"),
        ({}, None, "inbox"),
    ],
)
def test_a_task_is_due_on_a_day_at_an_instant_or_whenever(
    world: World, given: Json, shown: str | None, view: str
):
    made = task(world, **given)
    assert (made["date"], made["due_date"], made["view"]) == (shown, shown, view)
    assert made["is_dateless"] == (shown is None)


def test_a_change_can_be_of_one_thing_and_of_none(world: World):
    made = task(world, date="2026-05-18", priority="medium")
    path = f"/task/{made['id']}/"
    before = count_events(world)
    assert world.ada.close.put(path, made) == made
    assert world.ada.close.put(path, {"assigned_to": None, "is_complete": None}) == made
    assert count_events(world) == before
    world.clock.instant += timedelta(hours=1)
    changed = world.ada.close.put(path, {"date": None, "priority": None, "text": "Write"})
    assert changed == {
        **made,
        "date": None,
        "due_date": None,
        "is_dateless": True,
        "view": "inbox",
        "priority": None,
        "text": "Write",
        "date_updated": "2026-05-17T10:30:00.000000+00:00",
    }
    bo = f"user_{world.bo.user_id.hex()}"
    assert world.ada.close.put(path, {"assigned_to": bo})["assigned_to"] == bo
    assert events(world, made["id"])[1:] == [("task", "updated")] * 2


def test_fields_of_other_kinds_of_tasks_cannot_be_changed(world: World):
    made = call_task(world, text="Pitch")
    path = f"/task/{made['id']}/"
    assert world.ada.close.put(path, {"text": "Pitch"}) == made
    other = contact(world, name="Ann")
    body = {"text": "Sing", "lead_id": other["lead_id"], "contact_id": other["id"]}
    assert wrong(world.ada.close.put(path, body, 400)) == {
        "text": "Value cannot be changed.",
        "lead_id": "Value cannot be changed.",
        "contact_id": "The contact is on another lead.",
    }
    assert wrong(world.ada.close.put(path, {"contact_id": None}, 400)) == {
        "contact_id": "This field is required."
    }
    assert wrong(world.ada.close.put(path, {"colour": "red"}, 400)) == {
        "colour": "There is no such field."
    }
    on_it = contact(world, lead_id=made["lead_id"], name="Lindsay")
    assert world.ada.close.put(path, {"contact_id": on_it["id"]})["contact_name"] == "Lindsay"
    plain = task(world)
    answer = world.ada.close.put(f"/task/{plain['id']}/", {"text": ""}, 400)
    assert wrong(answer) == {"text": "This field is required."}


def test_leads_show_what_is_left_to_do_on_them(world: World):
    on = contact(world, name="Gob")
    open_one = task(world, lead_id=on["lead_id"], contact_id=on["id"], date="2026-05-17")
    task(world, lead_id=on["lead_id"], is_complete=True)
    path = f"/lead/{on['lead_id']}/"
    headers = {"X-TZ-Offset": "-10"}  # where it is still the day before
    assert world.ada.close.get(path)["tasks"] == [open_one]
    (elsewhere,) = world.ada.close.get(path, headers=headers)["tasks"]
    assert (open_one["view"], elsewhere["view"]) == ("inbox", "future")
    assert world.ada.close.get("/lead/")["data"][0]["tasks"] == [open_one]


def test_deleting_a_lead_deletes_its_tasks(world: World):
    made = task(world, is_complete=True)
    (note,) = completions(world)
    world.ada.close.delete(f"/lead/{made['lead_id']}/")
    world.ada.close.get(f"/task/{made['id']}/", 404)
    assert completions(world) == []
    assert events(world, made["id"])[-1] == ("task", "deleted")
    assert events(world, note["id"])[-1] == ("task_completion", "deleted")


def test_a_restricted_user_changes_own_tasks_alone(world: World):
    bo = f"user_{world.bo.user_id.hex()}"
    (row,) = world.sql("SELECT id FROM memberships WHERE user_id = %s", world.bo.user_id)
    role = {"role_id": "restricteduser"}
    world.ada.close.put(f"/membership/memb_{row[0].hex()}/", role)
    mine, hers = task(world, assigned_to=bo), task(world)
    done = {"is_complete": True}
    assert world.bo.close.put(f"/task/{mine['id']}/", done)["is_complete"] is True
    world.bo.close.put(f"/task/{hers['id']}/", done, 403)
    world.bo.close.put("/task/", done, 403, params={"_type": "lead"})
    world.bo.close.delete(f"/task/{hers['id']}/", status=403)
    world.bo.close.delete(f"/task/{mine['id']}/", status=200)
    body = {"source": hers["lead_id"], "destination": mine["lead_id"]}
    world.bo.close.post("/lead/merge/", body, 403)
    assert world.ada.close.get(f"/task/{hers['id']}/") == hers


def test_a_member_who_has_left_keeps_tasks_but_gets_no_new_ones(world: World):
    bo = f"user_{world.bo.user_id.hex()}"
    made = task(world, assigned_to=bo)
    world.sql("UPDATE memberships SET is_active = false WHERE user_id = %s", id_of(bo))
    path = f"/task/{made['id']}/"
    assert world.ada.close.put(path, {"assigned_to": bo, "text": "Late"})["text"] == "Late"
    answer = world.ada.close.put(f"/task/{task(world)['id']}/", {"assigned_to": bo}, 400)
    assert wrong(answer) == {"assigned_to": "Object does not exist."}
