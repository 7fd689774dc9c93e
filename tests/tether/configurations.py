"""What tests of prompts and of lead source configurations start from."""

from __future__ import annotations

from typing import Any

from tests.cast import Person, World

PATH = "/lead-management"
UNKNOWN_ID = "0123456789abcdef01234567"


def make_prompt(person: Person, **fields: Any) -> str:
    """The id of a new prompt."""
    body = {"name": "Follow-up", "prompt": "<prompt>Be kind.</prompt>", **fields}
    made: str = person.tether.post("/prompts/create", body, 201)["prompt"]["_id"]
    return made


def configuration(person: Person, **fields: Any) -> dict[str, Any]:
    """A valid body; a prompt is made unless one is given."""
    body = {"configurationName": "Facebook Lead Ad Funnel", "initialStage": "New Lead", **fields}
    if "defaultProcess" not in body:
        body["defaultProcess"] = make_prompt(person)
    return body


def make_configuration(person: Person, **fields: Any) -> dict[str, Any]:
    """A new configuration as it is answered."""
    made: dict[str, Any] = person.tether.post(PATH, configuration(person, **fields), 201)["data"]
    return made


def take_in(configuration: dict[str, Any], person: Person, phone: str) -> None:
    """A lead that a configuration of that person takes in."""
    body = {"configurationId": configuration["_id"], "phoneNumber": phone, "firstName": "Jamie"}
    person.tether.post("/webhook/outreach", body)


def default_pipeline(person: Person, kind: str = "Contact") -> dict[str, Any]:
    """The pipeline that an organization starts with, of type Contact or Application."""
    found: dict[str, Any] = person.tether.get("/pipelines", params={"type": kind})["data"]
    return found


def add_pipeline(world: World, kind: str, name: str, *stages: str) -> dict[str, Any]:
    """Another pipeline of north, which is not the default one."""
    body = {"name": name, "pipelineStages": [{"name": stage} for stage in stages]}
    made: dict[str, Any] = world.ada.tether.post(
        "/pipelines/create", body, 201, params={"type": kind}
    )["data"]
    return made


def stages_of(pipeline: dict[str, Any]) -> dict[str, str]:
    """The ids of the stages of a pipeline by their names."""
    return {stage["name"]: stage["_id"] for stage in pipeline["pipelineStages"]}
