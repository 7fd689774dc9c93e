"""What templates of e-mails and of SMS have in common: own and shared ones, and bad input."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import wrong
from tests.close.messaging.making import EMAIL, FILE, SMS


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


@pytest.mark.parametrize("text", ["{{#each}}", "{{ 1 + 1 }}", "{% if x %}", "{{"])
def test_a_text_in_a_language_that_is_not_spoken_here_is_kept(world: World, text: str):
    made = world.bo.close.post("/email_template/", {**EMAIL, "subject": text, "body": text})
    assert (made["subject"], made["body"]) == (text, text)
    assert world.bo.close.post("/sms_template/", {**SMS, "text": text})["text"] == text


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/email_template/", {}, {"name"}),
        ("/email_template/", {"name": " ", "subject": "{{", "body": "}}"}, {"name"}),
        ("/email_template/", {**EMAIL, "attachments": [{"url": "x"}]}, {"attachments"}),
        (
            "/email_template/",
            {**EMAIL, "attachments": [{**FILE, "url": "file:///etc/passwd"}]},
            {"attachments"},
        ),
        ("/sms_template/", {}, {"name"}),
        ("/sms_template/", {**SMS, "colour": "red"}, {"colour"}),
        (
            "/sms_template/",
            {**SMS, "attachments": [{"filename": "a", "url": FILE["url"]}]},
            {"attachments"},
        ),
    ],
)
def test_mistakes_in_a_template_are_named(world: World, path: str, body: Any, fields: set[str]):
    assert fields <= set(wrong(world.bo.close.post(path, body, 400)))
