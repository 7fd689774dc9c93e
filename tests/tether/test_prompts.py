"""Prompts in the Tether dialect: what they hold, who sees them, and what uses them."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.dialects.tether.prompts import PromptShape, PromptSummaryShape
from tests.cast import World
from tests.tether.configurations import UNKNOWN_ID, make_configuration, make_prompt, take_in

DENIED = {"error": "Permission denied", "success": False}
MISSING = {"error": "Prompt not found", "success": False}
EXAMPLE = {
    "name": "Leasing follow-up assistant",
    "prompt": "<prompt><role>Leasing assistant</role></prompt>",
    "description": "Follow up with leads a day after their last response.",
    "temperature": 0.2,
    "responseTime": 45,
    "isHidden": False,
    "tools": [{"name": "book_tour"}],
    "toolConfigs": {"book_tour": {"requireApproval": True}},
}


def wrong_fields(answer: dict[str, Any]) -> set[str]:
    assert answer["error"] == "Validation error"
    assert answer["success"] is False
    return {entry["field"] for entry in answer["errors"]}


# Creating, reading, changing.


def test_a_prompt_is_created_with_all_its_fields(world: World):
    answer = world.bo.tether.post("/prompts/create", EXAMPLE, 201)
    prompt = answer["prompt"]
    assert answer == {
        "success": True,
        "message": "Prompt created successfully",
        "prompt": prompt,
        "data": prompt,
    }
    assert prompt == {
        **EXAMPLE,
        "_id": prompt["_id"],
        "organizationId": world.bo.org,
        "userId": world.bo.user_id.hex(),
        "copiedFrom": None,
        "copiedFromName": None,
        "copiedFromOrg": None,
        "createdAt": "2026-05-17T09:30:00.000Z",
        "updatedAt": "2026-05-17T09:30:00.000Z",
    }
    assert set(prompt) == set(PromptShape.__annotations__)
    assert world.bo.tether.get(f"/prompts/{prompt['_id']}") == prompt


def test_a_name_and_a_text_are_enough(world: World):
    body = {"name": " Short ", "prompt": "Be kind."}
    prompt = world.bo.tether.post("/prompts/create", body, 201)["prompt"]
    assert (prompt["name"], prompt["description"]) == ("Short", None)
    assert (prompt["temperature"], prompt["responseTime"]) == (0.7, 0)
    assert (prompt["isHidden"], prompt["tools"], prompt["toolConfigs"]) == (False, [], {})


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ["", "  ", 1, None, "x" * 256]),
        ("prompt", ["", " \n", 1, None, []]),
        ("description", [1, []]),
        ("temperature", [-0.1, 1.1, "0.5", None, True]),
        ("responseTime", [-1, "45", None]),
        ("isHidden", ["yes", 1, None]),
        ("tools", [{}, "book_tour", ["book_tour"], None]),
        ("toolConfigs", [[], "x", None]),
    ],
)
def test_wrong_values_are_named(world: World, field: str, values: list[Any]):
    prompt = make_prompt(world.bo)
    before = world.bo.tether.get(f"/prompts/{prompt}")
    for value in values:
        create = world.bo.tether.post("/prompts/create", {**EXAMPLE, field: value}, 400)
        assert {name.split(".")[0] for name in wrong_fields(create)} == {field}, value
        update = world.bo.tether.put(f"/prompts/{prompt}", {field: value}, 400)
        assert {name.split(".")[0] for name in wrong_fields(update)} == {field}, value
    assert world.bo.tether.get("/prompts/user") == [before]


def test_what_is_required_is_named(world: World):
    assert wrong_fields(world.bo.tether.post("/prompts/create", {}, 400)) == {"name", "prompt"}


def test_only_what_is_sent_changes(world: World):
    prompt = world.bo.tether.post("/prompts/create", EXAMPLE, 201)["prompt"]
    where = f"/prompts/{prompt['_id']}"
    world.clock.advance(minutes=1)
    answer = world.bo.tether.put(where, {"responseTime": 1.5, "description": None, "x": 1})
    assert answer["message"] == "Prompt updated successfully"
    assert answer["prompt"] == {
        **prompt,
        "responseTime": 1.5,
        "description": None,
        "updatedAt": "2026-05-17T09:31:00.000Z",
    }
    assert world.bo.tether.put(where, {})["prompt"] == answer["prompt"]


def test_everybody_lists_their_own_newest_first(world: World):
    assert world.bo.tether.get("/prompts/user") == []
    first, second = make_prompt(world.bo, name="First"), make_prompt(world.bo, name="Second")
    make_prompt(world.cy)
    assert [prompt["_id"] for prompt in world.bo.tether.get("/prompts/user")] == [second, first]


def test_colleagues_read_and_only_owner_and_admins_change(world: World):
    prompt = make_prompt(world.bo)
    where = f"/prompts/{prompt}"
    for person in (world.cy, world.dora):
        assert person.tether.get(where)["_id"] == prompt
        assert person.tether.put(where, {"name": "Mine"}, 403) == DENIED
        assert person.tether.delete(where, status=403) == DENIED
        assert person.tether.get(f"{where}/versions", 403) == DENIED
        assert person.tether.post(f"{where}/versions", {}, 403) == DENIED
    assert world.ada.tether.put(where, {"name": "Ada's"})["prompt"]["userId"] == (
        world.bo.user_id.hex()
    )
    assert world.ada.tether.delete(where, status=200)["success"] is True


def test_other_organizations_learn_nothing(world: World):
    prompt = make_prompt(world.bo)
    version = world.bo.tether.get(f"/prompts/{prompt}/versions")["versions"][0]["_id"]
    for person in (world.eve, world.sue):
        for found in (prompt, UNKNOWN_ID, "x"):
            assert person.tether.get(f"/prompts/{found}", 404) == MISSING
            assert person.tether.put(f"/prompts/{found}", {"name": "Mine"}, 404) == MISSING
            assert person.tether.delete(f"/prompts/{found}", status=404) == MISSING
            assert person.tether.get(f"/prompts/{found}/usage", 404) == MISSING
            assert person.tether.get(f"/prompts/{found}/versions", 404) == MISSING
            assert person.tether.get(f"/prompts/{found}/versions/{version}", 404) == MISSING
    assert world.nobody.tether.get(f"/prompts/{prompt}", 401)["success"] is False


def test_a_hidden_text_is_for_admins_only(world: World):
    prompt = make_prompt(world.bo, isHidden=True)
    where = f"/prompts/{prompt}"
    for person in (world.bo, world.cy):
        assert "prompt" not in person.tether.get(where)
    assert "prompt" not in world.bo.tether.get("/prompts/user")[0]
    assert "prompt" not in world.bo.tether.put(where, {"prompt": "New"})["prompt"]
    (newest, oldest) = world.bo.tether.get(f"{where}/versions")["versions"]
    assert "preview" not in newest
    assert "prompt" not in world.bo.tether.get(f"{where}/versions/{oldest['_id']}")
    assert world.ada.tether.get(where)["prompt"] == "New"
    assert world.ada.tether.get(f"{where}/versions")["versions"][0]["preview"] == "New"


def test_summaries_tell_whose_and_what(world: World):
    shown, hidden = make_prompt(world.bo, name="Shown"), make_prompt(world.bo, isHidden=True)
    own = world.bo.tether.get("/prompts/user/summary")
    assert [prompt["_id"] for prompt in own] == [hidden, shown]
    assert own[1] == {
        "_id": shown,
        "name": "Shown",
        "description": None,
        "temperature": 0.7,
        "responseTime": 0,
        "updatedAt": "2026-05-17T09:30:00.000Z",
        "isHidden": False,
        "isReference": False,
        "isOwned": True,
        "isPublished": False,
        "isCopied": False,
        "copiedFromName": None,
        "copiedFromOrg": None,
        "isContentVisible": True,
    }
    assert set(own[1]) == set(PromptSummaryShape.__annotations__)
    assert own[0]["isContentVisible"] is False
    assert world.cy.tether.get("/prompts/user/summary") == []
    of_bo = {"userId": world.bo.user_id.hex()}
    seen = world.cy.tether.get("/prompts/user/summary", params=of_bo)
    assert [(prompt["_id"], prompt["isOwned"]) for prompt in seen] == [(shown, False)]
    assert len(world.ada.tether.get("/prompts/user/summary", params=of_bo)) == 2
    for person, user in ((world.eve, world.bo.user_id.hex()), (world.bo, UNKNOWN_ID)):
        answer = person.tether.get("/prompts/user/summary", 404, params={"userId": user})
        assert answer == {"error": "User not found", "success": False}


# Use, deletion, reassignment.


def test_an_unused_prompt_is_deleted_with_its_versions(world: World):
    prompt = make_prompt(world.bo, prompt="one")
    world.bo.tether.put(f"/prompts/{prompt}", {"prompt": "two"})
    assert world.bo.tether.delete(f"/prompts/{prompt}", status=200) == {
        "success": True,
        "message": "Prompt deleted successfully",
    }
    assert world.bo.tether.get(f"/prompts/{prompt}", 404) == MISSING
    deleted = world.sql(
        "SELECT noun FROM events WHERE organization_id = %s AND action = 'deleted' "
        "ORDER BY sequence",
        world.bo.organization_id,
    )
    assert deleted == [("prompt_version",), ("prompt_version",), ("prompt",)]


def test_usage_counts_what_a_prompt_drives(world: World):
    prompt = make_prompt(world.bo, name="Used")
    other = make_prompt(world.cy, name="Other", description="For others")
    hidden = make_prompt(world.cy, name="Secret", isHidden=True)
    where = f"/prompts/{prompt}/usage"
    unused = {
        "promptId": prompt,
        "promptName": "Used",
        "isInUse": False,
        "contactsCount": 0,
        "conversationsCount": 0,
        "configurationsCount": 0,
        "totalUsageCount": 0,
        "hasAlternatives": True,
        "alternatives": [{"id": other, "name": "Other", "description": "For others"}],
    }
    assert world.bo.tether.get(where) == unused
    take_in(make_configuration(world.bo, defaultProcess=prompt), world.bo, "+14155550133")
    used = {"isInUse": True, "contactsCount": 1, "conversationsCount": 1}
    used |= {"configurationsCount": 1, "totalUsageCount": 3}
    assert world.bo.tether.get(where) == {**unused, **used}
    seen = [each["id"] for each in world.ada.tether.get(where)["alternatives"]]
    assert seen == [other, hidden]
    foreign = make_prompt(world.eve)
    alone = world.eve.tether.get(f"/prompts/{foreign}/usage")
    assert (alone["hasAlternatives"], alone["alternatives"]) == (False, [])


def test_a_prompt_in_use_is_not_deleted_and_says_what_to_do(world: World):
    prompt = make_prompt(world.bo)
    take_in(make_configuration(world.bo, defaultProcess=prompt), world.bo, "+14155550133")
    answer = world.bo.tether.delete(f"/prompts/{prompt}", status=400)
    assert answer["success"] is False
    for words in ("configurations: 1", "contacts: 1", "conversations: 1", "Reassign"):
        assert words in answer["error"]
    assert world.bo.tether.get(f"/prompts/{prompt}")["_id"] == prompt


def test_reassigning_moves_everything_and_deletes_the_source(world: World):
    prompt, target = make_prompt(world.bo), make_prompt(world.cy)
    configuration = make_configuration(world.bo, defaultProcess=prompt)
    take_in(configuration, world.bo, "+14155550133")
    take_in(configuration, world.bo, "+14155550134")
    world.clock.advance(minutes=1)
    body = {"promptId": prompt, "targetPromptId": target}
    answer = world.bo.tether.post("/prompts/reassign", body, 200)
    assert answer == {
        "success": True,
        "message": "Successfully reassigned 5 items and deleted prompt",
        "contactsUpdated": 2,
        "conversationsUpdated": 2,
        "configurationsUpdated": 1,
        "totalUpdated": 5,
    }
    assert world.bo.tether.get(f"/prompts/{prompt}", 404) == MISSING
    usage = world.bo.tether.get(f"/prompts/{target}/usage")
    assert usage["totalUsageCount"] == 5
    shown = world.bo.tether.get(f"/lead-management/{configuration['_id']}")["data"]
    assert shown == {
        **configuration,
        "defaultProcess": target,
        "updatedAt": "2026-05-17T09:31:00.000Z",
    }
    events = world.sql(
        "SELECT noun, count(*), min(after->>'updated_at') FROM events "
        "WHERE organization_id = %s AND action = 'updated' AND occurred_at = %s "
        "AND before->>%s IS DISTINCT FROM after->>%s GROUP BY noun ORDER BY noun",
        world.bo.organization_id,
        world.clock.now(),
        "updated_at",
        "updated_at",
    )
    assert [(noun, count) for noun, count, _ in events] == [
        ("contact", 2),
        ("conversation", 2),
        ("lead_source", 1),
    ]


def test_what_cannot_be_reassigned(world: World):
    prompt, target = make_prompt(world.bo), make_prompt(world.bo)
    foreign = make_prompt(world.eve)

    def attempt(status: int, source: Any, to: Any, person: Any = world.bo) -> dict[str, Any]:
        body = {"promptId": source, "targetPromptId": to}
        answer: dict[str, Any] = person.tether.post("/prompts/reassign", body, status)
        return answer

    assert wrong_fields(attempt(400, prompt, prompt)) == {"targetPromptId"}
    assert wrong_fields(attempt(400, "x", 1)) == {"promptId", "targetPromptId"}
    assert wrong_fields(world.bo.tether.post("/prompts/reassign", {}, 400)) == {
        "promptId",
        "targetPromptId",
    }
    for unknown in (foreign, UNKNOWN_ID):
        assert attempt(404, unknown, target) == MISSING
        assert attempt(404, prompt, unknown)["error"] == "Target prompt not found"
    assert attempt(403, prompt, target, world.cy) == DENIED
    assert world.bo.tether.get(f"/prompts/{prompt}")["_id"] == prompt


def test_reassigning_an_unused_prompt_only_deletes_it(world: World):
    body = {"promptId": make_prompt(world.bo), "targetPromptId": make_prompt(world.bo)}
    answer = world.ada.tether.post("/prompts/reassign", body, 200)
    assert answer["message"] == "Successfully reassigned 0 items and deleted prompt"
    assert answer["totalUpdated"] == 0
