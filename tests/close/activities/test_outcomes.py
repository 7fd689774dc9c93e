"""Outcomes, as the seed "Create an outcome" and its siblings say it."""

from __future__ import annotations

import pytest

from tests.cast import World

SEED = {
    "name": "Not Interested",
    "description": "Prospect declined our offer",
    "type": "custom",
}


def test_the_seeds_request_gets_the_seeds_answer(world: World):
    response = world.ada.close.send("POST", "/outcome/", SEED)
    assert response.status_code == 201
    body = response.json()
    outcome_id = body.pop("id")
    assert outcome_id.startswith("outcome_")
    assert response.headers["location"] == f"/api/v1/outcome/{outcome_id}/"
    me = f"user_{world.ada.user_id.hex()}"
    assert body == {
        "applies_to": ["calls", "meetings"],
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "description": "Prospect declined our offer",
        "name": "Not Interested",
        "organization_id": f"orga_{world.ada.organization_id.hex()}",
        "type": "custom",
        "updated_by": me,
    }
    assert world.ada.close.get(f"/outcome/{outcome_id}/") == {"id": outcome_id, **body}


def test_a_voicemail_drop_applies_to_calls_only(world: World):
    made = world.ada.close.post("/outcome/", {"name": "Left voicemail", "type": "vm-dropped"}, 201)
    assert made["applies_to"] == ["calls"]
    wrong = {"name": "x", "type": "vm-dropped", "applies_to": ["calls", "meetings"]}
    answer = world.ada.close.post("/outcome/", wrong, 400)
    assert list(answer["field-errors"]) == ["applies_to"]


def test_a_narrower_applies_to_is_kept(world: World):
    made = world.ada.close.post("/outcome/", {"name": "Gatekeeper", "applies_to": ["calls"]}, 201)
    assert made["applies_to"] == ["calls"]
    changed = world.ada.close.put(f"/outcome/{made['id']}/", {"description": "d"})
    assert changed["applies_to"] == ["calls"]
    changed = world.ada.close.put(f"/outcome/{made['id']}/", {"type": "vm-dropped"})
    assert (changed["type"], changed["applies_to"]) == ("vm-dropped", ["calls"])
    changed = world.ada.close.put(f"/outcome/{made['id']}/", {"type": "custom"})
    assert changed["applies_to"] == ["calls", "meetings"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}])
def test_a_blank_name_is_refused_like_a_missing_one(world: World, body: dict[str, object]):
    answer = world.ada.close.post("/outcome/", body, 400)
    assert answer == {"errors": [], "field-errors": {"name": "This field is required."}}


def test_every_wrong_field_is_named_at_once(world: World):
    body = {"name": 5, "type": "other", "applies_to": ["calls", "letters"], "colour": "red"}
    answer = world.ada.close.post("/outcome/", body, 400)
    assert set(answer["field-errors"]) == {"name", "type", "applies_to", "colour"}
    assert world.ada.close.get("/outcome/")["data"] == []


def test_a_whole_read_object_can_be_posted_back(world: World):
    made = world.ada.close.post("/outcome/", SEED, 201)
    again = world.ada.close.post("/outcome/", made, 201)
    assert again["id"] != made["id"]
    assert world.ada.close.put(f"/outcome/{made['id']}/", again)["id"] == made["id"]


def test_null_leaves_the_name_and_clears_the_description(world: World):
    made = world.ada.close.post("/outcome/", SEED, 201)
    world.clock.advance(minutes=5)
    nulls = {"name": None, "type": None, "applies_to": None, "description": None}
    changed = world.ada.close.put(f"/outcome/{made['id']}/", nulls)
    assert changed["name"] == "Not Interested"
    assert changed["description"] is None
    assert changed["date_created"] == made["date_created"]
    assert changed["date_updated"] == "2026-05-17T09:35:00.000000+00:00"


def test_lists_page_and_pick_fields(world: World):
    for number in range(5):
        world.ada.close.post("/outcome/", {"name": f"Outcome {number}"}, 201)
    page = world.ada.close.get("/outcome/", params={"_limit": 2, "_skip": 2, "_fields": "name"})
    assert page == {"data": [{"name": "Outcome 2"}, {"name": "Outcome 3"}], "has_more": True}
    last = world.ada.close.get("/outcome/", params={"_skip": 4})
    assert [entry["name"] for entry in last["data"]] == ["Outcome 4"]
    assert last["has_more"] is False
    assert world.ada.close.get("/outcome/", params={"_limit": 0})["data"] == []


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"_limit": "x"}, '_limit must be an integer (got "x" instead).'),
        ({"_skip": "-1"}, '_skip must be a non-negative integer (got "-1" instead).'),
        ({"_limit": "101"}, "max_limit = 100"),
        ({"_skip": "999999999"}, "max_skip = "),
    ],
)
def test_bad_paging_is_refused(world: World, params: dict[str, str], text: str):
    assert text in world.ada.close.get("/outcome/", 400, params=params)["error"]


def test_a_deleted_outcome_is_gone(world: World):
    made = world.ada.close.post("/outcome/", SEED, 201)
    assert world.ada.close.delete(f"/outcome/{made['id']}/", status=200) == {}
    world.ada.close.get(f"/outcome/{made['id']}/", 404)
    world.ada.close.delete(f"/outcome/{made['id']}/", status=404)
    assert world.ada.close.get("/outcome/")["data"] == []


def test_every_change_is_an_event_with_before_and_after(world: World):
    made = world.ada.close.post("/outcome/", SEED, 201)
    world.ada.close.put(f"/outcome/{made['id']}/", {"name": "Declined"})
    world.ada.close.put(f"/outcome/{made['id']}/", {"name": "Declined"})
    world.ada.close.delete(f"/outcome/{made['id']}/")
    world.run_jobs()
    events = world.sql(
        "SELECT action, before->>'name', after->>'name', position FROM events "
        "WHERE object_id = %s ORDER BY position",
        bytes.fromhex(made["id"].removeprefix("outcome_")),
    )
    assert [event[:3] for event in events] == [
        ("created", None, "Not Interested"),
        ("updated", "Not Interested", "Declined"),
        ("deleted", "Declined", None),
    ]
    positions = [event[3] for event in events]
    assert positions == list(range(positions[0], positions[0] + 3))
