"""Lists of tasks through the Close API, and changing many of them at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cast import World
from tests.close.leads.making import call_task, completions, task
from tests.close.making import UNKNOWN, Json, contact, count_events, events, lead, statements, wrong

NAMES: dict[str, Json] = {
    "long ago": {"date": "2026-04-01"},
    "today": {"date": "2026-05-17"},
    "this evening": {"date": "2026-05-17T20:00:00Z"},
    "tomorrow": {"date": "2026-05-18"},
    "tomorrow at midnight": {"date": "2026-05-18T00:00:00Z"},
    "next week": {"date": "2026-05-25T08:00:00Z"},
    "whenever": {},
    "done": {"date": "2026-05-10", "is_complete": True},
}


@pytest.fixture
def planned(world: World) -> dict[str, str]:
    """The ids of ada's tasks by their texts, on one lead."""
    on = lead(world, name="Bluth Company")["id"]
    return {
        text: task(world, text=text, lead_id=on, **fields)["id"] for text, fields in NAMES.items()
    }


def texts(world: World, *, headers: dict[str, str] | None = None, **params: Any) -> list[str]:
    found = world.ada.close.get("/task/", params=params, headers=headers or {})
    assert found["total_results"] == len(found["data"])
    return [each["text"] for each in found["data"]]


def test_the_views_follow_the_callers_day(world: World, planned: dict[str, str]):
    inbox = ["long ago", "today", "this evening", "whenever"]
    future = ["tomorrow", "tomorrow at midnight", "next week"]
    assert texts(world, view="inbox") == inbox
    assert texts(world, view="future") == future
    assert texts(world, view="archive") == ["done"]
    # At half past nine it is tomorrow 15 hours east of here, and yesterday 10 hours west.
    east, west = {"X-TZ-Offset": "14.75"}, {"x-tz-offset": "-10"}
    assert texts(world, view="future", headers=east) == ["next week"]
    assert texts(world, view="inbox", headers=west) == ["long ago", "whenever"]
    for nonsense in ("", "east", "nan", "inf", "1e9", "-24"):
        assert texts(world, view="inbox", headers={"X-TZ-Offset": nonsense}) == inbox
    for each in world.ada.close.get("/task/", params={"view": "inbox"}, headers=east)["data"]:
        assert each["view"] == "inbox"


def test_a_view_says_itself_how_far_it_goes(world: World, planned: dict[str, str]):
    assert texts(world, view="inbox", date__lt="2026-04-02", date__gte="2026-05-17") == [
        "today",
        "this evening",
    ]
    assert texts(world, view="future", date__gte="2030-01-01", date__lt="2026-05-19") == [
        "tomorrow",
        "tomorrow at midnight",
    ]
    answer = world.ada.close.get("/task/", 400, params={"view": "outbox"})
    assert wrong(answer) == {"view": "Value must be one of: inbox, future, archive."}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"date": "2026-05-17"}, ["today", "this evening"]),
        ({"date": "2026-05-17T20:00:00Z"}, ["this evening"]),
        ({"date": "2026-05-17T00:00:00Z"}, ["today"]),
        ({"date__lt": "2026-05-17"}, ["long ago", "done"]),
        ({"date__lte": "2026-05-17", "date__gt": "2026-05-01"}, ["today", "this evening", "done"]),
        ({"date__gt": "2026-05-17"}, ["tomorrow", "tomorrow at midnight", "next week"]),
        ({"date__gte": "2026-05-18T00:00:01"}, ["next week"]),
        ({"due_date__gte": "2026-05-25"}, ["next week"]),
        ({"date__gte": "0001-01-01", "date__lt": "2026-04-02"}, ["long ago"]),
        ({"date__gt": "9999-12-31"}, []),
        ({"is_complete": "false", "date__lt": "2026-05-17"}, ["long ago"]),
        ({"is_complete": "true"}, ["done"]),
        ({"date_created__gt": "2026-05-17T09:30:00Z"}, []),
        ({"date_created__gte": "2026-05-17", "date_updated__lt": "2026-05-16"}, []),
        ({"lead_id": f"lead_{UNKNOWN}"}, []),
        ({"id__in": "task_x"}, []),
        ({"_type": "outgoing_call"}, []),
        ({"_type__in": "lead,voicemail", "is_complete": "1"}, ["done"]),
    ],
)
def test_tasks_are_found_by_what_they_are(
    world: World, planned: dict[str, str], params: Json, found: list[str]
):
    assert texts(world, **params) == found


