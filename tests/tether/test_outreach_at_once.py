"""Leads that are taken in while another request about the same one is still open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import World
from tests.holding import held
from tests.outreach import JANE, make_configuration, send_lead
from tests.tether.contacts import add, transitions

PHONES = ("+14155550133", "(415) 555-0133", "415.555.0133", "+1 415 555 0133")
EMAILS = ("jane.doe@example.com", "Jane.Doe@Example.com", " JANE.DOE@EXAMPLE.COM ")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"phoneNumber": PHONES[0]}, {"phoneNumber": PHONES[1]}),
        ({"email": EMAILS[0]}, {"email": EMAILS[2]}),
        (
            {"phoneNumber": PHONES[0], "email": EMAILS[0]},
            {"phoneNumber": "+14155550199", "email": EMAILS[1]},
        ),
        (
            {"phoneNumber": PHONES[0], "email": EMAILS[0]},
            {"phoneNumber": PHONES[2], "email": "other@example.com"},
        ),
    ],
    ids=["the same phone", "the same address", "another phone", "another address"],
)
def test_an_intake_waits_for_another_of_the_same_person(
    world: World, database_url: str, first: dict[str, str], second: dict[str, str]
):
    """One is held open before its commit; the other must not look before that."""
    configuration = make_configuration(world.bo)
    with ThreadPoolExecutor(2) as pool:
        with held(database_url, "events") as wait_until_waiting:
            one = pool.submit(send_lead, world.bo, configuration, **first)
            wait_until_waiting(1)
            other = pool.submit(send_lead, world.bo, configuration, **second)
            wait_until_waiting(2)
        made, known = one.result(), other.result()
    assert made["mergeOutcome"] == "created"
    assert known["mergeOutcome"] in ("matched", "updated")
    assert known["contactId"] == made["contactId"]
    assert transitions(world) == [(None, "New Lead")]
    assert world.ada.close.get("/lead/")["total_results"] == 1


@pytest.mark.parametrize("field", ["phoneNumber", "email"])
def test_the_same_phone_or_address_fifty_times_at_once_is_one_lead(world: World, field: str):
    configuration = make_configuration(world.bo, starterMessage="Hi")
    spellings = PHONES if field == "phoneNumber" else EMAILS

    def send(number: int) -> dict[str, Any]:
        spelled = {"firstName": "Jane", field: spellings[number % len(spellings)]}
        return send_lead(world.bo, configuration, **spelled)

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(send, range(50)))
    assert len({answer["contactId"] for answer in answers}) == 1
    outcomes = [answer["mergeOutcome"] for answer in answers]
    assert (outcomes.count("created"), outcomes.count("matched")) == (1, 49)
    assert transitions(world) == [(None, "New Lead")]
    assert world.ada.close.get("/lead/")["total_results"] == 1
    greeted = "SELECT count(*) FROM messages WHERE conversation_id = %s"
    conversation_id = bytes.fromhex(answers[0]["conversationId"])
    assert world.sql(greeted, conversation_id) == [(1,)]


def test_an_intake_waits_for_a_contact_that_is_being_added(world: World, database_url: str):
    configuration = make_configuration(world.bo)
    with ThreadPoolExecutor(2) as pool:
        with held(database_url, "events") as wait_until_waiting:
            added = pool.submit(add, world.bo, **JANE)
            wait_until_waiting(1)
            sent = pool.submit(send_lead, world.bo, configuration, **JANE)
            wait_until_waiting(2)
        contact, data = added.result(), sent.result()
    assert data["contactId"] == contact["_id"]
    assert world.ada.close.get("/lead/")["total_results"] == 1


def test_a_move_is_never_dated_before_the_one_that_it_waited_for(world: World, database_url: str):
    """A request that began first, and came second."""
    contact_id = add(world.bo)["_id"]
    path, key = f"/contacts/{contact_id}", {"Idempotency-Key": "slow"}
    world.clock.advance(minutes=1)
    with ThreadPoolExecutor(1) as pool:
        # It waits for its key, the first thing that it needs: its own instant is fixed by then.
        with held(database_url, "idempotency_keys") as wait_until_waiting:
            slow = pool.submit(
                world.bo.tether.patch, path, {"status": "Qualified"}, 200, headers=key
            )
            wait_until_waiting(1)
            world.clock.advance(minutes=1)
            world.cy.tether.patch(path, {"status": "Contacted"}, 200)
        slow.result()
    moves = world.sql(
        "SELECT from_stage_name, stage_name, created_at::time::text FROM stage_transitions "
        "WHERE organization_id = %s AND from_stage_name IS NOT NULL ORDER BY created_at, id",
        world.ada.organization_id,
    )
    assert moves == [
        ("New Lead", "Contacted", "09:32:00"),
        ("Contacted", "Qualified", "09:32:00.000001"),
    ]
    changes = world.ada.close.get("/activity/status_change/lead/")["data"]
    assert sorted(each["activity_at"] for each in changes) == [
        "2026-05-17T09:32:00.000000+00:00",
        "2026-05-17T09:32:00.000001+00:00",
    ]
