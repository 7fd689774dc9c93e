"""What the Close operations need: how each thing is made, and a small valid body for each write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.samples_tether import make_member
from tests.things import Sample, Things


def _made(things: Things, path: str, body: Any) -> str:
    found: str = things.world.ada.close.post(path, body)["id"]
    return found


def _contact(things: Things) -> Any:
    return {
        "name": "Jane Doe",
        "emails": [{"email": f"{things.word()}@example.com", "type": "office"}],
        "phones": [{"phone": things.phone()}],
        "urls": [{"url": "https://example.com"}],
    }


def _on_a_lead(things: Things) -> Any:
    return {**_contact(things), "lead_id": things("close.lead")}


def _lead(things: Things) -> Any:
    return {
        "name": things.word(),
        "contacts": [_contact(things)],
        "addresses": [{"city": "Springfield", "country": "US"}],
    }


def _call(things: Things) -> Any:
    return {
        "lead_id": things("close.lead"),
        "outcome_id": things("close.outcome"),
        "direction": "outbound",
        "duration": 60,
        "phone": things.phone(),
    }


# By the noun of the operation (``outcome.get``). Ids as Close spells them.
MAKERS: dict[str, Callable[[Things], str]] = {
    "close.call": lambda t: _made(t, "/activity/call/", _call(t)),
    "close.contact": lambda t: _made(t, "/contact/", _on_a_lead(t)),
    "close.lead": lambda t: _made(t, "/lead/", _lead(t)),
    "close.lead_status": lambda t: _made(t, "/status/lead/", {"label": t.word()}),
    "close.outcome": lambda t: _made(t, "/outcome/", {"name": t.word()}),
    "close.user": lambda t: f"user_{make_member(t)}",
}

SAMPLES: dict[str, Sample] = {
    "close.call.create": Sample(_call),
    "close.call.update": Sample(lambda t: {"outcome_id": t("close.outcome"), "note": "Good."}),
    "close.contact.create": Sample(_on_a_lead),
    "close.contact.update": Sample(lambda t: {"title": "Buyer", "lead_id": t("close.lead")}),
    "close.lead.create": Sample(_lead),
    "close.lead.update": Sample(lambda t: {"name": t.word()}),
    "close.lead_status.create": Sample(lambda t: {"label": t.word(), "color": "#2563eb"}),
    "close.lead_status.update": Sample(lambda t: {"label": t.word()}),
    "close.outcome.create": Sample(lambda t: {"name": t.word(), "applies_to": ["calls"]}),
    "close.outcome.update": Sample(lambda t: {"name": t.word(), "description": "d"}),
}
