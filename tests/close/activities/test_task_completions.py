"""Completions of tasks as activities on their leads."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import World
from tests.close.leads.making import call_task, completions, task
from tests.close.making import count_events, events, wrong


def test_completing_a_task_leaves_an_activity(world: World):
    made = task(world, text="Follow up")
    path = f"/task/{made['id']}/"
    world.clock.instant += timedelta(hours=1)
    changed = world.bo.close.put(path, {"is_complete": True})
    assert (changed["is_complete"], changed["view"]) == (True, "archive")
    (note,) = completions(world)
    assert note == {
        "_type": "TaskCompleted",
        "activity_at": "2026-05-17T10:30:00.000000+00:00",
        "comment_summary": None,
        "contact_id": None,
        "created_by": f"user_{world.bo.user_id.hex()}",
        "created_by_name": "Bo Berg",
        "date_created": "2026-05-17T10:30:00.000000+00:00",
        "date_updated": "2026-05-17T10:30:00.000000+00:00",
        "id": note["id"],
        "lead_id": made["lead_id"],
        "organization_id": made["organization_id"],
        "sequence_id": None,
        "sequence_name": None,
        "sequence_subscription_id": None,
        "task_assigned_to": made["assigned_to"],
        "task_assigned_to_name": world.ada.email,
        "task_id": made["id"],
        "task_text": "Follow up",
        "updated_by": f"user_{world.bo.user_id.hex()}",
        "updated_by_name": "Bo Berg",
        "user_id": f"user_{world.bo.user_id.hex()}",
        "user_name": "Bo Berg",
        "users": [],
    }
    assert world.ada.close.get(f"/activity/task_completed/{note['id']}/") == note
    assert events(world, made["id"]) == [
        ("task", "created"),
        ("task", "updated"),
        ("task", "completed"),
    ]
    assert events(world, note["id"]) == [("task_completion", "created")]
    before = count_events(world)
    world.ada.close.put(path, {"is_complete": True})
    assert count_events(world) == before
    assert completions(world) == [note]


def test_opening_a_task_again_removes_its_activity(world: World):
    made = task(world, is_complete=True)
    assert made["view"] == "archive"
    (note,) = completions(world)
    path = f"/task/{made['id']}/"
    world.ada.close.put(path, {"resolution": "skipped"})
    opened = world.ada.close.put(path, {"is_complete": False})
    assert (opened["view"], opened["resolution"]) == ("inbox", None)
    assert completions(world) == []
    assert events(world, note["id"]) == [
        ("task_completion", "created"),
        ("task_completion", "deleted"),
    ]
    world.ada.close.put(path, {"is_complete": True})
    assert completions(world)[0]["id"] != note["id"]


def test_task_and_activity_are_deleted_by_themselves(world: World):
    made = task(world, is_complete=True)
    (note,) = completions(world)
    assert world.ada.close.delete(f"/task/{made['id']}/", status=200) == {}
    world.ada.close.get(f"/task/{made['id']}/", 404)
    assert completions(world) == [note]
    path = f"/activity/task_completed/{note['id']}/"
    assert world.ada.close.delete(path, status=200) == {}
    world.ada.close.get(path, 404)
    kept = task(world, is_complete=True)
    (note,) = completions(world)
    world.ada.close.delete(f"/activity/task_completed/{note['id']}/")
    assert world.ada.close.get(f"/task/{kept['id']}/")["is_complete"] is True
    assert world.ada.close.put(f"/task/{kept['id']}/", {"is_complete": False})["view"] == "inbox"


def test_activities_are_found_by_lead_user_and_time(world: World):
    first, second = task(world, is_complete=True), call_task(world, is_complete=True)
    newest, oldest = completions(world)
    assert [newest["task_id"], oldest["task_id"]] == [second["id"], first["id"]]
    bo = f"user_{world.bo.user_id.hex()}"
    day = "2026-05-18T00:00:00Z"
    for params, found in (
        ({"lead_id": first["lead_id"]}, [oldest]),
        ({"id__in": newest["id"]}, [newest]),
        ({"contact_id": second["contact_id"]}, [newest]),
        ({"user_id": bo}, []),
        ({"_type": "Call"}, []),
        ({"_type": "TaskCompleted,Call"}, [newest, oldest]),
        ({"date_created__lt": day}, [newest, oldest]),
        ({"activity_at__gte": day}, []),
        ({"_limit": "1"}, [newest]),
    ):
        assert completions(world, **params) == found, params
    bad = world.ada.close.get("/activity/task_completed/", 400, params={"activity_at__gt": "x"})
    assert wrong(bad) == {"activity_at__gt": "Invalid ISO 8601 datetime."}
