"""The versions of prompts in the Tether dialect: every text that a prompt had."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.dialects.tether.prompt_versions import PromptVersionShape, PromptVersionSummaryShape
from tests.cast import World
from tests.tether.configurations import UNKNOWN_ID, make_prompt

DENIED = {"error": "Permission denied", "success": False}


def wrong_fields(answer: dict[str, Any]) -> set[str]:
    assert answer["error"] == "Validation error"
    return {entry["field"] for entry in answer["errors"]}


def texts_of(world: World, prompt: str) -> list[str]:
    """The texts of all versions of a prompt of bo's, oldest first."""
    where = f"/prompts/{prompt}/versions"
    versions = world.bo.tether.get(where)["versions"]
    return [world.bo.tether.get(f"{where}/{v['_id']}")["prompt"] for v in reversed(versions)]


def test_every_text_becomes_a_version(world: World):
    prompt = make_prompt(world.bo, prompt="one")
    where = f"/prompts/{prompt}"
    world.bo.tether.put(where, {"prompt": "two"})
    world.bo.tether.put(where, {"name": "Renamed", "prompt": "two"})
    world.bo.tether.put(where, {"prompt": "one"})
    assert texts_of(world, prompt) == ["one", "two", "one"]
    versions = world.bo.tether.get(f"{where}/versions")["versions"]
    assert [(v["version"], v["source"], v["matchesCurrentPrompt"]) for v in versions] == [
        (3, "manual_save", True),
        (2, "manual_save", False),
        (1, "manual_save", True),
    ]


def test_a_checkpoint_is_saved_with_what_it_is_called(world: World):
    prompt = make_prompt(world.bo, prompt="one")
    where = f"/prompts/{prompt}/versions"
    body = {"prompt": "draft", "label": "L", "displayVersion": "v2", "title": "T"}
    body |= {"description": "D", "source": "ai_apply"}
    answer = world.bo.tether.post(where, body, 200)
    assert answer == {
        "message": "Version saved",
        "skipped": False,
        "version": 2,
        "versionId": answer["versionId"],
        "versionSnapshot": {
            "_id": answer["versionId"],
            "version": 2,
            "label": "L",
            "displayVersion": "v2",
            "title": "T",
            "description": "D",
            "source": "ai_apply",
            "createdAt": "2026-05-17T09:30:00.000Z",
            "matchesCurrentPrompt": False,
            "preview": "draft",
        },
    }
    assert set(answer["versionSnapshot"]) == set(PromptVersionSummaryShape.__annotations__)
    assert world.bo.tether.get(f"/prompts/{prompt}")["prompt"] == "one"
    version = world.bo.tether.get(f"{where}/{answer['versionId']}")
    assert set(version) == set(PromptVersionShape.__annotations__)
    assert version["prompt"] == "draft"
    assert version["promptId"] == prompt
    assert version["createdBy"] == world.bo.user_id.hex()
    back = world.bo.tether.post(where, {}, 200)
    assert (back["version"], back["versionSnapshot"]["source"]) == (3, "checkpoint")


def test_an_unchanged_text_is_not_saved_again(world: World):
    prompt = make_prompt(world.bo, prompt="one")
    where = f"/prompts/{prompt}/versions"
    first = world.bo.tether.get(where)["versions"][0]
    for body in ({}, None, {"prompt": "one", "label": "Ignored"}):
        answer = world.bo.tether.post(where, body, 200)
        assert answer["skipped"] is True
        assert (answer["version"], answer["versionId"]) == (1, first["_id"])
        assert answer["versionSnapshot"] == first
    assert texts_of(world, prompt) == ["one"]


@pytest.mark.parametrize(
    "body", [{"prompt": " "}, {"prompt": 1}, {"source": "magic"}, {"label": 1}, {"title": []}]
)
def test_wrong_versions_are_refused(world: World, body: dict[str, Any]):
    prompt = make_prompt(world.bo)
    answer = world.bo.tether.post(f"/prompts/{prompt}/versions", body, 400)
    assert wrong_fields(answer) == set(body)


def test_versions_come_in_pages(world: World):
    prompt = make_prompt(world.bo, prompt="text 1")
    for number in range(2, 6):
        world.bo.tether.put(f"/prompts/{prompt}", {"prompt": f"text {number}"})
    where = f"/prompts/{prompt}/versions"
    answer = world.bo.tether.get(where, params={"page": 2, "limit": 2})
    assert [version["version"] for version in answer["versions"]] == [3, 2]
    assert answer["pagination"] == {"page": 2, "limit": 2, "total": 5, "totalPages": 3}
    assert len(world.bo.tether.get(where)["versions"]) == 5
    world.bo.tether.get(where, 400, params={"limit": "many"})


def test_what_a_version_is_called_can_be_changed_and_cleared(world: World):
    prompt = make_prompt(world.bo)
    where = f"/prompts/{prompt}/versions"
    version = world.bo.tether.get(where)["versions"][0]
    one = f"{where}/{version['_id']}"
    named = {"displayVersion": "v1", "title": "First", "description": "As it was"}
    answer = world.bo.tether.patch(one, named)
    assert answer == {
        "message": "Prompt version updated successfully",
        "version": {**version, **named},
    }
    cleared = world.bo.tether.patch(one, {"title": None})["version"]
    assert cleared == {**version, **named, "title": None}
    refused = world.bo.tether.patch(one, {"prompt": "no"}, 400)
    assert refused["success"] is False
    assert "displayVersion" in refused["error"]
    assert wrong_fields(world.bo.tether.patch(one, {"title": 1}, 400)) == {"title"}
    assert world.cy.tether.patch(one, {"title": "Mine"}, 403) == DENIED


def test_a_version_of_another_prompt_is_not_found(world: World):
    prompt, other = make_prompt(world.bo), make_prompt(world.bo)
    version = world.bo.tether.get(f"/prompts/{other}/versions")["versions"][0]["_id"]
    missing = {"error": "Prompt version not found", "success": False}
    for unknown in (version, UNKNOWN_ID, "x"):
        where = f"/prompts/{prompt}/versions/{unknown}"
        assert world.bo.tether.get(where, 404) == missing
        assert world.bo.tether.patch(where, {"title": "x"}, 404) == missing
