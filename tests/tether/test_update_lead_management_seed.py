"""The seed "Update a lead management configuration", word by word: fields, statuses, messages."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.dialects.tether.lead_sources import LeadManagementShape
from tests.cast import World
from tests.tether.configurations import (
    PATH,
    UNKNOWN_ID,
    default_pipeline,
    make_configuration,
    make_prompt,
    stages_of,
)

EXAMPLE = {"isAutopilot": False, "costPerLead": 15, "status": "inactive"}
DENIED = {"error": "Permission denied", "success": False}
MISSING = {"error": "Lead management configuration not found", "success": False}

NULLABLE = {
    "name",
    "description",
    "inboundEmail",
    "starterMessage",
    "pipelineId",
    "pipelineStage",
    "applicationName",
    "applicationStatus",
    "applicationPipelineId",
    "applicationPipelineStage",
}
TEXTS = {"configurationName", "source", "initialStage", "defaultProcess", *NULLABLE}
FLAGS = {
    "isAutopilot",
    "allowRecontact",
    "createApplication",
    "forwardToOutreach",
    "useWorkflowOnly",
}
# Every field of the seed's request.
FIELDS = sorted(TEXTS | FLAGS | {"costPerLead", "status"})


def every_field(world: World) -> dict[str, Any]:
    """A value for each field of the request that no field has by default."""
    leads, deals = default_pipeline(world.bo), default_pipeline(world.bo, "Application")
    return {
        "configurationName": "Facebook Lead Ad Funnel 2",
        "name": "FB Lead Ad",
        "description": "Routes Facebook Lead Ad submissions.",
        "source": "Facebook Lead Ad",
        "inboundEmail": "leads+fb@inbound.example.com",
        "initialStage": "Contacted",
        "defaultProcess": make_prompt(world.bo, name="Another"),
        "isAutopilot": True,
        "allowRecontact": True,
        "starterMessage": "Hi {{firstName}}, thanks for your interest!",
        "costPerLead": 12.5,
        "status": "inactive",
        "pipelineId": leads["_id"],
        "pipelineStage": "Qualified",
        "createApplication": True,
        "applicationName": "Loan",
        "applicationStatus": "Active",
        "applicationPipelineId": deals["_id"],
        "applicationPipelineStage": stages_of(deals)["Won"],
        "forwardToOutreach": False,
        "useWorkflowOnly": True,
    }


@pytest.fixture
def made(world: World) -> dict[str, Any]:
    """A configuration of bo's with nothing but what it needs."""
    return make_configuration(world.bo)


def where(made: dict[str, Any]) -> str:
    return f"{PATH}/{made['_id']}"


def wrong_fields(answer: dict[str, Any]) -> set[str]:
    """The fields that a validation error names; its envelope is checked on the way."""
    assert set(answer) == {"error", "message", "success", "errors"}
    assert answer["error"] == "Validation error"
    assert answer["success"] is False
    for entry in answer["errors"]:
        assert f"{entry['field']}: {entry['message']}" in answer["message"]
    return {entry["field"] for entry in answer["errors"]}


def test_the_seeds_request_gets_the_seeds_answer(world: World, made: dict[str, Any]):
    world.clock.advance(minutes=3)
    answer = world.bo.tether.put(where(made), EXAMPLE)
    assert answer == {
        "success": True,
        "message": "Lead management configuration updated",
        "data": {**made, **EXAMPLE, "updatedAt": "2026-05-17T09:33:00.000Z"},
    }
    assert world.bo.tether.get(where(made)) == {"success": True, "data": answer["data"]}


def test_the_answer_has_every_field_of_the_seed(world: World, made: dict[str, Any]):
    data = world.bo.tether.put(where(made), EXAMPLE)["data"]
    assert set(data) == set(LeadManagementShape.__annotations__)
    assert set(data) == {*FIELDS, "_id", "organizationId", "userId", "createdAt", "updatedAt"}
    assert data["_id"] == made["_id"]
    assert data["organizationId"] == world.bo.org
    assert data["userId"] == world.bo.user_id.hex()
    assert data["createdAt"] == "2026-05-17T09:30:00.000Z"


def test_every_field_can_be_set_at_once(world: World, made: dict[str, Any]):
    body = every_field(world)
    assert sorted(body) == FIELDS
    data = world.bo.tether.put(where(made), body)["data"]
    assert {field: data[field] for field in FIELDS} == body
    assert world.bo.tether.get(where(made))["data"] == data


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_can_be_set_alone(world: World, made: dict[str, Any], field: str):
    value = every_field(world)[field]
    assert made[field] != value
    data = world.bo.tether.put(where(made), {field: value})["data"]
    assert data == {**made, field: value}