def test_a_list_is_in_the_order_that_is_asked_for(world: World, planned: dict[str, str]):
    by_date = [
        "long ago",
        "done",
        "today",
        "this evening",
        "tomorrow",
        "tomorrow at midnight",
        "next week",
        "whenever",
    ]
    assert texts(world) == list(NAMES)
    assert texts(world, _order_by="date") == by_date
    assert texts(world, _order_by="-date") == [*reversed(by_date[:-1]), "whenever"]
    assert texts(world, _order_by="-date_created") == list(reversed(NAMES))
    assert texts(world, _order_by="text") == list(NAMES)


def test_other_kinds_are_listed_when_they_are_asked_for(world: World):
    plain, to_call = task(world), call_task(world)

    def ids(**params: str) -> list[str]:
        return [each["id"] for each in world.ada.close.get("/task/", params=params)["data"]]

    both = [plain["id"], to_call["id"]]
    assert ids() == [plain["id"]]
    assert ids(_type="all") == both
    assert ids(_type="outgoing_call") == [to_call["id"]]
    assert ids(_type__in="lead,outgoing_call") == both
    assert ids(id__in=",".join(both)) == both
    assert ids(id=to_call["id"]) == [to_call["id"]]
    assert ids(id=to_call["id"], _type="lead") == []
    assert ids(assigned_to=plain["assigned_to"]) == [plain["id"]]
    assert ids(assigned_to=f"user_{world.bo.user_id.hex()}") == []


def test_a_page_may_have_a_thousand(world: World):
    for _ in range(3):
        task(world)
    page = world.ada.close.get("/task/", params={"_limit": 2, "_skip": 1, "_fields": "text"})
    assert page == {"data": [{"text": "Call back"}] * 2, "has_more": False, "total_results": 3}
    assert world.ada.close.get("/task/", params={"_limit": 2})["has_more"] is True
    assert len(world.ada.close.get("/task/", params={"_limit": 1000})["data"]) == 3
    assert (
        "max_limit = 1000" in world.ada.close.get("/task/", 400, params={"_limit": 1001})["error"]
    )


def test_a_list_costs_as_much_for_thirty_as_for_one(world: World, monkeypatch: pytest.MonkeyPatch):
    with statements(world, monkeypatch) as counts:
        for count in (1, 29):
            for number in range(count):
                on = contact(world, name=f"Contact {number}")
                task(world, lead_id=on["lead_id"], contact_id=on["id"])
            world.ada.close.get("/task/")
    # Tasks, their number, leads, contacts, people.
    assert counts == [5, 5]


# Many at once.


def test_many_are_changed_by_filters_in_the_body_or_in_the_query(
    world: World, planned: dict[str, str]
):
    bo = f"user_{world.bo.user_id.hex()}"
    chosen = [planned["today"], planned["tomorrow"]]
    body = {"_params": {"id__in": chosen}, "assigned_to": bo, "date": "2026-06-01"}
    answer = world.ada.close.put("/task/", body, params={"id": planned["done"]})
    assert answer == {"ok": True, "count": 2}
    for task_id in chosen:
        changed = world.ada.close.get(f"/task/{task_id}/")
        assert (changed["assigned_to"], changed["date"]) == (bo, "2026-06-01")
        assert events(world, task_id)[1:] == [("task", "updated")]
    params = {"view": "inbox", "assigned_to": f"user_{world.ada.user_id.hex()}"}
    answer = world.ada.close.put("/task/", {"is_complete": True}, params=params)
    assert answer == {"ok": True, "count": 3}
    assert len(completions(world)) == 4
    assert texts(world, view="inbox") == []


