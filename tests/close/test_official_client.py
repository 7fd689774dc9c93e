"""Close's own Python client against the real server on a port: only its base URL differs."""

from __future__ import annotations

import pytest
from closeio_api import API, APIError, ValidationError

from tests.cast import World


def test_a_day_with_the_official_client(client: API):
    statuses = {each["label"]: each["id"] for each in client.get("status/lead")["data"]}
    outcome = client.post("outcome", {"name": "Demo booked"})

    made = client.post(
        "lead",
        {
            "name": "Bluth Company",
            "contacts": [
                {
                    "name": "Gob",
                    "emails": [{"email": "gob@example.com", "type": "office"}],
                    "phones": [{"phone": "8004445555", "type": "office"}],
                }
            ],
        },
    )
    assert made["status_label"] == "New Lead"
    for number in range(4):
        client.post("lead", {"name": f"Company {number}"})

    names, skip, has_more = [], 0, True
    while has_more:
        page = client.get("lead", params={"_limit": 2, "_skip": skip, "_fields": "id,name"})
        names += [each["name"] for each in page["data"]]
        skip += len(page["data"])
        has_more = page["has_more"]
        assert page["total_results"] == 5
    assert names == ["Bluth Company", *(f"Company {number}" for number in range(4))]

    path = f"lead/{made['id']}"
    moved = client.put(path, {"status_id": statuses["Qualified"]})
    assert moved["status_label"] == "Qualified"
    added = client.post("contact", {"lead_id": made["id"], "name": "Michael"})
    logged = client.post(
        "activity/call",
        {"contact_id": added["id"], "duration": 153, "outcome_id": outcome["id"], "note": "Yes!"},
    )
    assert (logged["lead_id"], logged["disposition"]) == (made["id"], "answered")
    calls = client.get("activity/call", params={"lead_id": made["id"]})["data"]
    assert [each["id"] for each in calls] == [logged["id"]]

    assert client.delete(f"contact/{added['id']}") == {}
    assert client.delete(path) == {}
    with pytest.raises(APIError) as gone:
        client.get(path)
    assert gone.value.response.status_code == 404
    assert client.get("lead")["total_results"] == 4


def test_the_client_reads_every_problem(client: API):
    with pytest.raises(ValidationError) as refused:
        client.post("contact", {"emails": [{"email": "bad"}], "lead_id": "lead_x"})
    assert refused.value.errors == []
    assert refused.value.field_errors == {"lead_id": "Object does not exist."}
    with pytest.raises(ValidationError) as refused:
        client.post("contact", {"emails": [{"email": "bad"}]})
    assert refused.value.field_errors == {
        "emails": {"errors": {"0": {"field-errors": {"email": "Invalid email address."}}}}
    }


def test_paths_with_doubled_slashes_work_as_old_scripts_write_them(client: API, world: World):
    made = client.post("/lead/", {"name": "Doubled"})
    assert client.get(f"/lead//{made['id']}/")["name"] == "Doubled"
    assert world.ada.close.get(f"/lead/{made['id']}/")["html_url"].startswith("http://testserver/")
    assert made["html_url"].startswith(client.base_url.removesuffix("/api/v1/") + "/lead/lead_")


def test_a_long_question_is_asked_by_post(client: API):
    made = [client.post("lead", {"name": f"Company {number}"})["id"] for number in range(3)]
    body = {"_params": {"_fields": "id", "_skip": 1, "_limit": 1}}
    asked = client.post("lead", body, headers={"x-http-method-override": "GET"})
    assert asked == {"data": [{"id": made[1]}], "has_more": True, "total_results": 3}


def test_the_client_reads_how_long_to_wait(client: API):
    """It finds the seconds in the header of any answer, and does not make them up."""
    response = client.session.get(client.base_url + "me/")
    reset = float(response.headers["RateLimit-Reset"])
    response.headers.pop("RateLimit-Reset")
    assert client._get_rate_limit_sleep_time(response) == reset


def test_one_client_may_speak_with_several_keys(client: API, world: World):
    assert client.get("me")["email"] == world.ada.email
    assert client.get("me", api_key=world.eve.api_key)["email"] == world.eve.email
    with pytest.raises(APIError) as unknown:
        client.get("me", api_key="api_nothing")
    assert unknown.value.response.json() == {"error": "Unauthorized"}
