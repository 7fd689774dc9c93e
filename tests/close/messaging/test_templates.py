"""Templates of e-mails and SMS: own and shared ones, and rendering."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, contact, custom_field, lead, wrong

FILE = {
    "content_type": "image/jpeg",
    "filename": "image.jpg",
    "size": 1108447,
    "url": "https://example.com/image.jpg",
}
EMAIL = {
    "attachments": [FILE],
    "body": "test inbound body of an email.",
    "is_shared": False,
    "name": "inbound 1",
    "subject": "test inbound subject",
}
SMS = {
    "is_shared": False,
    "name": "Cold 1",
    "text": "Hey {{ contact.first_name }}, ever considered Close?",
}


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


def test_the_documented_sms_template_gets_the_documented_answer(world: World):
    files = [{name: FILE[name] for name in ("content_type", "filename", "url")}]
    response = world.bo.close.send("POST", "/sms_template/", {**SMS, "attachments": files})
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1/sms_template/{made['id']}/"
    me = f"user_{world.bo.user_id.hex()}"
    assert made == {
        **SMS,
        "created_by": me,
        "date_created": "2026-05-17T09:30:00.000000",
        "date_updated": "2026-05-17T09:30:00.000000",
        "id": made["id"],
        "organization_id": f"orga_{world.bo.org}",
        "owned_by": me,
        "status": "active",
        "updated_by": me,
    }
    path = f"/sms_template/{made['id']}/"
    assert world.bo.close.put(path, {"status": "archived"}) == {**made, "status": "archived"}
    assert world.bo.close.put(path, made)["status"] == "active"
    full = world.bo.close.get(path, params={"include_attachments": "true"})
    assert full["attachments"] == files
    assert "attachments" not in world.bo.close.get(path)
    world.bo.close.delete(path, status=204)
    world.bo.close.get(path, 404)


@pytest.mark.parametrize(("path", "body"), [("/email_template/", EMAIL), ("/sms_template/", SMS)])
def test_own_templates_are_private_and_shared_ones_are_the_owners_to_change(
    world: World, path: str, body: Any
):
    private = world.bo.close.post(path, body)["id"]
    shared = world.bo.close.post(path, {**body, "is_shared": True})["id"]
    assert [each["id"] for each in world.cy.close.get(path)["data"]] == [shared]
    assert [each["id"] for each in world.bo.close.get(path)["data"]] == [private, shared]
    for person in (world.cy, world.ada):
        person.close.get(f"{path}{private}/", 404)
        person.close.put(f"{path}{private}/", {"name": "x"}, 404)
    world.cy.close.put(f"{path}{shared}/", {"name": "x"}, 403)
    world.cy.close.delete(f"{path}{shared}/", status=403)
    assert world.ada.close.put(f"{path}{shared}/", {"name": "Ours"})["name"] == "Ours"


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


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/email_template/", {}, {"name"}),
        ("/email_template/", {"name": " ", "subject": "{{", "body": "}}"}, {"name"}),
        ("/email_template/", {"name": "x", "body": "{{#each}}"}, {"body"}),
        ("/email_template/", {**EMAIL, "attachments": [{"url": "x"}]}, {"attachments"}),
        (
            "/email_template/",
            {**EMAIL, "attachments": [{**FILE, "url": "file:///etc/passwd"}]},
            {"attachments"},
        ),
        ("/sms_template/", {}, {"name"}),
        ("/sms_template/", {**SMS, "colour": "red"}, {"colour"}),
        ("/sms_template/", {**SMS, "text": "{{ 1 + 1 }}"}, {"text"}),
        (
            "/sms_template/",
            {**SMS, "attachments": [{"filename": "a", "url": FILE["url"]}]},
            {"attachments"},
        ),
    ],
)
def test_what_is_wrong_with_a_template_is_told(
    world: World, path: str, body: Any, fields: set[str]
):
    assert fields <= set(wrong(world.bo.close.post(path, body, 400)))


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


def test_values_in_html_are_text(world: World):
    body = {"name": "x", "subject": "{{lead.name}}", "body": "<p>{{lead.name}}</p>"}
    template = world.ada.close.post("/email_template/", body)["id"]
    made = lead(world, name="<b>Fish & Chips</b>", contacts=[{"name": "Jo"}])
    params = {"lead_id": made["id"], "contact_id": made["contacts"][0]["id"]}
    found = world.ada.close.get(f"/email_template/{template}/render/", params=params)
    assert found["body"] == "<p>&lt;b&gt;Fish &amp; Chips&lt;/b&gt;</p>"
    assert found["subject"] == "<b>Fish & Chips</b>"


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
