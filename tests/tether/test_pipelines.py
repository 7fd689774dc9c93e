"""Pipelines in the Tether dialect: reading, saving, choosing the default one, deleting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import World
from tests.outreach import make_configuration
from tests.pipelines import (
    UNKNOWN,
    close_stages,
    create,
    default,
    fields,
    keep,
    names,
    place_leads,
    reassign,
)

FIRST = ["New Lead", "Contacted", "Qualified", "Closed Won", "Closed Lost"]


def test_a_new_organization_has_a_pipeline_of_each_type(world: World):
    answer = world.bo.tether.get("/pipelines")
    pipeline = answer["data"]
    assert answer == {**pipeline, "success": True, "data": pipeline}
    assert names(pipeline) == FIRST
    assert pipeline["type"] == "Contact"
    assert (pipeline["isDefault"], pipeline["isActive"]) == (True, True)
    assert pipeline["organizationId"] == world.ada.org
    assert pipeline["pipelineStageIds"] == [each["_id"] for each in pipeline["pipelineStages"]]
    assert [each["position"] for each in pipeline["pipelineStages"]] == [0, 1, 2, 3, 4]
    assert pipeline["stages"][0] == {"name": "New Lead", "color": "#2563eb"}
    assert pipeline["createdAt"] == "2026-05-17T09:30:00.000Z"
    assert names(default(world.bo, "Application")) == ["Active", "Won", "Lost"]
    assert world.bo.tether.get(f"/pipelines/{pipeline['_id']}") == answer


def test_an_unknown_type_is_refused_everywhere(world: World):
    params = {"type": "Deal"}
    body = {"name": "x", "stages": [{"newStage": "y"}]}
    assert fields(world.ada.tether.get("/pipelines", 400, params=params)) == {"type"}
    assert fields(world.ada.tether.get("/pipelines/list", 400, params=params)) == {"type"}
    assert fields(world.ada.tether.post("/pipelines", body, 400, params=params)) == {"type"}
    assert fields(world.ada.tether.post("/pipelines/create", body, 400, params=params)) == {"type"}


# Creating.


def test_a_pipeline_is_created_and_listed(world: World):
    body = {
        "name": " Revamp Contact Pipeline ",
        "description": "Standard lead flow",
        "stages": [
            {"oldStage": "new_lead", "newStage": "new_lead", "color": "#2563eb"},
            {"newStage": "working", "color": "#22c55e"},
            {"newStage": "won"},
        ],
    }
    made = world.ada.tether.post("/pipelines/create", body, 201)["data"]
    assert made["name"] == "Revamp Contact Pipeline"
    assert made["description"] == "Standard lead flow"
    assert made["isDefault"] is False
    assert made["createdBy"] == world.ada.user_id.hex()
    assert made["stages"] == [
        {"name": "new_lead", "color": "#2563eb"},
        {"name": "working", "color": "#22c55e"},
        {"name": "won", "color": None},
    ]
    contact = world.ada.tether.get("/pipelines/list", params={"type": "Contact"})["data"]
    assert contact == [default(world.ada), made]
    everything = world.ada.tether.get("/pipelines/list")["data"]
    assert everything == [*contact, default(world.ada, "Application")]


def test_pipeline_stages_take_precedence_and_are_sorted_by_position(world: World):
    body = {
        "name": "Loans",
        "stages": [{"newStage": "ignored"}],
        "pipelineStages": [
            {"name": "Last"},
            {"name": "Second", "position": 2},
            {"name": "First", "position": 1, "color": "red"},
        ],
    }
    params = {"type": "Application"}
    made = world.ada.tether.post("/pipelines/create", body, 201, params=params)["data"]
    assert (made["type"], names(made)) == ("Application", ["First", "Second", "Last"])
    assert made["stages"][0] == {"name": "First", "color": "red"}


def test_a_pipeline_created_as_default_takes_the_place_of_the_old_one(world: World):
    old = default(world.ada)
    made = create(world.ada, "Partners", "Fresh", isDefault=True)
    assert default(world.ada) == made
    assert world.ada.tether.get(f"/pipelines/{old['_id']}")["isDefault"] is False
    assert default(world.ada, "Application")["isDefault"] is True


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"stages": [{"newStage": "A"}]}, {"name"}),
        ({"name": " ", "stages": [{"newStage": "A"}]}, {"name"}),
        ({"name": "leads", "stages": [{"newStage": "A"}]}, {"name"}),
        ({"name": "SALES", "stages": [{"newStage": "A"}]}, {"name"}),
        ({"name": "x" * 256, "stages": [{"newStage": "A"}]}, {"name"}),
        ({"name": "P"}, {"stages"}),
        ({"name": "P", "stages": []}, {"stages"}),
        ({"name": "P", "pipelineStages": []}, {"stages"}),
        ({"name": "P", "stages": [{"newStage": "A"}, {"newStage": " a "}]}, {"stages.1.newStage"}),
        ({"name": "P", "stages": [{"newStage": " "}, {}]},
         {"stages.0.newStage", "stages.1.newStage"}),
        ({"name": "P", "pipelineStages": [{"name": "A"}, {"name": "A"}]},
         {"pipelineStages.1.name"}),
        ({"name": 1, "stages": [{"newStage": 2, "color": "x" * 65}, 3]},
         {"name", "stages.0.newStage", "stages.0.color", "stages.1"}),
        ({"name": "leads", "stages": []}, {"name", "stages"}),
    ],
)  # fmt: skip
def test_a_wrong_pipeline_is_refused_and_nothing_written(
    world: World, body: dict[str, object], wrong: set[str]
):
    before = world.ada.tether.get("/pipelines/list")
    assert fields(world.ada.tether.post("/pipelines/create", body, 400)) == wrong
    assert world.ada.tether.get("/pipelines/list") == before


def test_two_organizations_may_use_the_same_name(world: World):
    create(world.ada, "Partners", "Fresh")
    assert create(world.eve, "Partners", "Fresh")["organizationId"] == world.eve.org


# Saving.


def test_saving_renames_adds_removes_and_orders(world: World):
    before = default(world.ada)
    ids = dict(zip(names(before), before["pipelineStageIds"], strict=True))
    (lead_id,) = place_leads(world, world.ada, "Contacted", 1)
    world.clock.advance(minutes=5)
    body = {
        "name": "Inbound",
        "stages": [
            {"newStage": "Contacted"},
            {"oldStage": "new lead", "newStage": "Fresh"},
            {"newStage": "Nurture", "color": "#abc"},
            {"oldStage": "Closed Won", "newStage": "Funded", "color": None},
        ],
    }
    after = world.ada.tether.post("/pipelines", body, 200)["data"]
    assert after["_id"] == before["_id"]
    assert after["name"] == "Inbound"
    assert names(after) == ["Contacted", "Fresh", "Nurture", "Funded"]
    kept = [each["_id"] for each in after["pipelineStages"] if each["name"] != "Nurture"]
    assert kept == [ids["Contacted"], ids["New Lead"], ids["Closed Won"]]
    assert [each["color"] for each in after["stages"]] == ["#0ea5e9", "#2563eb", "#abc", None]
    assert after["updatedAt"] == "2026-05-17T09:35:00.000Z"
    assert after["updatedBy"] == world.ada.user_id.hex()
    assert close_stages(world.ada) == ["Funded"]
    moves = world.sql("SELECT stage_name FROM stage_transitions WHERE lead_id = %s", lead_id)
    assert moves == [("Contacted",)]
    assert default(world.ada) == after


def test_saving_the_same_again_changes_nothing(world: World):
    before = default(world.ada)
    events = "SELECT count(*) FROM events WHERE organization_id = %s"
    count = world.sql(events, world.ada.organization_id)
    world.clock.advance(minutes=5)
    assert world.ada.tether.put(f"/pipelines/{before['_id']}", before)["data"] == before
    again = world.ada.tether.post("/pipelines", {"stages": keep(before)}, 200)
    assert again["data"] == before
    assert world.sql(events, world.ada.organization_id) == count


def test_repeating_a_renaming_is_harmless(world: World):
    body = {"stages": [{"oldStage": "New Lead", "newStage": "Fresh"}, {"newStage": "Contacted"}]}
    once = world.ada.tether.post("/pipelines", body, 200)["data"]
    assert world.ada.tether.post("/pipelines", body, 200)["data"] == once


def test_two_stages_swap_their_names(world: World):
    before = default(world.ada)
    swapped = {"Closed Won": "Closed Lost", "Closed Lost": "Closed Won"}
    stages = [{"oldStage": name, "newStage": swapped.get(name, name)} for name in names(before)]
    after = world.ada.tether.post("/pipelines", {"stages": stages}, 200)["data"]
    assert names(after) == [*FIRST[:3], "Closed Lost", "Closed Won"]
    assert after["pipelineStageIds"] == before["pipelineStageIds"]
    assert close_stages(world.ada) == ["Closed Lost"]
    told = world.sql(
        "SELECT before->>'name', after->>'name' FROM events "
        "WHERE organization_id = %s AND noun = 'stage' AND action = 'updated' ORDER BY sequence",
        world.ada.organization_id,
    )
    assert told == [("Closed Won", "Closed Lost"), ("Closed Lost", "Closed Won")]


def test_a_freed_name_can_be_given_to_a_new_stage(world: World):
    before = default(world.ada)
    stages = [{"newStage": "New Lead"}, {"oldStage": "New Lead", "newStage": "Old Lead"}]
    after = world.ada.tether.post("/pipelines", {"stages": stages}, 200)["data"]
    assert names(after) == ["New Lead", "Old Lead"]
    assert after["pipelineStageIds"][1] == before["pipelineStageIds"][0]
    assert after["pipelineStageIds"][0] not in before["pipelineStageIds"]


def test_a_close_stage_keeps_its_name_for_the_pipeline_that_still_has_it(world: World):
    other = create(world.ada, "Partners", "Fresh", "Closed Won")
    stages = [{"newStage": "Fresh"}, {"oldStage": "Closed Won", "newStage": "Signed"}]
    world.ada.tether.put(f"/pipelines/{other['_id']}", {"stages": stages})
    assert sorted(close_stages(world.ada)) == ["Closed Won", "Signed"]


def test_renaming_a_stage_of_applications_leaves_the_close_stages_alone(world: World):
    params = {"type": "Application"}
    body: dict[str, Any] = {"stages": [{"newStage": "Active"}, {"newStage": "Closed Won"}]}
    world.ada.tether.post("/pipelines", body, 200, params=params)
    body["stages"][1] = {"oldStage": "Closed Won", "newStage": "Signed"}
    after = world.ada.tether.post("/pipelines", body, 200, params=params)["data"]
    assert names(after) == ["Active", "Signed"]
    assert close_stages(world.ada) == ["Closed Won"]


def test_stages_are_renamed_by_id_too(world: World):
    before = default(world.ada)
    stages = [{**stage, "name": f"{stage['name']}!"} for stage in before["pipelineStages"]]
    where = f"/pipelines/{before['_id']}"
    after = world.ada.tether.put(where, {"pipelineStages": stages})["data"]
    assert names(after) == [f"{name}!" for name in FIRST]
    assert after["pipelineStageIds"] == before["pipelineStageIds"]


def test_a_stage_in_use_is_not_removed(world: World):
    place_leads(world, world.ada, "Qualified", 3)
    make_configuration(world.bo, initialStage="Contacted")
    before = default(world.ada)
    body = {"name": "Other", "stages": [{"newStage": "New Lead"}]}
    answer = world.ada.tether.post("/pipelines", body, 400)
    assert answer["message"] == (
        "The stage 'Contacted' is used by 'Facebook Lead Ad Funnel'. "
        "The stage 'Qualified' still has 3 leads."
    )
    assert answer["error"]["code"] == "BAD_REQUEST"
    assert default(world.ada) == before


def test_renaming_what_is_not_there_is_refused(world: World):
    before = default(world.ada)
    mine = [
        *keep(before),
        {"oldStage": "Nowhere", "newStage": "Somewhere"},
        {"oldStage": "New Lead", "newStage": "Twice"},
        {"_id": default(world.ada, "Application")["pipelineStageIds"][0], "newStage": "Foreign"},
        {"newStage": "contacted"},
    ]
    answer = world.ada.tether.post("/pipelines", {"stages": mine}, 400)
    assert fields(answer) == {f"stages.{place}.newStage" for place in (5, 6, 7, 8)}
    assert default(world.ada) == before
    where = f"/pipelines/{before['_id']}"
    answer = world.ada.tether.put(where, {"name": "sales", "stages": []}, 400)
    assert fields(answer) == {"name", "stages"}


def test_a_pipeline_is_renamed_described_and_made_default(world: World):
    made = create(world.ada, "Partners", "Fresh", description="x")
    where = f"/pipelines/{made['_id']}"
    body = {"name": "PARTNERS", "description": None, "isDefault": True}
    after = world.ada.tether.put(where, body)["data"]
    assert (after["name"], after["description"], after["isDefault"]) == ("PARTNERS", None, True)
    assert names(after) == ["Fresh"]
    assert default(world.ada) == after


# The default.


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_default_is_changed(world: World, method: str):
    made = create(world.ada, "Partners", "Fresh")
    response = world.ada.tether.send(method, "/pipelines/set-default", {"pipelineId": made["_id"]})
    assert response.status_code == 200
    assert response.json()["data"]["isDefault"] is True
    listed = world.ada.tether.get("/pipelines/list", params={"type": "Contact"})["data"]
    assert [(each["name"], each["isDefault"]) for each in listed] == [
        ("Partners", True),
        ("Leads", False),
    ]


def test_many_choose_a_default_at_once_and_one_is_left(world: World):
    made = [create(world.ada, f"Pipeline {number}", "Fresh") for number in range(4)]

    def choose(pipeline: dict[str, Any]) -> int:
        body = {"pipelineId": pipeline["_id"]}
        response = world.ada.tether.send("POST", "/pipelines/set-default", body)
        return int(response.status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(choose, made * 4)) == {200}
    listed = world.ada.tether.get("/pipelines/list", params={"type": "Contact"})["data"]
    assert [each["isDefault"] for each in listed] == [True, False, False, False, False]


def test_only_a_known_pipeline_becomes_default(world: World):
    foreign = default(world.eve)["_id"]
    for pipeline_id in (foreign, UNKNOWN):
        body = {"pipelineId": pipeline_id}
        answer = world.ada.tether.post("/pipelines/set-default", body, 404)
        assert answer["message"] == "Pipeline not found"
    for wrong in ({}, {"pipelineId": "x"}, {"pipelineId": None}):
        assert fields(world.ada.tether.post("/pipelines/set-default", wrong, 400)) == {"pipelineId"}


# Deleting.


def test_an_unused_pipeline_is_deleted(world: World):
    made = create(world.ada, "Partners", "Fresh", "Done")
    where = f"/pipelines/{made['_id']}"
    assert world.ada.tether.delete(where, status=200)["success"] is True
    world.ada.tether.get(where, 404)
    world.ada.tether.delete(where, status=404)
    assert len(world.ada.tether.get("/pipelines/list")["data"]) == 2
    assert create(world.ada, "Partners", "Fresh")["_id"] != made["_id"]


def test_a_pipeline_in_use_is_not_deleted(world: World):
    answer = world.ada.tether.delete(f"/pipelines/{default(world.ada)['_id']}", status=400)
    assert answer["message"] == "The default pipeline cannot be deleted."
    made = create(world.ada, "Partners", "Fresh")
    place_leads(world, world.ada, made["pipelineStageIds"][0], 1)
    answer = world.ada.tether.delete(f"/pipelines/{made['_id']}", status=400)
    assert answer["message"] == "The stage 'Fresh' still has 1 lead."
    routed = create(world.ada, "Routed", "Entry")
    make_configuration(world.ada, initialStage="Entry", pipelineId=routed["_id"])
    answer = world.ada.tether.delete(f"/pipelines/{routed['_id']}", status=400)
    assert answer["message"] == "The stage 'Entry' is used by 'Facebook Lead Ad Funnel'."


def test_a_pipeline_that_a_configuration_names_for_applications_is_not_deleted(world: World):
    body = {"name": "Loans", "stages": [{"newStage": "Open"}]}
    params = {"type": "Application"}
    loans = world.ada.tether.post("/pipelines/create", body, 201, params=params)["data"]
    make_configuration(world.ada, applicationPipelineId=loans["_id"])
    answer = world.ada.tether.delete(f"/pipelines/{loans['_id']}", status=400)
    assert answer["message"] == "The pipeline 'Loans' is used by 'Facebook Lead Ad Funnel'."


# Rights.


def test_reps_and_department_heads_only_read(world: World):
    made = create(world.ada, "Partners", "Fresh", "Done")
    first, second = made["pipelineStageIds"]
    for person in (world.bo, world.dora):
        person.tether.get("/pipelines/list")
        person.tether.get(f"/pipelines/{made['_id']}")
        person.tether.post("/pipelines", {"name": "Mine"}, 403)
        person.tether.post("/pipelines/create", {"name": "Mine"}, 403)
        person.tether.put(f"/pipelines/{made['_id']}", {"name": "Mine"}, 403)
        person.tether.delete(f"/pipelines/{made['_id']}", status=403)
        person.tether.post("/pipelines/set-default", {"pipelineId": made["_id"]}, 403)
        person.tether.put("/pipelines/set-default", {"pipelineId": made["_id"]}, 403)
        assert reassign(person, first, second, 403)["error"]["code"] == "FORBIDDEN"
    world.nobody.tether.get("/pipelines", 401)
    assert world.ada.tether.get(f"/pipelines/{made['_id']}")["data"] == made


def test_another_organizations_pipeline_does_not_exist(world: World):
    made = create(world.ada, "Partners", "Fresh")
    for pipeline_id in (made["_id"], UNKNOWN, "x"):
        where = f"/pipelines/{pipeline_id}"
        answers = [
            world.eve.tether.get(where, 404),
            world.eve.tether.put(where, {"name": "Mine"}, 404),
            world.eve.tether.delete(where, status=404),
        ]
        assert {answer["message"] for answer in answers} == {"Pipeline not found"}
    assert world.ada.tether.get(f"/pipelines/{made['_id']}")["data"] == made
