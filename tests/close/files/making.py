"""Files and forms of north: how tests upload, fetch and fill them in, and what came of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.cast import Person, World
from tests.close.making import lead

CONTENT = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1000


def ask(person: Person, filename: str = "image.jpg", content_type: str = "image/jpeg") -> Any:
    body = {"filename": filename, "content_type": content_type}
    return person.close.post("/files/upload/", body, 200)


def send(
    world: World, upload: Any, content: bytes = CONTENT, changed: Mapping[str, str] | None = None
) -> Any:
    """As clients upload to S3: the fields of the answer, then the file."""
    fields = {**upload["fields"], **(changed or {})}
    return world.client.post(upload["url"], data=fields, files={"file": ("x", content)})


def uploaded(world: World, content: bytes = CONTENT, **names: str) -> str:
    """The download address of a file of north that has arrived."""
    asked = ask(world.ada, **names)
    assert send(world, asked["upload"], content).status_code == 201
    return str(asked["download"]["url"])


def attached(url: str, filename: str = "mine.jpg") -> Any:
    return {"url": url, "filename": filename, "content_type": "text/plain"}


def note_with(world: World, url: str) -> Any:
    body = {"lead_id": lead(world)["id"], "note": "See", "attachments": [attached(url)]}
    return world.ada.close.post("/activity/note/", body, 200)


def fetch(world: World, url: str, person: Person | None = None, **headers: str) -> Any:
    if person is None:
        return world.client.get(url, headers=headers, follow_redirects=False)
    pair = base64.b64encode(f"{person.api_key}:".encode()).decode()
    return world.client.get(
        url, headers={"Authorization": f"Basic {pair}", **headers}, follow_redirects=False
    )


def file_id(url: str) -> str:
    return next(part for part in urlsplit(url).path.split("/") if part.startswith("file_"))


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
