"""What the Close operations on files and forms need: see ``tests/samples_close.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.things import Sample, Things


def _form(things: Things) -> Any:
    choices = [{"label": "Sales", "value": "sales"}, {"label": "Support", "value": "support"}]
    return {
        "name": things.word(),
        "field_definitions": [
            {"name": "name", "type": "text", "choices": None},
            {"name": "email", "type": "email"},
            {"name": "interest", "type": "select", "choices": choices},
        ],
    }


def make_form(things: Things) -> str:
    found: str = things.world.ada.close.post("/form/", _form(things))["id"]
    return found


def make_submission(things: Things) -> str:
    """It names its form, its lead and its contact as well."""
    ada = things.world.ada.close
    url = ada.get(f"/form/{things('close.form')}/")["submission_url"]
    body = {"name": "Gus Grant", "email": f"{things.word()}@example.com"}
    assert things.world.client.post(urlsplit(url).path, json=body).status_code == 201
    made = ada.get("/activity/form_submission/", params={"_limit": "1"})["data"][0]
    things.ids.update(made[name].partition("_")[2] for name in ("lead_id", "contact_id"))
    return str(made["id"])


# By the noun of the operation. Ids as Close spells them.
MAKERS: dict[str, Callable[[Things], str]] = {
    "close.form": make_form,
    "close.form_submission": make_submission,
}

SAMPLES: dict[str, Sample] = {
    "close.file.upload": Sample(
        body=lambda t: {"filename": f"{t.word()}.jpg", "content_type": "image/jpeg"}
    ),
    "close.form.create": Sample(body=_form),
    "close.form.update": Sample(body=lambda t: {"name": t.word(), "is_archived": True}),
}
