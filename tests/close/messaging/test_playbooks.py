"""Playbooks: their places, putting them away, what they refer to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, custom_field, wrong
from tests.close.messaging.making import playbook


def test_the_documented_request_gets_the_documented_answer(world: World):
    outcome = world.ada.close.post("/outcome/", {"name": "Booked"}, 201)["id"]
    field = custom_field(world, "shared", "Pain").removeprefix("custom.")
    body = {
        "custom_field_ids": [field],
        "description": "Initial discovery call with prospect.",
        "name": "Discovery Call",
        "outcome_ids": [outcome, outcome],
        "summary_guidance": "Summarize the prospect's pain points and next steps.",
    }
    response = world.ada.close.send("POST", "/playbook/", body)
    made = response.json()
    assert (response.status_code, made["id"][:8]) == (201, "convtyp_")
    assert response.headers["location"] == f"/api/v1/playbook/{made['id']}/"
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        **body,
        "archived_at": None,
        "archived_by_id": None,
        "created_at": "2026-05-17T09:30:00.000000+00:00",
        "created_by_id": me,
        "id": made["id"],
        "organization_id": f"orga_{world.ada.org}",
        "outcome_ids": [outcome],
        "position": 0,
        "updated_at": "2026-05-17T09:30:00.000000+00:00",
        "updated_by_id": me,
    }
    assert world.bo.close.get(f"/playbook/{made['id']}/") == made
    world.ada.close.delete(f"/outcome/{outcome}/")
    assert world.ada.close.put(f"/playbook/{made['id']}/", made) == made
    cleared = world.ada.close.put(
        f"/playbook/{made['id']}/", {"outcome_ids": [], "description": None}
    )
    assert (cleared["outcome_ids"], cleared["description"]) == ([], None)


def test_archiving_takes_the_place_and_unarchiving_gives_the_last(world: World):
    ids = [playbook(world, name)["id"] for name in "abc"]
    path = f"/playbook/{ids[0]}/"
    world.clock.advance(minutes=1)
    archived = world.ada.close.post(f"{path}archive/", status=200)
    world.clock.advance(minutes=1)
    assert world.ada.close.post(f"{path}archive/", status=200) == archived
    assert archived["position"] is None
    assert archived["archived_at"] == "2026-05-17T09:31:00.000000+00:00"
    assert archived["archived_by_id"] == f"user_{world.ada.user_id.hex()}"

    def names(**params: str) -> list[str]:
        found = world.bo.close.get("/playbook/", params=params)["data"]
        return [each["name"] for each in found]

    assert names() == ["b", "c", "a"]
    assert names(is_archived="true") == ["a"]
    assert names(is_archived="false") == ["b", "c"]
    assert names(position__gt="1") == ["c"]
    assert names(created_at__lt="2026-05-17T09:30:00Z") == []
    assert names(created_at__lt="2026-05-18") == ["b", "c", "a"]
    back = world.ada.close.post(f"{path}unarchive/", status=200)
    assert world.ada.close.post(f"{path}unarchive/", status=200) == back
    assert (back["position"], back["archived_at"], back["archived_by_id"]) == (3, None, None)
    assert names() == ["b", "c", "a"]
    world.ada.close.delete(path, status=204)
    assert names() == ["b", "c"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"name": "x", "outcome_ids": [f"outcome_{UNKNOWN}"]}, {"outcome_ids"}),
        ({"name": "x", "custom_field_ids": [f"cf_{UNKNOWN}"]}, {"custom_field_ids"}),
        ({"name": "x", "colour": "red"}, {"colour"}),
    ],
)
def test_mistakes_in_a_playbook_are_named(world: World, body: Any, fields: set[str]):
    assert set(wrong(world.ada.close.post("/playbook/", body, 400))) == fields


def test_only_shared_custom_fields_will_do(world: World):
    of_leads = custom_field(world, "lead", "Pain").removeprefix("custom.")
    body = {"name": "x", "custom_field_ids": [of_leads]}
    answer = wrong(world.ada.close.post("/playbook/", body, 400))
    assert answer == {"custom_field_ids": {"errors": {"0": "Object does not exist."}}}
    made = playbook(world)["id"]
    world.ada.close.put(f"/playbook/{made}/", {"custom_field_ids": [of_leads]}, 400)


def test_filters_that_cannot_be_read_are_refused(world: World):
    params = {"position__gt": "x", "created_at__lt": "soon"}
    answer = world.ada.close.get("/playbook/", 400, params=params)
    assert set(wrong(answer)) == {"position__gt", "created_at__lt"}
