"""The official client on everything that an organization sets up, and on its people."""

from __future__ import annotations

from typing import Any

import pytest
from closeio_api import API

from tests.cast import World
from tests.close.making import UNKNOWN
from tests.close.official_client import client_of, every, failed, ids, refused

Json = dict[str, Any]

# What a delete gives a script: an empty object from what is old, an empty text from what is new.
OLD: Json = {}
NEW = ""

# Path, what is sent to make one ("*" is a number), what is changed, and what a delete gives.
SETTINGS: list[tuple[str, Json, Json, Any]] = [
    ("status/lead", {"label": "Status *", "color": "#00ff00"}, {"label": "Reached"}, OLD),
    ("status/opportunity", {"label": "Status *", "type": "won"}, {"label": "Signed"}, OLD),
    ("pipeline", {"name": "Pipeline *"}, {"name": "Renewals"}, NEW),
    ("custom_field/lead", {"name": "Field *", "type": "text"}, {"type": "textarea"}, OLD),
    ("custom_field/contact", {"name": "Field *", "type": "date"}, {"description": "Born"}, OLD),
    (
        "custom_field/opportunity",
        {"name": "Field *", "type": "choices", "choices": ["A", "B"]},
        {"choices": ["B"], "accepts_multiple_values": True},
        OLD,
    ),
    ("custom_field/shared", {"name": "Field *", "type": "number"}, {"name": "Revenue"}, OLD),
    ("custom_activity", {"name": "Type *"}, {"is_archived": True}, NEW),
    ("custom_object_type", {"name": "T *", "name_plural": "Ts *"}, {"name_plural": "Tea"}, NEW),
    ("outcome", {"name": "Outcome *", "type": "custom"}, {"description": "Good"}, OLD),
    ("playbook", {"name": "Playbook *"}, {"summary_guidance": "Briefly."}, NEW),
    (
        "email_template",
        {"name": "Template *", "subject": "Hi", "body": "Hi {{contact.first_name}}"},
        {"is_shared": True},
        OLD,
    ),
    ("sms_template", {"name": "Template *", "text": "Hi"}, {"status": "archived"}, NEW),
    (
        "integration_link",
        {"name": "Link *", "type": "lead", "url": "http://google.com/search?q={{lead.name}}"},
        {"type": "contact"},
        OLD,
    ),
    (
        "scheduling_link",
        {"name": "Link *", "url": "https://example.com/me"},
        {"description": "Half an hour"},
        NEW,
    ),
    ("shared_scheduling_link", {"name": "Link *"}, {"description": "Half an hour"}, NEW),
    ("group", {"name": "Group *"}, {"name": "Support"}, NEW),
    ("role", {"name": "Role *", "permissions": ["export"]}, {"permissions": ["bulk_edit"]}, OLD),
    (
        "blocked_phone_number",
        {"phone": "+1415555010*", "reason": "Robocaller"},
        {"reason": "Incessant Robocaller"},
        NEW,
    ),
]
# What everybody makes for themselves.
EVERYBODYS = {"email_template", "scheduling_link", "sms_template"}


def numbered(body: Json, number: int) -> Json:
    return {
        key: value.replace("*", str(number)) if isinstance(value, str) else value
        for key, value in body.items()
    }


@pytest.mark.parametrize(
    ("path", "body", "change", "gone"), SETTINGS, ids=[path for path, *_ in SETTINGS]
)
def test_a_setting_is_made_read_listed_changed_and_deleted(
    client: API, path: str, body: Json, change: Json, gone: Any
):
    before = ids(every(client, path))
    made = [client.post(path, numbered(body, number)) for number in range(3)]
    for number, row in enumerate(made):
        assert numbered(body, number).items() <= row.items()
    assert ids(every(client, path)) == [*before, *ids(made)]
    first, second, _ = (f"{path}/{row['id']}" for row in made)

    assert client.get(first) == made[0]
    assert client.get(first, params={"_fields": "id"}) == {"id": made[0]["id"]}
    changed = client.put(first, change)
    assert change.items() <= changed.items()
    assert client.get(first) == changed
    assert client.put(first, changed) == changed  # scripts send back the whole of what they read

    assert client.delete(second) == gone
    assert failed(client.get, second) == 404
    assert failed(client.put, second, change) == 404
    assert failed(client.delete, second) == 404
    assert ids(every(client, path)) == [*before, made[0]["id"], made[2]["id"]]
    assert refused(client.post, path, {"name": 5, "label": 5, "phone": 5}).field_errors