@pytest.mark.parametrize("field", sorted(NULLABLE))
def test_null_clears_what_may_be_empty(world: World, made: dict[str, Any], field: str):
    full = world.bo.tether.put(where(made), every_field(world))["data"]
    data = world.bo.tether.put(where(made), {field: None})["data"]
    assert data == {**full, field: None}


@pytest.mark.parametrize("field", sorted(set(FIELDS) - NULLABLE))
def test_null_is_refused_for_the_others(world: World, made: dict[str, Any], field: str):
    assert wrong_fields(world.bo.tether.put(where(made), {field: None}, 400)) == {field}
    assert world.bo.tether.get(where(made))["data"] == made


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_refuses_wrong_types(world: World, made: dict[str, Any], field: str):
    wrong: list[Any] = [[], {}, [field], {"value": 1}]
    wrong += [1, True] if field in TEXTS or field == "status" else []
    wrong += ["true", 1, 0, ""] if field in FLAGS else []
    wrong += ["15", True, ""] if field == "costPerLead" else []
    for value in wrong:
        answer = world.bo.tether.put(where(made), {field: value}, 400)
        assert wrong_fields(answer) == {field}, value
    assert world.bo.tether.get(where(made))["data"] == made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("configurationName", ""),
        ("configurationName", "  "),
        ("configurationName", "x" * 256),
        ("source", " "),
        ("inboundEmail", "nobody"),
        ("inboundEmail", "a@b@c.example.com"),
        ("inboundEmail", ""),
        ("initialStage", "Nowhere"),
        ("initialStage", UNKNOWN_ID),
        ("initialStage", ""),
        ("defaultProcess", UNKNOWN_ID),
        ("defaultProcess", "Follow-up"),
        ("starterMessage", "Hi {{firstName"),
        ("costPerLead", -0.01),
        ("costPerLead", 1e10),
        ("status", "paused"),
        ("status", "Active"),
        ("pipelineId", UNKNOWN_ID),
        ("pipelineId", "Leads"),
        ("pipelineStage", "Nowhere"),
        ("applicationStatus", "Nowhere"),
        ("applicationPipelineId", UNKNOWN_ID),
        ("applicationPipelineStage", "New Lead"),
    ],
)
def test_values_that_are_refused(world: World, made: dict[str, Any], field: str, value: Any):
    answer = world.bo.tether.put(where(made), {field: value, "name": "New"}, 400)
    assert wrong_fields(answer) == {field}
    assert world.bo.tether.get(where(made))["data"] == made


@pytest.mark.parametrize(
    "field",
    [
        "initialStage",
        "defaultProcess",
        "pipelineId",
        "pipelineStage",
        "applicationStatus",
        "applicationPipelineId",
        "applicationPipelineStage",
    ],
)
def test_what_is_unknown_is_named(world: World, made: dict[str, Any], field: str):
    for value in ("Nowhere", UNKNOWN_ID):
        answer = world.bo.tether.put(where(made), {field: value}, 400)
        assert value in answer["message"]


def test_all_problems_are_told_at_once(world: World, made: dict[str, Any]):
    """Wrong types, wrong values and what does not exist, in one answer."""
    body = {
        "configurationName": " ",
        "source": 1,
        "inboundEmail": "nobody",
        "initialStage": "Nowhere",
        "defaultProcess": UNKNOWN_ID,
        "isAutopilot": "yes",
        "starterMessage": "{{",
        "costPerLead": -1,
        "status": "paused",
        "pipelineId": UNKNOWN_ID,
        "pipelineStage": "Nowhere",
        "applicationPipelineStage": [],
        "name": "This one is fine",
    }
    answer = world.bo.tether.put(where(made), body, 400)
    assert wrong_fields(answer) == set(body) - {"name"}
    assert len(answer["errors"]) == len(body) - 1
    assert world.bo.tether.get(where(made))["data"] == made


def test_the_body_may_be_empty_or_missing(world: World, made: dict[str, Any]):
    world.clock.advance(minutes=1)
    assert world.bo.tether.put(where(made), {})["data"] == made
    response = world.bo.tether.send("PUT", where(made))
    assert response.status_code == 200
    assert response.json()["data"] == made


def test_unknown_keys_are_ignored(world: World, made: dict[str, Any]):
    strange = {"_id": UNKNOWN_ID, "userId": UNKNOWN_ID, "organizationId": 1, "favouriteColor": []}
    data = world.bo.tether.put(where(made), {**strange, "name": "New"})["data"]
    assert data == {**made, "name": "New"}