def test_completing_and_opening_many_keeps_one_activity_for_each(
    world: World, planned: dict[str, str]
):
    done = {"_params": {"_type": "all"}, "is_complete": True}
    assert world.ada.close.put("/task/", done) == {"ok": True, "count": 8}
    assert len(completions(world)) == 8
    before = count_events(world)
    assert world.ada.close.put("/task/", done) == {"ok": True, "count": 8}
    assert count_events(world) == before
    again = {"_params": {"date__gte": "2026-05-17"}, "is_complete": False}
    assert world.ada.close.put("/task/", again) == {"ok": True, "count": 5}
    assert len(completions(world)) == 3
    shown = {each["task_text"] for each in completions(world)}
    assert shown == {"long ago", "whenever", "done"}


def test_a_list_of_no_ids_changes_nothing(world: World, planned: dict[str, str]):
    nothing: list[Json] = [{"id__in": ""}, {"id__in": []}, {"id": ""}, {"id__in": "task_x"}]
    for params in nothing:
        body = {"_params": params, "is_complete": True}
        assert world.ada.close.put("/task/", body) == {"ok": True, "count": 0}
    assert len(completions(world)) == 1


def test_without_a_filter_none_is_changed(world: World, planned: dict[str, str]):
    before = count_events(world)
    nothing: list[Json] = [{}, {"lead_id": ""}, {"_limit": "5"}, {"colour": "red"}]
    for params in nothing:
        body = {"_params": params, "is_complete": True}
        answer = world.ada.close.put("/task/", body, 400)
        assert "at least one filter" in answer["error"], params
    world.ada.close.put("/task/", {"is_complete": True}, 400)
    assert count_events(world) == before


def test_what_does_not_fit_one_of_them_changes_none(world: World):
    plain, to_call = task(world), call_task(world)
    before = count_events(world)
    body = {"_params": {"_type": "all"}, "text": "New", "is_complete": True}
    assert wrong(world.ada.close.put("/task/", body, 400)) == {"text": "Value cannot be changed."}
    body = {"assigned_to": f"user_{world.eve.user_id.hex()}", "date": "soon"}
    assert set(wrong(world.ada.close.put("/task/", body, 400))) == {"date"}
    body = {"_params": {"_type": "all"}, "assigned_to": f"user_{world.eve.user_id.hex()}"}
    assert set(wrong(world.ada.close.put("/task/", body, 400))) == {"assigned_to"}
    assert world.ada.close.put("/task/", {"_params": "all"}, 400)
    assert world.ada.close.put("/task/", {"_params": {"id": {}}}, 400)
    assert count_events(world) == before
    assert {plain["is_complete"], to_call["is_complete"]} == {False}


def test_more_than_a_thousand_are_refused(world: World):
    made = task(world)
    world.sql(
        "INSERT INTO tasks SELECT organization_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), type, "
        "lead_id, contact_id, assigned_to, text, priority, due_on, due_at, is_complete, "
        "resolution, created_at, updated_at, created_by, updated_by "
        "FROM tasks, generate_series(1, 1000) n WHERE organization_id = %s",
        world.ada.organization_id,
    )
    every = {"_type": "lead"}
    answer = world.ada.close.put("/task/", {"is_complete": True}, 400, params=every)
    words = "It's not allowed to update more than 1000 objects at once"
    assert answer == {"errors": [words], "field-errors": {}}
    world.ada.close.delete(f"/task/{made['id']}/")
    done = world.ada.close.put("/task/", {"is_complete": True}, params=every)
    assert done == {"ok": True, "count": 1000}
    assert world.ada.close.get("/task/", params={"view": "archive"})["total_results"] == 1000


def test_a_task_of_a_day_is_due_from_the_callers_midnight(world: World):
    task(world, text="a day", date="2026-05-20")
    task(world, text="an instant", date=datetime(2026, 5, 20, 3, tzinfo=UTC).isoformat())
    west = {"X-TZ-Offset": "-5"}  # there the instant is on the evening before
    assert texts(world, _order_by="date") == ["a day", "an instant"]
    assert texts(world, _order_by="date", headers=west) == ["an instant", "a day"]
    assert texts(world, date="2026-05-20", headers=west) == ["a day"]
    assert texts(world, date__lte="2026-05-19", headers=west) == ["an instant"]
