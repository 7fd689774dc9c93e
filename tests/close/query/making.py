"""Three leads that differ in everything that can be searched for, and how tests ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.cast import World
from tests.close.making import Json, custom_field, statuses

ACME, BLUTH, GLOBEX = "Acme Rockets", "Bluth Company", "Globex"


@dataclass
class Made:
    """The ids of what ``three_leads`` has made, by names; fields are keys of the API."""

    leads: dict[str, str]
    contacts: dict[str, str]
    opportunities: dict[str, str]
    tasks: dict[str, str]
    statuses: dict[str, str]
    fields: dict[str, str]


def three_leads(world: World) -> Made:
    """Acme has nearly everything, Bluth some of it, and Globex nothing."""
    field = {
        "Industry": _industry(world),
        "Size": custom_field(world, "lead", "Size", "number"),
        "Two Words": custom_field(world, "lead", "Two Words"),
        "Renewal": custom_field(world, "lead", "Renewal", "date"),
        "Keeper": custom_field(world, "lead", "Keeper", "user"),
        "Birthday": custom_field(world, "contact", "Birthday", "date"),
        "Contract": custom_field(world, "opportunity", "Contract"),
    }
    status = statuses(world)
    leads = _make_leads(world, status, field)
    contacts = {each["name"]: each["id"] for lead in leads.values() for each in lead["contacts"]}
    ids = {name: lead["id"] for name, lead in leads.items()}
    deals = _make_opportunities(world, ids, contacts, field)
    _make_activities(world, ids, contacts)
    tasks = {
        "call": {"text": "Call Jane back", "date": "2026-05-20", "lead_id": ids[ACME]},
        "write": {"text": "Write to Gob", "lead_id": ids[BLUTH], "is_complete": True},
        "visit": {"text": "Visit", "date": "2026-05-17T20:00:00Z", "lead_id": ids[BLUTH]},
    }
    made = {name: world.ada.close.post("/task/", body, 200)["id"] for name, body in tasks.items()}
    world.ada.close.put(f"/lead/{ids[BLUTH]}/", {"status_id": status["Qualified"]})
    return Made(ids, contacts, deals, made, status, field)


def _industry(world: World) -> str:
    body = {
        "name": "Industry",
        "type": "choices",
        "choices": ["Space", "Defense", "Housing"],
        "accepts_multiple_values": True,
    }
    return f"custom.{world.ada.close.post('/custom_field/lead/', body)['id']}"


def _make_leads(world: World, status: dict[str, str], field: dict[str, str]) -> dict[str, Json]:
    jane = {
        "name": "Jane Roe",
        "title": "Head of Sales",
        "emails": [{"email": "jane.roe@acme.example.com"}, {"email": "jr@home.example.com"}],
        "phones": [{"phone": "+1 415-555-0101", "type": "mobile"}],
        "urls": [{"url": "https://jane.example.com"}],
        field["Birthday"]: "1990-02-03",
    }
    berlin = {"address_1": "Main Street 1", "city": "Berlin", "country": "DE", "zipcode": "10115"}
    acme = {
        "name": ACME,
        "url": "https://acme.example.com/home",
        "description": "Makes rockets, and little else",
        "contacts": [jane, {"name": "John Doe"}],
        "addresses": [berlin, {"city": "Bern", "country": "CH"}],
        "date_created": "2026-01-15T12:00:00Z",
        field["Industry"]: ["Space", "Defense"],
        field["Size"]: 250,
        field["Two Words"]: "Alpha beta",
        field["Renewal"]: "2026-06-01",
        field["Keeper"]: f"user_{world.ada.user_id.hex()}",
    }
    bluth = {
        "name": BLUTH,
        "contacts": [{"name": "Gob Bluth", "emails": [{"email": "gob@bluth.example.com"}]}],
        "addresses": [{"city": "Newport Beach", "state": "CA", "country": "US"}],
        "status_id": status["Contacted"],
        "date_created": "2026-03-01T00:30:00Z",
        field["Industry"]: ["Housing"],
        field["Size"]: 12.5,
    }
    globex = {"name": GLOBEX, "date_created": "2026-05-16T23:30:00Z"}
    made = [world.ada.close.post("/lead/", each, 200) for each in (acme, bluth, globex)]
    return {each["name"]: each for each in made}


def _make_opportunities(
    world: World, leads: dict[str, str], contacts: dict[str, str], field: dict[str, str]
) -> dict[str, str]:
    """One that is active and one that was won today."""
    ada = world.ada.close
    rocket = {
        "lead_id": leads[ACME],
        "contact_id": contacts["Jane Roe"],
        "value": 500000,
        "value_period": "monthly",
        "confidence": 60,
        "note": "An important rocket",
        "date_won": "2026-06-30",
        field["Contract"]: "C-1",
    }
    house = {"lead_id": leads[BLUTH], "value": 90000, "note": "A house"}
    made = {
        "rocket": ada.post("/opportunity/", rocket)["id"],
        "house": ada.post("/opportunity/", house)["id"],
    }
    (won,) = (
        each["id"] for each in ada.get("/status/opportunity/")["data"] if each["label"] == "Won"
    )
    ada.put(f"/opportunity/{made['house']}/", {"status_id": won})
    return made


def _make_activities(world: World, leads: dict[str, str], contacts: dict[str, str]) -> None:
    post = world.ada.close.post
    outbound = {
        "lead_id": leads[ACME],
        "contact_id": contacts["Jane Roe"],
        "duration": 120,
        "direction": "outbound",
        "activity_at": "2026-05-10T10:00:00Z",
    }
    inbound = {
        "lead_id": leads[BLUTH],
        "duration": 30,
        "direction": "inbound",
        "activity_at": "2026-05-16T10:00:00Z",
    }
    for call in (outbound, inbound):
        post("/activity/call/", {**call, "status": "completed"})
    post("/activity/note/", {"lead_id": leads[BLUTH], "note": "Prefers frozen bananas"})


def found(world: World, query: str, path: str = "/lead/", **more: Any) -> Json:
    params = {"query": query, **more.pop("params", {})}
    answer: Json = world.ada.close.get(path, params=params, **more)
    return answer


def names(world: World, query: str, **more: Any) -> list[str]:
    """The names of the leads that a query finds, in its order."""
    answer = found(world, query, **more)
    assert answer["total_results"] == len(answer["data"])
    assert answer["has_more"] is False
    return [each["name"] for each in answer["data"]]


def which(world: World, query: str, **more: Any) -> str:
    """The leads that a query finds, as their first letters: ABG are all of them."""
    return "".join(sorted(name[0] for name in names(world, query, **more)))


def refused(world: World, query: str, path: str = "/lead/", **more: Any) -> str:
    """The error that a query is answered with, which is one sentence and nothing else."""
    params = {"query": query, **more.pop("params", {})}
    answer = world.ada.close.get(path, 400, params=params, **more)
    assert set(answer) == {"error"}
    text: str = answer["error"]
    return text
