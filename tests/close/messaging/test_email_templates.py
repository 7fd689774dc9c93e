"""E-mail templates in the Close dialect, and rendering them for a contact."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, contact, custom_field, lead, wrong
from tests.close.messaging.making import EMAIL, FILE


def test_the_documented_email_template_gets_the_documented_answer(world: World):
    made = world.bo.close.post("/email_template/", EMAIL, 200)
    me = f"user_{world.bo.user_id.hex()}"
    assert made == {
        **EMAIL,
        "attachments": [{**FILE, "content_id": None, "inline_only": False}],
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000+00:00",
        "date_updated": "2026-05-17T09:30:00.000000+00:00",
        "id": made["id"],
        "is_archived": False,
        "organization_id": f"orga_{world.bo.org}",
        "updated_by": me,
        "used_by_sequences": [],
    }
    assert made["id"].startswith("tmpl_")
    path = f"/email_template/{made['id']}/"
    changed = world.bo.close.put(path, {"is_shared": True})
    assert changed == {**made, "is_shared": True}
    assert world.bo.close.put(path, changed) == changed
    (listed,) = world.cy.close.get("/email_template/")["data"]
    assert {**listed, "used_by_sequences": []} == changed
    cleared = world.bo.close.put(path, {"subject": None, "attachments": None, "is_shared": None})
    assert (cleared["subject"], cleared["attachments"], cleared["is_shared"]) == ("", [], True)
    assert world.bo.close.delete(path, status=200) == {}
    world.bo.close.get(path, 404)


def test_email_templates_are_filtered(world: World):
    for number in range(4):
        body = {"name": str(number), "is_shared": number % 2 == 0, "is_archived": number < 2}
        world.bo.close.post("/email_template/", body)

    def names(**params: str) -> list[str]:
        found = world.bo.close.get("/email_template/", params=params)["data"]
        return [each["name"] for each in found]

    assert names() == ["0", "1", "2", "3"]
    assert names(is_archived="true") == ["0", "1"]
    assert names(is_archived="false") == ["2", "3"]
    assert names(is_shared="false", is_archived="false") == ["3"]
    assert names(_skip="1", _limit="2") == ["1", "2"]


def test_a_template_is_rendered_for_a_contact_in_the_name_of_the_caller(world: World):
    key = custom_field(world, "lead", "Industry")
    made = lead(
        world,
        contacts=[{"name": "John Smith", "emails": [{"email": "john@example.com"}]}],
        **{key: "Real estate"},
    )
    body = {
        "name": "Checking in",
        "subject": "Hi {{contact.first_name}}",
        "body": "Hi {{ contact.first_name }} of {{lead.display_name}} ({{lead.custom.Industry}})"
        "\n{{ contact.title | dear customer }}\n\nFrom,\n{{ user.first_name }}\n{{ user.email }}",
        "is_shared": True,
    }
    template = world.ada.close.post("/email_template/", body)["id"]
    contact_id = made["contacts"][0]["id"]
    params = {"lead_id": made["id"], "contact_id": contact_id}
    path = f"/email_template/{template}/render/"
    assert world.bo.close.get(path, params=params) == {
        "body": "Hi John of John Smith (Real estate)\ndear customer\n\n"
        f"From,\nBo\n{world.bo.email}",
        "contact_display_name": "John Smith",
        "contact_id": contact_id,
        "email": "john@example.com",
        "lead_display_name": "John Smith",
        "lead_id": made["id"],
        "subject": "Hi John",
    }


def test_a_template_names_custom_fields_and_addresses_as_close_does(world: World):
    industry = custom_field(world, "lead", "Line of business")
    seats = custom_field(world, "contact", "Seats", "choices")
    made = lead(
        world,
        contacts=[{"name": "Jo", seats: ["Choice 1", "Choice 2"]}],
        addresses=[{"address_1": "1 Main St", "city": "Bern", "state": "BE", "zipcode": "3000"}],
        **{industry: "Space"},
    )
    text = (
        'in the {{ lead.custom.["Line of business"] }} space, {{ contact.custom.["Seats"] }}, '
        "{{ lead.primary_address.address_1 }}, {{ lead.primary_address.zipcode }} "
        "{{ lead.primary_address.city }} {{ lead.primary_address.state }}{% if x %}"
    )
    template = world.ada.close.post("/email_template/", {"name": "x", "body": text})["id"]
    params = {"lead_id": made["id"], "contact_id": made["contacts"][0]["id"]}
    found = world.ada.close.get(f"/email_template/{template}/render/", params=params)
    assert found["body"] == "in the Space space, Choice 1, Choice 2, 1 Main St, 3000 Bern BE"


def rendered(world: World, made: Any, **template: str) -> Any:
    """A new template, rendered for the first contact of a lead."""
    made_template = world.ada.close.post("/email_template/", {"name": "x", **template})["id"]
    params = {"lead_id": made["id"], "contact_id": made["contacts"][0]["id"]}
    return world.ada.close.get(f"/email_template/{made_template}/render/", params=params)


def test_values_in_html_are_text(world: World):
    body = {"name": "x", "subject": "{{lead.name}}", "body": "<p>{{lead.name}}</p>"}
    template = world.ada.close.post("/email_template/", body)["id"]
    made = lead(world, name="<b>Fish & Chips</b>", contacts=[{"name": "Jo"}])
    params = {"lead_id": made["id"], "contact_id": made["contacts"][0]["id"]}
    found = world.ada.close.get(f"/email_template/{template}/render/", params=params)
    assert found["body"] == "<p>&lt;b&gt;Fish &amp; Chips&lt;/b&gt;</p>"
    assert found["subject"] == "<b>Fish & Chips</b>"


HOSTILE = "<img src=x onerror=alert(document.domain)>"


@pytest.mark.parametrize("body", ["Dear {{contact.name}}, ...", "<p>Dear {{contact.name}}</p>"])
def test_what_strangers_call_themselves_never_becomes_markup(world: World, body: str):
    made = lead(world, contacts=[{"name": HOSTILE}])
    found = rendered(world, made, body=body)
    assert "<img" not in found["body"]
    assert "&lt;img src=x onerror=alert(document.domain)&gt;" in found["body"]


def test_a_name_with_line_ends_begins_no_header(world: World):
    made = lead(world, contacts=[{"name": "Ann\r\nBcc: everybody@list.example"}])
    found = rendered(world, made, subject="Hi {{contact.name}}")
    assert found["subject"] == "Hi Ann Bcc: everybody@list.example"


def test_a_rendered_body_has_its_layout_and_nothing_that_runs(world: World):
    table = (
        '<table width="600" style="color: red"><tbody><tr><td align="center">Hi</td></tr></tbody>'
    )
    body = (
        f"{table}</table><script>alert(1)</script><style>p</style><form><input></form>"
        '<a href="javascript:alert(1)" onclick="x()">a</a><a href="https://example.com">b</a>'
        '<iframe src="https://example.com"></iframe><p style="position:fixed;color:blue">c</p>'
    )
    found = rendered(world, lead(world, contacts=[{"name": "Ann"}]), body=body)
    assert found["body"] == (
        f'{table}</table><a>a</a><a href="https://example.com">b</a><p style="color:blue">c</p>'
    ).replace("color: red", "color:red")


def test_rendering_needs_a_lead_and_a_contact_on_it(world: World):
    template = world.ada.close.post("/email_template/", {"name": "x"})["id"]
    path = f"/email_template/{template}/render/"
    made, elsewhere = lead(world, name="Acme"), contact(world, name="Jo")["id"]

    def refused(**params: str) -> set[str]:
        return set(wrong(world.ada.close.get(path, 400, params=params)))

    assert refused() == {"lead_id"}
    assert refused(lead_id=made["id"]) == {"contact_id"}
    assert refused(lead_id=made["id"], contact_id=elsewhere) == {"contact_id"}
    assert refused(lead_id=f"lead_{UNKNOWN}", contact_id=elsewhere) == {"lead_id", "contact_id"}
