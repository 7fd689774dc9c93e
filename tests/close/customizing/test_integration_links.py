"""Integration links, and how they are filled in on leads, contacts and opportunities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import contact, custom_field, lead, statements, wrong

SEED = {
    "name": "Google Search",
    "type": "lead",
    "url": "http://google.com/search?q={{lead.display_name}}",
}


def link(world: World, kind: str, url: str) -> Any:
    return world.ada.close.post("/integration_link/", {"name": kind, "type": kind, "url": url})


def test_the_documented_request_gets_the_documented_answer(world: World):
    made = world.ada.close.post("/integration_link/", SEED, 200)
    me = f"user_{world.ada.user_id.hex()}"
    assert made == {
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "id": made["id"],
        "organization_id": f"orga_{world.ada.org}",
        "updated_by": me,
        **SEED,
    }
    assert made["id"].startswith("ilink_")
    assert world.bo.close.get("/integration_link/") == {"data": [made], "has_more": False}
    changed = world.ada.close.put(
        f"/integration_link/{made['id']}/", {"name": "Google Lookup", "type": None, "url": None}
    )
    assert changed == {**made, "name": "Google Lookup"}
    assert world.ada.close.post("/integration_link/", made)["id"] != made["id"]
    assert world.ada.close.delete(f"/integration_link/{made['id']}/", status=200) == {}
    world.ada.close.get(f"/integration_link/{made['id']}/", 404)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "type", "url"}),
        ({**SEED, "name": " "}, {"name"}),
        ({**SEED, "type": "task"}, {"type"}),
        ({**SEED, "url": "javascript:alert(1)"}, {"url"}),
        ({**SEED, "url": "https://{{lead.url}}/x"}, {"url"}),
        ({**SEED, "url": "https://example.com{{lead.name}}"}, {"url"}),
        ({**SEED, "url": "https://example.com{{lead.name}}/x"}, {"url"}),
        ({**SEED, "url": "https://{{ 1 + 1 }}/x"}, {"url"}),
        ({**SEED, "url": "{% if x %}javascript:alert(1)"}, {"url"}),
        ({**SEED, "colour": "red"}, {"colour"}),
    ],
)
def test_mistakes_in_a_link_are_named(world: World, body: Any, fields: set[str]):
    assert set(wrong(world.ada.close.post("/integration_link/", body, 400))) == fields


def test_links_are_filled_in_on_each_kind_of_object(world: World):
    key = custom_field(world, "lead", "Code")
    link(world, "lead", "https://e.com/{{lead.id}}?q={{lead.display_name}}&c={{lead." + key + "}}")
    link(world, "contact", "https://e.com/{{contact.id}}?m={{contact.email}}&l={{lead.id}}")
    link(world, "opportunity", "https://e.com/{{opportunity.id}}?n={{lead.name}}&v={{ x | none }}")
    made = lead(
        world,
        name="Bluth & Söhne",
        contacts=[{"name": "Gob", "emails": [{"email": "gob+1@bluth.com"}]}],
        **{key: "a/b"},
    )
    deal = world.ada.close.post("/opportunity/", {"lead_id": made["id"]})
    name = "Bluth%20%26%20S%C3%B6hne"
    on_lead = {"name": "lead", "url": f"https://e.com/{made['id']}?q={name}&c=a%2Fb"}
    on_contact = {
        "name": "contact",
        "url": f"https://e.com/{made['contacts'][0]['id']}?m=gob%2B1%40bluth.com&l={made['id']}",
    }
    on_deal = {"name": "opportunity", "url": f"https://e.com/{deal['id']}?n={name}&v=none"}
    assert made["integration_links"] == [on_lead]
    assert made["contacts"][0]["integration_links"] == [on_contact]
    assert deal["integration_links"] == [on_deal]
    found = world.bo.close.get(f"/lead/{made['id']}/")
    assert found["integration_links"] == [on_lead]
    assert found["opportunities"][0]["integration_links"] == [on_deal]
    assert world.bo.close.get("/contact/")["data"][0]["integration_links"] == [on_contact]
    assert world.bo.close.get("/opportunity/")["data"][0]["integration_links"] == [on_deal]
    assert world.ada.close.put(f"/lead/{made['id']}/", found)["contacts"] == found["contacts"]


def test_links_name_custom_fields_contacts_and_addresses_as_close_does(world: World):
    industry = custom_field(world, "lead", "Line of business")
    seat, worth = custom_field(world, "contact", "Seat"), custom_field(world, "opportunity", "W W")
    link(
        world,
        "lead",
        'https://e.com/?i={{ lead.custom.["Line of business"] }}&f={{contact.first_name}}'
        "&m={{lead.primary_email}}&c={{ lead.primary_address.city }}{% if x %}{{ 1 + 1 }}"
        '&s={{contact.custom.["Seat"]}}',
    )
    link(world, "contact", "https://e.com/?l={{contact.last_name}}&s={{contact.custom.Seat}}")
    link(world, "opportunity", 'https://e.com/?w={{opportunity.custom.["W W"]}}')
    person = {"name": "Gob O. Bluth", "emails": [{"email": "gob@bluth.com"}], seat: "1 A"}
    made = lead(
        world, contacts=[person], addresses=[{"city": "Newport Beach"}], **{industry: "R & D"}
    )
    deal = world.ada.close.post("/opportunity/", {"lead_id": made["id"], worth: "much"})
    (on_lead,), (shown,) = made["integration_links"], made["contacts"]
    assert on_lead["url"] == (
        "https://e.com/?i=R%20%26%20D&f=Gob&m=gob%40bluth.com&c=Newport%20Beach&s=1%20A"
    )
    assert shown["integration_links"][0]["url"] == "https://e.com/?l=O.%20Bluth&s=1%20A"
    assert deal["integration_links"][0]["url"] == "https://e.com/?w=much"


def test_links_cost_one_statement_for_a_whole_page(world: World, monkeypatch: pytest.MonkeyPatch):
    for number in range(3):
        contact(world, name=f"Contact {number}")
    with statements(world, monkeypatch) as counts:
        world.ada.close.get("/contact/")
        link(world, "contact", "https://e.com/{{contact.id}}")
        link(world, "contact", "https://e.com/{{contact.name}}")
        found = world.ada.close.get("/contact/")
    assert [len(each["integration_links"]) for each in found["data"]] == [2, 2, 2]
    assert counts[0] == counts[-1]