def test_fields_of_custom_types(client: API):
    visit = client.post("custom_activity", {"name": "Visit"})["id"]
    asset = client.post("custom_object_type", {"name": "Asset", "name_plural": "Assets"})["id"]
    plan = {"name": "Plan", "type": "choices", "choices": ["A", "B"], "required": True}
    of_visit = client.post("custom_field/activity", {**plan, "custom_activity_type_id": visit})
    of_asset = client.post(
        "custom_field/custom_object_type", {**plan, "custom_object_type_id": asset}
    )
    assert ids(client.get(f"custom_activity/{visit}")["fields"]) == [of_visit["id"]]
    assert client.get(f"custom_object_type/{asset}")["fields"][0]["choices"] == ["A", "B"]
    assert client.put(f"custom_field/activity/{of_visit['id']}", {"choices": ["C"]})["required"]
    assert ids(every(client, "custom_fields/activity")) == [of_visit["id"]]  # the path of old

    shared = client.post("custom_field/shared", {"name": "Pain", "type": "text"})
    path = f"custom_field/shared/{shared['id']}/association"
    target = {"object_type": "custom_activity_type", "custom_activity_type_id": visit}
    bound = client.post(path, {**target, "required": True})
    assert bound["required"] is True
    where = f"{path}/custom_activity_type/{visit}"
    assert client.put(where, {"required": False}) == client.get(where)
    schema = f"custom_field_schema/activity/{visit}"
    order = [{"id": shared["id"]}, {"id": of_visit["id"]}]
    assert ids(client.put(schema, {"fields": order})["fields"]) == ids(order)
    assert ids(client.get(schema)["fields"]) == ids(order)
    assert client.delete(where) == NEW
    assert client.delete(f"custom_field/activity/{of_visit['id']}") == OLD
    assert client.delete(f"custom_field/custom_object_type/{of_asset['id']}") == NEW


def test_statuses_move_between_pipelines_and_a_full_one_is_not_deleted(client: API):
    (sales,) = client.get("pipeline")["data"]
    active, *_ = sales["statuses"]
    made = client.post("pipeline", {"name": "New", "statuses": [{"id": active["id"]}]})
    assert ids(made["statuses"]) == [active["id"]]
    assert client.get(f"status/opportunity/{active['id']}")["pipeline_id"] == made["id"]
    error = refused(client.delete, f"pipeline/{made['id']}")
    assert "still has statuses" in error.response.json()["error"]
    statuses = client.get("status/lead")["data"]
    order = [{"id": row["id"]} for row in reversed(statuses)]
    path = f"organization/{sales['organization_id']}"
    changed = client.put(path, {"lead_statuses": order})
    assert (
        changed["lead_statuses"]
        == client.get("status/lead", params={"_fields": "id,label"})["data"]
    )
    assert ids(changed["lead_statuses"]) == ids(order)


def test_people_their_roles_and_their_groups(client: API, world: World):
    me = client.get("me")
    organization_id = client.get("api_key")["data"][0]["organization_id"]
    assert organization_id == me["organizations"][0]["id"]
    params = {"_fields": "memberships", "_expand": "memberships__user"}
    people = client.get(f"organization/{organization_id}", params=params)["memberships"]
    assert [each["user"]["id"] for each in people] == ids(client.get("user")["data"])
    assert client.get(f"user/{me['id']}")["email"] == world.ada.email
    assert [each["user_id"] for each in client.get("user/availability")["data"]] == [
        each["user_id"] for each in people
    ]

    role = client.post("role", {"name": "Trainee", "permissions": ["calling"]})
    new = client.post("membership", {"email": "new@example.com", "role_id": role["id"]})
    assert (new["role_id"], new["permissions_granted"]) == (role["id"], ["calling"])
    error = refused(client.delete, f"role/{role['id']}")
    assert "error" in error.response.json()
    assert "error" in refused(client.put, "role/admin", {"permissions": []}).response.json()
    bo = next(each["id"] for each in people if each["user"]["email"] == world.bo.email)
    chosen = {"_params": {"id__in": f"{bo},{new['id']}"}}
    assert client.put("membership", {**chosen, "role_id": "superuser"}) == {"count": 2}
    changed = client.put(f"membership/{new['id']}", {"auto_record_calls": "enabled"})
    assert (changed["role_id"], changed["auto_record_calls"]) == ("superuser", "enabled")
    leads = {"name": "All", "query": "*", "is_shared": True}
    pinned = [client.post("saved_search", leads)["id"] for _ in range(2)]
    views = {"saved_view_ids": pinned[::-1]}
    assert client.put(f"membership/{bo}/pinned_views", views) == views
    assert client.get(f"membership/{bo}/pinned_views") == views

    group = client.post("group", {"name": "Support"})
    path = f"group/{group['id']}"
    member = client.post(f"{path}/member", {"user_id": new["user_id"]})
    assert client.post(f"{path}/member", member) == member
    assert client.get(path, params={"_fields": "members"}) == {"members": [member]}
    assert client.delete(f"{path}/member/{new['user_id']}") == NEW
    assert client.get(path)["members"] == []

    assert client.delete(f"membership/{new['id']}") == OLD
    assert client.delete(f"role/{role['id']}") == OLD
    assert new["user_id"] not in ids(client.get("user")["data"])
    params = {"_fields": "inactive_memberships"}
    gone = client.get(f"organization/{organization_id}", params=params)["inactive_memberships"]
    assert [each["user_email"] for each in gone] == ["new@example.com"]


