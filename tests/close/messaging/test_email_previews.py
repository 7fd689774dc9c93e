"""Rendering an e-mail template for what a search finds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.cast import World
from tests.close.making import UNKNOWN, Json, lead, wrong


@pytest.fixture
def path(world: World) -> str:
    """Where a template is rendered; three of four leads have addresses, of four contacts."""
    body = {"name": "Hi", "subject": "Hi {{contact.first_name}}", "body": "{{lead.name}}"}
    template = world.ada.close.post("/email_template/", body)["id"]

    def person(name: str, *emails: str) -> Json:
        return {"name": name, "emails": [{"email": email} for email in emails]}

    lead(world, name="One", contacts=[person("Ann"), person("Bob", "bob@one.test", "b@one.test")])
    lead(world, name="Nobody", contacts=[person("Zed")])
    lead(world, name="Two", contacts=[person("Cat", "cat@two.test"), person("Dan", "dan@two.test")])
    lead(world, name="Three", contacts=[person("Eve", "eve@three.test")])
    return f"/email_template/{template}/render/"


def rendered(world: World, path: str, **params: Any) -> Json:
    answer: Json = world.ada.close.get(path, params=params)
    return answer


def emails(world: World, path: str, **params: Any) -> list[str]:
    """Who is rendered for, entry by entry, up to the end."""
    found: list[str] = []
    for entry in range(10):
        answer = rendered(world, path, entry=entry, **params)
        if not answer:
            return found
        found.append(answer["email"])
    raise AssertionError("there is no end")


BOB, CAT, DAN, EVE = "bob@one.test", "cat@two.test", "dan@two.test", "eve@three.test"


def test_each_lead_with_an_address_is_an_entry(world: World, path: str):
    assert emails(world, path, query="* sort:created") == [BOB, CAT, EVE]
    assert emails(world, path, query="* sort:created", mode="lead") == [BOB, CAT, EVE]
    assert emails(world, path, query="* sort:-name") == [CAT, EVE, BOB]
    assert emails(world, path, query="name:two or name:nobody") == [CAT]
    assert emails(world, path, query="name:nobody") == []
    answer = rendered(world, path, query="* sort:created")
    assert (answer["subject"], answer["body"]) == ("Hi Bob", "One")
    assert answer["contact_display_name"] == "Bob"
    ids = {"lead_id": answer["lead_id"], "contact_id": answer["contact_id"]}
    assert rendered(world, path, **ids) == answer


def test_or_each_contact_with_an_address(world: World, path: str):
    everybody = [BOB, CAT, DAN, EVE]
    assert sorted(emails(world, path, query="*", mode="contact")) == everybody
    assert sorted(emails(world, path, query="*", contact_preference="contact")) == everybody
    assert sorted(emails(world, path, query="*", contact_preference="all")) == everybody
    assert emails(world, path, query="name:one", mode="contact") == [BOB]
    given = {"contact_preference": "contact", "mode": "lead", "query": "* sort:created"}
    assert emails(world, path, **given) == [BOB, CAT, EVE]


def test_contacts_can_be_searched(world: World, path: str):
    given = {"bulk_object_type": "contact", "query": "name:dan or name:ann or name:cat sort:-name"}
    assert emails(world, path, **given) == [DAN, CAT]
    assert emails(world, path, mode="lead", **given) in ([BOB, CAT], [CAT, BOB])


def structured(kind: str, **more: Any) -> str:
    tree = {"type": "and", "queries": [{"type": "object_type", "object_type": kind}]}
    return msgspec.json.encode({"query": tree, **more} if more else tree).decode()


def test_a_structured_search_does_as_well(world: World, path: str):
    by_name = [
        {
            "direction": "desc",
            "field": {"type": "regular_field", "object_type": "lead", "field_name": "name"},
        }
    ]
    assert emails(world, path, s_query=structured("lead", sort=by_name)) == [CAT, EVE, BOB]
    assert len(emails(world, path, s_query=structured("lead"))) == 3
    assert len(emails(world, path, s_query=structured("contact"))) == 4
    assert len(emails(world, path, s_query=structured("contact"), mode="lead")) == 3
    for text in (
        "x",
        "[]",
        "{}",
        '{"query": null}',
        '{"query": {"type": "x"}}',
        structured("call"),
    ):
        answer = world.ada.close.get(path, 400, params={"s_query": text})
        assert set(wrong(answer)) == {"s_query"}, text


def test_an_order_and_a_limit_can_be_given_beside_the_search(world: World, path: str):
    by_name = '[{"field": "name", "direction": "asc"}]'
    assert emails(world, path, query="*", sort=by_name) == [BOB, EVE, CAT]
    assert emails(world, path, query="* sort:-name", sort=by_name, results_limit=2) == [BOB, EVE]
    assert emails(world, path, query="*", limit=1, results_limit=2, sort=by_name) == [BOB]
    assert emails(world, path, query="*", limit=0) == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"entry": "100"}, "entry"),
        ({"entry": "-1"}, "entry"),
        ({"entry": "x"}, "entry"),
        ({"mode": "both"}, "mode"),
        ({"contact_preference": "some"}, "contact_preference"),
        ({"bulk_object_type": "opportunity"}, "bulk_object_type"),
        ({"results_limit": "many"}, "results_limit"),
        ({"email_account_id": f"emailacct_{UNKNOWN}"}, "email_account_id"),
        ({"sort": "name"}, "sort"),
        ({"sort": '[{"field": "nonsense", "direction": "asc"}]'}, "sort"),
        ({"sort": '[{"field": "name", "direction": "up"}]'}, "sort"),
    ],
)
def test_what_makes_no_sense_is_refused(
    world: World, path: str, params: dict[str, str], field: str
):
    answer = world.ada.close.get(path, 400, params={"query": "*", **params})
    assert set(wrong(answer)) == {field}


def test_a_query_that_cannot_be_read_is_refused(world: World, path: str):
    answer = world.ada.close.get(path, 400, params={"query": "nmae:x"})
    assert 'Did you mean "name"?' in answer["error"]
    assert rendered(world, path, query="name:one", entry=99) == {}


def test_the_leads_of_others_are_not_rendered(world: World, path: str):
    body = {"name": "Hi", "subject": "x", "body": "x", "is_shared": True}
    template = world.eve.close.post("/email_template/", body)["id"]
    answer = world.eve.close.get(f"/email_template/{template}/render/", params={"query": "*"})
    assert answer == {}
