"""Pipelines and stages through the API, and leads and opportunities placed in them."""

from __future__ import annotations

from typing import Any

from leadline.features.leads.inputs import NewLead
from leadline.features.opportunities.actions import insert_opportunity
from leadline.features.opportunities.inputs import NewOpportunity
from leadline.features.pipelines.queries import stage_book
from leadline.flows.create_lead import create_lead
from leadline.kernel.scope import Scope
from tests.cast import Person, World

UNKNOWN = "0" * 24


def default(person: Person, kind: str = "Contact") -> dict[str, Any]:
    found: dict[str, Any] = person.tether.get("/pipelines", params={"type": kind})["data"]
    return found


def names(pipeline: dict[str, Any]) -> list[str]:
    return [stage["name"] for stage in pipeline["pipelineStages"]]


def create(person: Person, name: str, *stages: str, **more: Any) -> dict[str, Any]:
    body = {"name": name, "stages": [{"newStage": stage} for stage in stages], **more}
    made: dict[str, Any] = person.tether.post("/pipelines/create", body, 201)["data"]
    return made


def keep(pipeline: dict[str, Any]) -> list[dict[str, Any]]:
    """The stages of a pipeline as a body that changes nothing."""
    return [{"oldStage": name, "newStage": name} for name in names(pipeline)]


def close_stages(person: Person) -> list[str]:
    where = f"/organizations/{person.org}/outreach-close-stages"
    found: list[str] = person.tether.get(where)["data"]
    return found


def fields(answer: dict[str, Any]) -> set[str]:
    assert answer["success"] is False
    assert answer["error"]["code"] == "VALIDATION_ERROR"
    return {entry["field"] for entry in answer["error"]["details"]}


def reassign(person: Person, source: str, target: str, status: int = 200) -> dict[str, Any]:
    body = {"sourceStageId": source, "targetStageId": target}
    answer: dict[str, Any] = person.tether.post("/pipelines/stages/reassign", body, status)
    return answer


def place_leads(world: World, person: Person, stage: str, count: int) -> list[bytes]:
    """That many new leads in a stage, which is given by its name or id; returns their ids."""

    async def run() -> list[bytes]:
        async with world.services.database.writing(_scope(person)) as unit:
            found = (await stage_book(unit, "lead")).resolve(stage)
            assert found is not None
            return [(await create_lead(unit, NewLead(), [], found))[0].id for _ in range(count)]

    ids: list[bytes] = world.call(run)
    return ids


def place_opportunity(world: World, person: Person, lead_id: bytes, stage: str) -> bytes:
    """A new opportunity of a lead in a stage; returns its id."""

    async def run() -> bytes:
        async with world.services.database.writing(_scope(person)) as unit:
            found = (await stage_book(unit, "opportunity")).resolve(stage)
            assert found is not None
            made = await insert_opportunity(unit, lead_id, found, NewOpportunity())
            return made.id

    opportunity_id: bytes = world.call(run)
    return opportunity_id


def _scope(person: Person) -> Scope:
    return Scope(person.organization_id, person.user_id, person.role, b"test")
