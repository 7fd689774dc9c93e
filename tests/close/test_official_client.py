"""Close's own Python client against the real server on a port: only its base URL differs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from closeio_api import API, APIError, ValidationError

from leadline.app import make_app, make_services
from tests.cast import World
from tests.conftest import TEST_SETTINGS


@pytest.fixture
def client(world: World, database_url: str) -> Iterator[API]:
    """The client with ada's key, and a server of its own for it."""
    app = make_app(make_services(TEST_SETTINGS, database_url, world.clock))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # It listens already: who comes before the server is up waits in the queue.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        api = API(f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1/", world.ada.api_key)
        api.session.trust_env = False  # no proxy stands between the two
        try:
            yield api
        finally:
            api.session.close()
            server.should_exit = True
            thread.join()


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
