"""SMS templates in the Close dialect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import World
from tests.close.making import wrong
from tests.close.messaging.making import FILE, SMS


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


def test_only_what_is_sent_changes(world: World):
    files = [{name: FILE[name] for name in ("content_type", "filename", "url")}]
    made = world.bo.close.post("/sms_template/", {**SMS, "attachments": files}, 201)
    path = f"/sms_template/{made['id']}/"
    world.clock.advance(minutes=5)
    changed = world.bo.close.put(path, {"text": "Still interested?"})
    assert changed == {
        **made,
        "text": "Still interested?",
        "date_updated": "2026-05-17T09:35:00.000000",
    }
    full = {"include_attachments": "true"}
    assert world.bo.close.get(path, params=full) == {**changed, "attachments": files}
    assert world.bo.close.put(path, {"attachments": []}) == changed
    assert world.bo.close.get(path, params=full)["attachments"] == []


def test_archived_templates_stay_in_the_list(world: World):
    made = [
        world.bo.close.post("/sms_template/", {**SMS, "name": name}, 201)["id"] for name in "abc"
    ]
    world.bo.close.put(f"/sms_template/{made[0]}/", {"status": "archived"})
    listed = world.bo.close.get("/sms_template/")["data"]
    assert [(each["id"], each["status"]) for each in listed] == [
        (made[0], "archived"),
        (made[1], "active"),
        (made[2], "active"),
    ]
    page = world.bo.close.get("/sms_template/", params={"_limit": "1", "_skip": "1"})
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([made[1]], True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "gone"}, "status"),
        ({"status": None}, "status"),
        ({"name": " "}, "name"),
        ({"text": None}, "text"),
        ({"attachments": [{**FILE, "url": "file:///etc/passwd"}]}, "attachments"),
    ],
)
def test_a_wrong_change_is_refused(world: World, body: Any, field: str):
    made = world.bo.close.post("/sms_template/", SMS, 201)
    path = f"/sms_template/{made['id']}/"
    assert list(wrong(world.bo.close.put(path, body, 400))) == [field]
    assert world.bo.close.get(path) == made
