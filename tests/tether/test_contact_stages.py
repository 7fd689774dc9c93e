"""A contact's stage is its lead's: moving it from Tether, and sharing leads with Close."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.cast import World
from tests.tether.configurations import add_pipeline, default_pipeline, stages_of
from tests.tether.contacts import (
    JANE,
    UNKNOWN_ID,
    add,
    add_lead,
    lead_of,
    patch,
    show,
    transitions,
    wrong,
)


def test_a_status_and_a_stage_each_move_the_lead(world: World):
    ids = stages_of(default_pipeline(world.ada))
    contact_id = add(world.bo)["_id"]
    changed = patch(world.bo, contact_id, status="Contacted")
    assert (changed["status"], changed["pipelineStage"]) == ("Contacted", ids["Contacted"])
    changed = patch(world.bo, contact_id, pipelineStage=ids["Qualified"])
    assert (changed["status"], changed["pipelineStage"]) == ("Qualified", ids["Qualified"])
    changed = patch(
        world.bo, contact_id, status="Closed Won", pipelineStage=ids["Closed Won"], lastName="Roe"
    )
    assert (changed["status"], changed["lastName"]) == ("Closed Won", "Roe")
    patch(world.bo, contact_id, status="Closed Won")
    assert transitions(world, contact_id) == [
        (None, "New Lead"),
        ("New Lead", "Contacted"),
        ("Contacted", "Qualified"),
        ("Qualified", "Closed Won"),
    ]


def test_a_transition_keeps_what_the_same_change_made_of_source_and_owner(world: World):
    contact_id = add(world.bo)["_id"]
    cy = world.cy.user_id
    patch(world.bo, contact_id, status="Contacted", source="Fair", userId=cy.hex())
    kept = world.sql(
        "SELECT source, owner_id, actor_id FROM stage_transitions "
        "WHERE organization_id = %s AND stage_name = 'Contacted'",
        world.ada.organization_id,
    )
    assert kept == [("Fair", cy, world.bo.user_id)]
    assert patch(world.bo, contact_id, userId=None, source="")["userId"] is None
    assert show(world.bo, contact_id)["source"] == "Unassigned"


def test_the_pipeline_says_which_stage_of_that_name_is_meant(world: World):
    other = add_pipeline(world, "Contact", "Renewals", "Start", "Contacted")
    ids = stages_of(other)
    contact_id = add(world.bo)["_id"]
    moved = patch(world.bo, contact_id, status="Contacted", pipelineId=other["_id"])
    assert (moved["pipelineId"], moved["pipelineStage"]) == (other["_id"], ids["Contacted"])
    # The present pipeline comes first; a name that only another one has is found there.
    assert patch(world.bo, contact_id, status="Start")["pipelineStage"] == ids["Start"]
    back = patch(world.bo, contact_id, status="Qualified")
    assert back["pipelineId"] == default_pipeline(world.ada)["_id"]
    assert patch(world.bo, contact_id, pipelineId=other["_id"])["pipelineStage"] == ids["Start"]
    # Null is no stage to move to, and the stage follows the name.
    for name in ("pipelineStage", "status", "pipelineId"):
        answer = world.bo.tether.patch(f"/contacts/{contact_id}", {name: None}, 400)
        assert wrong(answer) == {name}
    changed = patch(world.bo, contact_id, pipelineStage=None, status="contacted")
    assert changed["pipelineStage"] == ids["Contacted"]


def test_stages_that_are_unknown_or_disagree_are_refused(world: World):
    ids = stages_of(default_pipeline(world.ada))
    renewals = add_pipeline(world, "Contact", "Renewals", "Start")
    deals = default_pipeline(world.ada, "Application")
    contact_id = add(world.bo)["_id"]
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"status": "Lost in space"}, {"status"}),
        ({"status": "Lost in space", "pipelineStage": None}, {"status"}),
        ({"pipelineStage": UNKNOWN_ID}, {"pipelineStage"}),
        ({"pipelineStage": stages_of(deals)["Won"]}, {"pipelineStage"}),
        ({"pipelineId": UNKNOWN_ID}, {"pipelineId"}),
        ({"pipelineId": deals["_id"]}, {"pipelineId"}),
        ({"pipelineId": "x"}, {"pipelineId"}),
        ({"status": "Contacted", "pipelineStage": ids["Qualified"]}, {"status"}),
        ({"status": "Contacted", "pipelineId": renewals["_id"]}, {"status"}),
        ({"pipelineStage": ids["Contacted"], "pipelineId": renewals["_id"]}, {"pipelineStage"}),
    ]
    for body, fields in cases:
        body["lastName"] = "Not written"
        assert wrong(world.bo.tether.patch(f"/contacts/{contact_id}", body, 400)) == fields, body
        assert wrong(world.bo.tether.post("/contact", {**JANE, **body}, 400)) >= fields, body
    south = stages_of(default_pipeline(world.eve))
    foreign = {"pipelineStage": south["Contacted"]}
    assert wrong(world.bo.tether.patch(f"/contacts/{contact_id}", foreign, 400)) == {
        "pipelineStage"
    }
    assert show(world.bo, contact_id)["lastName"] == "Doe"
    assert transitions(world) == [(None, "New Lead")]


def test_moves_at_once_leave_one_chain(world: World):
    contact_id = add(world.bo)["_id"]
    stages = ["Contacted", "Qualified", "Closed Won", "Closed Lost"] * 3

    def move(stage: str) -> None:
        patch(world.bo, contact_id, status=stage)

    with ThreadPoolExecutor(len(stages)) as pool:
        list(pool.map(move, stages))
    chain = transitions(world, contact_id)
    assert len(chain) >= 1 + 4
    assert [came for came, _ in chain] == [None, *(to for _, to in chain[:-1])]
    assert chain[-1][1] == show(world.bo, contact_id)["status"]


# The same lead in the other dialect.


def test_a_close_lead_without_contacts_is_a_card_that_can_be_filled(world: World):
    (contact_id,) = add_lead(world, "Acme")
    card = show(world.ada, contact_id)
    assert (card["firstName"], card["lastName"], card["phoneNumber"]) == ("Acme", None, [])
    assert card["status"] == "New Lead"
    assert patch(world.ada, contact_id, **card) == card
    moved = patch(world.ada, contact_id, status="Contacted")
    assert moved["status"] == "Contacted"
    hidden = "SELECT is_placeholder, name, is_primary FROM contacts WHERE id = %s"
    assert world.sql(hidden, bytes.fromhex(contact_id)) == [(True, None, True)]
    filled = patch(world.ada, contact_id, firstName="Ann", phoneNumber="4155550101")
    assert (filled["firstName"], filled["status"]) == ("Ann", "Contacted")
    assert world.sql(hidden, bytes.fromhex(contact_id)) == [(False, "Ann", True)]
    assert lead_of(world, contact_id)[1:] == ("Acme", 1)


def test_every_contact_of_a_lead_reads_and_moves_it(world: World):
    first, second = add_lead(world, "Acme", ("Ann Lee", ""), ("Ben Lee", ""))
    assert show(world.ada, second)["firstName"] == "Ben"
    patch(world.ada, second, status="Qualified", firstName="Bob")
    assert show(world.ada, first)["status"] == "Qualified"
    assert lead_of(world, first)[1] == "Acme"
    assert transitions(world, first) == [(None, "New Lead"), ("New Lead", "Qualified")]
