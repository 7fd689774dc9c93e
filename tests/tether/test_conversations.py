"""Conversations of a contact and their messages, as the intake's greeting leaves them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.outreach import make_configuration, make_prompt, send_lead
from tests.tether.contacts import UNKNOWN_ID, add, show


def greeted(world: World, **fields: Any) -> dict[str, Any]:
    """What the webhook answers for a lead that got a starter message from bo."""
    configuration = make_configuration(
        world.bo, starterMessage="Hi {{firstName}}!", defaultProcess=make_prompt(world.bo)
    )
    return send_lead(world.bo, configuration, **fields)


def test_a_greeting_is_seen_queued_and_then_sent(world: World):
    data = greeted(world)
    conversation_id, contact_id = data["conversationId"], data["contactId"]
    path = f"/conversation/{conversation_id}/messages"
    answer = world.bo.tether.get(path)
    (message,) = answer["data"]
    bo = world.bo.user_id.hex()
    assert answer == {"success": True, "data": [message], "total": 1}
    assert message == {
        "_id": message["_id"],
        "conversationId": conversation_id,
        "contactId": contact_id,
        "content": "Hi Jane!",
        "direction": "outbound",
        "channelType": "sms",
        "to": "+14155550133",
        "status": "queued",
        "error": None,
        "sentBy": bo,
        "isAIGenerated": False,
        "createdAt": "2026-05-17T09:30:00.000Z",
        "updatedAt": "2026-05-17T09:30:00.000Z",
    }
    world.clock.advance(minutes=1)
    world.run_jobs()
    (sent,) = world.bo.tether.get(path)["data"]
    assert sent == {**message, "status": "sent", "updatedAt": "2026-05-17T09:31:00.000Z"}
    assert world.bo.tether.get(path, params={"page": 2, "size": 1})["data"] == []
    world.bo.tether.get(path, 400, params={"size": "many"})


def test_a_conversation_reads_alone_and_among_its_contacts(world: World):
    data = greeted(world)
    conversation_id, contact_id = data["conversationId"], data["contactId"]
    shape = world.cy.tether.get(f"/conversation/{conversation_id}")["data"]
    (message,) = world.bo.tether.get(f"/conversation/{conversation_id}/messages")["data"]
    bo = world.bo.user_id.hex()
    assert shape == {
        "_id": conversation_id,
        "contactId": contact_id,
        "organizationId": world.bo.org,
        "userId": bo,
        "assignees": [bo],
        "channelType": "sms",
        "channelIdentifier": "+14155550133",
        "process": shape["process"],
        "isAutopilot": False,
        "isResolved": False,
        "messageCount": 1,
        "latestMessage": message["_id"],
        "lastMessageTime": "2026-05-17T09:30:00.000Z",
        "createdAt": "2026-05-17T09:30:00.000Z",
        "updatedAt": "2026-05-17T09:30:00.000Z",
    }
    assert shape["process"] == show(world.bo, contact_id)["process"]
    listed = world.bo.tether.get("/conversation/all", params={"contactId": contact_id})
    assert listed == {"conversations": [shape]}


def test_the_older_way_to_ask_is_for_one_channel(world: World):
    data = greeted(world, firstName="Jane", email="jane@example.com")
    contact_id = data["contactId"]
    listed = world.bo.tether.get("/conversation/all", params={"contactId": contact_id})
    (conversation,) = listed["conversations"]
    assert conversation["channelIdentifier"] == "jane@example.com"
    email = {"contactId": contact_id, "channelType": "email"}
    assert world.bo.tether.post("/conversation/all", email, 200) == listed
    answer = world.bo.tether.post("/conversation/all", {"contactId": contact_id}, 200)
    assert answer == {"conversations": []}
    wrong = {"contactId": 5, "channelType": "pigeon"}
    answer = world.bo.tether.post("/conversation/all", wrong, 400)
    assert {entry["field"] for entry in answer["errors"]} == set(wrong)
    world.bo.tether.post("/conversation/all", {}, 400)


def test_the_contact_shows_its_conversations(world: World):
    contact_id = greeted(world)["contactId"]
    bo = world.bo.user_id.hex()
    contact = show(world.bo, contact_id)
    assert (contact["channelTypes"], contact["assignees"]) == (["sms"], [bo])
    assert contact["lastMessageTime"] == "2026-05-17T09:30:00.000Z"
    params = {"ownerFilter": "all", "assignee": bo}
    assert world.ada.tether.get("/contacts", params=params)["total"] == 1
    params["assignee"] = world.cy.user_id.hex()
    assert world.ada.tether.get("/contacts", params=params)["total"] == 0


def test_conversations_go_with_their_contact(world: World):
    data = greeted(world)
    world.bo.tether.delete(f"/contacts/{data['contactId']}")
    world.bo.tether.get(f"/conversation/{data['conversationId']}", 404)
    world.bo.tether.get("/conversation/all", 404, params={"contactId": data["contactId"]})


def test_a_contact_without_conversations_has_none(world: World):
    contact_id = add(world.bo)["_id"]
    answer = world.bo.tether.get("/conversation/all", params={"contactId": contact_id})
    assert answer == {"conversations": []}


def test_what_is_not_ours_is_not_found(world: World):
    data = greeted(world)
    missing = {"success": False, "message": "Conversation not found"}
    for person, conversation_id in (
        (world.bo, UNKNOWN_ID),
        (world.bo, "x"),
        (world.bo, data["contactId"]),
        (world.eve, data["conversationId"]),
    ):
        path = f"/conversation/{conversation_id}"
        assert person.tether.get(path, 404) == missing
        assert person.tether.get(f"{path}/messages", 404) == missing
    for person, contact_id in ((world.bo, UNKNOWN_ID), (world.eve, data["contactId"])):
        params = {"contactId": contact_id}
        answer = person.tether.get("/conversation/all", 404, params=params)
        assert answer["message"] == "Contact not found"
        person.tether.post("/conversation/all", params, 404)
    answer = world.bo.tether.get("/conversation/all", 400)
    assert answer == {"success": False, "message": "'contactId' query param is required"}


@pytest.mark.parametrize("whole", ["the lead", "the contact"])
def test_events_of_what_is_deleted_name_the_lead(world: World, whole: str):
    """Otherwise people who do not see the lead would see what was said on it."""
    data = greeted(world)
    ((lead_id, contact_id),) = world.sql(
        "SELECT lead_id, id FROM contacts WHERE id = %s", bytes.fromhex(data["contactId"])
    )
    if whole == "the lead":
        world.ada.close.delete(f"/lead/lead_{lead_id.hex()}/", status=200)
    else:
        world.ada.close.delete(f"/contact/cont_{contact_id.hex()}/", status=200)
    deleted = world.sql(
        "SELECT noun, lead_id FROM events WHERE organization_id = %s AND action = 'deleted'",
        world.ada.organization_id,
    )
    nouns = {noun for noun, _ in deleted}
    assert {"message", "conversation", "contact"} <= nouns
    assert {of for _, of in deleted} == {lead_id}
