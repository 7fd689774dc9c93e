"""The intake of somebody who does not see all leads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import events, lead
from tests.close.people.making import blind
from tests.outreach import make_configuration

EMAIL, PHONE = "hilda@hidden.example", "+14155550123"


def everything_on(world: World, lead_id: str) -> Any:
    shown = world.ada.close.get(f"/lead/{lead_id}/")
    conversations = world.sql("SELECT count(*) FROM conversations")
    transitions = world.sql("SELECT count(*) FROM stage_transitions")
    return shown, conversations, transitions


@pytest.mark.parametrize(
    "known",
    [
        {"email": EMAIL, "firstName": "OWNED"},
        {"phoneNumber": PHONE, "email": "attacker@evil.example", "lastName": "BY BO"},
    ],
)
def test_a_known_person_on_a_hidden_lead_stays_as_they_are(world: World, known: dict[str, str]):
    contact = {"name": "Hilda", "emails": [{"email": EMAIL}], "phones": [{"phone": PHONE}]}
    hidden = lead(world, name="Hidden", contacts=[contact])
    make_configuration(world.bo, allowRecontact=True, createApplication=True)
    blind(world, world.bo)
    before = everything_on(world, hidden["id"])
    answer = world.bo.tether.post("/outreach", known, 200)
    assert answer == {
        "success": True,
        "message": "Data processed successfully",
        "data": {
            "contactId": None,
            "applicationId": None,
            "conversationId": None,
            "mergeOutcome": "matched",
        },
        "warnings": [],
    }
    assert everything_on(world, hidden["id"]) == before
    assert events(world, hidden["id"])[-1] == ("lead", "arrived")


def test_a_contact_named_by_its_id_on_a_hidden_lead_is_not_there(world: World):
    contact = lead(world, contacts=[{"name": "Hilda"}])["contacts"][0]["id"]
    make_configuration(world.bo)
    blind(world, world.bo)
    body = {"contactId": contact.removeprefix("cont_"), "firstName": "OWNED"}
    world.bo.tether.post("/outreach", body, 404)


def test_new_people_become_leads_that_the_caller_sees(world: World):
    make_configuration(world.bo, allowRecontact=True)
    blind(world, world.bo)
    body = {"email": "new@example.com", "phoneNumber": "+14155550188"}
    made = world.bo.tether.post("/outreach", body, 200)["data"]
    assert made["mergeOutcome"] == "created"
    (shown,) = world.bo.close.get("/lead/")["data"]
    assert shown["contact_ids"] == [f"cont_{made['contactId']}"]
    again = world.bo.tether.post("/outreach", {**body, "firstName": "Nina"}, 200)["data"]
    assert (again["mergeOutcome"], again["contactId"]) == ("updated", made["contactId"])
