"""Names that fields of bodies had once, or have in other clients of the Close API."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.close.activities.making import refused_call
from tests.close.customizing.making import activity_type
from tests.close.making import UNKNOWN, Json, call, contact, custom_field, lead, wrong
from tests.close.messaging.making import playbook


@pytest.mark.parametrize("kind", ["note", "call", "custom"])
def test_who_made_an_activity_has_an_old_name(world: World, kind: str):
    body: Json = {"lead_id": lead(world)["id"]}
    if kind == "custom":
        body |= {"custom_activity_type_id": activity_type(world)}
    bo, cy = (f"user_{person.user_id.hex()}" for person in (world.bo, world.cy))
    path = f"/activity/{kind}/"
    made = world.ada.close.post(path, {**body, "created_by_id": bo}, 200)
    assert (made["created_by"], "created_by_id" in made) == (bo, False)
    both = world.ada.close.post(path, {**body, "created_by": cy, "created_by_id": bo}, 200)
    assert both["created_by"] == cy
    world.ada.close.post(path, {**body, "created_by_id": f"user_{UNKNOWN}"}, 400)
    world.ada.close.post(path, {**body, "created_by_id": 5}, 400)


def test_custom_values_may_stand_under_custom_fields(world: World):
    worth = custom_field(world, "opportunity", "Worth")
    home = lead(world)["id"]
    key = worth.removeprefix("custom.")
    path = "/opportunity/"
    made = world.ada.close.post(path, {"lead_id": home, "custom_fields": {key: "much"}}, 200)
    assert made[worth] == "much"
    changed = world.ada.close.put(f"{path}{made['id']}/", {"custom_fields": {"Worth": "little"}})
    assert changed[worth] == "little"
    answer = world.ada.close.post(path, {"custom_fields": {"Colour": "red"}}, 400)
    assert list(wrong(answer)) == ["custom_fields"]
    assert list(wrong(world.ada.close.post(path, {"custom_fields": 5}, 400))) == ["custom_fields"]
    assert list(refused_call(world, lead_id=home, custom_fields={"Worth": 1})) == ["custom_fields"]


def test_a_call_keeps_its_playbook_and_how_good_it_was(world: World):
    on = contact(world, name="Gob")
    first, second = (playbook(world, name)["id"] for name in ("Discovery", "Closing"))
    made = call(world, contact_id=on["id"], playbook_id=first, quality_info="clear")
    assert (made["playbook_id"], made["quality_info"]) == (first, "clear")
    path = f"/activity/call/{made['id']}/"
    assert world.ada.close.put(path, {"duration": 5})["playbook_id"] == first
    assert world.ada.close.put(path, {"conversation_type_id": second})["playbook_id"] == second
    older = call(world, contact_id=on["id"], conversation_type_id=second)
    assert older["playbook_id"] == second
    world.ada.close.delete(f"/playbook/{second}/")
    kept = world.ada.close.put(path, {"playbook_id": second, "quality_info": None})
    assert (kept["playbook_id"], kept["quality_info"]) == (second, None)
    assert list(refused_call(world, contact_id=on["id"], playbook_id=second)) == ["playbook_id"]
    assert list(refused_call(world, contact_id=on["id"], playbook_id="x")) == ["playbook_id"]
    assert world.ada.close.put(path, {"playbook_id": None})["playbook_id"] is None
