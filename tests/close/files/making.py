"""Forms, how tests fill them in, and what came of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.cast import World

CHOICES = [{"label": "Sales", "value": "sales"}, {"label": "Support", "value": "support"}]
FIELDS: list[dict[str, Any]] = [
    {"name": "Name"},
    {"name": "Email", "type": "email"},
    {"name": "Phone", "type": "phone"},
    {"name": "Company"},
    {"name": "Interest", "type": "select", "choices": CHOICES},
    {"name": "Message", "type": "textarea"},
    {"name": "Newsletter", "type": "checkbox"},
    {"name": "Site", "type": "url"},
]
JOHN = {"name": "John Doe", "email": "John@Example.com", "newsletter": "on", "submit": "Send"}


def form(world: World, fields: Any = FIELDS, name: str = "Contact Us") -> Any:
    return world.ada.close.post("/form/", {"name": name, "field_definitions": fields}, 200)


def fill_in(world: World, made: Any, values: Any, status: int = 201, **headers: str) -> Any:
    """As a script on a page does, with nothing but the values."""
    path = urlsplit(made["submission_url"]).path
    response = world.client.post(path, json=values, headers=headers)
    assert response.status_code == status, response.text
    assert response.headers["access-control-allow-origin"] == "*"
    return response.json()


def post(world: World, made: Any, body: bytes, kind: str) -> Any:
    """As a browser does, with whatever body."""
    path = urlsplit(made["submission_url"]).path
    return world.client.post(path, content=body, headers={"Content-Type": kind})


def submissions(world: World, **query: str) -> list[Any]:
    found: list[Any] = world.ada.close.get("/activity/form_submission/", params=query)["data"]
    return found


def filled_in(world: World) -> dict[str, Any]:
    """The answers of the latest submission, without those that are empty."""
    values = submissions(world)[0]["values_by_name"]
    return {name: value for name, value in values.items() if value}


def leads(world: World) -> int:
    found: int = world.ada.close.get("/lead/", params={"_limit": "0"})["total_results"]
    return found