def test_playbooks_templates_and_unwanted_addresses(client: API):
    booked = client.post("outcome", {"name": "Booked"})["id"]
    playbook = client.post("playbook", {"name": "Discovery", "outcome_ids": [booked]})
    path = f"playbook/{playbook['id']}"
    assert client.post(f"{path}/archive", {})["position"] is None
    assert ids(every(client, "playbook", is_archived=True)) == [playbook["id"]]
    assert client.post(f"{path}/unarchive", {})["position"] == 0

    email = {"email": "gob@example.com"}
    made = client.post("lead", {"contacts": [{"name": "Gob Bluth", "emails": [email]}]})
    template = client.post("email_template", {"name": "Hi", "subject": "Hi {{contact.first_name}}"})
    params = {"lead_id": made["id"], "contact_id": made["contact_ids"][0]}
    rendered = client.get(f"email_template/{template['id']}/render", params=params)
    assert (rendered["subject"], rendered["email"]) == ("Hi Gob", "gob@example.com")

    assert client.post("unsubscribe/email", email) == email
    assert every(client, "unsubscribe/email") == [email]
    shown = client.get(f"contact/{made['contact_ids'][0]}")
    assert shown["emails"][0]["is_unsubscribed"]
    assert client.delete("unsubscribe/email/gob@example.com") == email
    rule = client.put("blocked_phone_number/settings", {"reject_anonymous_inbound_calls": True})
    assert client.get("blocked_phone_number/settings") == rule


def test_a_number_is_rented_changed_and_given_back(client: API):
    made = client.post("phone_number/request/internal", {"country": "US", "prefix": "650"})
    assert every(client, "phone_number") == [made]
    path = f"phone_number/{made['id']}"
    changed = client.put(path, {"label": "Mine"})
    assert changed == {**made, "label": "Mine"}
    assert client.get("phone_number", params={"number": made["number"]})["data"] == [changed]
    error = refused(client.post, "phone_number/request/internal", {"country": "FR"})
    assert error.response.json()["status"] == "error"
    assert client.delete(path) == {}
    assert failed(client.get, path) == 404


def test_what_is_not_connected_and_who_may_send(client: API, world: World):
    for path in ("dialer", "connected_account"):
        assert every(client, path) == []
    me, bo = (f"user_{person.user_id.hex()}" for person in (world.ada, world.bo))
    made = client.post("send_as", {"allowing_user_id": me, "allowed_user_id": bo})
    assert client.get("send_as")["data"] == [made]
    assert client.get(f"send_as/{made['id']}") == made
    bulk = client.post("send_as/bulk", {"disallowed_user_ids": [bo]})
    assert bulk == {"data": []}
    assert failed(client.delete, f"send_as/{made['id']}") == 404


def test_who_may_not_is_told_so(client: API, world: World):
    bo = client_of(client.base_url, world.bo.api_key)
    nobody = client_of(client.base_url, "api_nothing")
    outcome = client.post("outcome", {"name": "Booked"})["id"]
    assert bo.get(f"outcome/{outcome}")["name"] == "Booked"
    for path, body, _, _ in SETTINGS:
        assert failed(nobody.get, path) == 401
        if path not in EVERYBODYS:
            assert failed(bo.post, path, numbered(body, 1)) == 403
    assert failed(bo.delete, f"outcome/{outcome}") == 403
    eve = client_of(client.base_url, world.eve.api_key)
    assert failed(eve.get, f"outcome/{outcome}") == 404
    assert failed(client.get, f"outcome/outcome_{UNKNOWN}") == 404
    assert failed(client.get, "no/such/thing") == 404
    for api in (bo, nobody, eve):
        api.session.close()
