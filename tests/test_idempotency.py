"""Idempotency-Key: a repeated write gets the stored answer and changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leadline.wire.operation import Operation
from tests.cast import Api, World
from tests.samples import every, sample_call, speaking, things_of

NEW = {"name": "Not Interested"}


def is_write(operation: Operation) -> bool:
    # Ada is no app: a failure is not stored.
    return operation.writes and operation.right is not None and not operation.needs_app


def send(
    api: Api, key: str = "k1", body: Any = None, method: str = "POST", path: str = "/outcome/"
) -> Any:
    body = NEW if body is None else body
    return api.send(method, path, body, headers={"Idempotency-Key": key})


def names(world: World) -> list[str]:
    return [entry["name"] for entry in world.ada.close.get("/outcome/")["data"]]


def count(world: World, table: str) -> int:
    found: int = world.sql(f"SELECT count(*) FROM {table}")[0][0]
    return found


@pytest.mark.parametrize(("dialect", "operation"), every(is_write))
def test_every_write_answers_a_repeat_with_the_first_answer(
    world: World, dialect: str, operation: Operation
):
    call = sample_call(dialect, operation, things_of(world))
    ada = speaking(world.ada, dialect)
    headers = {"Idempotency-Key": "a key"}
    first = call.send(ada, headers=headers)
    assert first.is_success, first.text
    assert "idempotency-replayed" not in first.headers
    if operation.is_secret:
        return
    events = count(world, "events")
    again = call.send(ada, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("location") == first.headers.get("location")
    assert count(world, "events") == events


def test_a_repeat_is_stored_for_whom_it_was_carried_out_even_across_organizations(world: World):
    path = f"/organizations/{world.ada.org}/outreach-close-stages"
    for replayed in (None, "true"):
        answer = send(world.sue.tether, body={"stages": ["Funded"]}, method="PUT", path=path)
        assert answer.json() == {"success": True, "data": ["Funded"]}
        assert answer.headers.get("idempotency-replayed") == replayed
    assert world.ada.tether.get(path)["data"] == ["Funded"]


def test_another_body_under_the_same_key_is_refused(world: World):
    assert send(world.ada.close).status_code == 201
    refused = send(world.ada.close, body={"name": "Other"})
    assert refused.status_code == 422
    assert refused.json() == {"error": "This Idempotency-Key was used with another body."}
    assert names(world) == ["Not Interested"]


def test_other_credentials_methods_and_paths_are_separate(world: World):
    first = send(world.ada.close).json()
    assert send(world.eve.close).json()["id"] != first["id"]
    assert send(world.sue.close).json()["id"] != first["id"]
    one = send(world.ada.close, method="PUT", path=f"/outcome/{first['id']}/")
    assert one.status_code == 200
    assert "idempotency-replayed" not in one.headers
    second = send(world.ada.close, "k2").json()
    other = send(world.ada.close, method="PUT", path=f"/outcome/{second['id']}/")
    assert other.json()["id"] == second["id"]


def test_a_key_belongs_to_one_person_of_an_organization(world: World):
    people = (world.ada, world.bo)
    answers = [send(person.close, path="/lead/", body={"name": "Acme"}) for person in people]
    assert all("idempotency-replayed" not in answer.headers for answer in answers)
    first, second = (answer.json() for answer in answers)
    assert first["id"] != second["id"]
    assert [first["created_by"], second["created_by"]] == [
        f"user_{person.user_id.hex()}" for person in people
    ]


def test_a_key_belongs_to_one_credential_of_a_person(world: World):
    """A session is another credential than the API key."""
    body = {"name": "Follow-up", "prompt": "<prompt>Be kind.</prompt>"}
    answers = [
        send(api, body=body, path="/prompts/create") for api in (world.bo.tether, world.bo.session)
    ]
    assert all("idempotency-replayed" not in answer.headers for answer in answers)
    first, second = (answer.json()["prompt"]["_id"] for answer in answers)
    assert first != second


def test_the_same_path_spelled_otherwise_is_the_same(world: World):
    first = send(world.ada.close)
    again = send(world.ada.close, path="//outcome")
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert names(world) == ["Not Interested"]


def test_ten_repeats_at_once_make_one_row(world: World):
    api = world.ada.close
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: send(api), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer for answer in answers if "idempotency-replayed" in answer.headers]
    assert len(replayed) == 9
    assert names(world) == ["Not Interested"]


def test_after_a_day_it_is_carried_out_anew(world: World):
    first = send(world.ada.close).json()
    world.clock.advance(hours=24)
    assert send(world.ada.close).json() == first
    world.clock.advance(seconds=1)
    assert send(world.ada.close).json()["id"] != first["id"]
    assert len(names(world)) == 2


def test_a_refused_request_is_not_stored(world: World):
    refused = send(world.ada.close, body={"name": ""})
    assert refused.status_code == 400
    fine = send(world.ada.close)
    assert fine.status_code == 201
    assert "idempotency-replayed" not in fine.headers


def test_without_a_key_every_request_counts(world: World):
    for _ in range(2):
        assert send(world.ada.close, key=" ").status_code == 201
    assert len(names(world)) == 2


def test_a_key_that_is_too_long_is_refused(world: World):
    assert send(world.ada.close, key="x" * 255).status_code == 201
    refused = send(world.ada.close, key="x" * 256)
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.json()["error"]
    assert len(names(world)) == 1


def test_a_secret_is_not_kept_for_a_repeat(world: World):
    # With the access token of a login, which a new key does not end.
    api = world.ada.session
    first = send(api, path="/user/api-key/regenerate")
    secret = first.json()["data"]["apiKey"]
    again = send(api, path="/user/api-key/regenerate")
    assert again.status_code == 409
    assert secret not in again.text
    other = send(api, path="/user/api-key/regenerate", body={"other": True})
    assert other.status_code == 422
    stored = world.sql("SELECT body FROM idempotency_keys WHERE body IS NOT NULL")
    assert all(secret.encode() not in body for (body,) in stored)
    # The first answer counts: the key that it showed works still.
    assert world.client.get("/api/v1/me/", auth=(secret, "")).status_code == 200
