"""Reassigning a stage: what is in it moves to another one, and it is retired."""

from __future__ import annotations

import pytest

from tests.cast import World
from tests.outreach import make_configuration
from tests.pipelines import (
    UNKNOWN,
    create,
    default,
    fields,
    names,
    place_leads,
    place_opportunity,
    reassign,
)


def test_reassigning_moves_each_lead_with_a_transition_and_retires_the_stage(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("leadline.flows.reassign_stage.CHUNK", 2)
    before = default(world.ada)
    ids = dict(zip(names(before), before["pipelineStageIds"], strict=True))
    leads = place_leads(world, world.bo, "Contacted", 5)
    (elsewhere,) = place_leads(world, world.bo, "New Lead", 1)
    world.clock.advance(minutes=5)
    assert reassign(world.ada, ids["Contacted"], ids["Qualified"]) == {
        "success": True,
        "recordsTransferred": 5,
        "sourceStage": {"id": ids["Contacted"], "name": "Contacted"},
        "targetStage": {"id": ids["Qualified"], "name": "Qualified"},
    }
    assert names(default(world.ada)) == ["New Lead", "Qualified", "Closed Won", "Closed Lost"]
    moves = world.sql(
        "SELECT lead_id, from_stage_name, stage_name, owner_id, actor_id FROM stage_transitions "
        "WHERE organization_id = %s AND from_stage_id IS NOT NULL ORDER BY lead_id",
        world.ada.organization_id,
    )
    people = (world.bo.user_id, world.ada.user_id)
    assert moves == [(lead_id, "Contacted", "Qualified", *people) for lead_id in sorted(leads)]
    events = world.sql(
        "SELECT object_id, lead_id, before->>'updated_by', labels->'before'->>'stage_name', "
        "labels->'after'->>'stage_name' FROM events "
        "WHERE organization_id = %s AND noun = 'lead' AND action = 'updated' ORDER BY object_id",
        world.ada.organization_id,
    )
    assert [event[:2] for event in events] == [(lead_id, lead_id) for lead_id in sorted(leads)]
    assert {event[3:] for event in events} == {("Contacted", "Qualified")}
    rows = world.sql(
        "SELECT DISTINCT stage_id, updated_by FROM leads WHERE id = ANY(%s) AND updated_at > "
        "created_at",
        leads,
    )
    assert rows == [(bytes.fromhex(ids["Qualified"]), world.ada.user_id)]
    stays = world.sql("SELECT stage_id FROM leads WHERE id = %s", elsewhere)
    assert stays == [(bytes.fromhex(ids["New Lead"]),)]


def test_reassigning_takes_configurations_along(world: World):
    before = default(world.ada)
    by_name = make_configuration(world.bo, configurationName="A", initialStage="Contacted")
    source, target = before["pipelineStageIds"][1:3]
    by_id = make_configuration(world.bo, configurationName="B", initialStage=source)
    assert reassign(world.ada, source, target)["recordsTransferred"] == 0
    stages = [
        world.bo.tether.get(f"/lead-management/{each['_id']}")["data"]["initialStage"]
        for each in (by_name, by_id)
    ]
    assert stages == ["Qualified", target]


def test_reassigning_a_stage_of_applications_moves_the_applications(world: World):
    active, won, _ = default(world.ada, "Application")["pipelineStageIds"]
    (lead_id,) = place_leads(world, world.ada, "New Lead", 1)
    opportunity_id = place_opportunity(world, world.ada, lead_id, "Active")
    assert reassign(world.ada, active, won)["recordsTransferred"] == 1
    moved = world.sql("SELECT stage_id, won_on FROM opportunities WHERE id = %s", opportunity_id)
    assert [(stage_id.hex(), str(won_on)) for stage_id, won_on in moved] == [(won, "2026-05-17")]
    transitions = world.sql(
        "SELECT kind, from_stage_name, stage_name FROM stage_transitions WHERE opportunity_id = %s",
        opportunity_id,
    )
    assert transitions == [("opportunity", "Active", "Won")]
    assert names(default(world.ada, "Application")) == ["Won", "Lost"]


def test_reassigning_needs_an_active_other_stage_of_the_same_pipeline(world: World):
    first, second, third, *_ = default(world.ada)["pipelineStageIds"]
    other = create(world.ada, "Partners", "Fresh")["pipelineStageIds"][0]
    application = default(world.ada, "Application")["pipelineStageIds"][0]
    reassign(world.ada, third, second)
    for source, target in ((first, other), (first, application), (first, first), (first, third)):
        assert "target stage" in reassign(world.ada, source, target, 400)["message"]
    foreign = default(world.eve)["pipelineStageIds"][0]
    for source, target in ((first, foreign), (foreign, first), (first, UNKNOWN), (UNKNOWN, first)):
        assert reassign(world.ada, source, target, 404)["message"] == "Stage not found"
    answer = world.ada.tether.post("/pipelines/stages/reassign", {"sourceStageId": "x"}, 400)
    assert fields(answer) == {"sourceStageId", "targetStageId"}
    assert names(default(world.ada)) == ["New Lead", "Contacted", "Closed Won", "Closed Lost"]
