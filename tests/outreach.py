"""Making what the outreach tests need: prompts, configurations and incoming leads."""

from __future__ import annotations

from typing import Any

from tests.cast import Person


def make_prompt(person: Person, name: str = "Assistant") -> str:
    """A prompt of that person; returns its id."""
    body = {"name": name, "prompt": "<prompt><role>Assistant</role></prompt>", "responseTime": 5}
    return str(person.tether.post("/prompts/create", body)["prompt"]["_id"])


def make_configuration(person: Person, **fields: Any) -> dict[str, Any]:
    """An active configuration of that person: 12.50 per lead from Facebook Lead Ad."""
    body = {
        "configurationName": "Facebook Lead Ad Funnel",
        "source": "Facebook Lead Ad",
        "initialStage": "New Lead",
        "costPerLead": 12.5,
        **fields,
    }
    if "defaultProcess" not in body:
        body["defaultProcess"] = make_prompt(person)
    made: dict[str, Any] = person.tether.post("/lead-management", body, 201)["data"]
    return made


JANE = {
    "firstName": "Jane",
    "lastName": "Doe",
    "email": "Jane.Doe@Example.com",
    "phoneNumber": "+1 (415) 555-0133",
}


def send_lead(person: Person, configuration: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Sends a lead through the webhook; returns the answer's ``data``."""
    body = {"configurationId": configuration["_id"], **(fields or JANE)}
    data: dict[str, Any] = person.tether.post("/webhook/outreach", body, 200)["data"]
    return data
