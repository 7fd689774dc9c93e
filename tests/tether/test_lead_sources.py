"""Lead source configurations: creating, listing, reading, deleting, and how stages are resolved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import World
from tests.tether.configurations import (
    PATH,
    UNKNOWN_ID,
    add_pipeline,
    configuration,
    default_pipeline,
    make_configuration,
    make_prompt,
    stages_of,
    take_in,
)

DENIED = {"error": "Permission denied", "success": False}
MISSING = {"error": "Lead management configuration not found", "success": False}
DEFAULTS = {
    "name": None,
    "description": None,
    "source": "Unassigned",
    "inboundEmail": None,
    "isAutopilot": False,
    "allowRecontact": False,
    "starterMessage": None,
    "costPerLead": 0,
    "status": "active",
    "pipelineId": None,
    "pipelineStage": None,
    "createApplication": False,
    "applicationName": None,
    "applicationStatus": None,
    "applicationPipelineId": None,
    "applicationPipelineStage": None,
    "forwardToOutreach": True,
    "useWorkflowOnly": False,
}


def wrong_fields(answer: dict[str, Any]) -> set[str]:
    return {entry["field"] for entry in answer["errors"]}


def kept_stages(world: World, made: dict[str, Any]) -> list[str | None]:
    """The ids of the initial stage and the pipeline stage: names do not tell whose they are."""
    (found,) = world.sql(
        "SELECT encode(initial_stage_id, 'hex'), encode(pipeline_stage_id, 'hex') "
        "FROM lead_sources WHERE id = %s",
        bytes.fromhex(made["_id"]),
    )
    return list(found)


def test_a_configuration_needs_three_fields_and_has_defaults(world: World):
    body = configuration(world.bo)
    answer = world.bo.tether.post(PATH, body, 201)
    data = answer["data"]
    assert answer["success"] is True
    assert answer["message"] == "Lead management configuration created"
    assert data == {
        **DEFAULTS,
        **body,
        "_id": data["_id"],
        "organizationId": world.bo.org,
        "userId": world.bo.user_id.hex(),
        "createdAt": "2026-05-17T09:30:00.000Z",
        "updatedAt": "2026-05-17T09:30:00.000Z",
    }
    assert world.bo.tether.get(f"{PATH}/{data['_id']}") == {"success": True, "data": data}


def test_the_documented_example_is_taken_as_it_is(world: World):
    body = configuration(
        world.bo,
        source="Facebook Lead Ad",
        inboundEmail="leads+fb@inbound.example.com",
        isAutopilot=True,
        starterMessage="Hi {{firstName}}, thanks for your interest!",
        costPerLead=12.5,
        status="active",
        forwardToOutreach=True,
    )
    data = world.bo.tether.post(PATH, body, 201)["data"]
    assert {**data, **body} == data


@pytest.mark.parametrize("field", ["configurationName", "initialStage", "defaultProcess"])
def test_what_is_required_is_named(world: World, field: str):
    body = configuration(world.bo)
    del body[field]
    assert wrong_fields(world.bo.tether.post(PATH, body, 400)) == {field}
    assert wrong_fields(world.bo.tether.post(PATH, {**body, field: None}, 400)) == {field}
    assert world.bo.tether.get(PATH)["data"] == []


def test_all_problems_of_a_new_one_are_told_at_once(world: World):
    body = {"initialStage": "Nowhere", "costPerLead": "x", "pipelineId": UNKNOWN_ID}
    answer = world.bo.tether.post(PATH, body, 400)
    assert answer["error"] == "Validation error"
    assert wrong_fields(answer) == {*body, "configurationName", "defaultProcess"}
    empty = world.bo.tether.send("POST", PATH)
    assert wrong_fields(empty.json()) == {"configurationName", "initialStage", "defaultProcess"}


def test_names_are_unique_per_user_without_case(world: World):
    make_configuration(world.bo, configurationName="Web Form")
    answer = world.bo.tether.post(
        PATH, configuration(world.bo, configurationName=" web FORM "), 400
    )
    assert wrong_fields(answer) == {"configurationName"}
    assert "web FORM" in answer["message"]
    make_configuration(world.cy, configurationName="web form")


def test_of_many_with_one_name_at_once_one_is_made(world: World):
    body = configuration(world.bo)
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: world.bo.tether.send("POST", PATH, body), range(8)))
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [201] + [400] * 7
    refused = [response.json() for response in responses if response.status_code == 400]
    assert all(wrong_fields(answer) == {"configurationName"} for answer in refused)
    assert len(world.bo.tether.get(PATH)["data"]) == 1


def test_everybody_sees_their_own_newest_first(world: World):
    assert world.bo.tether.get(PATH) == {"success": True, "data": []}
    first = make_configuration(world.bo, configurationName="First")
    world.clock.advance(seconds=1)
    second = make_configuration(world.bo, configurationName="Second")
    make_configuration(world.cy)
    assert world.bo.tether.get(PATH) == {"success": True, "data": [second, first]}
    assert world.ada.tether.get(PATH)["data"] == []
    page = world.bo.tether.get(PATH, params={"page": 2, "size": 1})
    assert page["data"] == [first]
    world.bo.tether.get(PATH, 400, params={"page": "x"})


def test_another_persons_configuration_is_not_found(world: World):
    made = make_configuration(world.bo)
    for person in (world.cy, world.dora, world.ada, world.eve, world.sue):
        assert person.tether.get(f"{PATH}/{made['_id']}", 404) == MISSING
    for unknown in (UNKNOWN_ID, "x", made["defaultProcess"]):
        assert world.bo.tether.get(f"{PATH}/{unknown}", 404) == MISSING
    assert world.nobody.tether.get(f"{PATH}/{made['_id']}", 401)["success"] is False


def test_a_configuration_is_deleted_by_its_owner_alone(world: World):
    made = make_configuration(world.bo)
    where = f"{PATH}/{made['_id']}"
    for person in (world.cy, world.ada):
        assert person.tether.delete(where, status=403) == DENIED
    for person in (world.eve, world.sue):
        assert person.tether.delete(where, status=404) == MISSING
    assert world.bo.tether.delete(where, status=200) == {
        "success": True,
        "message": "Lead management configuration deleted",
    }
    assert world.bo.tether.delete(where, status=404) == MISSING
    assert world.bo.tether.get(PATH)["data"] == []
    make_configuration(world.bo)  # the name is free again


def test_leads_outlive_the_configuration_that_took_them_in(world: World):
    made = make_configuration(world.bo, source="Fair")
    take_in(made, world.bo, "+14155550133")
    world.bo.tether.delete(f"{PATH}/{made['_id']}", status=200)
    query = {"from": "2026-05-01", "to": "2026-06-01"}
    history = world.bo.tether.get("/outreach-metrics/history", params=query)["data"]
    assert [(entry["source"], entry["count"]) for entry in history] == [("Fair", 1)]


# Stages: by id or by name, within the configuration's pipeline, whatever they are called later.


def test_a_stage_is_answered_as_it_was_given(world: World):
    stages = stages_of(default_pipeline(world.bo))
    by_id = make_configuration(world.bo, configurationName="1", initialStage=stages["Contacted"])
    assert by_id["initialStage"] == stages["Contacted"]
    by_name = make_configuration(world.bo, configurationName="2", initialStage=" contacted ")
    assert by_name["initialStage"] == "Contacted"
    changed = world.bo.tether.put(f"{PATH}/{by_id['_id']}", {"initialStage": "New Lead"})["data"]
    assert changed["initialStage"] == "New Lead"


def test_a_renamed_stage_breaks_nothing(world: World):
    pipeline = default_pipeline(world.bo)
    stages = stages_of(pipeline)
    made = make_configuration(world.bo, initialStage="Contacted", pipelineStage=stages["Contacted"])
    renamed = [
        {"_id": stage["_id"], "name": "Reached" if stage["name"] == "Contacted" else stage["name"]}
        for stage in pipeline["pipelineStages"]
    ]
    world.ada.tether.put(f"/pipelines/{pipeline['_id']}", {"pipelineStages": renamed})
    shown = world.bo.tether.get(f"{PATH}/{made['_id']}")["data"]
    assert shown["initialStage"] == "Reached"
    assert shown["pipelineStage"] == stages["Contacted"]
    again = world.bo.tether.put(f"{PATH}/{made['_id']}", shown)["data"]
    assert again["initialStage"] == "Reached"


def test_the_pipeline_says_which_stage_a_name_means(world: World):
    partners = add_pipeline(world, "Contact", "Partners", "New Lead", "Signed")
    made = make_configuration(
        world.bo, pipelineId=partners["_id"], initialStage="New Lead", pipelineStage="Signed"
    )
    assert kept_stages(world, made)[0] == stages_of(partners)["New Lead"]
    answer = world.bo.tether.put(f"{PATH}/{made['_id']}", {"initialStage": "Contacted"}, 400)
    assert wrong_fields(answer) == {"initialStage"}
    assert "Contacted" in answer["message"]
    assert "Partners" in answer["message"]


def test_without_a_pipeline_the_default_ones_stages_come_first(world: World):
    partners = add_pipeline(world, "Contact", "Partners", "New Lead", "Signed")
    made = make_configuration(world.bo, initialStage="New Lead", pipelineStage="Signed")
    default = stages_of(default_pipeline(world.bo))
    assert kept_stages(world, made) == [default["New Lead"], stages_of(partners)["Signed"]]


def test_a_change_of_pipeline_takes_the_stages_along_or_is_refused(world: World):
    partners = add_pipeline(world, "Contact", "Partners", "New Lead", "Signed")
    made = make_configuration(world.bo, initialStage="New Lead")
    where = f"{PATH}/{made['_id']}"
    moved = world.bo.tether.put(where, {"pipelineId": partners["_id"]})["data"]
    assert (moved["pipelineId"], moved["initialStage"]) == (partners["_id"], "New Lead")
    assert kept_stages(world, made)[0] == stages_of(partners)["New Lead"]
    world.bo.tether.put(where, {"pipelineStage": "Signed"})
    home = default_pipeline(world.bo)["_id"]
    answer = world.bo.tether.put(where, {"pipelineId": home}, 400)
    assert wrong_fields(answer) == {"pipelineStage"}
    assert "Signed" in answer["message"]
    both = world.bo.tether.put(where, {"pipelineId": home, "pipelineStage": None})["data"]
    assert (both["pipelineId"], both["pipelineStage"]) == (home, None)
    cleared = world.bo.tether.put(where, {"pipelineId": None})["data"]
    assert (cleared["pipelineId"], cleared["initialStage"]) == (None, "New Lead")


def test_applications_have_pipelines_and_stages_of_their_own(world: World):
    loans = add_pipeline(world, "Application", "Loans", "Submitted", "Funded")
    made = make_configuration(
        world.bo,
        createApplication=True,
        applicationPipelineId=loans["_id"],
        applicationStatus="Submitted",
        applicationPipelineStage="Funded",
    )
    assert made["applicationStatus"] == "Submitted"
    assert made["applicationPipelineStage"] == "Funded"
    for field, value in (
        ("applicationPipelineId", default_pipeline(world.bo)["_id"]),
        ("applicationStatus", "New Lead"),
        ("pipelineId", loans["_id"]),
        ("initialStage", "Submitted"),
    ):
        answer = world.bo.tether.put(f"{PATH}/{made['_id']}", {field: value}, 400)
        assert wrong_fields(answer) == {field}


@pytest.mark.parametrize(
    ("field", "kind", "path"),
    [
        ("initialStage", "Contact", "/status/lead/"),
        ("pipelineStage", "Contact", "/status/lead/"),
        ("applicationStatus", "Application", "/status/opportunity/"),
        ("applicationPipelineStage", "Application", "/status/opportunity/"),
    ],
)
def test_a_stage_that_a_configuration_names_stays(world: World, field: str, kind: str, path: str):
    """Whichever of its fields names the stage, and in either dialect."""
    pipeline = add_pipeline(world, kind, "Partners", "Entry", "Named", "Spare")
    stages = stages_of(pipeline)
    made = make_configuration(world.bo, createApplication=True, **{field: stages["Named"]})
    status = f"{path}stat_{stages['Named']}/"
    answer = world.ada.close.delete(status, status=400)
    assert answer["error"] == f"The stage 'Named' is used by '{made['configurationName']}'."
    left = [
        {"_id": stage["_id"], "name": stage["name"]}
        for stage in pipeline["pipelineStages"]
        if stage["name"] != "Named"
    ]
    where = f"/pipelines/{pipeline['_id']}"
    answer = world.ada.tether.put(where, {"pipelineStages": left}, 400)
    assert "The stage 'Named' is used by" in answer["message"]
    world.bo.tether.put(f"{PATH}/{made['_id']}", {field: "New Lead" if kind == "Contact" else None})
    world.ada.close.delete(status)


def test_a_prompt_that_is_used_cannot_be_deleted(world: World):
    prompt = make_prompt(world.bo)
    made = make_configuration(world.bo, defaultProcess=prompt)
    answer = world.bo.tether.delete(f"/prompts/{prompt}", status=400)
    assert "lead management configurations: 1" in answer["error"]
    world.bo.tether.delete(f"{PATH}/{made['_id']}", status=200)
    world.bo.tether.delete(f"/prompts/{prompt}", status=200)