def test_a_body_that_is_no_object_is_refused(world: World, made: dict[str, Any]):
    for content in (b"[]", b'"inactive"', b"1", b"{", b'{"name": "\\u0000"}'):
        response = world.bo.tether.send(
            "PUT", where(made), content=content, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 400, content
        assert response.json()["success"] is False
        assert response.json()["error"]
    assert world.bo.tether.get(where(made))["data"] == made


def test_another_persons_configuration_is_denied(world: World, made: dict[str, Any]):
    for person in (world.cy, world.dora, world.ada):
        assert person.tether.put(where(made), EXAMPLE, 403) == DENIED
        assert person.tether.put(where(made), {"status": "nonsense"}, 403) == DENIED
    assert world.bo.tether.get(where(made))["data"] == made


def test_unknown_and_foreign_configurations_are_not_found(world: World, made: dict[str, Any]):
    for unknown in (UNKNOWN_ID, "x", made["_id"][:-1], made["defaultProcess"]):
        assert world.bo.tether.put(f"{PATH}/{unknown}", EXAMPLE, 404) == MISSING
    for person in (world.eve, world.sue):
        assert person.tether.put(where(made), EXAMPLE, 404) == MISSING
    assert world.bo.tether.get(where(made))["data"] == made


def test_anonymous_callers_are_told_to_log_in(world: World, made: dict[str, Any]):
    answer = world.nobody.tether.put(where(made), EXAMPLE, 401)
    assert answer["success"] is False
    assert answer["error"]


def test_a_session_works_like_a_key(world: World, made: dict[str, Any]):
    assert world.bo.session.put(where(made), EXAMPLE)["data"]["status"] == "inactive"


@pytest.mark.parametrize(
    ("given", "kept"),
    [(0, 0), (15, 15), (12.5, 12.5), (0.0001, 0.0001), (1.23456, 1.2346), (9999999999, 9999999999)],
)
def test_costs_keep_four_decimals(world: World, made: dict[str, Any], given: float, kept: float):
    data = world.bo.tether.put(where(made), {"costPerLead": given})["data"]
    assert data["costPerLead"] == kept
    assert isinstance(data["costPerLead"], int | float)
    assert world.bo.tether.get(where(made))["data"]["costPerLead"] == kept


def test_a_prompt_of_another_organization_does_not_exist(world: World, made: dict[str, Any]):
    foreign = make_prompt(world.eve)
    answer = world.bo.tether.put(where(made), {"defaultProcess": foreign}, 400)
    assert wrong_fields(answer) == {"defaultProcess"}
    pipeline = default_pipeline(world.eve)
    body = {"initialStage": stages_of(pipeline)["New Lead"], "pipelineId": pipeline["_id"]}
    assert wrong_fields(world.bo.tether.put(where(made), body, 400)) == set(body)


def test_a_colleagues_prompt_may_be_used(world: World, made: dict[str, Any]):
    prompt = make_prompt(world.ada)
    data = world.bo.tether.put(where(made), {"defaultProcess": prompt})["data"]
    assert data["defaultProcess"] == prompt


def test_a_name_is_kept_trimmed_and_may_change_its_case(world: World, made: dict[str, Any]):
    data = world.bo.tether.put(where(made), {"configurationName": " FACEBOOK lead ad funnel "})
    assert data["data"]["configurationName"] == "FACEBOOK lead ad funnel"


def test_a_name_that_the_user_has_already_is_refused(world: World, made: dict[str, Any]):
    make_configuration(world.bo, configurationName="Örtliche Anzeige")
    answer = world.bo.tether.put(where(made), {"configurationName": "örtliche ANZEIGE"}, 400)
    assert wrong_fields(answer) == {"configurationName"}
    make_configuration(world.cy, configurationName="Web")
    assert world.bo.tether.put(where(made), {"configurationName": "Web"})["success"] is True


def test_every_change_is_kept_once(world: World, made: dict[str, Any]):
    world.bo.tether.put(where(made), EXAMPLE)
    world.bo.tether.put(where(made), EXAMPLE)
    world.bo.tether.put(where(made), {"status": "nonsense"}, 400)
    events = world.sql(
        "SELECT action, before->>'status', after->>'status' FROM events "
        "WHERE object_id = %s ORDER BY sequence",
        bytes.fromhex(made["_id"]),
    )
    assert events == [("created", None, "active"), ("updated", "active", "inactive")]
