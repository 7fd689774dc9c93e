"""Custom activities through the Close API."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.flows import delete_custom_type
from tests.cast import World
from tests.close.activities.making import activity, activity_field
from tests.close.customizing.making import activity_type
from tests.close.making import UNKNOWN, Json, contact, count_events, events, lead, wrong
from tests.close.people.making import give, role

NOW = "2026-05-17T09:30:00.000000+00:00"
LATER = "2026-05-17T09:35:00.000000+00:00"


def path_of(made: Json) -> str:
    return f"/activity/custom/{made['id']}/"


def ids(world: World, status: int = 200, **params: Any) -> Any:
    found = world.ada.close.get("/activity/custom/", status, params=params)
    return [each["id"] for each in found["data"]] if status == 200 else found


def test_an_activity_is_made_changed_and_deleted(world: World):
    demo = activity_type(world)
    plan = activity_field(world, demo, "choices", name="Plan")
    text = activity_field(world, demo, "textarea", name="Text")
    on = contact(world, name="Gob")
    made = activity(
        world,
        demo,
        lead_id=on["lead_id"],
        contact_id=on["id"],
        activity_at="2026-05-16T10:00:00Z",
        pinned=True,
        **{plan: "A", "custom": {"Text": "one\ntwo"}},
    )
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        "_type": "CustomActivity",
        "activity_at": "2026-05-16T10:00:00.000000+00:00",
        "comment_summary": None,
        "contact_id": on["id"],
        "created_by": me,
        "created_by_name": world.ada.email,
        "custom_activity_type_id": demo,
        "date_created": NOW,
        "date_updated": NOW,
        "id": made["id"],
        "last_published_at": NOW,
        "lead_id": on["lead_id"],
        "mentions": [],
        "mentions_updated_at": None,
        "organization_id": on["organization_id"],
        "pinned": True,
        "pinned_at": NOW,
        "source": "api",
        "status": "published",
        "updated_by": me,
        "updated_by_name": world.ada.email,
        "user_id": me,
        "user_name": world.ada.email,
        "users": [],
        plan: "A",
        text: "one\ntwo",
    }
    world.clock.advance(minutes=5)
    assert world.ada.close.get(path_of(made)) == made
    assert world.ada.close.put(path_of(made), made) == made
    change = {plan: None, "contact_id": None, "pinned": False, "activity_at": LATER}
    changed = world.bo.close.put(path_of(made), change)
    assert plan not in changed
    assert (changed["contact_id"], changed["pinned_at"]) == (None, None)
    assert (changed["activity_at"], changed["date_updated"]) == (LATER, LATER)
    assert (changed["updated_by_name"], changed["user_name"]) == ("Bo Berg", world.ada.email)
    assert world.ada.close.put(path_of(made), {"pinned": True})["pinned_at"] == LATER
    assert world.ada.close.delete(path_of(made), status=200) == {}
    world.ada.close.get(path_of(made), 404)
    assert [action for _, action in events(world, made["id"])] == [
        "created",
        "updated",
        "updated",
        "deleted",
    ]


def test_what_was_done_elsewhere_keeps_its_time_and_its_people(world: World):
    bo, cy = (f"user_{person.user_id.hex()}" for person in (world.bo, world.cy))
    long_ago = "2024-01-02T03:04:05.000000+00:00"
    given = {"user_id": bo, "created_by": cy, "date_created": long_ago}
    made = activity(world, activity_type(world), **given)
    assert {key: made[key] for key in given} == given
    assert (made["activity_at"], made["last_published_at"]) == (long_ago, long_ago)
    assert (made["user_name"], made["created_by_name"]) == ("Bo Berg", "Cy Chen")


def test_a_draft_may_lack_what_is_required(world: World):
    demo = activity_type(world)
    needed = activity_field(world, demo, "text", name="Email", required=True)
    other = activity_field(world, demo, "number", name="Size")
    assert wrong(activity(world, demo, 400)) == {needed: "This field is required."}
    assert wrong(activity(world, demo, 400, **{needed: ""})) == {needed: "This field is required."}
    made = activity(world, demo, status="draft")
    assert (made["status"], made["last_published_at"]) == ("draft", None)
    where = path_of(made)
    assert world.ada.close.put(where, {other: 5})[other] == 5
    before = count_events(world)
    answer = world.ada.close.put(where, {"status": "published", other: 6}, 400)
    assert wrong(answer) == {needed: "This field is required."}
    assert count_events(world) == before
    world.clock.advance(minutes=5)
    published = world.ada.close.put(where, {"status": "published", needed: "x"})
    assert (published["status"], published["last_published_at"]) == ("published", LATER)
    # What is published keeps what is required.
    answer = world.ada.close.put(where, {needed: None}, 400)
    assert wrong(answer) == {needed: "This field is required."}
    world.clock.advance(minutes=5)
    assert world.ada.close.put(where, {"status": "published"})["last_published_at"] == LATER
    back = world.ada.close.put(where, {"status": "draft", needed: None})
    assert (back["status"], back["last_published_at"]) == ("draft", LATER)
    assert list(wrong(world.ada.close.put(where, {"status": "published"}, 400))) == [needed]


def test_a_field_that_is_required_later_is_asked_for_when_values_change(world: World):
    demo = activity_type(world)
    size = activity_field(world, demo, "number", name="Size")
    made = activity(world, demo)
    later = activity_field(world, demo, "text", name="Later", required=True)
    assert world.ada.close.put(path_of(made), {"pinned": True})["pinned"] is True
    answer = world.ada.close.put(path_of(made), {size: 5}, 400)
    assert wrong(answer) == {later: "This field is required."}


def test_everything_that_is_wrong_is_told_at_once(world: World):
    demo = activity_type(world)
    size = activity_field(world, demo, "number", name="Size")
    home, elsewhere = lead(world)["id"], contact(world, name="Ann")["id"]
    before = count_events(world)
    body = {
        "lead_id": f"lead_{UNKNOWN}",
        "contact_id": f"cont_{UNKNOWN}",
        "user_id": f"user_{world.eve.user_id.hex()}",
        "created_by": f"user_{UNKNOWN}",
        size: "x",
        "custom.cf_x": 1,
    }
    assert wrong(activity(world, demo, 400, **body)) == {
        "lead_id": "Object does not exist.",
        "contact_id": "Object does not exist.",
        "user_id": "Object does not exist.",
        "created_by": "Object does not exist.",
        size: "Value must be of number type.",
        "custom.cf_x": 'The Custom Field "cf_x" does not exist.',
    }
    answer = activity(world, demo, 400, lead_id=home, contact_id=elsewhere)
    assert wrong(answer) == {"contact_id": "The contact is on another lead."}
    assert wrong(world.ada.close.post("/activity/custom/", {"status": "sent", "x": 1}, 400)) == {
        "custom_activity_type_id": "This field is required.",
        "lead_id": "This field is required.",
        "status": "Value must be one of: draft, published.",
        "x": "There is no such field.",
    }
    south = world.eve.close.post("/custom_activity/", {"name": "A"}, 201)["id"]
    for type_id in (f"actitype_{UNKNOWN}", south):
        answer = activity(world, type_id, 400, lead_id=f"lead_{UNKNOWN}")
        assert set(wrong(answer)) == {"custom_activity_type_id", "lead_id"}
    assert count_events(world) == before
    made = activity(world, demo, lead_id=home)
    answer = world.ada.close.put(path_of(made), {"contact_id": elsewhere, size: "y"}, 400)
    assert set(wrong(answer)) == {"contact_id", size}
    assert world.ada.close.get(path_of(made)) == made


def test_values_are_added_and_removed(world: World):
    demo = activity_type(world)
    tags = activity_field(world, demo, "choices", accepts_multiple_values=True)
    where = path_of(activity(world, demo, **{tags: ["A"]}))
    assert world.ada.close.put(where, {f"{tags}.add": ["B"]})[tags] == ["A", "B"]
    assert world.ada.close.put(where, {"custom.Field.remove": "A"})[tags] == ["B"]


def test_an_archived_type_takes_no_new_activities(world: World):
    demo = activity_type(world)
    made = activity(world, demo, status="draft")
    world.ada.close.put(f"/custom_activity/{demo}/", {"is_archived": True})
    assert wrong(activity(world, demo, 400)) == {"custom_activity_type_id": "The type is archived."}
    assert world.ada.close.put(path_of(made), {"status": "published"})["status"] == "published"
    assert ids(world) == [made["id"]]
    world.ada.close.delete(path_of(made))


def test_a_type_for_some_roles_is_for_nobody_else(world: World):
    demo = activity_type(world)
    made = activity(world, demo)
    world.ada.close.put(f"/custom_activity/{demo}/", {"editable_with_roles": ["user"]})
    body = {"custom_activity_type_id": demo, "lead_id": made["lead_id"]}
    for person in (world.ada, world.dora):
        person.close.post("/activity/custom/", body, 403)
        person.close.put(path_of(made), {"pinned": True}, 403)
        person.close.delete(path_of(made), status=403)
    assert world.bo.close.post("/activity/custom/", body)["user_name"] == "Bo Berg"
    assert world.bo.close.put(path_of(made), {"pinned": True})["pinned"] is True


@pytest.mark.parametrize("may", [[], ["delete_own_activities"], ["manage_others_activities"]])
def test_roles_say_whose_activities_one_may_change_and_delete(world: World, may: list[str]):
    give(world, world.bo, role(world, "view_all_leads", *may))
    demo = activity_type(world)
    theirs = activity(world, demo)
    mine, other = (activity(world, demo, user_id=f"user_{world.bo.user_id.hex()}") for _ in "ab")
    over_others = 200 if "manage_others_activities" in may else 403
    own = 200 if "delete_own_activities" in may else 403
    world.bo.close.put(path_of(mine), {"pinned": True}, 200)
    world.bo.close.put(path_of(theirs), {"pinned": True}, over_others)
    world.bo.close.delete(path_of(theirs), status=over_others)
    world.bo.close.delete(path_of(other), status=own)


def test_activities_are_listed_newest_first_and_filtered(world: World):
    demo, visit = activity_type(world), activity_type(world, "Visit")
    on = contact(world, name="Gob")
    home = on["lead_id"]
    first = activity(world, demo, lead_id=home, contact_id=on["id"])["id"]
    world.clock.advance(minutes=1)
    second = activity(world, visit, lead_id=home, activity_at="2026-01-01T00:00:00Z")["id"]
    third = activity(world, demo)["id"]
    assert ids(world) == [third, second, first]
    assert ids(world, lead_id=home) == [second, first]
    assert ids(world, lead_id=home, custom_activity_type_id=demo) == [first]
    types = {"lead_id": home, "custom_activity_type_id__in": f"{demo},{visit}"}
    assert ids(world, **types) == [second, first]
    assert ids(world, lead_id=home, custom_activity_type_id="actitype_x") == []
    assert ids(world, contact_id=on["id"]) == [first]
    assert ids(world, user_id=f"user_{world.bo.user_id.hex()}") == []
    assert ids(world, id__in=f"{first},{third}") == [third, first]
    assert ids(world, activity_at__lt="2026-02-01") == [second]
    assert ids(world, date_created__lte=NOW[:-6] + "Z") == [first]
    assert ids(world, _type="Note") == []
    assert ids(world, _type="Custom") == ids(world, _type="CustomActivity") == ids(world)
    assert ids(world, _type=demo) == [third, first]
    assert ids(world, _type=demo, custom_activity_type_id=visit, lead_id=home) == []
    for name in ("custom_activity_type_id", "custom_activity_type_id__in"):
        assert list(wrong(ids(world, 400, **{name: demo}))) == ["custom_activity_type_id"]


def test_the_list_of_all_activities_knows_types(world: World):
    demo, visit = activity_type(world), activity_type(world, "Visit")
    home = lead(world)["id"]
    world.clock.advance(minutes=1)
    first = activity(world, demo, lead_id=home)["id"]
    second = activity(world, visit, lead_id=home)["id"]
    note = world.ada.close.post("/activity/note/", {"lead_id": home, "note": "x"})["id"]

    def shown(kinds: str) -> list[str]:
        params = {"lead_id": home, "_type__in": kinds}
        found = world.ada.close.get("/activity/", params=params)["data"]
        return [each["id"] for each in found]

    assert shown("Custom") == shown("CustomActivity") == [second, first]
    assert shown(demo) == [first]
    assert shown(f"{demo},Note") == [note, first]
    assert shown(f"{demo},Custom") == [second, first]
    assert shown(f"{demo},{visit}") == [second, first]
    assert shown(f"actitype_{UNKNOWN}") == []


@pytest.mark.parametrize("is_merged", [False, True])
def test_activities_go_where_their_lead_goes(world: World, is_merged: bool):
    made, other = activity(world, activity_type(world)), lead(world)["id"]
    if is_merged:
        world.ada.close.post("/lead/merge/", {"source": made["lead_id"], "destination": other})
        assert world.ada.close.get(path_of(made))["lead_id"] == other
        assert events(world, made["id"])[-1] == ("custom_activity", "updated")
    else:
        world.ada.close.delete(f"/lead/{made['lead_id']}/")
        world.ada.close.get(path_of(made), 404)
        assert events(world, made["id"])[-1] == ("custom_activity", "deleted")


def test_activities_go_with_their_type(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delete_custom_type, "CHUNK", 3)
    demo, visit = activity_type(world), activity_type(world, "Visit")
    home = lead(world)["id"]
    gone = [activity(world, demo, lead_id=home) for _ in range(6)]
    kept = activity(world, visit, lead_id=home)
    world.ada.close.delete(f"/custom_activity/{demo}/", status=204)
    world.run_jobs()
    assert ids(world) == [kept["id"]]
    for each in gone:
        assert events(world, each["id"])[1:] == [("custom_activity", "deleted")]


def test_a_deleted_field_takes_its_values_along(world: World):
    demo = activity_type(world)
    size = activity_field(world, demo, "number", name="Size")
    made = activity(world, demo, **{size: 5})
    world.ada.close.delete(f"/custom_field/activity/{size.removeprefix('custom.')}/")
    assert size not in world.ada.close.get(path_of(made))
    assert events(world, made["id"])[1:] == [("custom_activity", "updated")]
