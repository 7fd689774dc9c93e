"""What one may put in has bounds, and each says which it is."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.flows import change_contacts, merge_leads
from tests.cast import World
from tests.close.activities.making import note
from tests.close.leads.making import task
from tests.close.making import call, contact, count_events, lead, opportunity, wrong

LONG = "x" * 100_001
TOO_LONG = "The value must be no longer than 100000 characters."


def test_a_request_brings_so_many_contacts_of_a_lead(world: World):
    before = count_events(world)
    body = {"contacts": [{"name": "a"}] * 201}
    refused = wrong(world.bo.close.post("/lead/", body, 400))
    assert refused == {"contacts": "The list must have at most 200 entries."}
    assert count_events(world) == before
    made = world.bo.close.post("/lead/", {"contacts": [{"name": "a"}] * 200}, 200)
    assert len(made["contacts"]) == 200


def test_a_lead_has_so_many_contacts(world: World, monkeypatch: pytest.MonkeyPatch):
    for module in (change_contacts, merge_leads):
        monkeypatch.setattr(module, "MAX_CONTACTS", 3)
    full = lead(world, contacts=[{"name": "a"}, {"name": "b"}, {"name": "c"}])["id"]
    more = {"error": "A lead has at most 3 contacts."}
    assert world.bo.close.post("/contact/", {"lead_id": full, "name": "d"}, 400) == more
    other = contact(world, lead_id=lead(world)["id"], name="d")
    assert world.bo.close.put(f"/contact/{other['id']}/", {"lead_id": full}, 400) == more
    merge = {"source": other["lead_id"], "destination": full}
    assert wrong(world.ada.close.post("/lead/merge/", merge, 400)) == {
        "source": "A lead has at most 3 contacts."
    }


@pytest.mark.parametrize("field", ["note", "note_html"])
def test_notes_of_all_kinds_end(world: World, field: str):
    on = lead(world)["id"]
    kept = {
        "/activity/note/": note(world, lead_id=on)["id"],
        "/activity/call/": call(world, lead_id=on)["id"],
        "/opportunity/": opportunity(world, on),
    }
    for path, made in kept.items():
        body: dict[str, Any] = {"lead_id": on, field: LONG}
        assert wrong(world.bo.close.post(path, body, 400)) == {field: TOO_LONG}
        assert wrong(world.bo.close.put(f"{path}{made}/", {field: LONG}, 400)) == {field: TOO_LONG}


def test_descriptions_and_tasks_end(world: World):
    made = lead(world)["id"]
    assert wrong(world.bo.close.post("/lead/", {"description": LONG}, 400)) == {
        "description": TOO_LONG
    }
    assert wrong(world.bo.close.put(f"/lead/{made}/", {"description": LONG}, 400)) == {
        "description": TOO_LONG
    }
    body = {"lead_id": made, "text": LONG}
    assert wrong(world.bo.close.post("/task/", body, 400)) == {"text": TOO_LONG}
    path = f"/task/{task(world, lead_id=made)['id']}/"
    assert wrong(world.bo.close.put(path, {"text": LONG}, 400)) == {"text": TOO_LONG}
